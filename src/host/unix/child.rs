//! Making a process of the service: fork, put everything in place as the definition says, execute.
//!
//! The host has one thread, so that a forked child may do anything until it executes: it reads environment files and looks accounts
//! up itself, and the host stays small. What goes wrong comes back in words through a pipe that the execution closes.
//!
//! A main process writes its own number and start time into the service's folder and checks that its host still lives before it
//! executes: either a successor of that host reads who runs, or nobody does.

mod account;
mod identity;
#[cfg_attr(target_os = "linux", path = "child/linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "child/other.rs")]
mod os;
mod setup;

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::libc;
use nix::sys::signal::SigSet;
use nix::unistd::{ForkResult, fork};
use rustix::io::FdFlags;

pub use account::Login;
pub use identity::read as read_record;
pub use os::can_isolate;

use super::process;
use crate::host::Hosted;
use crate::host::state::Process;

/// What is to be executed.
#[derive(Debug)]
pub struct Launch<'a> {
    /// The service that it belongs to.
    pub hosted: &'a Hosted,
    /// The argv.
    pub command: &'a [String],
    /// Variables of ours, over all others.
    pub variables: Vec<(String, String)>,
    /// Its standard output.
    pub stdout: OwnedFd,
    /// Its standard error.
    pub stderr: OwnedFd,
    /// The scope's own account, where it runs as that; an account that is asked for by name is looked up by each child, for its groups
    /// may have changed since the last.
    pub own: Option<&'a Login>,
    /// Where a main process writes down who it is, before it executes.
    pub record: Option<BorrowedFd<'a>>,
}

/// A child that was forked.
#[derive(Debug)]
pub struct Child {
    /// Who it is.
    pub process: Process,
    /// Says why it could not execute; at its end without a word, it has.
    pub report: OwnedFd,
}

/// Forks a process that executes the command.
///
/// # Errors
/// When there can be no more processes or open files. Everything later comes through the report.
pub fn spawn(launch: &Launch<'_>) -> io::Result<Child> {
    let (report, writer) = rustix::pipe::pipe()?;
    for fd in [&report, &writer] {
        rustix::io::fcntl_setfd(fd, FdFlags::CLOEXEC)?;
    }
    rustix::io::ioctl_fionbio(&report, true)?;
    let parent = std::process::id();
    let pid = with_signals_blocked(|| {
        // SAFETY: this process has one thread, see the module's documentation.
        match unsafe { fork() }? {
            ForkResult::Parent { child } => Ok(child),
            ForkResult::Child => setup::become_service(launch, parent, writer.as_fd()),
        }
    })?;
    let pid = u32::try_from(pid.as_raw()).unwrap_or_default();
    Ok(Child { process: process::identify(pid), report })
}

/// Runs a function in a forked child, which exits with 0 when it returns true.
///
/// # Errors
/// When there can be no more processes.
pub fn fork_worker(work: impl FnOnce() -> bool) -> io::Result<Process> {
    let pid = with_signals_blocked(|| {
        // SAFETY: as above.
        match unsafe { fork() }? {
            ForkResult::Parent { child } => Ok(child),
            ForkResult::Child => {
                super::signals::reset();
                exit_now(i32::from(!work()))
            }
        }
    })?;
    Ok(process::identify(u32::try_from(pid.as_raw()).unwrap_or_default()))
}

/// A signal between the fork and the child's own handling of signals would be told to the host.
pub fn with_signals_blocked<T>(work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let before = SigSet::all().thread_swap_mask(nix::sys::signal::SigmaskHow::SIG_BLOCK)?;
    let result = work();
    before.thread_set_mask()?;
    result
}

/// Ends a forked child without running what belongs to its parent.
pub fn exit_now(code: i32) -> ! {
    // SAFETY: `_exit` never returns and touches no memory.
    unsafe { libc::_exit(code) }
}

/// What a child said before it executed; none while it has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// Nothing yet.
    Pending,
    /// It has executed the command.
    Executed,
    /// It could not, for this reason.
    Failed(String),
}

/// Reads what a child says.
#[must_use]
pub fn read_report(report: &OwnedFd) -> Report {
    let mut text = vec![0_u8; 4096];
    match rustix::io::read(report, &mut text) {
        Ok(0) => Report::Executed,
        Ok(count) => {
            text.truncate(count);
            Report::Failed(String::from_utf8_lossy(&text).into_owned())
        }
        Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => Report::Pending,
        Err(error) => Report::Failed(error.to_string()),
    }
}
