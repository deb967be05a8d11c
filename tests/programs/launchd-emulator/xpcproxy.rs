//! The child's side of starting a job: becomes the user, opens the files, executes the program.
//!
//! The order comes on standard input. Standard output is the status pipe: it closes by itself when the program is executed,
//! and carries `program REASON` or `other REASON` when it cannot be.

use crate::outcome::EX_CONFIG;
use crate::spawn::{Identity, Order};
use rustix::process::{Resource, Rlimit, Signal};
use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};

type Refusal = (&'static str, Error);

/// Executes the order, or exits with 78.
pub fn main() -> ExitCode {
    let status = std::io::stdout().as_fd().try_clone_to_owned();
    let (kind, error) = run();
    if let Ok(status) = status {
        drop(write!(File::from(status), "{kind} {error}"));
    }
    ExitCode::from(u8::try_from(EX_CONFIG).unwrap_or(1))
}

/// Returns only when it fails.
fn run() -> Refusal {
    match prepare() {
        Ok(mut program) => {
            let error = program.exec();
            let missing = matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied);
            (if missing { "program" } else { "other" }, error)
        }
        Err(error) => ("other", error),
    }
}

fn prepare() -> Result<Command, Error> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let order: Order = serde_json::from_str(&text)?;
    rustix::process::setsid()?;
    limits(&order)?;
    make_log_folders(&order);
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(order.umask));
    if let Some(identity) = &order.identity {
        become_user(identity)?;
    }
    // Set last, as a change of user clears it: no job outlives the emulator.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    std::env::set_current_dir(&order.working_directory)?;
    command(&order)
}

fn command(order: &Order) -> Result<Command, Error> {
    let mut program = Command::new(&order.program);
    if let Some((name, rest)) = order.arguments.split_first() {
        program.arg0(name).args(rest);
    }
    program.env_clear().envs(&order.environment);
    let input =
        order.standard_in.as_deref().filter(|path| Path::new(path).exists()).unwrap_or("/dev/null");
    program.stdin(File::open(input)?);
    program.stdout(log_file(order.standard_out.as_deref())?);
    program.stderr(log_file(order.standard_error.as_deref())?);
    Ok(program)
}

fn log_file(path: Option<&str>) -> Result<File, Error> {
    OpenOptions::new().append(true).create(true).open(path.unwrap_or("/dev/null"))
}

/// A missing folder is made before the user changes, with the mode that the real one gives it: nobody else can enter it.
fn make_log_folders(order: &Order) {
    for path in [&order.standard_out, &order.standard_error].into_iter().flatten() {
        if let Some(folder) = Path::new(path).parent() {
            drop(std::fs::DirBuilder::new().recursive(true).mode(0o744).create(folder));
        }
    }
}

fn become_user(identity: &Identity) -> Result<(), Error> {
    let groups: Vec<_> =
        identity.groups.iter().map(|gid| rustix::process::Gid::from_raw(*gid)).collect();
    rustix::thread::set_thread_groups(&groups)?;
    rustix::thread::set_thread_gid(rustix::process::Gid::from_raw(identity.gid))?;
    rustix::thread::set_thread_uid(rustix::process::Uid::from_raw(identity.uid))?;
    Ok(())
}

fn limits(order: &Order) -> Result<(), Error> {
    if let Some(nice) = order.nice {
        rustix::process::setpriority_process(None, nice)?;
    }
    for (name, maximum) in &order.hard_limits {
        set_limit(name, |old| Rlimit {
            current: old.current.map(|soft| soft.min(*maximum)).or(Some(*maximum)),
            maximum: Some(*maximum),
        })?;
    }
    for (name, current) in &order.soft_limits {
        set_limit(name, |old| Rlimit {
            current: Some(old.maximum.map_or(*current, |hard| hard.min(*current))),
            ..old
        })?;
    }
    Ok(())
}

fn set_limit(name: &str, change: impl Fn(Rlimit) -> Rlimit) -> Result<(), Error> {
    let Some(resource) = resource(name) else { return Ok(()) };
    let old = rustix::process::getrlimit(resource);
    rustix::process::setrlimit(resource, change(old))?;
    Ok(())
}

fn resource(name: &str) -> Option<Resource> {
    Some(match name {
        "Core" => Resource::Core,
        "CPU" => Resource::Cpu,
        "Data" => Resource::Data,
        "FileSize" => Resource::Fsize,
        "MemoryLock" => Resource::Memlock,
        "NumberOfFiles" => Resource::Nofile,
        "NumberOfProcesses" => Resource::Nproc,
        "ResidentSetSize" => Resource::Rss,
        "Stack" => Resource::Stack,
        _ => return None,
    })
}
