//! `svcctl status`: what services are doing, and why they failed.

use std::time::{Duration, SystemTime};

use super::{App, service_names};
use crate::apply::interrupted;
use crate::backend::{LogLine, LogQuery};
use crate::cli;
use crate::error::Result;
use crate::exit::Exit;
use crate::operations::{drift, installed::Record};
use crate::output::json::StatusReport;
use crate::output::screen::Screen;
use crate::output::status as show;
use crate::selection::{self, Group};
use crate::spec::ServiceName;
use crate::state::{HealthState, ServiceState, State};

/// How many lines of a service that is not well are shown.
const LAST_LINES: usize = 10;

/// How often `--watch` looks again.
const WATCH_EVERY: Duration = Duration::from_secs(1);

/// A service's state with the lines that may explain it.
struct Shown {
    state: ServiceState,
    lines: Vec<LogLine>,
}

/// Shows the state; exits with the worst of the services'.
///
/// # Errors
/// When a manager does not answer.
pub fn run(app: &App<'_>, args: &cli::Status) -> Result<Exit> {
    let names = service_names(&args.names)?;
    if args.watch && !app.printer.is_json() {
        return watch(app, &names);
    }
    let groups = find(app, &names)?;
    let states = states(app, &groups)?;
    let exit = worst(&states);
    if app.printer.is_json() {
        app.printer.object(&StatusReport::new(&states))?;
    } else {
        let shown = explain(app, &groups, states);
        app.printer.line(text(app, &shown, !names.is_empty()).trim_end_matches('\n'))?;
    }
    Ok(exit)
}

fn find(app: &App<'_>, names: &[ServiceName]) -> Result<Vec<Group>> {
    if names.is_empty() {
        selection::installed(app.system, app.global)
    } else {
        selection::locate(app.system, app.global, names)
    }
}

fn worst(states: &[ServiceState]) -> Exit {
    states.iter().map(ServiceState::exit_code).fold(Exit::Done, Exit::worst)
}

/// The state of all services of all groups, with what svcctl itself knows added.
///
/// # Errors
/// When a manager does not answer.
pub fn states(app: &App<'_>, groups: &[Group]) -> Result<Vec<ServiceState>> {
    let mut states = Vec::new();
    for group in groups {
        let site = group.place.site(app.system, app.global);
        if let Some(sentence) = interrupted(&site.target.dirs, site.system) {
            app.printer.warning(sentence);
        }
        let names: Vec<_> = group.services.iter().map(|(name, _)| name.clone()).collect();
        let mut found = group.place.backend.states(&names, &site.context())?;
        add_records(&mut found, group, app);
        states.append(&mut found);
    }
    Ok(states)
}

fn add_records(states: &mut [ServiceState], group: &Group, app: &App<'_>) {
    let site = group.place.site(app.system, app.global);
    let receipts = group.services.iter().filter_map(|(_, record)| record.as_ref()?.receipt());
    let artifacts: Vec<_> = receipts.map(|receipt| receipt.artifacts.as_slice()).collect();
    let mut drifts = drift(&artifacts, &site).into_iter();
    for (state, (_, record)) in states.iter_mut().zip(&group.services) {
        let Some(receipt) = record.as_ref().and_then(Record::receipt) else { continue };
        state.drift = drifts.next();
        state.enabled = receipt.enabled;
        state.description = receipt.description.clone().or_else(|| state.description.take());
        if state.state == State::NotInstalled {
            // The receipt says that it is installed: the manager has lost it, which the drift tells.
            state.state = State::Stopped;
        }
    }
}

/// Adds the last lines of those that are not well.
fn explain(app: &App<'_>, groups: &[Group], states: Vec<ServiceState>) -> Vec<Shown> {
    let places = groups.iter().flat_map(|group| group.services.iter().map(move |_| group));
    states
        .into_iter()
        .zip(places)
        .map(|(state, group)| {
            let lines = if unwell(&state) { last_lines(app, group, &state) } else { Vec::new() };
            Shown { state, lines }
        })
        .collect()
}

fn unwell(state: &ServiceState) -> bool {
    matches!(state.state, State::Failed | State::Restarting)
        || state.health == Some(HealthState::Unhealthy)
}

/// The last lines, as far as they can be read: a log that cannot be is no reason not to show the state.
fn last_lines(app: &App<'_>, group: &Group, state: &ServiceState) -> Vec<LogLine> {
    let Ok(name) = ServiceName::new(&state.name) else { return Vec::new() };
    let query = LogQuery { names: vec![name], last: Some(LAST_LINES), ..LogQuery::default() };
    let site = group.place.site(app.system, app.global);
    match group.place.backend.logs(&query, &site.context()) {
        Ok(lines) => lines.filter_map(Result::ok).collect(),
        Err(error) => {
            app.printer.detail(error);
            Vec::new()
        }
    }
}

/// Named services each get a block; all of them get a table, and a block if they are not well.
fn text(app: &App<'_>, shown: &[Shown], named: bool) -> String {
    let now = app.system.now();
    let block = |one: &Shown| show::block(&one.state, &one.lines, now, app.printer.width);
    if named {
        return shown.iter().map(block).collect::<Vec<_>>().join("\n");
    }
    if shown.is_empty() {
        return "no service is installed; svcctl install FILE installs one".to_owned();
    }
    let states: Vec<_> = shown.iter().map(|one| one.state.clone()).collect();
    let table = show::table(&states, now, app.printer.width);
    let unwell: String = shown
        .iter()
        .filter(|one| unwell(&one.state))
        .map(|one| format!("\n{}", block(one)))
        .collect();
    table + &unwell
}

/// Shows it again and again, until interrupted.
fn watch(app: &App<'_>, names: &[ServiceName]) -> Result<Exit> {
    let mut screen = Screen::new();
    loop {
        let groups = find(app, names)?;
        let states = states(app, &groups)?;
        let shown = explain(app, &groups, states);
        let text = text(app, &shown, !names.is_empty());
        if !screen.show(&heading(app.system.now()), &text)? {
            return Ok(Exit::Done);
        }
        app.system.sleep(WATCH_EVERY);
    }
}

fn heading(now: SystemTime) -> String {
    let now = crate::output::human::local(&crate::output::human::rfc3339(now));
    format!("{now}   every 1s, Ctrl-C ends it")
}
