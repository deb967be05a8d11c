//! Of an artifact, as much as it takes to see that it is still as it was written.
//!
//! A receipt keeps what was written whole, for `diff`; a sum of the contents is enough for `status`.

use serde::{Deserialize, Serialize};

use crate::artifact::{Artifact, sha256};

/// What has to be on the machine, without the contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", try_from = "Fields")]
pub enum Trace {
    /// A regular file.
    File {
        /// Absolute path.
        path: String,
        /// Permission bits.
        mode: u32,
        /// The SHA-256 of its contents.
        sha256: String,
    },
    /// A symbolic link.
    Link {
        /// Where it is.
        path: String,
        /// What it points to.
        target: String,
    },
    /// Something that the manager keeps by itself.
    Object {
        /// The backend's own word for what it is.
        object: String,
        /// Its name there.
        id: String,
        /// All of its settings.
        value: serde_json::Value,
    },
}

impl Trace {
    /// What identifies it: its path, or the manager's name for it.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::File { path, .. } | Self::Link { path, .. } => path,
            Self::Object { id, .. } => id,
        }
    }
}

impl From<&Artifact> for Trace {
    fn from(artifact: &Artifact) -> Self {
        match artifact.clone() {
            Artifact::File(file) => {
                let sha256 = sha256(file.contents.as_bytes());
                Self::File { path: file.path, mode: file.mode, sha256 }
            }
            Artifact::Link { path, target } => Self::Link { path, target },
            Artifact::Object { object, id, value } => Self::Object { object, id, value },
        }
    }
}

/// A trace as it is read: an enum with a tag would be read twice, once to find the tag.
#[derive(Deserialize)]
struct Fields {
    kind: Kind,
    path: Option<String>,
    mode: Option<u32>,
    sha256: Option<String>,
    target: Option<String>,
    object: Option<String>,
    id: Option<String>,
    #[serde(default)]
    value: serde_json::Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    File,
    Link,
    Object,
}

impl TryFrom<Fields> for Trace {
    type Error = String;

    fn try_from(fields: Fields) -> Result<Self, String> {
        let Fields { kind, path, mode, sha256, target, object, id, value } = fields;
        Ok(match kind {
            Kind::File => Self::File {
                path: given("path", path)?,
                mode: given("mode", mode)?,
                sha256: given("sha256", sha256)?,
            },
            Kind::Link => {
                Self::Link { path: given("path", path)?, target: given("target", target)? }
            }
            Kind::Object => {
                Self::Object { object: given("object", object)?, id: given("id", id)?, value }
            }
        })
    }
}

fn given<T>(name: &str, field: Option<T>) -> Result<T, String> {
    field.ok_or_else(|| format!("missing field `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::FileArtifact;

    #[test]
    fn each_kind_is_read_as_it_was_written() {
        let file = FileArtifact { path: "/a".into(), mode: 0o600, contents: "text\n".to_owned() };
        let value = serde_json::json!({ "kind": "file" });
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
            r#"{"kind":"file","path":"/a","mode":420}"#,
            r#"{"kind":"link","path":"/a"}"#,
            r#"{"kind":"object","id":"a","value":1}"#,
        ] {
            let error = serde_json::from_str::<Trace>(text).unwrap_err().to_string();
            assert!(error.contains("missing field"), "{error}");
        }
    }
}
