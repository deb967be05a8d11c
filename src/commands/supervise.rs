//! `svcctl supervise`: the embedded manager in the foreground.

use std::path::PathBuf;

use super::{App, service_names};
use crate::cli;
use crate::error::Result;
use crate::exit::Exit;
use crate::host::{Supervision, supervise};
use crate::system::dirs;
use crate::target::{ManagerId, Scope};

/// Supervises until it is told to end by SIGTERM or SIGINT; all services are then stopped, in the reverse order.
///
/// # Errors
/// When another supervises this scope already, or its folders cannot be had.
pub fn run(app: &App<'_>, args: &cli::Supervise) -> Result<Exit> {
    let (state, runtime) = folders(app, args)?;
    supervise(&Supervision {
        state,
        runtime,
        names: service_names(&args.names)?,
        detached: args.detached,
        inherited_lock: args.inherited_lock,
    })?;
    Ok(Exit::Done)
}

fn folders(app: &App<'_>, args: &cli::Supervise) -> Result<(PathBuf, PathBuf)> {
    if let (Some(state), Some(runtime)) = (&args.state_dir, &args.runtime_dir) {
        return Ok((state.clone(), runtime.clone()));
    }
    let privileged = app.system.identity().privileged;
    let scope = app.global.scope().unwrap_or(if privileged { Scope::System } else { Scope::User });
    let (dirs, _) = dirs::of_scope(scope, ManagerId::Embedded, app.system)?;
    Ok((PathBuf::from(dirs.state), PathBuf::from(dirs.runtime)))
}
