//! What the manager says of a service, what its host says, and what is so: cross-checked with the process.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use crate::backend::scm::api::{Code, Phase, Status};
use crate::backend::scm::errors;
use crate::host::state::Snapshot;
use crate::state::{ExitInfo, State};

/// What is known of a service besides its settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What the manager says.
    pub status: Status,
    /// What the host last wrote.
    pub snapshot: Option<Snapshot>,
    /// Whether the host's process runs.
    pub alive: bool,
}

impl Known {
    /// What it is doing.
    ///
    /// The manager is believed, except that a service whose process is gone does not run, and that the host of a running one knows
    /// more: it may be waiting to start it again.
    #[must_use]
    pub fn state(&self) -> State {
        match self.status.phase {
            Phase::Stopped => self.stopped(),
            _ if self.lost_its_host() => State::Failed,
            Phase::StartPending => match self.current().map(|snapshot| snapshot.state) {
                Some(State::Restarting) => State::Restarting,
                _ => State::Starting,
            },
            Phase::StopPending => State::Stopping,
            Phase::Running | Phase::ContinuePending | Phase::PausePending | Phase::Paused => {
                self.current().map_or(State::Running, |snapshot| snapshot.state)
            }
        }
    }

    /// Whether the manager has not noticed yet that the host is gone. While it is about to make the host there is no process either.
    fn lost_its_host(&self) -> bool {
        let unborn = self.status.phase == Phase::StartPending && self.status.pid == 0;
        self.status.phase != Phase::Stopped && !self.alive && !unborn
    }

    /// A service that ended with an error has failed; one that was never started has not.
    fn stopped(&self) -> State {
        match self.status.exit {
            Code(0) | Code::NEVER_STARTED => State::Stopped,
            _ => State::Failed,
        }
    }

    /// What the host wrote, if it is this process that wrote it.
    #[must_use]
    pub fn current(&self) -> Option<&Snapshot> {
        self.snapshot.as_ref().filter(|snapshot| snapshot.host.pid == self.status.pid && self.alive)
    }

    /// The service's own process; the manager knows its host only.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        match self.current() {
            Some(snapshot) => snapshot.main.map(|main| main.pid),
            None => Some(self.status.pid).filter(|pid| *pid != 0 && self.alive),
        }
    }

    /// How it last ended. The manager's own word counts where the host wrote none.
    #[must_use]
    pub fn exit(&self) -> Option<ExitInfo> {
        let host = self.snapshot.as_ref().and_then(|snapshot| snapshot.exit.clone());
        if self.lost_its_host() {
            let reason = "its host was ended from outside, and the service with it".to_owned();
            return Some(ExitInfo { reason: Some(reason), ..ExitInfo::default() });
        }
        let mut exit = match (host, self.status.exit) {
            (Some(exit), _) => exit,
            (None, Code(0) | Code::NEVER_STARTED) => return None,
            (None, Code::SPECIFIC) => ExitInfo {
                code: i32::try_from(self.status.specific_exit).ok(),
                ..ExitInfo::default()
            },
            (None, code) => ExitInfo { reason: Some(errors::words(code)), ..ExitInfo::default() },
        };
        if self.state() == State::Failed
            && let Some(snapshot) = &self.snapshot
        {
            exit.reason = both(snapshot.trouble.clone(), exit.reason);
        }
        Some(exit)
    }

    /// Since when it is in this state.
    #[must_use]
    pub fn since(&self) -> Option<String> {
        let since = UNIX_EPOCH.checked_add(Duration::from_millis(self.snapshot.as_ref()?.since))?;
        Some(humantime::format_rfc3339_millis(since).to_string())
    }

    /// The manager's own words.
    #[must_use]
    pub fn native(&self) -> Map<String, Value> {
        let Status {
            name: _,
            display_name,
            phase,
            exit,
            specific_exit,
            checkpoint,
            wait_hint,
            pid,
        } = &self.status;
        let words = json!({
            "DisplayName": display_name,
            "CurrentState": phase.word(),
            "Win32ExitCode": exit.0,
            "ServiceSpecificExitCode": specific_exit,
            "CheckPoint": checkpoint,
            "WaitHint": wait_hint,
            "ProcessId": pid,
        });
        match words {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }
}

