//! The ordered, reversible steps from what is installed to what is wanted. Pure: made from what was observed, applied elsewhere.

pub mod bytes;
pub mod diff;
pub mod drift;
pub mod folders;
pub mod foreign;
pub mod machine;
pub mod planner;
pub mod restart;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::artifact::FileArtifact;
use crate::plan::machine::Thing;
use crate::spec::{ServiceName, Spec};

/// One reversible step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Make a folder whose parent is there.
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

impl Step {
    /// The path that it is about; a step of the manager has none.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::CreateDir { path, .. }
            | Self::Link { path, .. }
            | Self::Remove { path }
            | Self::RemoveDir { path } => Some(path),
            Self::WriteFile(file) => Some(&file.path),
            Self::WriteSecret(secret) => Some(&secret.path),
            Self::Manager(_) => None,
        }
    }
}

/// A stored credential.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// Absolute path.
    pub path: String,
    /// Its bytes.
    #[serde(with = "bytes")]
    pub contents: Vec<u8>,
}

impl Secret {
    /// Its permission bits.
    pub const MODE: u32 = 0o600;
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

impl ManagerStep {
    /// The step that takes this one back, which this one takes back in turn.
    #[must_use]
    pub fn inverse(&self) -> Option<Self> {
        let undo = self.undo.as_deref()?;
        let again = Self { undo: None, ..self.clone() };
        Some(Self { undo: Some(Box::new(again)), ..undo.clone() })
    }
}

/// What is done once the plan is applied and cannot be taken back any more. Doing it twice is the same as once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Follow {
    /// It is started.
    Start(ServiceName),
    /// It is stopped.
    Stop(ServiceName),
    /// It is restarted, because of these keys.
    Restart(ServiceName, Vec<String>),
    /// What an uninstall leaves behind is removed too.
    Purge(Box<Spec>),
}

impl Follow {
    /// The service.
    #[must_use]
    pub const fn name(&self) -> &ServiceName {
        match self {
            Self::Start(name) | Self::Stop(name) | Self::Restart(name, _) => name,
            Self::Purge(spec) => &spec.name,
        }
    }
}

/// A step, whose it is, and what is there before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The service; none if it is done for several.
    pub service: Option<ServiceName>,
    /// What is done.
    pub step: Step,
    /// What is at the step's path until then; `Missing` for a step of the manager.
    pub before: Thing,
}

/// Everything that is to be done for one call of a verb.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// In this order; taken back in the reverse one.
    pub steps: Vec<Planned>,
    /// The manager's steps after all others, once; they are repeated after a roll-back.
    pub settle: Vec<ManagerStep>,
    /// What it means for each service, in the order that was asked for.
    pub verdicts: Vec<Verdict>,
}

impl Plan {
    /// Whether there is nothing to do.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// What a plan means for one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The service.
    pub name: ServiceName,
    /// Whether any step is for it.
    pub changed: bool,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// Why a running service has to be restarted for the change to take effect; nothing if it need not be.
    pub restart: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_in_debug_output() {
        let secret = Secret { path: "/x".to_owned(), contents: b"hunter2".to_vec() };
        assert!(!format!("{:?}", Step::WriteSecret(secret)).contains("104"));
    }

    #[test]
    fn the_inverse_of_the_inverse_is_the_step() {
        let off = ManagerStep {
            action: "no-linger".into(),
            target: "ann".into(),
            value: serde_json::Value::Null,
            undo: None,
        };
        let on = ManagerStep { action: "linger".into(), undo: Some(Box::new(off.clone())), ..off };
        assert_eq!(on.inverse().and_then(|step| step.inverse()), Some(on));
    }
}
