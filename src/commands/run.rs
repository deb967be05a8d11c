//! `svcctl run`: a definition in the foreground, as its service would run.

use super::{App, check, sources};
use crate::backend::embedded::Embedded;
use crate::cli;
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::host::{Hosted, at_terminal};
use crate::selection::{self, Place};
use crate::target::{ManagerId, Scope};

/// Runs it until it ends or is interrupted; it is not restarted.
///
/// # Errors
/// With all the problems of the definition, or when it cannot be run.
pub fn run(app: &App<'_>, args: &cli::Run) -> Result<Exit> {
    let definitions = sources::parse(std::slice::from_ref(&args.file))?;
    let Some(definition) = definitions.first() else {
        return Err(Error::new(
            ErrorKind::Definition,
            format!("{}: no definition", args.file.display()),
        ));
    };
    let scope = app.global.scope().or(definition.scope()?).unwrap_or_else(|| own_scope(app));
    let place = selection::place(app.system, ManagerId::Embedded, scope, None)?;
    let place = Place { backend: &Embedded, ..place };
    let resolved = sources::resolve(app, definition, &place.target, &args.resolve)?;
    check::refuse_unsupported(&resolved, &place)?;
    let code = at_terminal(Hosted::new(&resolved.spec, &place.target))?;
    Ok(if code == 0 { Exit::Done } else { Exit::Failed })
}

/// Nothing is installed, so that nobody is surprised: root runs it as the machine would, and anybody else as their own.
fn own_scope(app: &App<'_>) -> Scope {
    if app.system.identity().privileged { Scope::System } else { Scope::User }
}
