//! `svcctl uninstall`.

use super::{App, change, service_names};
use crate::cli;
use crate::error::Result;
use crate::exit::Exit;
use crate::operations::{UninstallOptions, uninstall};
use crate::output::Progress;
use crate::selection;

/// Stops and removes services.
///
/// # Errors
/// What stopped it; the machine is then as it was.
pub fn run(app: &App<'_>, args: &cli::Uninstall) -> Result<Exit> {
    let names = service_names(&args.names)?;
    let group = selection::for_names(app.system, app.global, &names)?;
    let options = UninstallOptions { purge: args.purge, dry_run: args.dry_run };
    let progress = Progress::start(&app.printer, "uninstalling", &names);
    let report = uninstall(&names, &options, &group.site(app.system, app.global))?;
    progress.end();
    change::print(app, report, "uninstalled")
}
