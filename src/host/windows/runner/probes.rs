//! Readiness and health: what is asked of the service, and when.

use std::thread;
use std::time::Duration;

use super::{Host, Wake};
use crate::host::health::{Checks, fault};
use crate::host::machine::Event;
use crate::host::probe::{PAUSE, Question};
use crate::spec::{HealthCheck, Limits, OnUnhealthy, Ready};

impl Host {
    /// Begins to ask whether the service is ready.
    pub(super) fn watch(&mut self) {
        let rule = self.hosted.spec.start.ready.clone();
        if matches!(rule, Ready::File(_)) {
            self.file_due = Some(self.now());
        }
        if let Some(question) = Question::of_ready(&rule) {
            self.ask(question, PATIENCE);
        }
    }

    /// Asks once, on a thread of its own; the answer is a message. Whatever was asked before is forgotten.
    fn ask(&mut self, question: Question, patience: Duration) {
        self.question += 1;
        let (number, wake) = (self.question, self.wake.clone());
        let work = move || {
            let _ = wake.send(Wake::Answer(number, question.ask(patience)));
        };
        if thread::Builder::new().stack_size(128 << 10).spawn(work).is_err() {
            let _ = self.wake.send(Wake::Answer(number, false));
        }
    }

    /// An answer has come: to a check, or to the question whether it is ready.
    pub(super) fn answered(&mut self, yes: bool) {
        if self.checks.is_some() {
            self.checked(yes);
        } else if yes {
            self.events.push_back(Event::Ready);
        } else {
            self.file_due = Some(self.now() + PAUSE);
        }
    }

    /// Begins the health checks of a service that is ready.
    pub(super) fn begin_checks(&mut self) {
        self.end_checks();
        let now = self.now();
        self.checks = self.hosted.spec.health.as_ref().map(|rules| Checks::new(rules, now));
    }

    pub(super) fn end_checks(&mut self) {
        self.question += 1;
        self.file_due = None;
        self.check_deadline = None;
        self.checks = None;
        self.check = None;
    }

    /// Asks what is due, and ends what takes too long.
    pub(super) fn ask_the_service(&mut self, now: Duration) {
        if self.file_due.is_some_and(|due| due <= now) {
            self.ask_whether_ready(now);
        }
        if self.check_deadline.is_some_and(|deadline| deadline <= now) {
            self.question += 1;
            // Closing its job ends it.
            self.check = None;
            self.checked(false);
        }
        if self.checks.as_mut().is_some_and(|checks| checks.take_due(now)) {
            self.begin_check(now);
        }
    }

    fn ask_whether_ready(&mut self, now: Duration) {
        self.file_due = None;
        let rule = self.hosted.spec.start.ready.clone();
        match (&rule, Question::of_ready(&rule)) {
            (Ready::File(path), _) if std::path::Path::new(path).exists() => {
                self.events.push_back(Event::Ready);
            }
            (Ready::File(_), _) => self.file_due = Some(now + PAUSE),
            (_, Some(question)) => self.ask(question, PATIENCE),
            (_, None) => {}
        }
    }

    fn begin_check(&mut self, now: Duration) {
        let Some(rules) = self.hosted.spec.health.clone() else { return };
        self.check_deadline = Some(now + rules.timeout);
        if let Some(question) = Question::of_health(&rules.check) {
            self.ask(question, rules.timeout);
            return;
        }
        let HealthCheck::Command(command) = &rules.check else { return };
        let name = self.hosted.spec.name.to_string();
        match self.spawn(command, &Limits::default(), &[("SVCCTL_NAME", name)]) {
            Ok(check) => self.check = Some(check),
            Err(why) => {
                self.tell(&format!("health.command: {why}"));
                self.checked(false);
            }
        }
    }

    pub(super) fn checked(&mut self, passed: bool) {
        self.check_deadline = None;
        let now = self.now();
        let Some((rules, checks)) = self.hosted.spec.health.as_ref().zip(self.checks.as_mut())
        else {
            return;
        };
        let before = checks.state;
        let turned = checks.result(rules, passed, now);
        let restart = turned && rules.on_failure == OnUnhealthy::Restart;
        let words = (turned && !restart)
            .then(|| format!("its health checks fail: {}", fault(&rules.check)));
        self.changed |= before != checks.state;
        if restart {
            self.events.push_back(Event::Unhealthy);
        } else if let Some(words) = words {
            self.tell(&words);
        }
    }
}

/// How long a single question whether it is ready may take.
const PATIENCE: Duration = Duration::from_secs(2);
