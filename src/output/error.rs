//! The one error that a call of svcctl prints.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use serde::Serialize;

use super::style::{ERROR, HINT};
use super::width_of;
use super::wrap::wrap;
use crate::cli::Format;
use crate::definition::diagnostic::Problem;
use crate::definition::render;
use crate::error::Error;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Envelope<'a> {
    schema: &'static str,
    error: Body<'a>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Body<'a> {
    code: u8,
    kind: &'static str,
    message: &'a str,
    hint: Option<&'a str>,
    causes: &'a [String],
    problems: &'a [Problem],
}

/// Prints it on standard error, in the format of the results.
pub fn print(error: &Error, format: Format) {
    let mut out = anstream::stderr().lock();
    let text = match format {
        Format::Json => json(error) + "\n",
        Format::Text => text(error),
    };
    // With standard error gone, the exit code still tells.
    let _ = out.write_all(text.as_bytes());
}

/// The error as one JSON object.
#[must_use]
pub fn json(error: &Error) -> String {
    let envelope = Envelope {
        schema: "svcctl.error.v1",
        error: Body {
            code: error.exit().code(),
            kind: error.kind.word(),
            message: &error.message,
            hint: error.hint.as_deref(),
            causes: &error.causes,
            problems: &error.problems,
        },
    };
    serde_json::to_string(&envelope).unwrap_or_default()
}

/// The problems of a definition, drawn in its source; where there is no terminal the colours are taken out again.
#[must_use]
pub fn problems(problems: &[Problem]) -> String {
    let width = width_of(&io::stderr());
    render::problems(problems, render::Style { color: true, width })
}

/// The error for people: problems first, then the sentence, its causes, the way out.
#[must_use]
pub fn text(error: &Error) -> String {
    let mut text = problems(&error.problems);
    let broken = |text: &str, used| wrap(text, width_of(&io::stderr()), used, 4);
    let _ = writeln!(text, "{ERROR}error{ERROR:#}: {}", broken(&error.message, 7));
    for cause in &error.causes {
        let _ = writeln!(text, "  because: {}", broken(cause, 11));
    }
    if let Some(hint) = &error.hint {
        let _ = writeln!(text, "  {HINT}try{HINT:#}: {}", broken(hint, 7));
    }
    text
}
