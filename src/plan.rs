//! The ordered, reversible steps from what is installed to what is wanted. Pure: made from what was observed, applied elsewhere.

use std::fmt;

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
    /// Write a credential, readable by its owner alone; neither shown nor kept in a receipt.
    WriteSecret(Secret),
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

/// A stored credential.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// Absolute path.
    pub path: String,
    /// Its bytes.
    pub contents: Vec<u8>,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A step that the backend performs, and the one that takes it back.
///
/// For an [`Artifact::Object`](crate::artifact::Artifact::Object) of kind `OBJECT` the plan has the steps `put-OBJECT` (target: the
/// object's id, value: the artifact's value; it makes the object or changes it) and `remove-OBJECT` (target: its id; one that is
/// not there is no error).
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
