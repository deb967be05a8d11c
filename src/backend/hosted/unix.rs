//! What hosted services do, from their state files, checked against the process table; and signals for their hosts.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, UNIX_EPOCH};

use crate::backend::Context;
use crate::error::{Error, Result};
use crate::host;
use crate::host::state::{Process, Snapshot};
use crate::host::unix::process::{self, Stat};
use crate::host::unix::{child, signals};
use crate::spec::ServiceName;
use crate::state::{ExitInfo, ServiceState, State};

/// How long a state is read again that the process table does not bear out. A host that lives is about to say what happened, as
/// soon as the machine lets it; one that is gone may have a successor, where the manager does not say.
const HOST: Duration = Duration::from_secs(1);
const SUCCESSOR: Duration = Duration::from_millis(40);
/// The pause before it is read again.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// The state of one service, as far as its host tells: whether it is enabled is for the backend to say.
pub fn state(name: &ServiceName, context: &Context<'_>) -> Result<ServiceState> {
    let target = context.target;
    let folder = PathBuf::from(host::runtime_dir(target, name));
    let mut state = ServiceState::not_installed(name, target.scope, target.manager);
    let (snapshot, main) = settled(&folder, SUCCESSOR)?;
    let at_rest = snapshot.as_ref().is_none_or(|snapshot| snapshot.state == State::Stopped);
    if at_rest && !is_there(context, &host::path(target, name))? {
        return Ok(state);
    }
    state.state = State::Stopped;
    if let Some(snapshot) = snapshot {
        fill(&mut state, snapshot, main);
    }
    Ok(state)
}

/// What the host of a service that runs says of it, once that is true; of one that is gone, its last word.
#[cfg(target_os = "linux")]
pub fn current(name: &ServiceName, context: &Context<'_>) -> Option<Snapshot> {
    settled(Path::new(&host::runtime_dir(context.target, name)), Duration::ZERO).ok()?.0
}

/// The last word of the service's host; none where it has left none.
pub fn snapshot(name: &ServiceName, context: &Context<'_>) -> Option<Snapshot> {
    host::state::read(Path::new(&host::runtime_dir(context.target, name))).ok().flatten()
}

/// Whether it lives: the same process, not a later one with its number.
pub fn lives(process: Process) -> bool {
    process::lives(process)
}

/// The process that has this number now, if any has.
pub fn find(pid: u32) -> Option<Process> {
    let process = process::identify(pid);
    process::lives(process).then_some(process)
}

/// Sends a signal to a process that is held by more than its number.
pub fn signal(process: Process, name: &str) -> std::io::Result<()> {
    let gone = || std::io::Error::from(std::io::ErrorKind::NotFound);
    let number = signals::number(name).ok_or(std::io::ErrorKind::InvalidInput)?;
    process::Handle::open(process).ok_or_else(gone)?.signal(number)
}

/// Something is there, or may be: a folder that may not be looked into says nothing against it.
pub fn is_there(context: &Context<'_>, path: &str) -> Result<bool> {
    match context.system.is_there(Path::new(path)) {
        Ok(there) => Ok(there),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Ok(true),
        Err(error) => Err(Error::io(path, &error)),
    }
}

/// The snapshot, once it is true, and what the process table says of the main process. A host that is gone has a successor in that
/// time or not at all.
fn settled(folder: &Path, successor: Duration) -> Result<(Option<Snapshot>, Option<Stat>)> {
    let begun = Instant::now();
    loop {
        let read = host::state::read(folder);
        let read = read.map_err(|error| Error::io(folder.display(), &error))?;
        let Some(snapshot) = read else { return Ok((None, None)) };
        let main = snapshot.main.and_then(process::living);
        if is_true(&snapshot, main.as_ref()) {
            return Ok((Some(snapshot), main));
        }
        let patience = if process::lives(snapshot.host) { HOST } else { successor };
        if begun.elapsed() >= patience {
            return Ok((Some(left_alone(snapshot)), main));
        }
        std::thread::sleep(LOOK_AGAIN);
    }
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
    // Whose child lives is alive.
    let host_lives =
        looked.as_ref().is_some_and(|main| main.parent == host.pid) || process::lives(host);
    if main.is_some() {
        let (memory, cpu) = looked.map_or((0, 0), usage_from);
        (state.memory_bytes, state.cpu_ns) = (Some(memory), Some(cpu));
    }
    if host_lives {
        state.native.insert(super::HOST.to_owned(), host.pid.into());
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
pub fn usage(main: Process) -> (Option<u64>, Option<u64>) {
    let (memory, cpu) = process::living(main).map_or((0, 0), usage_from);
    (Some(memory), Some(cpu))
}

/// The same, where the process was just looked at.
fn usage_from(main: Stat) -> (u64, u64) {
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
