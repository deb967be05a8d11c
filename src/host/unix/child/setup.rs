//! What a forked child does before it executes: each step, and the words for its failure.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ffi::CString;
use std::fmt::Display;
use std::fs;
use std::io;
use std::os::fd::BorrowedFd;
use std::path::Path;

use nix::errno::Errno;
use rustix::process::{Resource, Rlimit, setrlimit};

use super::{Launch, Login, exit_now, identity, os};
use crate::host::environment::{default_path, parse};
use crate::host::unix::{credentials, process, signals};
use crate::spec::{EnvironmentFile, Priority, Spec};
use crate::target::{Os, Scope};

/// What a child that could not execute exits with; the report says why.
const NOT_EXECUTED: i32 = 127;

/// Puts everything in place and executes; tells the host if that fails.
pub fn become_service(launch: &Launch<'_>, parent: u32, report: BorrowedFd<'_>) -> ! {
    let Err(why) = execute(launch, parent);
    let _ = rustix::io::write(report, why.as_bytes());
    exit_now(NOT_EXECUTED)
}

fn execute(launch: &Launch<'_>, parent: u32) -> Result<Infallible, String> {
    signals::reset();
    let _ = nix::unistd::setsid();
    record(launch, parent)?;
    let spec = &launch.hosted.spec;
    let login = launch.own.cloned().map_or_else(|| Login::of(launch.hosted), Ok)?;
    // As root still: files that only root may read, limits that only root may raise.
    if launch.hosted.is_prepared() {
        streams(launch)?;
        os::close_on_exec_from(3);
        return replace(launch.command, &inherited(launch));
    }
    let environment = environment(launch, &login)?;
    streams(launch)?;
    resources(spec)?;
    os::isolate(launch.hosted).map_err(|error| format!("its /tmp cannot be set up: {error}"))?;
    login.enter().map_err(|error| format!("cannot become '{}': {}", login.name, error.desc()))?;
    if spec.security.wants_no_new_privileges() {
        os::no_new_privileges().map_err(|error| failed("security.no-new-privileges", error))?;
    }
    working_directory(launch, &login)?;
    umask(spec);
    os::close_on_exec_from(3);
    replace(launch.command, &environment)
}

fn failed(what: &str, error: impl Display) -> String {
    format!("{what}: {error}")
}

/// A main process says who it is, and does not go on without its host.
fn record(launch: &Launch<'_>, parent: u32) -> Result<(), String> {
    let Some(file) = launch.record else { return Ok(()) };
    identity::write(file, process::this())
        .map_err(|error| failed("its number cannot be written down", error))?;
    let host = rustix::process::getppid().map_or(0, rustix::process::Pid::as_raw_pid);
    if u32::try_from(host) == Ok(parent) { Ok(()) } else { exit_now(NOT_EXECUTED) }
}

/// What the manager gave the host, but for what is between those two only.
fn inherited(launch: &Launch<'_>) -> BTreeMap<String, String> {
    const OURS: [&str; 6] = [
        "NOTIFY_SOCKET",
        "WATCHDOG_PID",
        "WATCHDOG_USEC",
        "MAINPID",
        "SYSTEMD_EXEC_PID",
        "FDSTORE",
    ];
    let mut all: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| !OURS.contains(&name.as_str()))
        .collect();
    all.extend(launch.variables.iter().cloned());
    all
}

