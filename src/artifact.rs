//! What a backend renders: everything that an installed service consists of.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One thing that has to be on the machine for the service to be installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Artifact {
    /// A regular file.
    File(FileArtifact),
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
pub struct FileArtifact {
    /// Absolute path.
    pub path: String,
    /// Permission bits; on Windows anything without 0o044 means a protected DACL.
    pub mode: u32,
    /// The bytes. Every grammar that svcctl writes is UTF-8.
    pub contents: String,
}

impl Artifact {
    /// What identifies it: its path, or the manager's name for it.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::File(file) => &file.path,
            Self::Link { path, .. } => path,
            Self::Object { id, .. } => id,
        }
    }

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

/// The SHA-256 of these bytes, as `sha256sum` prints it.
#[must_use]
pub fn sha256(contents: &[u8]) -> String {
    hex(&Sha256::digest(contents))
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
        assert_eq!(sha256(b"abc"), abc);
    }

    #[test]
    fn the_hash_tells_mode_contents_and_borders_apart() {
        assert_ne!(file_hash(0o644, b"a"), file_hash(0o600, b"a"));
        assert_ne!(hash(&[b"ab", b"c"]), hash(&[b"a", b"bc"]));
    }
}
