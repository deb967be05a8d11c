//! `svcctl start`, `stop`, `restart` and `reload`.

use super::{App, change, service_names};
use crate::apply::{interrupted, with_lock};
use crate::backend::{Action, Deadline, Outcome};
use crate::cli;
use crate::error::Result;
use crate::exit::Exit;
use crate::operations::{ChangeReport, ServiceReport, Site, StepReport};
use crate::output::Progress;
use crate::selection;
use crate::spec::ServiceName;

/// Does it to all of them and waits for what comes of it.
///
/// # Errors
/// The worst that came of it.
pub fn run(app: &App<'_>, args: &cli::Control, action: Action) -> Result<Exit> {
    let names = service_names(&args.names)?;
    let place = selection::for_names(app.system, app.global, &names)?;
    let mut site = place.site(app.system, app.global);
    if args.no_wait {
        site.deadline = Deadline::NoWait;
    }
    let mut report = ChangeReport::new(false);
    report.recovered = mend(&site, action, &names)?;
    let progress = Progress::start(&app.printer, gerund(action), &names);
    let outcomes = place.backend.control(&names, action, site.deadline, &site.context());
    progress.end();
    report.services = outcomes.into_iter().map(|outcome| service(outcome, action)).collect();
    report.changed = report.services.iter().any(|service| service.changed);
    change::print(app, report, participle(action))
}

/// Takes back or completes what an interrupted change left: until then nobody knows what a start would start.
fn mend(site: &Site<'_>, action: Action, names: &[ServiceName]) -> Result<Vec<String>> {
    match interrupted(&site.target.dirs, site.system) {
        Some(_) => with_lock(site, action.word(), names, |_, mended| Ok(mended)),
        None => Ok(Vec::new()),
    }
}

fn service(outcome: Outcome, action: Action) -> ServiceReport {
    let Outcome { name, changed, warnings, error } = outcome;
    let steps = match changed {
        true => vec![StepReport::new(action.word(), name.as_str(), "")],
        false => Vec::new(),
    };
    ServiceReport { changed, steps, warnings, error, ..ServiceReport::new(name) }
}

const fn participle(action: Action) -> &'static str {
    match action {
        Action::Start => "started",
        Action::Stop => "stopped",
        Action::Restart => "restarted",
        Action::Reload => "reloaded",
    }
}

const fn gerund(action: Action) -> &'static str {
    match action {
        Action::Start => "starting",
        Action::Stop => "stopping",
        Action::Restart => "restarting",
        Action::Reload => "reloading",
    }
}
