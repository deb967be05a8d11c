//! Making a process of the service: everything it needs is made ready, then a child puts it in place and executes.
//!
//! The host has one thread. Where all that is needed is at hand, the child shares the host's memory, as those of `posix_spawn(3)` do:
//! the host prepares, waits until the child has executed, and no page is copied. Otherwise the child is forked and prepares by itself,
//! for it may do anything until it executes: it reads environment files and looks accounts up, and the host stays small. What goes
//! wrong there comes back in words through a pipe that the execution closes.
//!
//! A main process writes its own number and start time into the service's folder and checks that its host still lives before it
//! executes: either a successor of that host reads who runs, or nobody does.

mod account;
mod enter;
mod identity;
#[cfg_attr(target_os = "linux", path = "child/linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "child/other.rs")]
mod os;
mod prepare;

use std::convert::Infallible;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::libc;
use nix::sys::signal::SigSet;
use nix::unistd::{ForkResult, fork};
use rustix::io::FdFlags;

pub use account::Login;
pub use identity::read as read_record;
pub use os::can_isolate;

use enter::{Failure, enter, leave};
use prepare::Prepared;

use super::process;
use crate::host::Hosted;
use crate::host::state::Process;

/// What a child that could not execute exits with; it has said why.
const NOT_EXECUTED: i32 = 127;

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

impl Launch<'_> {
    /// Whether a child would have nothing to look up, nor anything to do that concerns the memory it is in: becoming another account
    /// takes from a process what others may know of it, and a namespace is not entered by who shares.
    fn is_plain(&self) -> bool {
        let spec = &self.hosted.spec;
        self.hosted.is_prepared()
            || self.own.is_some_and(|login| !login.switch)
                && spec.process.environment_files.is_empty()
                && spec.credentials.is_empty()
                && !spec.security.wants_private_tmp()
    }
}

/// A child that was made.
#[derive(Debug)]
pub struct Child {
    /// Who it is.
    pub process: Process,
    /// Whether it has executed.
    pub telling: Telling,
}

/// How a child tells whether it has executed.
#[derive(Debug)]
pub enum Telling {
    /// It has told.
    Told(Report),
    /// It says through this why it could not; at its end without a word, it has.
    Pipe(OwnedFd),
}

/// What a child said before it executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// Nothing yet.
    Pending,
    /// It has executed the command.
    Executed,
    /// It could not, for this reason.
    Failed(String),
}

/// Makes a process that executes the command.
///
/// # Errors
/// When there can be no more processes or open files. Everything later is told by the child.
pub fn spawn(launch: &Launch<'_>) -> io::Result<Child> {
    if os::CAN_SHARE_MEMORY && launch.is_plain() { share(launch) } else { fork_off(launch) }
}

/// A child in the host's own memory.
fn share(launch: &Launch<'_>) -> io::Result<Child> {
    let prepared = Prepared::new(launch).map_err(io::Error::other)?;
    let parent = std::process::id();
    let mut failure: Option<Failure> = None;
    let mut work = || {
        let left = leave(launch, parent);
        failure = Some(left.map_or_else(|why| why, |()| enter(launch, &prepared)));
    };
    let pid = with_signals_blocked(|| {
        // SAFETY: this process has one thread, see the module's documentation; the work allocates nothing in a plain launch.
        unsafe { os::share_memory(&mut work) }
    })?;
    let report = failure.map_or(Report::Executed, |why| Report::Failed(why.words(Some(&prepared))));
    Ok(Child { process: process::identify(pid), telling: Telling::Told(report) })
}

/// A child in memory of its own.
fn fork_off(launch: &Launch<'_>) -> io::Result<Child> {
    let (report, writer) = rustix::pipe::pipe()?;
    for fd in [&report, &writer] {
        rustix::io::fcntl_setfd(fd, FdFlags::CLOEXEC)?;
    }
    rustix::io::ioctl_fionbio(&report, true)?;
    let parent = std::process::id();
    let process = fork_into(|| become_service(launch, parent, writer.as_fd()))?;
    Ok(Child { process, telling: Telling::Pipe(report) })
}

/// Makes everything ready and executes; tells the host if that fails.
fn become_service(launch: &Launch<'_>, parent: u32, report: BorrowedFd<'_>) -> ! {
    let Err(why) = prepare_and_enter(launch, parent);
    let _ = rustix::io::write(report, why.as_bytes());
    exit_now(NOT_EXECUTED)
}

fn prepare_and_enter(launch: &Launch<'_>, parent: u32) -> Result<Infallible, String> {
    // First of all: what is looked up may take long, and the child can be told to end meanwhile.
    leave(launch, parent).map_err(|why| why.words(None))?;
    let prepared = Prepared::new(launch)?;
    Err(enter(launch, &prepared).words(Some(&prepared)))
}

/// Runs a function in a forked child, which exits with 0 when it returns true.
///
/// # Errors
/// When there can be no more processes.
pub fn fork_worker(work: impl FnOnce() -> bool) -> io::Result<Process> {
    fork_into(|| {
        super::signals::reset();
        exit_now(i32::from(!work()))
    })
}

fn fork_into(work: impl FnOnce() -> Infallible) -> io::Result<Process> {
    let pid = with_signals_blocked(|| {
        // SAFETY: this process has one thread, see the module's documentation.
        match unsafe { fork() }? {
            ForkResult::Parent { child } => Ok(child),
            ForkResult::Child => match work() {},
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

impl Telling {
    /// What can be waited for, while it has not told.
    #[must_use]
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::Told(_) => None,
            Self::Pipe(pipe) => Some(pipe.as_fd()),
        }
    }

    /// Reads what the child says.
    #[must_use]
    pub fn read(&self) -> Report {
        match self {
            Self::Told(report) => report.clone(),
            Self::Pipe(pipe) => read_report(pipe),
        }
    }
}

fn read_report(report: &OwnedFd) -> Report {
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
