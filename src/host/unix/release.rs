//! The end of a host below a supervisor that starts whatever ends again: OpenRC's supervise-daemon, FreeBSD's daemon(8).
//!
//! Neither cares how the host ended, so a host that has nothing more to do tells it to end as well, by SIGTERM. Both then send SIGTERM
//! to their child and wait for it to end; a child that has ended already makes supervise-daemon 0.45 wait until its whole schedule of
//! signals is spent. So the host stays until it is told, and ends by that.

use std::path::Path;
use std::time::{Duration, Instant};

use super::process::{self, Handle};
use super::signals;
use crate::host::state::Process;

/// How long the supervisor may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// After which time it is told once more: supervise-daemon 0.45 misses a signal that comes just before it waits.
const AGAIN: Duration = Duration::from_millis(100);
/// How long OpenRC may take from the start of its supervisor to its own mark.
const BEGINNING: Duration = Duration::from_secs(10);
/// Between two looks.
const POLL: Duration = Duration::from_millis(5);

/// The supervisor: who started this process.
#[must_use]
pub fn supervisor() -> Option<Process> {
    parent().filter(|pid| *pid > 1).map(process::identify)
}

fn parent() -> Option<u32> {
    u32::try_from(rustix::process::getppid()?.as_raw_pid()).ok()
}

/// Has the supervisor end too. Returns if it does not, or is gone, or stops this host itself.
pub fn release(supervisor: Option<Process>, name: &str) {
    let Some(supervisor) = supervisor else { return };
    wait_for_openrc(name);
    if is_being_stopped(name) {
        return;
    }
    let Some(handle) = Handle::open(supervisor) else { return };
    // From here on SIGTERM ends this process.
    signals::reset();
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end && parent() == Some(supervisor.pid) {
        let _ = handle.signal(nix::sys::signal::Signal::SIGTERM as i32);
        std::thread::sleep(AGAIN);
    }
}

/// OpenRC marks a service as started when its script has returned. A supervisor that marked it as stopped before that would be
/// overruled, and the service stay marked as started for good.
fn wait_for_openrc(name: &str) {
    let end = Instant::now() + BEGINNING;
    while is_marked("starting", name) && Instant::now() < end {
        std::thread::sleep(POLL);
    }
}

/// OpenRC's script has told the supervisor to end already, which waits for this host.
fn is_being_stopped(name: &str) -> bool {
    is_marked("stopping", name)
}

/// There is no such folder but where OpenRC booted.
fn is_marked(state: &str, name: &str) -> bool {
    Path::new("/run/openrc").join(state).join(name).symlink_metadata().is_ok()
}
