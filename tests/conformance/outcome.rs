//! How a case ends, and the record of it.

use std::fs::OpenOptions;
use std::io::Write;

use serde_json::json;

use crate::case::Case;
use crate::lane::Lane;

/// What a case came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was seen.
    Passed,
    /// The definition was refused before anything was touched: the field, the reason and the way out.
    Refused(String),
    /// Only another machine can show it: why.
    Unseen(String),
    /// It was not as it should be.
    Failed(String),
}

/// Why a case ended early without having failed. Failures are panics.
#[derive(Debug)]
pub enum Stop {
    /// See [`Outcome::Refused`].
    Refused(String),
    /// See [`Outcome::Unseen`].
    Unseen(String),
}

/// What a case returns.
pub type Verdict = Result<(), Stop>;

/// Ends a case that cannot be shown here.
pub fn unseen<T>(reason: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Unseen(reason.into()))
}

impl Outcome {
    /// The word in results and tables.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Refused(_) => "refused",
            Self::Unseen(_) => "unseen",
            Self::Failed(_) => "failed",
        }
    }

    /// The reason, where there is one.
    pub fn reason(&self) -> &str {
        match self {
            Self::Passed => "",
            Self::Refused(reason) | Self::Unseen(reason) | Self::Failed(reason) => reason,
        }
    }

    /// Appends a line to the lane's results.
    pub fn record(&self, case: &Case, lane: &Lane) {
        let Some(file) = &lane.results else {
            return;
        };
        let line = json!({
            "lane": lane.name,
            "manager": lane.manager.name(),
            "scope": lane.scope.word(),
            "case": case.number,
            "title": case.title,
            "outcome": self.word(),
            "reason": self.reason(),
        });
        let mut out = OpenOptions::new()
            .create(true)
            .append(true)
            .open(file)
            .expect("the results file can be written");
        out.write_all(format!("{line}\n").as_bytes()).expect("the results file can be written");
    }
}
