//! Processes on Unix systems without `/proc` and pidfds: a number is all there is, and only a child's number is safe.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use rustix::process::Pid;

use super::{Exit, Stat};
use crate::host::state::Process;

/// A process that is held by its number.
#[derive(Debug)]
pub struct Handle {
    process: Process,
}

impl Handle {
    /// Takes hold of a process; none if it is gone.
    #[must_use]
    pub fn open(process: Process) -> Option<Self> {
        stat(process.pid).map(|_| Self { process })
    }

    /// Which process.
    #[must_use]
    pub const fn process(&self) -> Process {
        self.process
    }

    /// Nothing tells of its end but its parent.
    #[must_use]
    pub const fn poll_fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// Whether it has ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        stat(self.process.pid).is_none()
    }

    /// Sends it a signal.
    ///
    /// # Errors
    /// When it is gone, or another's.
    pub fn signal(&self, number: i32) -> io::Result<()> {
        let signal = nix::sys::signal::Signal::try_from(number)?;
        let pid = i32::try_from(self.process.pid).map_err(io::Error::other)?;
        Ok(nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), signal)?)
    }

    /// How it ended: unknown to all but its parent.
    #[must_use]
    pub fn exit(&self, _patience: Duration) -> Option<Exit> {
        self.has_ended().then_some(Exit::Unknown)
    }
}

/// Whether the number is taken; nothing more is known.
#[must_use]
pub fn stat(pid: u32) -> Option<Stat> {
    let number = Pid::from_raw(i32::try_from(pid).ok()?)?;
    match rustix::process::test_kill_process(number) {
        Ok(()) | Err(rustix::io::Errno::PERM) => Some(Stat { pid, ..Stat::default() }),
        Err(_) => None,
    }
}

/// Not told here.
#[must_use]
pub const fn children(_pid: u32) -> Vec<u32> {
    Vec::new()
}

/// Not told here.
#[must_use]
pub const fn children_of(_stat: &Stat) -> Vec<u32> {
    Vec::new()
}

/// Not told here.
#[must_use]
pub const fn all() -> Vec<u32> {
    Vec::new()
}

/// Not told here.
#[must_use]
pub const fn carries(_pid: u32, _variable: &str) -> bool {
    false
}

/// Not told here.
#[must_use]
pub const fn boot() -> String {
    String::new()
}

/// There is no such thing here.
///
/// # Errors
/// None.
pub const fn be_subreaper(_on: bool) -> io::Result<()> {
    Ok(())
}
