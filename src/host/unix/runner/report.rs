//! What the world is told: the state file, the manager's status, the supervisor that has to be found again.

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Boss, Host, now};
use crate::host::machine::{Machine, Phase};
use crate::host::state::{self, Process, Saved, Snapshot};
use crate::host::unix::link::{Link, ToSupervisor};
use crate::host::unix::{process, supervisor};
use crate::state::State;

/// Pause between two attempts to reach a supervisor.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

impl Host {
    /// Replaces the state file.
    pub(super) fn save(&mut self) {
        let state = self.machine.state();
        if self.since.0 != state {
            self.since = (state, milliseconds());
        }
        let saved = Saved {
            snapshot: Snapshot {
                schema: Snapshot::SCHEMA.to_owned(),
                state,
                main: self.main_process(),
                host: process::this(),
                since: self.since.1,
                restarts: self.machine.restarts,
                exit: self.exit.clone(),
                trouble: self.machine.trouble.clone(),
                health: self.health(),
                status: self.status.clone(),
            },
            machine: self.machine.clone(),
            job: self.job.as_ref().map(|job| job.handle.process()),
            boot: self.boot.clone(),
        };
        let path = state::file(&self.folder);
        let fresh = path.with_extension("new");
        let written = serde_json::to_vec(&saved).map_err(std::io::Error::from).and_then(|bytes| {
            let mut options = fs::OpenOptions::new();
            let mut file =
                options.write(true).create(true).truncate(true).mode(0o644).open(&fresh)?;
            std::io::Write::write_all(&mut file, &bytes)?;
            fs::rename(&fresh, &path)
        });
        if let Err(error) = written {
            self.tell(&format!("{} cannot be written: {error}", path.display()));
        }
    }

    /// Tells the manager, if it wants to know.
    pub(super) fn report(&mut self) {
        let Boss::Manager(Some(manager)) = &self.boss else { return };
        let words = notice(&self.machine, self.main_process());
        if words != self.last_said {
            manager.say(&words);
            self.last_said = words;
        }
    }

    pub(super) fn feed_the_watchdog(&mut self, now: Duration) {
        let Some((due, interval)) = self.watchdog else { return };
        if due <= now {
            if let Boss::Manager(Some(manager)) = &self.boss {
                manager.say("WATCHDOG=1");
            }
            self.watchdog = Some((now + interval, interval));
        }
    }

    /// Looks for the supervisor's successor, and starts one if nobody else does.
    pub(super) fn find_a_supervisor(&mut self, at: Duration) {
        let hello = ToSupervisor::Host(
            self.hosted.spec.name.clone(),
            process::this(),
            self.program.clone(),
        );
        let root = supervisor::root_of(&self.folder);
        let link = supervisor::connect(&root).and_then(Link::new).and_then(|mut link| {
            link.send(&hello)?;
            Ok(link)
        });
        match link {
            Ok(link) => {
                self.boss = Boss::Supervisor(link);
                self.orphaned = None;
            }
            Err(_) => {
                supervisor::start_unless_started(&root, &self.program, &self.hosted);
                self.orphaned = Some(at.max(now()) + LOOK_AGAIN);
            }
        }
    }
}

/// What a manager is told. A start that did not work is over for it when the service is to be started again: only then, for while
/// its tree is being killed nobody knows yet whether it will be. Whoever waits for the start is told why by the state file.
fn notice(machine: &Machine, main: Option<Process>) -> String {
    let state = machine.state();
    let ready = match (machine.phase, main) {
        (Phase::Running, Some(_)) | (Phase::Backoff, _) => "READY=1\n",
        _ if state == State::Stopping => "STOPPING=1\n",
        _ => "",
    };
    let status = match (&machine.trouble, main) {
        (_, Some(process)) if state == State::Running => format!("running (pid {})", process.pid),
        (Some(trouble), _) => format!("{}: {trouble}", state.word()),
        (None, _) => state.word().to_owned(),
    };
    format!("{ready}STATUS={status}")
}

/// Now, in milliseconds since 1970.
#[must_use]
pub fn milliseconds() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::machine::Goal;

    fn machine(phase: Phase, trouble: Option<&str>) -> Machine {
        let mut machine = Machine::default();
        (machine.phase, machine.goal) = (phase, Goal::Up);
        machine.trouble = trouble.map(str::to_owned);
        machine
    }

    #[test]
    fn a_start_that_failed_is_over_when_the_service_is_to_be_started_again_and_not_before() {
        let main = Some(Process { pid: 7, started: 1 });
        let why = Some("exited with code 1");
        for (machine, main, words) in [
            (machine(Phase::Waiting, None), main, "STATUS=starting"),
            (machine(Phase::Running, None), main, "READY=1\nSTATUS=running (pid 7)"),
            (machine(Phase::Killing, why), main, "STATUS=restarting: exited with code 1"),
            (machine(Phase::PostStop, why), None, "STATUS=restarting: exited with code 1"),
            (machine(Phase::Backoff, why), None, "READY=1\nSTATUS=restarting: exited with code 1"),
            (machine(Phase::Failed, why), None, "STATUS=failed: exited with code 1"),
        ] {
            assert_eq!(notice(&machine, main), words);
        }
        let mut stopping = machine(Phase::Terminating, None);
        stopping.goal = Goal::Down;
        assert_eq!(notice(&stopping, main), "STOPPING=1\nSTATUS=stopping");
    }
}
