//! The end of a host below a supervisor that starts whatever ends again: OpenRC's supervise-daemon, FreeBSD's daemon(8).
//!
//! Neither cares how the host ended, so a host that has nothing more to do tells it to end as well, by SIGTERM. Both then send SIGTERM
//! to their child and wait for it to end; a child that has ended already makes supervise-daemon 0.45 wait until its whole schedule of
//! signals is spent. So the host stays until it is told, and ends by that.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::process::{self, Handle};
use super::signals;
use crate::host::state::{self, Process};
use crate::host::{self, Hosted};
use crate::spec::ServiceName;

/// How long the supervisor may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// After which time it is told once more: supervise-daemon 0.45 misses a signal that comes just before it waits.
const AGAIN: Duration = Duration::from_millis(100);
/// How long OpenRC may take from the start of its supervisor to its own mark, and the supervisor to its pid file.
const BEGINNING: Duration = Duration::from_secs(10);
/// Between two looks.
const POLL: Duration = Duration::from_millis(5);

/// What a host has to know to release its supervisor.
#[derive(Clone, Debug)]
pub struct Supervised {
    name: ServiceName,
    pid_file: PathBuf,
}

impl Supervised {
    /// Whether the manager has a supervisor for each host that starts it again however it ended.
    #[must_use]
    pub fn by(hosted: &Hosted) -> Option<Self> {
        let name = hosted.spec.name.clone();
        let pid_file = host::supervisor_pid_file(hosted.manager, &name)?.into();
        Some(Self { name, pid_file })
    }

    /// The supervisor, if it is the parent of this process: nobody else is to end with it.
    fn supervisor(&self) -> Option<Process> {
        let number = self.number()?;
        parent().filter(|pid| *pid == number).map(process::identify)
    }

    /// What the pid file says. A supervisor writes it after it has started its child, which may have ended by then.
    fn number(&self) -> Option<u32> {
        let end = Instant::now() + BEGINNING;
        loop {
            let text = fs::read_to_string(&self.pid_file).unwrap_or_default();
            let number = text.trim().parse().ok();
            if number.is_some() || Instant::now() >= end || !self.is_supervised() {
                return number;
            }
            std::thread::sleep(POLL);
        }
    }

    /// Not in a host that somebody runs by hand, or svcctl to stop what nobody supervises.
    fn is_supervised(&self) -> bool {
        self.pid_file.exists()
    }

    /// Has the supervisor end too. Returns if it does not, or is gone, or stops this host itself.
    pub fn release(&self) {
        wait_for_openrc(&self.name);
        if is_being_stopped(&self.name) {
            return;
        }
        let Some(handle) = self.supervisor().and_then(Handle::open) else { return };
        // From here on SIGTERM ends this process.
        signals::reset();
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end && parent() == Some(handle.process().pid) {
            let _ = handle.signal(Signal::SIGTERM as i32);
            std::thread::sleep(AGAIN);
        }
    }
}

fn parent() -> Option<u32> {
    u32::try_from(rustix::process::getppid()?.as_raw_pid()).ok()
}

/// Ends the host of this service that has lost its supervisor: its successor, which calls this, takes the service over. Whether
/// there was one.
#[must_use]
pub fn displace(runtime: &Path) -> bool {
    let Some(host) = state::read(runtime).ok().flatten().map(|snapshot| snapshot.host) else {
        return false;
    };
    // Where the system does not tell, nobody is taken for an orphan.
    let orphaned = process::stat(host.pid).is_some_and(|stat| stat.parent == 1);
    let Some(handle) = Handle::open(host).filter(|_| orphaned) else { return false };
    // As if it had been killed: nothing that it does at a proper end must happen to a service that goes on.
    let _ = handle.signal(Signal::SIGKILL as i32);
    let end = Instant::now() + PATIENCE;
    while process::lives(host) && Instant::now() < end {
        std::thread::sleep(POLL);
    }
    !process::lives(host)
}

/// OpenRC marks a service as started when its script has returned. A supervisor that marked it as stopped before that would be
/// overruled, and the service stay marked as started for good.
fn wait_for_openrc(name: &ServiceName) {
    let end = Instant::now() + BEGINNING;
    while is_marked("starting", name) && Instant::now() < end {
        std::thread::sleep(POLL);
    }
}

/// OpenRC's script has told the supervisor to end already, which waits for this host.
fn is_being_stopped(name: &ServiceName) -> bool {
    is_marked("stopping", name)
}

/// There is no such folder but where OpenRC booted.
fn is_marked(state: &str, name: &ServiceName) -> bool {
    Path::new("/run/openrc").join(state).join(name.as_str()).symlink_metadata().is_ok()
}
