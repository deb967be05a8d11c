//! `svcctl enable` and `svcctl disable`.

use super::{App, change, service_names};
use crate::cli;
use crate::error::Result;
use crate::exit::Exit;
use crate::operations::{EnableOptions, set_enabled};
use crate::output::Progress;
use crate::selection;

/// Has services come up at boot or login, or not.
///
/// # Errors
/// What stopped it; the machine is then as it was.
pub fn run(app: &App<'_>, args: &cli::Enable, enabled: bool) -> Result<Exit> {
    let names = service_names(&args.names)?;
    let place = selection::for_names(app.system, app.global, &names)?;
    let options = EnableOptions { now: args.now, dry_run: false };
    let doing = if enabled { "enabling" } else { "disabling" };
    let progress = Progress::start(&app.printer, doing, &names);
    let report = set_enabled(&names, enabled, &options, &place.site(app.system, app.global))?;
    progress.end();
    change::print(app, report, if enabled { "enabled" } else { "disabled" })
}
