//! What svcctl keeps of an installed service. One file a service, mode 0600: a definition may hold what is nobody's business.

use serde::{Deserialize, Serialize};

use crate::artifact::Artifact;
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
    /// What was written, with the contents: they are what drift is compared with.
    pub artifacts: Vec<Artifact>,
    /// Whether svcctl turned lingering on for the owner, and so may turn it off again.
    #[serde(default)]
    pub lingers: bool,
}

impl Receipt {
    /// The value of `schema`.
    pub const SCHEMA: &'static str = "svcctl.receipt.v1";

    /// Whether the two differ in nothing but the svcctl that wrote them.
    #[must_use]
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        let same_writer = Self { svcctl_version: self.svcctl_version.clone(), ..other.clone() };
        *self == same_writer
    }
}
