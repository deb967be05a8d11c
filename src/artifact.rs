//! What a backend renders: everything that an installed service consists of.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One thing that has to be on the machine for the service to be installed. `C`: what is known of a file's contents.
///
/// Its kind is the key around it: a key within would have serde keep all of it aside until that is found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Artifact<C = String> {
    /// A regular file.
    File(FileArtifact<C>),
    /// A symbolic link, such as an enabled unit's in `multi-user.target.wants`.
    Link {
        /// Where it is.
        path: String,
        /// What it points to.
        target: String,
    },
    /// Something that the manager keeps by itself: a service of the SCM, launchd's record of what is disabled.
    Object {
        /// The backend's own word for what it is.
        object: String,
        /// Its name there.
        id: String,
        /// All of its settings, as the backend wrote and will read them.
        value: serde_json::Value,
    },
}

/// A regular file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileArtifact<C = String> {
    /// Absolute path.
    pub path: String,
    /// Permission bits; on Windows anything without 0o044 means a protected DACL.
    pub mode: u32,
    /// The bytes. Every grammar that svcctl writes is UTF-8.
    pub contents: C,
}

/// Of an artifact, as much as it takes to see that it is still as it was written: a receipt keeps what was written whole, for `diff`; a
/// sum of the contents is enough for `status`.
pub type Trace = Artifact<Sum>;

/// What stands for contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// Their SHA-256, as `sha256sum` prints it.
    pub sha256: String,
}

impl Sum {
    /// The sum of these bytes.
    #[must_use]
    pub fn of(contents: &[u8]) -> Self {
        Self { sha256: hex(&Sha256::digest(contents)) }
    }
}

impl From<&Artifact> for Trace {
    fn from(artifact: &Artifact) -> Self {
        match artifact {
            Artifact::File(FileArtifact { path, mode, contents }) => Self::File(FileArtifact {
                path: path.clone(),
                mode: *mode,
                contents: Sum::of(contents.as_bytes()),
            }),
            Artifact::Link { path, target } => {
                Self::Link { path: path.clone(), target: target.clone() }
            }
            Artifact::Object { object, id, value } => {
                Self::Object { object: object.clone(), id: id.clone(), value: value.clone() }
            }
        }
    }
}

impl<C> Artifact<C> {
    /// What identifies it: its path, or the manager's name for it.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::File(file) => &file.path,
            Self::Link { path, .. } => path,
            Self::Object { id, .. } => id,
        }
    }
}

impl Artifact {
    /// Changes whenever the artifact does; kept in the receipt.
    #[must_use]
    pub fn hash(&self) -> String {
        match self {
            Self::File(file) => file_hash(file.mode, file.contents.as_bytes()),
            Self::Link { target, .. } => hash(&[b"link", target.as_bytes()]),
            Self::Object { object, value, .. } => {
                hash(&[object.as_bytes(), value.to_string().as_bytes()])
            }
        }
    }
}

/// The hash of a file with these permission bits and bytes.
#[must_use]
pub fn file_hash(mode: u32, contents: &[u8]) -> String {
    hash(&[&mode.to_be_bytes(), contents])
}

fn hash(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part);
    }
    hex(&hasher.finalize())
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_of_contents_is_the_one_that_everybody_computes() {
        // FIPS 180-4's example of one block.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Sum::of(b"abc").sha256, abc);
    }

    #[test]
    fn each_kind_of_trace_is_read_as_it_was_written() {
        let file = FileArtifact { path: "/a".into(), mode: 0o600, contents: "text\n".to_owned() };
        let value = serde_json::json!({ "file": 1 });
        for artifact in [
            Artifact::File(file),
            Artifact::Link { path: "/a".into(), target: "/b".into() },
            Artifact::Object { object: "service".into(), id: "a".into(), value },
        ] {
            let trace = Trace::from(&artifact);
            assert_eq!(trace.id(), artifact.id());
            let written = serde_json::to_string(&trace).unwrap();
            assert_eq!(serde_json::from_str::<Trace>(&written).unwrap(), trace);
        }
    }

    #[test]
    fn a_trace_with_a_field_missing_is_none() {
        for text in [
            r#"{"file":{"path":"/a","mode":420}}"#,
            r#"{"link":{"path":"/a"}}"#,
            r#"{"object":{"id":"a","value":1}}"#,
        ] {
            let error = serde_json::from_str::<Trace>(text).unwrap_err().to_string();
            assert!(error.contains("missing field"), "{error}");
        }
    }

    #[test]
    fn the_hash_tells_mode_contents_and_borders_apart() {
        assert_ne!(file_hash(0o644, b"a"), file_hash(0o600, b"a"));
        assert_ne!(hash(&[b"ab", b"c"]), hash(&[b"a", b"bc"]));
    }
}
