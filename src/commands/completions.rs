//! `svcctl completions`.

use super::App;
use crate::cli;
use crate::error::{Error, Result};
use crate::exit::Exit;

/// Prints the script.
///
/// # Errors
/// When standard output cannot be written.
pub fn run(app: &App<'_>, args: &cli::Completions) -> Result<Exit> {
    let script = args
        .shell
        .script(&mut cli::whole())
        .map_err(|error| Error::io("the completions", &error))?;
    app.printer.answer(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
