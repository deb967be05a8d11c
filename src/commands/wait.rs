//! `svcctl wait`: for scripts.

use std::time::Duration;

use super::{App, service_names, status};
use crate::cli::{self, Awaited};
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::output::{self, json::StatusReport};
use crate::selection;
use crate::spec::ServiceName;
use crate::state::{HealthState, ServiceState, State};

/// How often it looks.
const EVERY: Duration = Duration::from_millis(100);

/// How long it waits unless `--timeout` says otherwise.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(90);

/// How far a service is from what is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// It is there.
    Reached,
    /// It may get there by itself.
    OnTheWay,
    /// It will not get there unless somebody does something.
    Elsewhere,
}

/// Waits until all of them are in the state, or one has ended in another.
///
/// # Errors
/// `NoService`; `Timeout` when the time is up.
pub fn run(app: &App<'_>, args: &cli::Wait) -> Result<Exit> {
    let names = service_names(&args.names)?;
    let spinner = output::Progress::start(&app.printer, "waiting for", &names);
    let (states, exit) = settled(app, args, &names)?;
    spinner.end();
    finish(app, &states, exit)
}

/// Looks until it is decided.
fn settled(
    app: &App<'_>,
    args: &cli::Wait,
    names: &[ServiceName],
) -> Result<(Vec<ServiceState>, Exit)> {
    let timeout = app.global.timeout.unwrap_or(DEFAULT_TIMEOUT);
    let end = app.system.now().checked_add(timeout);
    loop {
        let groups = selection::locate(app.system, app.global, names)?;
        let states = status::states(app, &groups)?;
        let ways: Vec<_> = states.iter().map(|service| progress(service, args.state)).collect();
        if let Some(missing) = states.iter().find(|one| one.state == State::NotInstalled) {
            return Err(Error::new(
                ErrorKind::NoService,
                format!("there is no service '{}'", missing.name),
            ));
        }
        if ways.iter().all(|way| *way == Progress::Reached) {
            return Ok((states, Exit::Done));
        }
        if ways.contains(&Progress::Elsewhere) {
            return Ok((states, Exit::No));
        }
        if end.is_none_or(|end| app.system.now() >= end) {
            return Err(timed_out(&states, args.state, timeout));
        }
        app.system.sleep(EVERY);
    }
}

fn progress(service: &ServiceState, awaited: Awaited) -> Progress {
    match (awaited, service.state) {
        (Awaited::Running, State::Running | State::Reloading)
        | (Awaited::Stopped, State::Stopped) => Progress::Reached,
        (Awaited::Healthy, State::Running) => match service.health {
            Some(HealthState::Healthy) => Progress::Reached,
            Some(HealthState::Starting | HealthState::Unhealthy) => Progress::OnTheWay,
            // It is never asked how it is, so it will never say.
            None => Progress::Elsewhere,
        },
        (_, State::Failed | State::NotInstalled)
        | (Awaited::Running | Awaited::Healthy, State::Stopped) => Progress::Elsewhere,
        (_, State::Starting | State::Stopping | State::Restarting | State::Reloading)
        | (Awaited::Stopped, State::Running) => Progress::OnTheWay,
    }
}

fn finish(app: &App<'_>, states: &[ServiceState], exit: Exit) -> Result<Exit> {
    if app.printer.is_json() {
        app.printer.object(&StatusReport::new(states))?;
    }
    for service in states {
        app.printer.line(format!("{}: {}", service.name, service.state.word()))?;
    }
    Ok(exit)
}

fn timed_out(states: &[ServiceState], awaited: Awaited, timeout: Duration) -> Error {
    let late: Vec<_> = states
        .iter()
        .filter(|service| progress(service, awaited) != Progress::Reached)
        .map(|service| format!("{} is {}", service.name, service.state.word()))
        .collect();
    let time = humantime::format_duration(timeout);
    Error::new(ErrorKind::Timeout, format!("{} after {time}", late.join(", ")))
        .hint("svcctl status says more; --timeout waits longer")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::ServiceName;
    use crate::target::{ManagerId, Scope};

    fn service(state: State, health: Option<HealthState>) -> ServiceState {
        let name = ServiceName::new("web").unwrap();
        let unknown = ServiceState::not_installed(&name, Scope::System, ManagerId::Systemd);
        ServiceState { state, health, ..unknown }
    }

    #[test]
    fn a_service_that_has_ended_elsewhere_is_not_waited_for() {
        let failed = service(State::Failed, None);
        for awaited in [Awaited::Running, Awaited::Stopped, Awaited::Healthy] {
            assert_eq!(progress(&failed, awaited), Progress::Elsewhere);
        }
        assert_eq!(progress(&service(State::Stopped, None), Awaited::Running), Progress::Elsewhere);
        assert_eq!(progress(&service(State::Running, None), Awaited::Healthy), Progress::Elsewhere);
    }

    #[test]
    fn what_may_still_come_is_waited_for() {
        assert_eq!(
            progress(&service(State::Restarting, None), Awaited::Running),
            Progress::OnTheWay
        );
        assert_eq!(progress(&service(State::Running, None), Awaited::Stopped), Progress::OnTheWay);
        let sick = service(State::Running, Some(HealthState::Unhealthy));
        assert_eq!(progress(&sick, Awaited::Healthy), Progress::OnTheWay);
    }
}
