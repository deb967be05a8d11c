//! The objects that verbs print as JSON; their schemas are in `docs/schemas`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::backend::{LogLine, Stream};
use crate::definition::diagnostic::Problem;
use crate::state::ServiceState;
use crate::support::Answer;

/// `status`, `list` and `wait`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StatusReport<'a> {
    schema: &'static str,
    /// The services, in the order asked for.
    services: &'a [ServiceState],
}

impl<'a> StatusReport<'a> {
    /// Of these services.
    #[must_use]
    pub const fn new(services: &'a [ServiceState]) -> Self {
        Self { schema: "svcctl.status.v1", services }
    }
}

/// `check`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CheckReport {
    schema: &'static str,
    ok: bool,
    problems: Vec<Problem>,
    /// Manager, key, answer.
    support: BTreeMap<&'static str, BTreeMap<&'static str, Answer>>,
}

impl CheckReport {
    /// With these problems, of which one that is an error makes it not ok.
    #[must_use]
    pub fn new(
        problems: Vec<Problem>,
        support: BTreeMap<&'static str, BTreeMap<&'static str, Answer>>,
    ) -> Self {
        use crate::definition::diagnostic::Severity;
        let ok = problems.iter().all(|problem| problem.severity != Severity::Error);
        Self { schema: "svcctl.check.v1", ok, problems, support }
    }
}

/// `render`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RenderReport {
    schema: &'static str,
    artifacts: Vec<RenderedArtifact>,
}

/// One artifact of `render`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RenderedArtifact {
    /// Where it goes, or the manager's name for it.
    pub path: String,
    /// Permission bits as text ("0644"); "link" and "object" for what is no file.
    pub mode: String,
    /// The text of the file, the target of the link, or the object's settings.
    pub contents: String,
}

impl RenderReport {
    /// Of these artifacts.
    #[must_use]
    pub const fn new(artifacts: Vec<RenderedArtifact>) -> Self {
        Self { schema: "svcctl.render.v1", artifacts }
    }
}

/// `managers`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ManagersReport {
    schema: &'static str,
    managers: Vec<ManagerRow>,
}

/// One line of `logs`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LogObject<'a> {
    time: Option<String>,
    service: &'a str,
    stream: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_base64: Option<String>,
}

impl<'a> LogObject<'a> {
    /// Of this line; bytes that are not UTF-8 are kept as base64.
    #[must_use]
    pub fn new(line: &'a LogLine) -> Self {
        use base64::Engine as _;
        let message = std::str::from_utf8(&line.message).ok();
        let encode = || base64::engine::general_purpose::STANDARD.encode(&line.message);
        Self {
            time: line.time.map(super::human::rfc3339),
            service: &line.service,
            stream: line.stream.map(|stream| match stream {
                Stream::Stdout => "stdout",
                Stream::Stderr => "stderr",
                Stream::Manager => "manager",
            }),
            message,
            message_base64: message.is_none().then(encode),
        }
    }
}

/// One manager of `managers`.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ManagerRow {
    /// Its word.
    pub manager: &'static str,
    /// Whether it is here.
    pub available: bool,
    /// Whether it is the one that is used unless told otherwise.
    pub default: bool,
    /// Its major version.
    pub version: Option<u32>,
    /// Its version in its own words, or why it is not here.
    pub detail: String,
    /// Fields of the definition by answer.
    pub native: usize,
    /// See `native`.
    pub hosted: usize,
    /// See `native`.
    pub refused: usize,
}

impl ManagersReport {
    /// Of these managers.
    #[must_use]
    pub const fn new(managers: Vec<ManagerRow>) -> Self {
        Self { schema: "svcctl.managers.v1", managers }
    }
}
