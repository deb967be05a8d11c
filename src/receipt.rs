//! What svcctl keeps of an installed service. One file a service, mode 0600: a definition may hold what is nobody's business.
//!
//! The file has two lines of JSON. The first is the summary, all that the verbs need that only look: to read fifty whole receipts would
//! take `status` longer than everything else that it does. The second is the receipt.

use serde::{Deserialize, Serialize};

use crate::artifact::{Artifact, Trace};
use crate::spec::{ServiceName, Spec};
use crate::target::{ManagerId, Scope};

/// The record of one installed service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// `svcctl.receipt.v1`.
    pub schema: String,
    /// The svcctl that wrote it.
    pub svcctl_version: String,
    /// The service.
    pub name: ServiceName,
    /// Who runs it.
    pub manager: ManagerId,
    /// Whose it is.
    pub scope: Scope,
    /// Whether it is to come up at boot or login; `enable` and `disable` change it.
    pub enabled: bool,
    /// Absolute path of the definition when it was installed.
    pub definition_path: String,
    /// The definition as typed.
    pub definition: String,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--set`.
    pub sets: Vec<String>,
    /// `--allow-insecure-path`.
    pub insecure_paths: Vec<String>,
    /// What it meant.
    pub spec: Spec,
    /// What was written, with the contents: they are what a diff is made of.
    pub artifacts: Vec<Artifact>,
    /// Whether svcctl turned lingering on for the owner, and so may turn it off again.
    #[serde(default)]
    pub lingers: bool,
}

/// As much of a receipt as it takes to find a service and to look at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// `svcctl.receipt.v1`.
    pub schema: String,
    /// The service.
    pub name: ServiceName,
    /// Who runs it.
    pub manager: ManagerId,
    /// Whether it is to come up at boot or login.
    pub enabled: bool,
    /// Absolute path of the definition when it was installed.
    pub definition_path: String,
    /// One line about the service.
    pub description: Option<String>,
    /// What was written, without the contents: drift is told by them.
    pub artifacts: Vec<Trace>,
}

impl From<&Receipt> for Summary {
    fn from(receipt: &Receipt) -> Self {
        Self {
            schema: Receipt::SCHEMA.to_owned(),
            name: receipt.name.clone(),
            manager: receipt.manager,
            enabled: receipt.enabled,
            definition_path: receipt.definition_path.clone(),
            description: receipt.spec.description.clone(),
            artifacts: receipt.artifacts.iter().map(Trace::from).collect(),
        }
    }
}

/// What can be read from the file of a receipt.
pub trait Kept: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// When the file is damaged.
    fn read(file: &[u8]) -> serde_json::Result<Self>;
    /// The service.
    fn name(&self) -> &ServiceName;
}

impl Kept for Receipt {
    fn read(file: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(lines(file).1)
    }

    fn name(&self) -> &ServiceName {
        &self.name
    }
}

impl Kept for Summary {
    fn read(file: &[u8]) -> serde_json::Result<Self> {
        // Checked as a whole, not text by text.
        let line = std::str::from_utf8(lines(file).0).map_err(serde::de::Error::custom)?;
        serde_json::from_str(line)
    }

    fn name(&self) -> &ServiceName {
        &self.name
    }
}

/// The first line, and what comes after it. JSON in one line has no other line end: within a text it is written as `\n`.
fn lines(file: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memchr(b'\n', file).unwrap_or(file.len());
    let (first, rest) = file.split_at(end);
    (first, rest.get(1..).unwrap_or_default())
}

impl Receipt {
    /// The value of `schema`.
    pub const SCHEMA: &'static str = "svcctl.receipt.v1";

    /// The file that keeps it.
    ///
    /// # Errors
    /// None that a receipt can have.
    pub fn to_file(&self) -> serde_json::Result<String> {
        let summary = serde_json::to_string(&Summary::from(self))?;
        let receipt = serde_json::to_string(self)?;
        Ok(format!("{summary}\n{receipt}\n"))
    }

    /// Whether the two differ in nothing but the svcctl that wrote them.
    #[must_use]
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        let same_writer = Self { svcctl_version: self.svcctl_version.clone(), ..other.clone() };
        *self == same_writer
    }
}
