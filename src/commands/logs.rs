//! `svcctl logs`: one interface over the managers' logs and files.

use super::{App, service_names};
use crate::backend::{LogLine, LogQuery, LogStream};
use crate::cli::{self, Lines};
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::logs::merge;
use crate::output::style::{self, FAINT, NAME};
use crate::output::table::printable;
use crate::output::{human, json};
use crate::selection::{self, Group};
use crate::state::State;

/// How many lines are shown unless told otherwise.
const DEFAULT_LINES: usize = 100;

/// Shows what services wrote.
///
/// # Errors
/// When a log cannot be read.
pub fn run(app: &App<'_>, args: &cli::Logs) -> Result<Exit> {
    let names = service_names(&args.names)?;
    let groups = selection::locate(app.system, app.global, &names)?;
    let sites: Vec<_> =
        groups.iter().map(|group| (group, group.place.site(app.system, app.global))).collect();
    let mut streams = Vec::new();
    for (group, site) in &sites {
        let names = group.services.iter().map(|(name, _)| name.clone()).collect();
        streams.push(site.backend.logs(&query(args, names), &site.context())?);
    }
    let names = names.iter().map(|name| name.as_str().len());
    let column = if names.len() > 1 { names.max() } else { None };
    let mut silent = true;
    for line in interleave(streams, args) {
        show(app, &line?, column)?;
        silent = false;
    }
    if silent { missing(app, &groups) } else { Ok(Exit::Done) }
}

/// Where nothing was written there may be nobody to write: what is uninstalled keeps its lines until it is purged.
fn missing(app: &App<'_>, groups: &[Group]) -> Result<Exit> {
    for group in groups {
        let unknown = group.services.iter().filter(|(_, record)| record.is_none());
        let names: Vec<_> = unknown.map(|(name, _)| name.clone()).collect();
        let site = group.place.site(app.system, app.global);
        let states = site.backend.states(&names, &site.context())?;
        if let Some(none) = states.iter().find(|service| service.state == State::NotInstalled) {
            let message = format!("there is no service '{}', and nothing that it wrote", none.name);
            return Err(Error::new(ErrorKind::NoService, message).hint("svcctl list shows what is"));
        }
    }
    Ok(Exit::Done)
}

/// The lines of all managers in one stream.
fn interleave<'a>(streams: Vec<LogStream<'a>>, args: &cli::Logs) -> LogStream<'a> {
    if args.follow {
        return Box::new(streams.into_iter().flatten());
    }
    merge::last(merge::merge(streams), wanted(args))
}

/// A line for people: the time where it is known; the service's name where there are several, in a column as wide as the widest.
fn show(app: &App<'_>, line: &LogLine, column: Option<usize>) -> Result<()> {
    if app.printer.is_json() {
        return app.printer.object(&json::LogObject::new(line));
    }
    let time = line.time.map(|time| human::local(&human::rfc3339(time)));
    let time = time.map(|time| format!("{FAINT}{time}{FAINT:#} ")).unwrap_or_default();
    let name = column.map(|width| format!("{NAME}{:<width$}{NAME:#} ", line.service));
    let name = name.unwrap_or_default();
    let message = printable(&String::from_utf8_lossy(&line.message));
    let style = style::stream(line.stream);
    app.printer.answer(&format!("{time}{name}{style}{message}{style:#}\n"))
}

/// How many of the last lines are wanted; none for all.
const fn wanted(args: &cli::Logs) -> Option<usize> {
    match args.lines {
        Some(Lines::All) => None,
        Some(Lines::Last(count)) => Some(count),
        None if args.since.is_some() => None,
        None => Some(DEFAULT_LINES),
    }
}

fn query(args: &cli::Logs, names: Vec<crate::spec::ServiceName>) -> LogQuery {
    LogQuery {
        names,
        last: wanted(args),
        since: args.since,
        until: args.until,
        grep: args.grep.clone(),
        follow: args.follow,
    }
}
