//! What was asked of the service, and when it counts as answered.

use super::{Boss, Host};
use crate::host::machine::{Event, Phase};
use crate::host::unix::link::{Answer, ToSupervisor, Wish};
use crate::spec::Reload;

/// A wish that is not answered yet.
#[derive(Clone, Copy, Debug)]
pub struct Pending {
    id: u64,
    wish: Wish,
    /// Main processes and restarts when it was asked.
    spawned: u32,
    restarts: u32,
}

impl Host {
    pub(super) fn wish(&mut self, id: u64, wish: Wish) {
        if let Some(answer) = self.at_once(wish) {
            return self.send(id, answer);
        }
        let restarts =
            if wish == Wish::Start && self.machine.is_down() { 0 } else { self.machine.restarts };
        self.pending.push(Pending { id, wish, spawned: self.machine.spawned, restarts });
        self.ask(match wish {
            Wish::Start => Event::Start,
            Wish::Stop => Event::Stop,
            Wish::Restart => Event::Restart,
            Wish::Reload => Event::Reload,
        });
    }

    /// The answer to a wish that needs no doing.
    fn at_once(&self, wish: Wish) -> Option<Answer> {
        let up = matches!(self.machine.phase, Phase::Running | Phase::Reloading);
        match wish {
            Wish::Start => up.then(Answer::default),
            Wish::Stop => self.machine.is_at_rest().then(Answer::default),
            Wish::Restart => None,
            Wish::Reload if self.hosted.spec.reload.is_none() => {
                Some(Answer::failed("its definition does not say how it is reloaded"))
            }
            Wish::Reload => {
                (!up).then(|| Answer::failed("it does not run, so that there is nothing to reload"))
            }
        }
    }

    /// Answers what can be answered now.
    pub(super) fn answer(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        for one in pending {
            match self.result(one) {
                Some(answer) => self.send(one.id, answer),
                None => self.pending.push(one),
            }
        }
    }

    fn result(&self, pending: Pending) -> Option<Answer> {
        match pending.wish {
            Wish::Start => self.started(pending),
            Wish::Restart => {
                let again = self.machine.spawned != pending.spawned || self.machine.is_at_rest();
                let again = again || self.machine.phase == Phase::Backoff;
                again.then(|| self.started(pending)).flatten()
            }
            Wish::Stop => self.stopped(pending),
            Wish::Reload => self.reloaded(),
        }
    }

    fn started(&self, pending: Pending) -> Option<Answer> {
        let done = Answer { changed: true, ..Answer::default() };
        let trouble = || self.machine.trouble.clone().unwrap_or_else(|| "it ended".to_owned());
        match self.machine.phase {
            Phase::Running | Phase::Reloading if self.machine.restarts <= pending.restarts => {
                Some(done)
            }
            Phase::Stopped => {
                Some(Answer { warnings: vec![format!("it {} at once", trouble())], ..done })
            }
            Phase::Failed | Phase::OnFailure => Some(self.not_started(trouble())),
            Phase::Backoff => {
                let pause = humantime::format_duration(self.hosted.spec.restart.delay);
                Some(self.not_started(format!("{}; it is started again after {pause}", trouble())))
            }
            _ if self.machine.restarts > pending.restarts => {
                Some(self.not_started(format!("{}; it is started again", trouble())))
            }
            _ => None,
        }
    }

    fn not_started(&self, why: String) -> Answer {
        let timed_out = why.contains("was not ready within");
        Answer { changed: true, error: Some(why), timed_out, ..Answer::default() }
    }

    fn stopped(&self, pending: Pending) -> Option<Answer> {
        let started_again = self.machine.spawned != pending.spawned;
        (self.machine.is_at_rest() || started_again).then(|| {
            let budget = humantime::format_duration(self.hosted.spec.stop.timeout);
            let warnings = self.machine.killed.then(|| format!("had to be killed after {budget}"));
            Answer { changed: true, warnings: warnings.into_iter().collect(), ..Answer::default() }
        })
    }

    fn reloaded(&self) -> Option<Answer> {
        let by_signal = matches!(self.hosted.spec.reload, Some(Reload::Signal(_)));
        match self.machine.phase {
            Phase::Reloading => None,
            Phase::Running => {
                let failure = self.machine.trouble.clone().filter(|_| !by_signal);
                Some(Answer { changed: true, error: failure, ..Answer::default() })
            }
            _ => Some(Answer::failed("it ended while it was reloaded")),
        }
    }

    fn send(&mut self, id: u64, answer: Answer) {
        if let Boss::Supervisor(link) = &mut self.boss {
            // A supervisor that is gone asks again through its successor.
            let _ = link.send(&ToSupervisor::Answer(id, answer));
        }
    }
}
