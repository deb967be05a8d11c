//! Waiting for a job to have started. launchd knows no readiness, and shows a job that crashes as running for half a second.

use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::backend::Deadline;
use crate::backend::launchd::control::Service;
use crate::backend::launchd::domain::Domain;
use crate::backend::launchd::launchctl::Query;
use crate::backend::launchd::status::{self, Seen};
use crate::error::{Error, ErrorKind, Result};
use crate::host;
use crate::state::{ServiceState, State};

/// A job without a host counts as started when the same process has lived this long: crashes were seen up to 540 ms after the start.
const SETTLED: Duration = Duration::from_millis(1200);
/// How long a host may take to say for the first time what it does.
const BEGINNING: Duration = Duration::from_secs(2);
/// Between two looks at a beginning.
const FIRST_LOOK: Duration = Duration::from_millis(10);
/// Between two looks.
const POLL: Duration = Duration::from_millis(50);
/// What a host needs beyond the service's own time to say that it failed.
const HOST_MARGIN: Duration = Duration::from_secs(5);

/// Waits until the service runs, or has done its work, or has failed.
///
/// # Errors
/// Of kind `System` if it failed, with the reason; `Timeout` if the deadline passed first.
pub fn until_started(service: &Service<'_>, domain: Domain) -> Result<()> {
    let system = service.context.system;
    let begun = system.now();
    let patience = patience(service);
    let mut steady = Steady::default();
    loop {
        let (state, has_run) = look(service, domain)?;
        match state.state {
            State::Running
                if service.installed.hosted || steady.is_settled(state.pid, system.now()) =>
            {
                return Ok(());
            }
            // It ended with success before anybody could look: there is nothing to wait for.
            State::Stopped if has_run => return Ok(()),
            State::Failed => return Err(failed(service, &state)),
            State::Restarting if !service.installed.hosted => return Err(failed(service, &state)),
            State::Running
            | State::Starting
            | State::Reloading
            | State::Stopping
            | State::Restarting
            | State::Stopped
            | State::NotInstalled => {}
        }
        if system.now().duration_since(begun).unwrap_or_default() >= patience {
            return Err(late(service, patience));
        }
        system.sleep(POLL);
    }
}

/// Waits until a host has begun, which it has in milliseconds, so that whoever asks next gets a true answer.
///
/// # Errors
/// When launchd cannot be asked.
pub fn until_begun(service: &Service<'_>, domain: Domain) -> Result<()> {
    let system = service.context.system;
    let end = system.now() + BEGINNING;
    while service.installed.hosted && system.now() < end {
        let (state, has_run) = look(service, domain)?;
        // A host that has said since when, has begun: it may wait for others, or run a hook, for a long time.
        if has_run && (state.since.is_some() || state.state != State::Starting) {
            break;
        }
        system.sleep(FIRST_LOOK);
    }
    Ok(())
}

/// The process that was seen, and since when.
#[derive(Default)]
struct Steady(Option<(u32, SystemTime)>);

impl Steady {
    fn is_settled(&mut self, pid: Option<u32>, now: SystemTime) -> bool {
        let Some(pid) = pid else { return false };
        match self.0 {
            Some((known, since)) if known == pid => {
                now.duration_since(since).unwrap_or_default() >= SETTLED
            }
            Some(_) | None => {
                self.0 = Some((pid, now));
                false
            }
        }
    }
}

/// The state, and whether launchd has spawned it at all: that comes a moment after it was loaded.
fn look(service: &Service<'_>, domain: Domain) -> Result<(ServiceState, bool)> {
    let Query::Loaded(printed) = service.launchctl.query(domain, &service.installed.label)? else {
        let message =
            format!("{} has gone from {domain} while it was started", service.installed.name);
        return Err(
            Error::system(message).hint("somebody else unloaded it: `svcctl start` once more")
        );
    };
    let target = service.context.target;
    let runtime = host::runtime_dir(target, &service.installed.name);
    let has_run = printed.runs != Some(0);
    let seen = Seen {
        installed: service.installed,
        loaded: Some((domain, *printed)),
        snapshot: host::state::read(Path::new(&runtime)).ok().flatten(),
        disabled: false,
    };
    Ok((status::state(&seen, target.scope), has_run))
}

fn patience(service: &Service<'_>) -> Duration {
    match (service.deadline, &service.installed.spec) {
        (Deadline::Within(time), _) => time,
        (Deadline::Own | Deadline::NoWait, Some(spec)) => spec.start.timeout + HOST_MARGIN,
        (Deadline::Own | Deadline::NoWait, None) => SETTLED + HOST_MARGIN,
    }
}

fn failed(service: &Service<'_>, state: &ServiceState) -> Error {
    let name = &service.installed.name;
    let reason = state.exit.as_ref().and_then(|exit| exit.reason.clone());
    let message =
        format!("{name} failed: {}", reason.unwrap_or_else(|| "it ended without a word".into()));
    Error::system(message).hint(format!("svcctl logs {name}"))
}

fn late(service: &Service<'_>, patience: Duration) -> Error {
    let name = &service.installed.name;
    let message = format!("{name} was not running within {}", humantime::format_duration(patience));
    Error::new(ErrorKind::Timeout, message).hint(format!("svcctl status {name}"))
}
