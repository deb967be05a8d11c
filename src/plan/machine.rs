//! What was observed of the machine: all that a plan depends on and all that putting it back needs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::artifact::{Artifact, file_hash};

/// What is at a path, itself, not what it links to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Thing {
    /// Nothing.
    #[default]
    Missing,
    /// A regular file.
    File {
        /// Permission bits (0 on Windows).
        mode: u32,
        /// Owner (0 on Windows).
        uid: u32,
        /// Group (0 on Windows).
        gid: u32,
        /// The bytes.
        #[serde(with = "super::bytes")]
        contents: Vec<u8>,
    },
    /// A folder.
    Dir {
        /// Permission bits (0 on Windows).
        mode: u32,
        /// Owner (0 on Windows).
        uid: u32,
        /// Group (0 on Windows).
        gid: u32,
        /// Names in it, where they were asked for.
        #[serde(default, skip)]
        entries: Vec<String>,
    },
    /// A symbolic link.
    Link {
        /// What it points to.
        target: String,
    },
    /// Something that is never touched: a device, a socket, a file too large to be anybody's configuration.
    Other,
}

impl Thing {
    /// Changes whenever what is there does, apart from its owner.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        match self {
            Self::Missing => "missing".to_owned(),
            Self::File { mode, contents, .. } => file_hash(*mode, contents),
            Self::Dir { .. } => "folder".to_owned(),
            Self::Link { target } => link_fingerprint(target),
            Self::Other => "other".to_owned(),
        }
    }

    /// In words that complete "is …".
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Missing => "not there".to_owned(),
            Self::File { .. } => "a file".to_owned(),
            Self::Dir { .. } => "a folder".to_owned(),
            Self::Link { target } if target == "/dev/null" => {
                "masked (a link to /dev/null)".to_owned()
            }
            Self::Link { target } => format!("a link to {target}"),
            Self::Other => "neither a file nor a link".to_owned(),
        }
    }
}

/// The fingerprint of a link.
#[must_use]
pub fn link_fingerprint(target: &str) -> String {
    Artifact::Link { path: String::new(), target: target.to_owned() }.hash()
}

/// Everything that was observed, by path and by the manager's names.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// What is at each path that matters.
    pub things: BTreeMap<String, Thing>,
    /// The manager's objects that are there, by kind and id.
    pub objects: BTreeMap<(String, String), Value>,
    /// Whether files have permission bits here.
    pub modes: bool,
}

impl Machine {
    /// What is at `path`; what was not observed is not there.
    #[must_use]
    pub fn at(&self, path: &str) -> &Thing {
        const NOTHING: &Thing = &Thing::Missing;
        self.things.get(path).unwrap_or(NOTHING)
    }

    /// The settings of an object of the manager.
    #[must_use]
    pub fn object(&self, object: &str, id: &str) -> Option<&Value> {
        self.objects.get(&(object.to_owned(), id.to_owned()))
    }

    /// Permission bits as they will be seen once they are set.
    #[must_use]
    pub const fn mode(&self, mode: u32) -> u32 {
        if self.modes { mode } else { 0 }
    }
}
