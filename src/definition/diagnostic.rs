//! What is wrong with a definition, and where.

use std::sync::Arc;

use serde::Serialize;

use crate::definition::source::Source;

/// Whether a problem stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Severity {
    /// The definition cannot be used.
    Error,
    /// It can, and it may not do what was meant.
    Warning,
}

/// One thing that is wrong with a definition. Serialised as in the JSON of `check` and of errors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Problem {
    /// Whether it stands in the way.
    pub severity: Severity,
    /// A stable word for the kind of problem ("unknown-key", "wrong-type", "refused", …).
    pub code: &'static str,
    /// One sentence.
    pub message: String,
    /// The definition's path as given.
    pub file: Option<String>,
    /// Line, from 1.
    pub line: Option<usize>,
    /// Column in characters, from 1.
    pub column: Option<usize>,
    /// The key with dots, as in `process.command`.
    pub key: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// The place in the source, in bytes, for drawing.
    #[serde(skip)]
    pub span: Option<std::ops::Range<usize>>,
    /// The definition that `span` is in.
    #[serde(skip)]
    pub source: Option<Arc<Source>>,
}

impl Problem {
    /// An error without a place.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            file: None,
            line: None,
            column: None,
            key: None,
            hint: None,
            span: None,
            source: None,
        }
    }

    /// A warning without a place.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Adds the key.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
