//! What services do, from their state files, checked against the process table.

use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use crate::backend::{Context, Outcome};
use crate::error::{Error, Result};
use crate::host;
use crate::host::state::Snapshot;
use crate::host::unix::child;
use crate::host::unix::process::{self, Stat};
use crate::spec::ServiceName;
use crate::state::{ExitInfo, ServiceState, State};
use crate::system::Entry;
use crate::target::ManagerId;

pub use super::control::control;

/// How often a state is read again that the process table does not bear out, and the pause before: its host is just about to say so.
const SECOND_LOOKS: (u32, Duration) = (20, Duration::from_millis(2));

/// The state of one service.
pub fn state(name: &ServiceName, context: &Context<'_>) -> Result<ServiceState> {
    let target = context.target;
    let folder = PathBuf::from(host::runtime_dir(target, name));
    let mut state = ServiceState::not_installed(name, target.scope, ManagerId::Embedded);
    let (snapshot, main) = settled(&folder)?;
    let installed = is_there(context, &host::path(target, name))?;
    if !installed && snapshot.as_ref().is_none_or(|snapshot| snapshot.state == State::Stopped) {
        return Ok(state);
    }
    state.enabled = is_there(context, &super::link(target, name))?;
    state.state = State::Stopped;
    if let Some(snapshot) = snapshot {
        fill(&mut state, snapshot, main);
    }
    Ok(state)
}

/// Something is there, or may be: a folder that may not be looked into says nothing against it.
fn is_there(context: &Context<'_>, path: &str) -> Result<bool> {
    match context.system.entry(Path::new(path)) {
        Ok(entry) => Ok(entry != Entry::Missing),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Ok(true),
        Err(error) => Err(Error::io(path, &error)),
    }
}

/// The snapshot, once it is true, and what the process table says of the main process.
fn settled(folder: &Path) -> Result<(Option<Snapshot>, Option<Stat>)> {
    let read = || host::state::read(folder).map_err(|error| Error::io(folder.display(), &error));
    for _ in 0..SECOND_LOOKS.0 {
        let Some(snapshot) = read()? else { return Ok((None, None)) };
        let main = snapshot.main.and_then(process::living);
        if is_true(&snapshot, main.as_ref()) {
            return Ok((Some(snapshot), main));
        }
        std::thread::sleep(SECOND_LOOKS.1);
    }
    let Some(snapshot) = read()? else { return Ok((None, None)) };
    let main = snapshot.main.and_then(process::living);
    let is_true = is_true(&snapshot, main.as_ref());
    Ok((Some(if is_true { snapshot } else { left_alone(snapshot) }), main))
}

/// Whether the processes that the snapshot speaks of are there.
fn is_true(snapshot: &Snapshot, main: Option<&Stat>) -> bool {
    match snapshot.state {
        State::NotInstalled | State::Stopped | State::Failed => true,
        State::Running | State::Reloading => main.is_some(),
        State::Starting | State::Stopping | State::Restarting => process::lives(snapshot.host),
    }
}

/// The host and the service are gone, and nobody brings them back: a reboot, or a container that was killed.
fn left_alone(mut snapshot: Snapshot) -> Snapshot {
    let main = snapshot.main.take_if(|main| !process::lives(*main));
    if snapshot.main.is_none() && !process::lives(snapshot.host) {
        snapshot.state = State::Stopped;
        let reason = "ended together with its host".to_owned();
        snapshot.exit = main
            .map(|_| ExitInfo { reason: Some(reason), ..ExitInfo::default() })
            .or(snapshot.exit);
    }
    snapshot
}

fn fill(state: &mut ServiceState, snapshot: Snapshot, looked: Option<Stat>) {
    let Snapshot {
        schema: _,
        state: now,
        main,
        host,
        since,
        restarts,
        exit,
        trouble,
        health,
        status,
    } = snapshot;
    state.state = now;
    state.pid = main.map(|main| main.pid);
    let since = UNIX_EPOCH + Duration::from_millis(since);
    state.since = Some(humantime::format_rfc3339_millis(since).to_string());
    state.restarts = Some(restarts);
    state.exit = explained(exit, trouble, now);
    state.health = health;
    if main.is_some() {
        let (memory, cpu) = looked.map_or((0, 0), usage);
        (state.memory_bytes, state.cpu_ns) = (Some(memory), Some(cpu));
    }
    if process::lives(host) {
        state.native.insert("host-pid".to_owned(), host.pid.into());
    }
    if let Some(status) = status {
        state.native.insert("status".to_owned(), status.into());
    }
}

/// What went wrong says more than how the process ended.
fn explained(exit: Option<ExitInfo>, trouble: Option<String>, state: State) -> Option<ExitInfo> {
    match (state, trouble) {
        (State::Failed | State::Restarting, Some(trouble)) => {
            Some(ExitInfo { reason: Some(trouble), ..exit.unwrap_or_default() })
        }
        _ => exit,
    }
}

/// Memory, in bytes, and CPU time, in nanoseconds, of a process and all that came from it.
fn usage(main: Stat) -> (u64, u64) {
    let (mut pages, mut ticks) = (0, 0);
    let mut family = vec![main];
    while let Some(stat) = family.pop() {
        pages += stat.pages;
        ticks += stat.ticks;
        family.extend(process::children_of(&stat).into_iter().filter_map(process::stat));
    }
    let page = u64::try_from(rustix::param::page_size()).unwrap_or(4096);
    let hertz = rustix::param::clock_ticks_per_second().max(1);
    (pages * page, ticks * (1_000_000_000 / hertz))
}

/// Whether a service can be given a /tmp of its own: that takes a namespace of mounts, which containers often refuse.
pub fn has_private_tmp() -> bool {
    let worker = child::fork_worker(child::can_isolate);
    worker.ok().and_then(|process| i32::try_from(process.pid).ok()).is_some_and(|pid| {
        let pid = rustix::process::Pid::from_raw(pid);
        let ended = rustix::process::waitpid(pid, rustix::process::WaitOptions::empty());
        matches!(ended, Ok(Some((_, status))) if status.exit_status() == Some(0))
    })
}

/// An outcome of nothing but an error.
pub fn failed(name: &ServiceName, error: Error) -> Outcome {
    Outcome { name: name.clone(), changed: false, warnings: Vec::new(), error: Some(error) }
}
