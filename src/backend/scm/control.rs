//! Starts and stops services, and waits for what comes of it.
//!
//! As the manager's documentation asks, a start or stop is waited for as long as its checkpoint grows within the wait hint. The
//! host keeps both budgets of the definition and reports progress every second, so that only a host that hangs runs into this.

use std::time::{Duration, Instant};

use crate::backend::scm::api::{self, Api, Code, Phase, Status};
use crate::backend::scm::{errors, looked_after};
use crate::backend::{Action, Deadline, Outcome};
use crate::error::{Error, ErrorKind, Result};
use crate::spec::ServiceName;

/// How long a host may take to end after it has stopped.
const LEAVE: Duration = Duration::from_secs(2);

/// How long to go on asking for a turn among many services that are started.
const TURN: Duration = Duration::from_secs(60);

/// Pause between two looks.
const POLL: Duration = Duration::from_millis(40);

/// What a host may be late beyond its own wait hint.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is needed to control a service.
#[derive(Clone, Copy)]
pub struct Controls<'a> {
    /// The manager.
    pub api: &'a dyn Api,
    /// Waits.
    pub sleep: &'a dyn Fn(Duration),
    /// How long to wait.
    pub deadline: Deadline,
    /// Why a service failed, as its host wrote it.
    pub trouble: &'a dyn Fn(&ServiceName) -> Option<String>,
}

impl Controls<'_> {
    /// Does it to one service.
    #[must_use]
    pub fn act(&self, name: &ServiceName, action: Action) -> Outcome {
        let result = match action {
            Action::Start => self.start(name),
            Action::Stop => self.stop(name),
            Action::Restart => self.restart(name),
            Action::Reload => self.reload(name),
        };
        let (changed, error) = match result {
            Ok(changed) => (changed, None),
            Err(error) => (true, Some(error)),
        };
        Outcome { name: name.clone(), changed, warnings: Vec::new(), error }
    }

    fn restart(&self, name: &ServiceName) -> Result<bool> {
        let waiting = Self { deadline: self.deadline.at_least_own(), ..*self };
        waiting.stop(name)?;
        self.start(name)
    }

    fn start(&self, name: &ServiceName) -> Result<bool> {
        let status = self.status(name)?;
        let up = matches!(status.phase, Phase::Running | Phase::Paused | Phase::ContinuePending);
        if up && self.api.is_alive(status.pid) {
            return Ok(false);
        }
        if status.phase == Phase::StopPending && self.api.is_alive(status.pid) {
            self.wait(name, "stop", Phase::Stopped)?;
        }
        match self.start_when_free(name) {
            Ok(()) => {}
            Err(Code::ALREADY_RUNNING) if status.phase != Phase::StartPending => return Ok(false),
            Err(Code::ALREADY_RUNNING) => {}
            Err(code) => return Err(errors::error(code, &format!("cannot start {name}"))),
        }
        if self.deadline == Deadline::NoWait {
            return Ok(true);
        }
        let status = self.wait(name, "start", Phase::Running)?;
        if status.phase == Phase::Running { Ok(true) } else { self.ended(name, &status) }
    }

    /// The manager starts one service at a time, and turns down who waits too long for its turn.
    fn start_when_free(&self, name: &ServiceName) -> std::result::Result<(), Code> {
        let begun = Instant::now();
        loop {
            match self.api.start(name.as_str()) {
                Err(Code::LOCKED) if begun.elapsed() < TURN => (self.sleep)(POLL),
                result => return result,
            }
        }
    }

    /// A service that has ended at once: done, if it ended well.
    fn ended(&self, name: &ServiceName, status: &Status) -> Result<bool> {
        if status.exit == Code(0) {
            return Ok(true);
        }
        let why = (self.trouble)(name).unwrap_or_else(|| match status.exit {
            Code::SPECIFIC => format!("it exited with {}", status.specific_exit),
            code => errors::words(code),
        });
        Err(Error::system(format!("{name} failed to start: {why}"))
            .hint(format!("see what it wrote: svcctl logs {name}")))
    }

    fn stop(&self, name: &ServiceName) -> Result<bool> {
        let status = self.status(name)?;
        if status.phase == Phase::Stopped || !self.api.is_alive(status.pid) {
            return Ok(false);
        }
        if status.phase != Phase::StopPending {
            self.ask_to_stop(name)?;
        }
        if self.deadline != Deadline::NoWait {
            self.wait(name, "stop", Phase::Stopped)?;
            self.leave(status.pid);
        }
        Ok(true)
    }

    /// Waits for the end of a host that has said its last word: until then it may hold its files open.
    fn leave(&self, pid: u32) {
        let begun = Instant::now();
        while self.api.is_alive(pid) && begun.elapsed() < LEAVE {
            (self.sleep)(POLL);
        }
    }

    /// The manager passes no control on to a service that starts; the host itself listens.
    fn ask_to_stop(&self, name: &ServiceName) -> Result<()> {
        let asked = match self.api.control(name.as_str(), api::STOP) {
            Err(Code::CANNOT_ACCEPT | Code::NO_SUCH_CONTROL) => self.api.interrupt(name.as_str()),
            asked => asked,
        };
        match asked {
            Ok(()) | Err(Code::NOT_ACTIVE) => Ok(()),
            Err(code) => Err(errors::error(code, &format!("cannot stop {name}"))),
        }
    }

    fn reload(&self, name: &ServiceName) -> Result<bool> {
        let status = self.status(name)?;
        if status.phase != Phase::Running || !self.api.is_alive(status.pid) {
            return Err(Error::system(format!("{name} does not run"))
                .hint(format!("start it: svcctl start {name}")));
        }
        match self.api.control(name.as_str(), api::RELOAD) {
            Ok(()) => Ok(true),
            Err(code) => Err(errors::error(code, &format!("cannot reload {name}"))),
        }
    }

    fn status(&self, name: &ServiceName) -> Result<Status> {
        self.api
            .status(name.as_str())
            .map_err(|code| errors::error(code, &format!("cannot look at {name}")))
    }

    /// Waits until it is in that phase or stopped.
    fn wait(&self, name: &ServiceName, verb: &str, phase: Phase) -> Result<Status> {
        let begun = Instant::now();
        let (mut checkpoint, mut progress) = (0, begun);
        loop {
            let (status, alive) = looked_after(self.api, name, self.status(name)?);
            if status.phase == phase || status.phase == Phase::Stopped {
                return Ok(status);
            }
            // No process at all: the manager is about to make it.
            let unborn = status.phase == Phase::StartPending && status.pid == 0;
            if !unborn && !alive && begun.elapsed() > POLL * 4 {
                return self.vanished(name, verb, status);
            }
            if status.checkpoint != checkpoint {
                (checkpoint, progress) = (status.checkpoint, Instant::now());
            }
            let hint = Duration::from_millis(status.wait_hint.into());
            if self.is_over(begun) || progress.elapsed() > hint + PATIENCE {
                let time =
                    humantime::format_duration(Duration::from_secs(begun.elapsed().as_secs()));
                let message = format!("{name} did not {verb} within {time}");
                return Err(Error::new(ErrorKind::Timeout, message)
                    .hint(format!("see what it does: svcctl status {name}")));
            }
            (self.sleep)(POLL);
        }
    }

    /// Whoever waited for a stop has got it; whoever waited for a start has not.
    fn vanished(&self, name: &ServiceName, verb: &str, status: Status) -> Result<Status> {
        if verb == "stop" {
            return Ok(Status { phase: Phase::Stopped, ..status });
        }
        Err(Error::system(format!("the host of {name} ended while it started"))
            .hint(format!("see what it wrote: svcctl logs {name}")))
    }

    fn is_over(&self, begun: Instant) -> bool {
        matches!(self.deadline, Deadline::Within(time) if begun.elapsed() >= time)
    }
}

