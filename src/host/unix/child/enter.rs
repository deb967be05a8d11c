//! What a child does before it executes: each step, and the words for its failure.
//!
//! The child may share its memory with the host: but for becoming another account, the steps allocate nothing.

use std::ffi::CStr;
use std::fs;
use std::io;
use std::path::Path;

use nix::errno::Errno;
use nix::libc;
use rustix::fs::{Mode, OFlags};
use rustix::process::{Resource, Rlimit, setrlimit};

use super::{Launch, NOT_EXECUTED, Prepared, exit_now, identity, os};
use crate::host::unix::{process, signals};
use crate::spec::{Priority, Spec};

/// What a child was about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Record,
    Null,
    Streams,
    OpenFiles,
    CoreDumps,
    Priority,
    Isolation,
    Account,
    Privileges,
    Folder,
    Execution,
}

/// Why a child could not execute.
#[derive(Debug)]
pub struct Failure {
    step: Step,
    error: io::Error,
}

impl Step {
    fn failed(self, error: impl Into<io::Error>) -> Failure {
        Failure { step: self, error: error.into() }
    }
}

impl Failure {
    /// In words. `prepared`: if it had come so far.
    pub fn words(&self, prepared: Option<&Prepared>) -> String {
        let text = |text: &CStr| text.to_string_lossy().into_owned();
        let what = match self.step {
            Step::Record => "its number cannot be written down".to_owned(),
            Step::Null => "/dev/null".to_owned(),
            Step::Streams => "its standard streams cannot be set up".to_owned(),
            Step::OpenFiles => "limits.open-files".to_owned(),
            Step::CoreDumps => "limits.core-dumps".to_owned(),
            Step::Priority => "process.priority".to_owned(),
            Step::Isolation => "its /tmp cannot be set up".to_owned(),
            Step::Account => {
                let login = prepared.and_then(|prepared| prepared.login.as_ref());
                format!("cannot become '{}'", login.map_or("", |login| &login.name))
            }
            Step::Privileges => "security.no-new-privileges".to_owned(),
            Step::Folder => {
                let folder = prepared.and_then(|prepared| prepared.folder.as_deref());
                format!("the working directory {}", folder.map(text).unwrap_or_default())
            }
            Step::Execution => {
                let program = prepared.map(|prepared| text(&prepared.program));
                return self.not_executed(&program.unwrap_or_default());
            }
        };
        format!("{what}: {}", self.said())
    }

    fn errno(&self) -> Option<Errno> {
        self.error.raw_os_error().map(Errno::from_raw)
    }

    fn said(&self) -> String {
        self.errno().map_or_else(|| self.error.to_string(), |errno| errno.desc().to_owned())
    }

    /// Why the program cannot be executed; the kernel's word for a missing interpreter is misleading.
    fn not_executed(&self, program: &str) -> String {
        let why = match self.errno() {
            Some(Errno::ENOENT) if Path::new(program).exists() => {
                format!("{} does not exist", interpreter(program))
            }
            Some(Errno::ENOENT) => "it does not exist".to_owned(),
            Some(Errno::EACCES) => "permission denied (is it executable?)".to_owned(),
            Some(Errno::ENOEXEC) => {
                "it is no program for this machine, and has no #! line".to_owned()
            }
            Some(Errno::E2BIG) => "its arguments and environment are too long".to_owned(),
            _ => self.said(),
        };
        format!("{program} could not be executed: {why}")
    }
}

/// Leaves the host: takes signals as any program does, and says who it is. `parent`: the host, without which a main process does not
/// go on.
pub fn leave(launch: &Launch<'_>, parent: u32) -> Result<(), Failure> {
    signals::reset();
    let _ = nix::unistd::setsid();
    record(launch, parent)
}

/// Puts everything in place and executes.
pub fn enter(launch: &Launch<'_>, prepared: &Prepared) -> Failure {
    match in_place(launch, prepared) {
        Err(failure) => failure,
        Ok(()) => Step::Execution.failed(execute(prepared)),
    }
}

