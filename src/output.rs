//! What is printed: text for people, JSON for scripts, one error on standard error.

pub mod error;
#[cfg(test)]
pub mod golden;
pub mod human;
pub mod json;
pub mod manual;
pub mod progress;
#[cfg(test)]
mod schemas;
pub mod screen;
pub mod status;
pub mod style;
pub mod table;
pub mod wrap;

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

pub use progress::Progress;

use crate::cli::{Color, Format, Global};
use crate::error::{Error, Result};

/// How the results of this call are printed.
#[derive(Clone, Copy, Debug)]
pub struct Printer {
    /// Text or JSON.
    pub format: Format,
    /// Errors only.
    pub quiet: bool,
    /// What is done and why.
    pub verbose: bool,
    /// Columns of the terminal; none where there is no terminal.
    pub width: Option<usize>,
}

impl Printer {
    /// As the flags say; this also decides about colour for the whole process.
    #[must_use]
    pub fn new(global: &Global) -> Self {
        let choice = match global.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
        let width = width_of(&io::stdout());
        Self { format: global.output, quiet: global.quiet, verbose: global.verbose, width }
    }

    /// Whether results are JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Prints a line of a result for people; nothing under `--quiet` or JSON.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn line(&self, line: impl std::fmt::Display) -> Result<()> {
        if self.quiet || self.is_json() {
            return Ok(());
        }
        written(print(&format!("{line}\n")))
    }

    /// Prints a text that ends its own lines, as the answer that was asked for, whatever the flags.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn answer(&self, text: &str) -> Result<()> {
        written(print(text))
    }

    /// Prints one JSON object on a line of its own.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn object(&self, value: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string(value)
            .map_err(|error| Error::system("cannot write JSON").cause(&error))?;
        written(writeln!(io::stdout().lock(), "{text}"))
    }

    /// Prints what the user should know although nothing failed, on standard error.
    pub fn warning(&self, text: impl std::fmt::Display) {
        if !self.quiet && !self.is_json() {
            let style = style::WARNING;
            // A warning that cannot be written is no reason to fail.
            let text = wrap::wrap(&text.to_string(), width_of(&io::stderr()), 9, 2);
            let _ = writeln!(anstream::stderr().lock(), "{style}warning{style:#}: {text}");
        }
    }

    /// Prints what is done and why, on standard error, under `--verbose`.
    pub fn detail(&self, text: impl std::fmt::Display) {
        if self.verbose {
            let _ = writeln!(anstream::stderr().lock(), "{text}");
        }
    }
}

/// Writes a text to standard output at once: a stream that takes out colours would write each line on its own.
fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if anstream::AutoStream::choice(&out) == anstream::ColorChoice::Never {
        out.write_all(anstream::adapter::strip_str(text).to_string().as_bytes())
    } else {
        anstream::AutoStream::auto(out).write_all(text.as_bytes())
    }
}

/// Columns of the terminal that a stream is; none for a file or a pipe.
fn width_of(stream: &impl IsTerminal) -> Option<usize> {
    let size = stream.is_terminal().then(terminal_size::terminal_size).flatten();
    size.map(|(width, _)| usize::from(width.0))
}

/// A reader that went away (`svcctl list | head`) is no error.
fn written(result: io::Result<()>) -> Result<()> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::io("standard output", &error))
        }
        _ => Ok(()),
    }
}
