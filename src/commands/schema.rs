//! `svcctl schema`.

use super::App;
use crate::definition::schema::schema;
use crate::error::Result;
use crate::exit::Exit;

/// Prints the JSON Schema of a definition.
///
/// # Errors
/// When standard output cannot be written.
pub fn run(app: &App<'_>) -> Result<Exit> {
    app.printer.answer(&format!("{:#}\n", schema()))?;
    Ok(Exit::Done)
}
