//! The verbs, one a file: each turns its arguments into calls and the results into output.

pub mod change;
pub mod check;
pub mod completions;
pub mod control;
pub mod diff;
pub mod enable;
pub mod host;
pub mod init;
pub mod install;
pub mod list;
pub mod logs;
pub mod man;
pub mod managers;
pub mod render;
pub mod run;
pub mod schema;
pub mod secrets;
pub mod sources;
pub mod status;
pub mod supervise;
pub mod uninstall;
pub mod wait;

use crate::backend::Action;
use crate::cli::{Cli, Global, Verb};
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::output::Printer;
use crate::spec::ServiceName;
use crate::system::System;

/// What every verb works with.
pub struct App<'a> {
    /// The world.
    pub system: &'a dyn System,
    /// The flags of every verb.
    pub global: &'a Global,
    /// How results are printed.
    pub printer: Printer,
}

/// Runs the verb.
///
/// # Errors
/// The one error that is printed and decides the exit code.
pub fn run(cli: &Cli, system: &dyn System) -> Result<Exit> {
    let app = App { system, global: &cli.global, printer: Printer::new(&cli.global) };
    match &cli.verb {
        Verb::Init(args) => init::run(&app, args),
        Verb::Check(args) => check::run(&app, args),
        Verb::Render(args) => render::run(&app, args),
        Verb::Diff(args) => diff::run(&app, args),
        Verb::Install(args) => install::run(&app, args),
        Verb::Uninstall(args) => uninstall::run(&app, args),
        Verb::Start(args) => control::run(&app, args, Action::Start),
        Verb::Stop(args) => control::run(&app, args, Action::Stop),
        Verb::Restart(args) => control::run(&app, args, Action::Restart),
        Verb::Reload(args) => control::run(&app, args, Action::Reload),
        Verb::Enable(args) => enable::run(&app, args, true),
        Verb::Disable(args) => enable::run(&app, args, false),
        Verb::Status(args) => status::run(&app, args),
        Verb::List(args) => list::run(&app, args),
        Verb::Logs(args) => logs::run(&app, args),
        Verb::Wait(args) => wait::run(&app, args),
        Verb::Run(args) => run::run(&app, args),
        Verb::Supervise(args) => supervise::run(&app, args),
        Verb::Host(args) => host::run(args),
        Verb::Managers(_) => managers::run(&app),
        Verb::Completions(args) => completions::run(&app, args),
        Verb::Schema(_) => schema::run(&app),
        Verb::Man(args) => man::run(&app, args),
    }
}

/// Names as typed, checked and without duplicates; a systemd user may add ".service".
///
/// # Errors
/// Of kind `Usage`, for the first that is no name.
pub fn service_names(typed: &[String]) -> Result<Vec<ServiceName>> {
    let mut names: Vec<ServiceName> = Vec::new();
    for text in typed {
        let name =
            ServiceName::new(text.strip_suffix(".service").unwrap_or(text)).map_err(|rule| {
                Error::new(ErrorKind::Usage, format!("'{text}' is no service name: it {rule}"))
            })?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}
