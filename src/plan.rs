//! The ordered, reversible steps from what is installed to what is wanted. Pure: made from what was observed, applied elsewhere.

use serde::{Deserialize, Serialize};

use crate::artifact::FileArtifact;
use crate::spec::ServiceName;

/// One reversible step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Make a folder and its missing parents.
    CreateDir {
        /// Absolute path.
        path: String,
        /// Permission bits of what is made.
        mode: u32,
    },
    /// Write a file as a whole: a temporary one beside it, flushed and renamed.
    WriteFile(FileArtifact),
    /// Make or change a symbolic link.
    Link {
        /// Where.
        path: String,
        /// What it points to.
        target: String,
    },
    /// Remove a file or a link.
    Remove {
        /// Absolute path.
        path: String,
    },
    /// Remove a folder if it is empty.
    RemoveDir {
        /// Absolute path.
        path: String,
    },
    /// Something that only the manager can do.
    Manager(ManagerStep),
}

/// A step that the backend performs, and the one that takes it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagerStep {
    /// The backend's word for it ("reload", "put-service", "linger").
    pub action: String,
    /// What it is done to.
    pub target: String,
    /// What the backend needs to know to do it.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub value: serde_json::Value,
    /// What takes it back; none where nothing has to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<Box<ManagerStep>>,
}

/// What is done to a running service once the plan is applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Follow {
    /// It is started.
    Start(ServiceName),
    /// It is restarted, because of these keys.
    Restart(ServiceName, Vec<String>),
}
