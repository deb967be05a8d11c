//! systemd, system and user manager: units, D-Bus, journald.

#[cfg(not(target_os = "linux"))]
#[path = "systemd/absent.rs"]
mod live;
#[cfg(target_os = "linux")]
mod live;

pub mod explain;
pub mod journal;
pub mod quote;
pub mod render;
#[cfg(test)]
mod samples;
pub mod state;
pub mod steps;
pub mod support;
mod unit;
// Pure, so that its tests run everywhere; only Linux has jobs to judge.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
mod verdict;
pub mod version;

use std::path::Path;

use crate::artifact::Artifact;
use crate::backend::{
    Action, Backend, Context, Deadline, Detection, LogQuery, LogStream, Namesake, Outcome,
};
use crate::error::Result;
use crate::plan::ManagerStep;
use crate::spec::{ServiceName, Spec};
use crate::state::ServiceState;
use crate::support::SupportReport;
use crate::system::{Entry, System};
use crate::target::{ManagerId, Scope, Target};

/// The backend.
pub struct Systemd;

/// It exists exactly when systemd is PID 1, `sd_booted(3)`.
pub const BOOTED: &str = "/run/systemd/system";

impl Backend for Systemd {
    fn id(&self) -> ManagerId {
        ManagerId::Systemd
    }

    fn detect(&self, system: &dyn System, _scope: Scope) -> Detection {
        let available = matches!(system.entry(Path::new(BOOTED)), Ok(Entry::Dir { .. }));
        let version = if available { live::version(system) } else { None };
        let detail = match (available, version) {
            (false, _) => "it did not boot this machine".to_owned(),
            (true, None) => "it runs this machine".to_owned(),
            (true, Some(version)) => format!("systemd {version}"),
        };
        Detection { available, version, detail }
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

    fn perform(&self, step: &ManagerStep, context: &Context<'_>) -> Result<()> {
        live::perform(step, context)
    }

    fn observe_object(
        &self,
        _object: &str,
        _id: &str,
        _context: &Context<'_>,
    ) -> Result<Option<serde_json::Value>> {
        Ok(None) // every artifact is a file or a link
    }

    fn linger(&self, target: &Target) -> Option<ManagerStep> {
        (target.scope == Scope::User).then(|| steps::linger(target))
    }

    fn lingers(&self, context: &Context<'_>) -> Result<bool> {
        Ok(live::lingers(context))
    }

    fn namesakes(&self, names: &[ServiceName], context: &Context<'_>) -> Result<Vec<Namesake>> {
        live::namesakes(names, context)
    }

    fn states(&self, names: &[ServiceName], context: &Context<'_>) -> Result<Vec<ServiceState>> {
        live::states(names, context)
    }

    fn names(&self, context: &Context<'_>) -> Result<Vec<ServiceName>> {
        live::names(context)
    }

    fn control(
        &self,
        names: &[ServiceName],
        action: Action,
        deadline: Deadline,
        context: &Context<'_>,
    ) -> Vec<Outcome> {
        live::control(names, action, deadline, context)
    }

    fn logs<'a>(&'a self, query: &LogQuery, context: &Context<'a>) -> Result<LogStream<'a>> {
        live::logs(query, context)
    }
}