/// Why it failed, and how its process ended, where the one does not say the other.
fn both(trouble: Option<String>, end: Option<String>) -> Option<String> {
    match (trouble, end) {
        (Some(trouble), Some(end)) if !trouble.contains(&end) => Some(format!("{trouble} ({end})")),
        (trouble, end) => trouble.or(end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::scm::fake;
    use crate::host::state::Process;

    fn known(phase: Phase, exit: u32) -> Known {
        let status = Status { phase, exit: Code(exit), pid: 7, ..fake::status("web") };
        Known { status, snapshot: None, alive: true }
    }

    fn snapshot(state: State, host: u32) -> Snapshot {
        Snapshot {
            schema: Snapshot::SCHEMA.into(),
            state,
            main: Some(Process { pid: 9, started: 0 }),
            host: Process { pid: host, started: 0 },
            since: 0,
            restarts: 2,
            exit: None,
            trouble: Some("it exited with 3".into()),
            health: None,
            status: None,
        }
    }

    #[test]
    fn a_stopped_service_has_failed_only_if_it_stopped_with_an_error() {
        assert_eq!(known(Phase::Stopped, 0).state(), State::Stopped);
        assert_eq!(known(Phase::Stopped, Code::NEVER_STARTED.0).state(), State::Stopped);
        assert_eq!(known(Phase::Stopped, Code::SPECIFIC.0).state(), State::Failed);
    }

    #[test]
    fn a_running_service_without_a_process_has_failed() {
        let dead = Known { alive: false, ..known(Phase::Running, 0) };
        assert_eq!((dead.state(), dead.pid()), (State::Failed, None));
        assert!(dead.exit().unwrap().reason.unwrap().contains("from outside"));
    }

    #[test]
    fn a_service_whose_host_is_about_to_be_made_starts() {
        let mut unborn = Known { alive: false, ..known(Phase::StartPending, 1077) };
        unborn.status.pid = 0;
        assert_eq!((unborn.state(), unborn.pid(), unborn.exit()), (State::Starting, None, None));
    }

    #[test]
    fn the_host_of_a_running_service_knows_more_than_the_manager() {
        let waiting = snapshot(State::Restarting, 7);
        let known = Known { snapshot: Some(waiting), ..known(Phase::Running, 0) };
        assert_eq!((known.state(), known.pid()), (State::Restarting, Some(9)));
    }

    #[test]
    fn a_service_that_ended_before_it_was_up_waits_to_be_started_again() {
        let waiting = Known {
            snapshot: Some(snapshot(State::Restarting, 7)),
            ..known(Phase::StartPending, 0)
        };
        assert_eq!(waiting.state(), State::Restarting);
        assert_eq!(known(Phase::StartPending, 0).state(), State::Starting);
    }

    #[test]
    fn what_an_earlier_host_wrote_is_not_believed() {
        let known =
            Known { snapshot: Some(snapshot(State::Failed, 6)), ..known(Phase::Running, 0) };
        assert_eq!((known.state(), known.pid()), (State::Running, Some(7)));
    }

    #[test]
    fn a_failed_service_says_why_in_the_words_of_its_host() {
        let mut known = known(Phase::Stopped, Code::SPECIFIC.0);
        known.status.specific_exit = 3;
        assert_eq!(known.exit().unwrap().code, Some(3));
        known.snapshot = Some(Snapshot {
            exit: Some(ExitInfo { code: Some(3), ..Default::default() }),
            ..snapshot(State::Failed, 6)
        });
        assert_eq!(known.exit().unwrap().reason.as_deref(), Some("it exited with 3"));
    }
}
