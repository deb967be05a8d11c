//! The supervisor of the embedded manager: one per scope. It makes hosts, and makes them anew when they die; verbs talk to it.
//!
//! It has one thread, and its hosts are forks of it that execute nothing: they share its memory, which is what makes fifty of them
//! cheap. A service that is stopped has no host. If the supervisor dies, its hosts notice by their links, and one of them starts
//! another; the hosts then make themselves known to it.
//!
//! Below the scope's runtime folder: `supervisor.lock` (held by the supervisor), `starter.lock` (held by whoever starts one),
//! `control` (the socket; only its owner may connect) and a folder for each service.

mod hosts;
mod order;
mod serve;
mod verbs;

use std::fs;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::fs::FlockOperation;

use super::link::Program;
use super::process;
use crate::host::Hosted;
use crate::spec::ServiceName;
pub use order::{Needs, Planned, plan};
pub use serve::{Beginning, Supervisor};

/// The folders of one scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// What is installed.
    pub state: PathBuf,
    /// What runs.
    pub runtime: PathBuf,
}

impl Folders {
    /// The hosted file of a service.
    #[must_use]
    pub fn hosted(&self, name: &ServiceName) -> PathBuf {
        self.state.join("hosted").join(format!("{name}.json"))
    }

    /// The runtime folder of a service.
    #[must_use]
    pub fn service(&self, name: &ServiceName) -> PathBuf {
        self.runtime.join("services").join(name.as_str())
    }

    /// The services that come up with the supervisor.
    #[must_use]
    pub fn enabled(&self) -> Vec<ServiceName> {
        names_in(&self.state.join("enabled"), "")
    }

    /// All that are installed.
    #[must_use]
    pub fn installed(&self) -> Vec<ServiceName> {
        names_in(&self.state.join("hosted"), ".json")
    }
}

fn names_in(folder: &Path, suffix: &str) -> Vec<ServiceName> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let name = |entry: fs::DirEntry| {
        let file = entry.file_name();
        ServiceName::new(file.to_str()?.strip_suffix(suffix)?).ok()
    };
    let mut names: Vec<_> = entries.flatten().filter_map(name).collect();
    names.sort();
    names
}

/// The scope's runtime folder, from that of one service.
#[must_use]
pub fn root_of(service: &Path) -> PathBuf {
    service.parent().and_then(Path::parent).unwrap_or(service).to_owned()
}

/// Connects to the supervisor.
///
/// # Errors
/// When none is there.
pub fn connect(runtime: &Path) -> io::Result<UnixStream> {
    UnixStream::connect(runtime.join("control"))
}

/// A lock on a file that is made if missing; none when another process has it.
pub(super) fn lock(path: &Path) -> io::Result<Option<OwnedFd>> {
    let file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file.into())),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Makes the runtime folder: everybody may look at states, and only the owner may change anything.
pub(super) fn make_runtime(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o755).create(folder)
}

/// Starts a detached supervisor and waits until it can be connected to.
///
/// # Errors
/// When it cannot be executed, or ends at once; with what it said.
pub fn start(folders: &Folders, program: &Path) -> io::Result<()> {
    make_runtime(&folders.runtime)?;
    let mut command = Command::new(program);
    command.arg("supervise").arg("--detached").arg("--state-dir").arg(&folders.state);
    command.arg("--runtime-dir").arg(&folders.runtime);
    command.env_clear().current_dir("/").process_group(0);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let mut said = String::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_string(&mut said)?;
    }
    // The child is the parent of the supervisor, and ends when that is ready.
    let status = child.wait()?;
    if status.success() {
        return Ok(());
    }
    let mut why = String::new();
    if let Some(mut stderr) = child.stderr.take() {
        stderr.read_to_string(&mut why)?;
    }
    Err(io::Error::other(format!("the supervisor did not start: {}", why.trim())))
}

/// Starts a supervisor for a host that has lost its own, unless another host is at it.
pub fn start_unless_started(runtime: &Path, program: &Program, hosted: &Hosted) {
    let Ok(Some(_starter)) = lock(&runtime.join("starter.lock")) else { return };
    if connect(runtime).is_ok() {
        return;
    }
    let state = Path::new(&hosted.credentials).parent().and_then(Path::parent);
    let folders = Folders {
        state: state.unwrap_or_else(|| Path::new("/")).to_owned(),
        runtime: runtime.to_owned(),
    };
    // What is started must not become this host's own by being orphaned.
    let _ = process::be_subreaper(false);
    let _ = start(&folders, Path::new(&program.path));
    let _ = process::be_subreaper(true);
}