fn in_place(launch: &Launch<'_>, prepared: &Prepared) -> Result<(), Failure> {
    streams(launch)?;
    if let Some(login) = &prepared.login {
        let spec = &launch.hosted.spec;
        // As root still: limits that only root may raise.
        resources(spec)?;
        os::isolate(launch.hosted).map_err(|error| Step::Isolation.failed(error))?;
        login.enter().map_err(|error| Step::Account.failed(error))?;
        if spec.security.wants_no_new_privileges() {
            os::no_new_privileges().map_err(|error| Step::Privileges.failed(error))?;
        }
        umask(spec);
    }
    if let Some(folder) = prepared.folder.as_deref() {
        nix::unistd::chdir(folder).map_err(|error| Step::Folder.failed(error))?;
    }
    os::close_on_exec_from(3);
    Ok(())
}

/// A main process says who it is, and does not go on without its host.
fn record(launch: &Launch<'_>, parent: u32) -> Result<(), Failure> {
    let Some(file) = launch.record else { return Ok(()) };
    identity::write(file, process::this()).map_err(|error| Step::Record.failed(error))?;
    let host = rustix::process::getppid().map_or(0, rustix::process::Pid::as_raw_pid);
    if u32::try_from(host) == Ok(parent) { Ok(()) } else { exit_now(NOT_EXECUTED) }
}

fn streams(launch: &Launch<'_>) -> Result<(), Failure> {
    let null = rustix::fs::open(c"/dev/null", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
        .map_err(|error| Step::Null.failed(error))?;
    rustix::stdio::dup2_stdin(&null)
        .and_then(|()| rustix::stdio::dup2_stdout(&launch.stdout))
        .and_then(|()| rustix::stdio::dup2_stderr(&launch.stderr))
        .map_err(|error| Step::Streams.failed(error))
}

fn resources(spec: &Spec) -> Result<(), Failure> {
    if let Some(most) = spec.limits.open_files {
        limit(Resource::Nofile, Some(most)).map_err(|error| Step::OpenFiles.failed(error))?;
    }
    if let Some(wanted) = spec.limits.core_dumps {
        let size = (!wanted).then_some(0);
        limit(Resource::Core, size).map_err(|error| Step::CoreDumps.failed(error))?;
    }
    os::priority(spec.process.priority).map_err(|error| Step::Priority.failed(error))
}

/// Sets the soft and the hard limit; none is no limit.
fn limit(resource: Resource, most: Option<u64>) -> rustix::io::Result<()> {
    setrlimit(resource, Rlimit { current: most, maximum: most })
}

/// The niceness that goes with a priority.
pub const fn nice(priority: Priority) -> i32 {
    match priority {
        Priority::Idle => 19,
        Priority::Low => 10,
        Priority::Normal => 0,
        Priority::High => -10,
    }
}

fn umask(spec: &Spec) {
    let mask = spec.process.umask.unwrap_or(0o022);
    rustix::process::umask(Mode::from_raw_mode(mask as rustix::fs::RawMode));
}

/// Executes; comes back only with an error.
fn execute(prepared: &Prepared) -> io::Error {
    let (arguments, variables) = (&prepared.arguments, &prepared.variables);
    // SAFETY: the path ends with a NUL; both arrays end with a null, and their strings with a NUL; all of them outlive the call.
    unsafe { libc::execve(prepared.program.as_ptr(), arguments.as_ptr(), variables.as_ptr()) };
    io::Error::last_os_error()
}

/// The interpreter that a script asks for, in words.
fn interpreter(program: &str) -> String {
    let contents = fs::read(program).unwrap_or_default();
    let line =
        contents.strip_prefix(b"#!").and_then(|rest| rest.split(|byte| *byte == b'\n').next());
    let line = String::from_utf8_lossy(line.unwrap_or_default()).into_owned();
    let path = line.split_ascii_whitespace().next();
    path.map_or_else(|| "its interpreter".to_owned(), |path| format!("its interpreter {path}"))
}
