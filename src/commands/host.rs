//! `svcctl host`: one service, run for the manager that starts this process.

use crate::cli;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::host::{Hosted, for_manager};

/// Runs the service until it is stopped or given up. The process then ends with what the manager is to see: 0, or
/// [`crate::host::GIVE_UP_EXIT`].
///
/// # Errors
/// When the hosted file cannot be read, or the host cannot begin.
pub fn run(args: &cli::Host) -> Result<Exit> {
    let path = args.definition.display().to_string();
    let contents = std::fs::read(&args.definition).map_err(|error| Error::io(&path, &error))?;
    let code = for_manager(Hosted::parse(&path, &contents)?)?;
    std::process::exit(i32::from(code))
}