impl Deadline {
    /// A restart has to see the end of the stop.
    const fn at_least_own(self) -> Self {
        match self {
            Self::NoWait => Self::Own,
            Self::Own | Self::Within(_) => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::scm::fake::{Fake, Script};

    fn act(fake: &Fake, action: Action) -> Outcome {
        let trouble = |_: &ServiceName| Some("exited with 3".to_owned());
        let controls =
            Controls { api: fake, sleep: &|_| (), deadline: Deadline::Own, trouble: &trouble };
        controls.act(&ServiceName::new("web").unwrap(), action)
    }

    #[test]
    fn a_start_waits_until_it_runs() {
        let fake = Fake::with(
            "web",
            Script::new([Phase::StartPending, Phase::StartPending, Phase::Running]),
        );
        let outcome = act(&fake, Action::Start);
        assert!(outcome.changed && outcome.error.is_none(), "{outcome:?}");
        assert_eq!(fake.calls(), ["start web"]);
    }

    #[test]
    fn a_start_waits_for_its_turn_while_the_manager_is_locked() {
        let fake = Fake::with("web", Script::new([Phase::Running]).locked_for(2));
        let outcome = act(&fake, Action::Start);
        assert!(outcome.error.is_none(), "{outcome:?}");
        assert_eq!(fake.calls(), ["start web", "start web", "start web"]);
    }

    #[test]
    fn a_start_that_ends_in_a_stop_says_why() {
        let script = Script::new([Phase::StartPending, Phase::Stopped]).ending_with(Code::SPECIFIC);
        let outcome = act(&Fake::with("web", script), Action::Start);
        assert_eq!(outcome.error.unwrap().message, "web failed to start: exited with 3");
    }

    #[test]
    fn a_start_of_a_running_one_and_a_stop_of_a_stopped_one_change_nothing() {
        let running = Fake::with("web", Script::running());
        assert!(!act(&running, Action::Start).changed);
        let stopped = Fake::with("web", Script::new([]));
        assert!(!act(&stopped, Action::Stop).changed);
        assert!(running.calls().is_empty() && stopped.calls().is_empty());
    }

    #[test]
    fn a_stop_during_the_start_reaches_the_host_by_another_way() {
        let fake = Fake::with("web", Script::starting());
        assert!(act(&fake, Action::Stop).error.is_none());
        assert_eq!(fake.calls(), ["control web 1", "interrupt web"]);
    }

    #[test]
    fn a_reload_of_a_stopped_one_is_an_error() {
        let outcome = act(&Fake::with("web", Script::new([])), Action::Reload);
        assert!(outcome.error.unwrap().message.contains("does not run"));
    }
}
