//! Readiness and health: what is asked of the service, and when.

use std::time::Duration;

use super::{Helper, Host, now};
use crate::host::health::{Checks, fault};
use crate::host::machine::Event;
use crate::host::probe::{PAUSE, Question};
use crate::host::unix::child;
use crate::host::unix::process::{Exit, Handle};
use crate::host::unix::tree::kill_with_descendants;
use crate::spec::{HealthCheck, OnUnhealthy, Ready};

impl Host {
    /// Begins to ask whether the service is ready.
    pub(super) fn watch(&mut self) {
        let rule = self.hosted.spec.start.ready.clone();
        if matches!(rule, Ready::File(_)) {
            self.file_due = Some(now());
        }
        if let Some(question) = Question::of_ready(&rule) {
            self.probe = worker(move || question.ask_until_yes());
        }
    }

    /// Begins the health checks of a service that is ready.
    pub(super) fn begin_checks(&mut self) {
        self.end_checks();
        self.checks = self.hosted.spec.health.as_ref().map(|rules| Checks::new(rules, now()));
    }

    pub(super) fn end_checks(&mut self) {
        self.file_due = None;
        self.probe_deadline = None;
        self.checks = None;
        self.kill_probe();
    }

    fn kill_probe(&mut self) {
        if let Some(probe) = self.probe.take() {
            kill_with_descendants(&probe.handle);
        }
    }

    /// Asks what is due, and ends what takes too long.
    pub(super) fn ask_the_service(&mut self, now: Duration) {
        if self.file_due.is_some_and(|due| due <= now) {
            self.look_for_the_file(now);
        }
        if self.probe_deadline.is_some_and(|deadline| deadline <= now) {
            self.kill_probe();
            self.checked(false);
        }
        if self.checks.as_mut().is_some_and(|checks| checks.take_due(now)) {
            self.check(now);
        }
    }

    fn look_for_the_file(&mut self, now: Duration) {
        let Ready::File(path) = &self.hosted.spec.start.ready else { return };
        if std::path::Path::new(path).exists() {
            self.file_due = None;
            self.ask(Event::Ready);
        } else {
            self.file_due = Some(now + PAUSE);
        }
    }

    fn check(&mut self, now: Duration) {
        let Some(rules) = self.hosted.spec.health.clone() else { return };
        self.probe = match (&rules.check, Question::of_health(&rules.check)) {
            (HealthCheck::Command(command), _) => {
                let name = self.hosted.spec.name.to_string();
                self.spawn_helper(command, vec![("SVCCTL_NAME".to_owned(), name)]).ok()
            }
            (_, Some(question)) => worker(move || question.ask(rules.timeout)),
            (_, None) => None,
        };
        match self.probe {
            Some(_) => self.probe_deadline = Some(now + rules.timeout),
            None => self.checked(false),
        }
    }

    pub(super) fn probe_ended(&mut self, exit: Exit) {
        self.probe = None;
        let passed = exit == Exit::Code(0);
        if self.checks.is_some() {
            self.checked(passed);
        } else if passed {
            self.ask(Event::Ready);
        }
    }

    fn checked(&mut self, passed: bool) {
        self.probe_deadline = None;
        let Some((rules, checks)) = self.hosted.spec.health.as_ref().zip(self.checks.as_mut())
        else {
            return;
        };
        let before = checks.state;
        let turned = checks.result(rules, passed, now());
        let restart = turned && rules.on_failure == OnUnhealthy::Restart;
        let words = (turned && !restart)
            .then(|| format!("its health checks fail: {}", fault(&rules.check)));
        self.changed |= before != checks.state;
        if restart {
            self.ask(Event::Unhealthy);
        } else if let Some(words) = words {
            self.tell(&words);
        }
    }
}

fn worker(work: impl FnOnce() -> bool) -> Option<Helper> {
    let process = child::fork_worker(work).ok()?;
    Some(Helper { handle: Handle::open(process)?, child: true, telling: None })
}
