//! What the world is told: the state file, the manager's status, the supervisor that has to be found again.

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Boss, Host, now};
use crate::host::state::{self, Saved, Snapshot};
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
        let words = match (&self.machine.trouble, self.main_process()) {
            (_, Some(process)) if self.machine.state() == State::Running => {
                format!("READY=1\nSTATUS=running (pid {})", process.pid)
            }
            // The start is over, and it did not work; whoever waits for it is told why by the state file.
            (Some(trouble), _) if self.machine.state() == State::Restarting => {
                format!("READY=1\nSTATUS=restarting: {trouble}")
            }
            (Some(trouble), _) => format!("STATUS={}: {trouble}", self.machine.state().word()),
            (None, _) => format!("STATUS={}", self.machine.state().word()),
        };
        let stopping = if self.machine.state() == State::Stopping { "STOPPING=1\n" } else { "" };
        let words = format!("{stopping}{words}");
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

/// Now, in milliseconds since 1970.
#[must_use]
pub fn milliseconds() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
