//! systemd, system and user manager: units, D-Bus, journald.

pub mod quote;
pub mod render;
#[cfg(test)]
mod samples;
pub mod steps;
pub mod support;
mod unit;
pub mod version;

use std::path::Path;

use crate::artifact::Artifact;
use crate::backend::{Action, Backend, Context, Deadline, Detection, LogQuery, LogStream, Outcome};
use crate::error::{Error, ErrorKind, Result};
use crate::plan::ManagerStep;
use crate::spec::{ServiceName, Spec};
use crate::state::ServiceState;
use crate::support::SupportReport;
use crate::system::{Entry, System};
use crate::target::{ManagerId, Scope, Target};

/// The backend.
pub struct Systemd;

/// It exists exactly when systemd is PID 1, `sd_booted(3)`.
const BOOTED: &str = "/run/systemd/system";

impl Backend for Systemd {
    fn id(&self) -> ManagerId {
        ManagerId::Systemd
    }

    fn detect(&self, system: &dyn System, _scope: Scope) -> Detection {
        let available = matches!(system.entry(Path::new(BOOTED)), Ok(Entry::Dir { .. }));
        let detail = if available { "runs this machine" } else { "did not boot this machine" };
        Detection { available, version: None, detail: detail.into() }
    }

    fn support(&self, spec: &Spec, target: &Target) -> SupportReport {
        support::report(spec, target)
    }

    fn render(&self, spec: &Spec, target: &Target, enabled: bool) -> Result<Vec<Artifact>> {
        render::artifacts(spec, target, enabled)
    }

    fn settle(&self, names: &[ServiceName], target: &Target) -> Vec<ManagerStep> {
        steps::settle(names, target)
    }

    fn perform(&self, _step: &ManagerStep, _context: &Context<'_>) -> Result<()> {
        Err(not_yet())
    }

    fn observe_object(
        &self,
        _object: &str,
        _id: &str,
        _context: &Context<'_>,
    ) -> Result<Option<serde_json::Value>> {
        Ok(None) // every artifact is a file or a link
    }

    fn states(&self, _names: &[ServiceName], _context: &Context<'_>) -> Result<Vec<ServiceState>> {
        Err(not_yet())
    }

    fn names(&self, _context: &Context<'_>) -> Result<Vec<ServiceName>> {
        Err(not_yet())
    }

    fn control(
        &self,
        names: &[ServiceName],
        _action: Action,
        _deadline: Deadline,
        _context: &Context<'_>,
    ) -> Vec<Outcome> {
        let outcome = |name: &ServiceName| Outcome {
            name: name.clone(),
            changed: false,
            warnings: Vec::new(),
            error: Some(not_yet()),
        };
        names.iter().map(outcome).collect()
    }

    fn logs<'a>(&'a self, _query: &LogQuery, _context: &Context<'a>) -> Result<LogStream<'a>> {
        Err(not_yet())
    }
}

fn not_yet() -> Error {
    Error::new(ErrorKind::ManagerUnavailable, "this svcctl does not talk to systemd yet")
}
