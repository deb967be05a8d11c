//! What the verbs that change something print, and what they exit with.

use std::fmt::Write as _;

use super::App;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::operations::{ChangeReport, ServiceReport, StepReport};
use crate::output::style::{BETWEEN, FAINT, GOOD, NAME};

/// Prints the report. `done` is the verb's participle ("installed").
///
/// # Errors
/// The worst error of a service; those of other services are printed before.
pub fn print(app: &App<'_>, report: ChangeReport, done: &str) -> Result<Exit> {
    for sentence in &report.recovered {
        app.printer.warning(sentence);
    }
    if app.printer.is_json() {
        app.printer.object(&report)?;
    } else {
        text(app, &report, done)?;
    }
    let errors = report.services.into_iter().filter_map(|service| service.error).collect();
    conclude(app, errors)
}

/// Done if there is no error; else prints all but the worst.
///
/// # Errors
/// The worst.
pub fn conclude(app: &App<'_>, mut errors: Vec<Error>) -> Result<Exit> {
    errors.sort_by_key(|error| error.exit().code());
    let Some(worst) = errors.pop() else { return Ok(Exit::Done) };
    for error in &errors {
        crate::output::error::print(error, app.global.output);
    }
    Err(worst)
}

fn text(app: &App<'_>, report: &ChangeReport, done: &str) -> Result<()> {
    for service in &report.services {
        for warning in &service.warnings {
            app.printer.warning(format!("{}: {warning}", service.name));
        }
        app.printer.line(sentence(service, done, report.dry_run))?;
        if report.dry_run || app.global.verbose {
            app.printer.line(steps(&service.steps).trim_end_matches('\n'))?;
        }
    }
    if (report.dry_run || app.global.verbose) && !report.steps.is_empty() {
        app.printer.line(steps(&report.steps).trim_end_matches('\n'))?;
    }
    Ok(())
}

fn sentence(service: &ServiceReport, done: &str, dry_run: bool) -> String {
    let name = format!("{NAME}{}{NAME:#}", service.name);
    if service.error.is_some() && !service.changed {
        return format!("{name}: {BETWEEN}not {done}{BETWEEN:#}");
    }
    if !service.changed {
        return format!("{name}: {FAINT}unchanged{FAINT:#}");
    }
    let mut text = match dry_run {
        true => format!("{name}: would be {done}"),
        false => format!("{name}: {GOOD}{done}{GOOD:#}"),
    };
    // A service whose whole change is its start is said to be started already.
    let started = service.steps.iter().any(|step| step.kind == "start");
    if started && done != "started" && service.error.is_none() {
        text.push_str(" and started");
    }
    if !service.restarted_because.is_empty() {
        let _ = write!(text, ", restarted because of {}", service.restarted_because.join(", "));
    }
    text
}

fn steps(steps: &[StepReport]) -> String {
    let mut text = String::new();
    for step in steps {
        let _ =
            writeln!(text, "  {:<13} {}  {FAINT}{}{FAINT:#}", step.kind, step.target, step.detail);
    }
    text
}
