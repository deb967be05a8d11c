//! What an install would change, and what of an installed service is no longer as it was installed.

use std::path::Path;

use serde::Serialize;

use crate::apply::observe_artifacts;
use crate::artifact::Trace;
use crate::error::Result;
use crate::operations::install::{self, InstallOptions, InstallRequest};
use crate::operations::installed::{read_record, receipts, receipts_dir, unique};
use crate::operations::job::Wish;
use crate::operations::{Record, Site, prepare};
use crate::plan::planner::ServiceChange;
use crate::plan::{self, Planned, diff};
use crate::receipt::Receipt;
use crate::spec::ServiceName;

/// The answer of `diff`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
    prepare::check(requests, site)?;
    let options = InstallOptions { adopt: true, dry_run: true, start: false, ..options.clone() };
    let mut services = Vec::new();
    for request in requests {
        services.push(of_request(request, &options, site)?);
    }
    Ok(DiffReport::new(services))
}

fn of_request(
    request: &InstallRequest,
    options: &InstallOptions,
    site: &Site<'_>,
) -> Result<ServiceDiff> {
    let name = &request.spec.name;
    let record: Option<Record> = read_record(&site.target.dirs, name, site.system)?;
    let job = install::job(std::slice::from_ref(request), options, site)?;
    let receipts = receipts_dir(&site.target.dirs);
    let ours = |planned: &&Planned| {
        !planned.step.path().is_some_and(|path| Path::new(path).starts_with(&receipts))
    };
    let artifacts: Vec<FileDiff> =
        job.plan.steps.iter().filter(ours).filter_map(diff::of_step).map(FileDiff::from).collect();
    let drift = record.as_ref().and_then(Record::receipt).map(|receipt| drift_of(receipt, site));
    let mut restart_because = Vec::new();
    for verdict in &job.plan.verdicts {
        restart_because.extend(verdict.restart.iter().cloned());
    }
    Ok(ServiceDiff {
        name: name.clone(),
        differs: !artifacts.is_empty(),
        installed: record.is_some(),
        drift: drift.unwrap_or_default(),
        artifacts,
        restart_because,
    })
}

/// The drift of installed services: what an install of the same definitions would mend.
///
/// # Errors
/// `NoService`, or what cannot be read.
pub fn diff_installed(names: &[ServiceName], site: &Site<'_>) -> Result<DiffReport> {
    let receipts = receipts(&unique(names), site)?;
    let services = receipts.iter().map(|receipt| of_installed(receipt, site));
    Ok(DiffReport::new(services.collect::<Result<_>>()?))
}

/// The plan that leads back to what was installed.
fn of_installed(receipt: &Receipt, site: &Site<'_>) -> Result<ServiceDiff> {
    let change = ServiceChange {
        name: receipt.name.clone(),
        old: Some(receipt.clone()),
        new: Some(receipt.clone()),
        secrets: Vec::new(),
        stale_secrets: Vec::new(),
        restart: Vec::new(),
        warnings: Vec::new(),
    };
    let wish = Wish { services: vec![change], adopt: true, ..Wish::default() };
    let job = wish.into_job(site, |_| Ok(Vec::new()))?;
    let drift = drift_of(receipt, site);
    let steps = job.plan.steps.iter().filter_map(diff::of_step);
    Ok(ServiceDiff {
        name: receipt.name.clone(),
        differs: !drift.is_empty(),
        installed: true,
        drift,
        artifacts: steps.map(FileDiff::from).collect(),
        restart_because: Vec::new(),
    })
}

impl From<(String, &'static str, String)> for FileDiff {
    fn from((target, change, text): (String, &'static str, String)) -> Self {
        Self { target, change, text }
    }
}

fn drift_of(receipt: &Receipt, site: &Site<'_>) -> Vec<String> {
    let traces: Vec<_> = receipt.artifacts.iter().map(Trace::from).collect();
    drift(&[&traces], site).pop().unwrap_or_default()
}

/// For the artifacts of each receipt what is not as it says, one sentence each; cheap enough for `status` of a thousand.
#[must_use]
pub fn drift(installed: &[&[Trace]], site: &Site<'_>) -> Vec<Vec<String>> {
    let owner = site.target.owner.uid;
    match observe_artifacts(installed, site) {
        Ok(machine) => installed
            .iter()
            .map(|artifacts| plan::drift::drift(artifacts, &machine, owner))
            .collect(),
        Err(error) => installed.iter().map(|_| vec![error.to_string()]).collect(),
    }
}