fn environment(launch: &Launch<'_>, login: &Login) -> Result<BTreeMap<String, String>, String> {
    let process = &launch.hosted.spec.process;
    let mut all = BTreeMap::from(
        [
            ("PATH", default_path(Os::here())),
            ("HOME", &login.home),
            ("USER", &login.name),
            ("LOGNAME", &login.name),
            ("SHELL", &login.shell),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    for file in &process.environment_files {
        all.extend(environment_file(file)?);
    }
    all.extend(process.environment.clone());
    all.extend(launch.variables.iter().cloned());
    if !launch.hosted.spec.credentials.is_empty() {
        let folder = credentials::provide(launch.hosted, login)?;
        all.insert("CREDENTIALS_DIRECTORY".to_owned(), folder.display().to_string());
    }
    Ok(all)
}

fn environment_file(file: &EnvironmentFile) -> Result<Vec<(String, String)>, String> {
    match fs::read_to_string(&file.path) {
        Ok(text) => {
            parse(&text).map_err(|why| format!("the environment file {}: {why}", file.path))
        }
        Err(error) if file.optional && error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(failed(&format!("the environment file {}", file.path), error)),
    }
}

fn streams(launch: &Launch<'_>) -> Result<(), String> {
    let null = fs::File::open("/dev/null").map_err(|error| failed("/dev/null", error))?;
    let moved = rustix::stdio::dup2_stdin(&null)
        .and_then(|()| rustix::stdio::dup2_stdout(&launch.stdout))
        .and_then(|()| rustix::stdio::dup2_stderr(&launch.stderr));
    moved.map_err(|error| failed("its standard streams cannot be set up", error))
}

fn resources(spec: &Spec) -> Result<(), String> {
    if let Some(most) = spec.limits.open_files {
        limit(Resource::Nofile, Some(most)).map_err(|error| failed("limits.open-files", error))?;
    }
    if let Some(wanted) = spec.limits.core_dumps {
        let size = (!wanted).then_some(0);
        limit(Resource::Core, size).map_err(|error| failed("limits.core-dumps", error))?;
    }
    os::priority(spec.process.priority).map_err(|error| failed("process.priority", error))
}

/// Sets the soft and the hard limit; none is no limit.
fn limit(resource: Resource, most: Option<u64>) -> io::Result<()> {
    Ok(setrlimit(resource, Rlimit { current: most, maximum: most })?)
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

fn working_directory(launch: &Launch<'_>, login: &Login) -> Result<(), String> {
    let default = match launch.hosted.scope {
        Scope::System => "/",
        Scope::User => login.home.as_str(),
    };
    let folder = launch.hosted.spec.process.working_directory.as_deref().unwrap_or(default);
    std::env::set_current_dir(folder)
        .map_err(|error| failed(&format!("the working directory {folder}"), error))
}

fn umask(spec: &Spec) {
    let mask = spec.process.umask.unwrap_or(0o022);
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(mask as rustix::fs::RawMode));
}

fn replace(
    command: &[String],
    environment: &BTreeMap<String, String>,
) -> Result<Infallible, String> {
    let text = |text: String| CString::new(text).map_err(|_| "a value holds a NUL".to_owned());
    let program = command.first().cloned().unwrap_or_default();
    let path = text(program.clone())?;
    let arguments = command.iter().cloned().map(text).collect::<Result<Vec<_>, _>>()?;
    let variables: Vec<_> = environment
        .iter()
        .map(|(name, value)| text(format!("{name}={value}")))
        .collect::<Result<_, _>>()?;
    nix::unistd::execve(&path, &arguments, &variables)
        .map_err(|errno| not_executed(&program, errno))
}

/// Why a program cannot be executed; the kernel's word for a missing interpreter is misleading.
fn not_executed(program: &str, errno: Errno) -> String {
    match errno {
        Errno::ENOENT if Path::new(program).exists() => {
            let interpreter = interpreter(program).unwrap_or_else(|| "its interpreter".to_owned());
            format!("{program} could not be executed: {interpreter} does not exist")
        }
        Errno::ENOENT => format!("{program} could not be executed: it does not exist"),
        Errno::EACCES => {
            format!("{program} could not be executed: permission denied (is it executable?)")
        }
        Errno::ENOEXEC => format!(
            "{program} could not be executed: it is no program for this machine, and has no #! line"
        ),
        Errno::E2BIG => {
            format!("{program} could not be executed: its arguments and environment are too long")
        }
        errno => format!("{program} could not be executed: {}", errno.desc()),
    }
}

/// The interpreter that a script asks for.
fn interpreter(program: &str) -> Option<String> {
    let contents = fs::read(program).ok()?;
    let line = contents.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line).into_owned();
    line.split_ascii_whitespace().next().map(|path| format!("its interpreter {path}"))
}
