//! What a change did, or would do: the object that change verbs print as `svcctl.change.v1`.

use serde::Serialize;

use crate::error::Error;
use crate::plan::{ManagerStep, Step};
use crate::spec::ServiceName;

/// The report of one change verb.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ChangeReport {
    /// `svcctl.change.v1`.
    pub schema: &'static str,
    /// Whether anything was changed, or would be.
    pub changed: bool,
    /// Nothing was touched.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// What was found half done and mended before, one sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recovered: Vec<String>,
    /// What was done once for all services.
    pub steps: Vec<StepReport>,
    /// The services in the order that was asked for.
    pub services: Vec<ServiceReport>,
}

/// What became of one service.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ServiceReport {
    /// The service.
    pub name: ServiceName,
    /// Whether anything of it was changed, or would be.
    pub changed: bool,
    /// What was done, in order.
    pub steps: Vec<StepReport>,
    /// What the user should know although it succeeded.
    pub warnings: Vec<String>,
    /// The keys and other reasons for which it was restarted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub restarted_because: Vec<String>,
    /// Why it could not be started, stopped or restarted after the change.
    #[serde(skip)]
    pub error: Option<Error>,
}

/// One step in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StepReport {
    /// What is done: `write-file`, `link`, `remove`, `create-folder`, `remove-folder`, `start`, `restart`, `stop`, or the backend's word.
    pub kind: String,
    /// What it is done to: a path or a name.
    pub target: String,
    /// More about it; may be empty.
    pub detail: String,
}

impl ChangeReport {
    /// The value of `schema`.
    pub const SCHEMA: &'static str = "svcctl.change.v1";

    /// A report of nothing yet.
    #[must_use]
    pub const fn new(dry_run: bool) -> Self {
        Self {
            schema: Self::SCHEMA,
            changed: false,
            dry_run,
            recovered: Vec::new(),
            steps: Vec::new(),
            services: Vec::new(),
        }
    }

    /// The first error of a service; the verb exits with the worst of all.
    pub fn errors(&self) -> impl Iterator<Item = (&ServiceName, &Error)> {
        self.services.iter().filter_map(|one| Some((&one.name, one.error.as_ref()?)))
    }
}

impl ServiceReport {
    /// A report of nothing yet.
    #[must_use]
    pub const fn new(name: ServiceName) -> Self {
        Self {
            name,
            changed: false,
            steps: Vec::new(),
            warnings: Vec::new(),
            restarted_because: Vec::new(),
            error: None,
        }
    }
}

impl StepReport {
    /// A step that is no part of a plan, such as a start.
    pub fn new(kind: &str, target: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), target: target.into(), detail: detail.into() }
    }
}

impl From<&Step> for StepReport {
    fn from(step: &Step) -> Self {
        match step {
            Step::CreateDir { path, mode } => {
                Self::new("create-folder", path, format!("mode {mode:04o}"))
            }
            Step::WriteFile(file) => Self::new(
                "write-file",
                &file.path,
                format!("{} bytes, mode {:04o}", file.contents.len(), file.mode),
            ),
            Step::WriteSecret(secret) => {
                Self::new("write-secret", &secret.path, "mode 0600".to_owned())
            }
            Step::Link { path, target } => Self::new("link", path, format!("to {target}")),
            Step::Remove { path } => Self::new("remove", path, ""),
            Step::RemoveDir { path } => Self::new("remove-folder", path, "empty"),
            Step::Manager(step) => Self::from(step),
        }
    }
}

impl From<&ManagerStep> for StepReport {
    fn from(step: &ManagerStep) -> Self {
        Self::new(&step.action, &step.target, "")
    }
}
