//! svcctl's own manager, for machines where no other is: every service is run by a host, below one supervisor for each scope.
//!
//! What is installed: the hosted file, and for a service that comes up with the supervisor a link to it. What a service is doing is in
//! its state file, so that nobody is woken to tell it.

#[cfg_attr(not(unix), path = "embedded/nowhere.rs")]
mod control;

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use crate::artifact::Artifact;
use crate::backend::hosted::support::{Protections, Support};
use crate::backend::{
    Action, Backend, Context, Deadline, Detection, LogQuery, LogStream, Outcome, hosted,
};
use crate::error::{Error, Result};
use crate::host;
use crate::plan::ManagerStep;
use crate::spec::{ServiceName, Spec};
use crate::state::{ServiceState, State};
use crate::support::SupportReport;
use crate::system::System;
use crate::target::{ManagerId, Scope, Target};

/// Why all is hosted.
const WHY: &str = "the embedded manager runs every service by svcctl's host";

/// Why no limit is kept for a whole service.
const LIMITS: &str =
    "only a control group holds a whole process tree to it, and the embedded manager has none";

/// The backend.
pub struct Embedded;

impl Backend for Embedded {
    fn id(&self) -> ManagerId {
        ManagerId::Embedded
    }

    fn detect(&self, _system: &dyn System, _scope: Scope) -> Detection {
        let detail = match host::AVAILABLE {
            true => "svcctl's own supervisor",
            false => "this build has no host for this system",
        };
        Detection { available: host::AVAILABLE, version: None, detail: detail.to_owned() }
    }

    fn support(&self, spec: &Spec, target: &Target) -> SupportReport {
        let has = Protections { private_tmp: hosted::has_private_tmp() };
        let mut report =
            Support { why: WHY, limits: LIMITS, protections: Some(has) }.report(spec, target);
        if !spec.overrides.is_empty() {
            report.refused(
                "override",
                "it has no settings of its own",
                "leave [override.embedded] out",
            );
        }
        report
    }

    fn render(&self, spec: &Spec, target: &Target, enabled: bool) -> Result<Vec<Artifact>> {
        let file = host::artifact(spec, target);
        let link = Artifact::Link { path: link(target, &spec.name), target: file.path.clone() };
        let mut artifacts = vec![Artifact::File(file)];
        artifacts.extend(enabled.then_some(link));
        Ok(artifacts)
    }

    /// Hosts read their file when they begin: all that is to be done is to take away what an uninstalled service leaves of its last run.
    fn settle(&self, names: &[ServiceName], target: &Target) -> Vec<ManagerStep> {
        let tidy = |name: &ServiceName| ManagerStep {
            action: TIDY.to_owned(),
            target: host::runtime_dir(target, name),
            value: serde_json::Value::String(host::path(target, name)),
            undo: None,
        };
        names.iter().map(tidy).collect()
    }

    fn perform(&self, step: &ManagerStep, context: &Context<'_>) -> Result<()> {
        match (step.action.as_str(), step.value.as_str()) {
            (TIDY, Some(file)) => hosted::tidy(&step.target, file, context),
            _ => Err(Error::system(format!("the embedded manager has no step '{}'", step.action))),
        }
    }

    fn observe_object(
        &self,
        _object: &str,
        _id: &str,
        _context: &Context<'_>,
    ) -> Result<Option<serde_json::Value>> {
        Ok(None) // every artifact is a file or a link
    }

    fn states(&self, names: &[ServiceName], context: &Context<'_>) -> Result<Vec<ServiceState>> {
        let enabled = Enabled::read(context)?;
        names.iter().map(|name| state(name, &enabled, context)).collect()
    }

    fn names(&self, context: &Context<'_>) -> Result<Vec<ServiceName>> {
        hosted::names(context)
    }

    fn control(
        &self,
        names: &[ServiceName],
        action: Action,
        deadline: Deadline,
        context: &Context<'_>,
    ) -> Vec<Outcome> {
        control::control(names, action, deadline, context)
    }

    fn logs<'a>(&'a self, query: &LogQuery, context: &Context<'a>) -> Result<LogStream<'a>> {
        hosted::logs(query, context)
    }
}

/// The step that removes the runtime folder of a service that is not installed any more.
const TIDY: &str = "tidy";

fn state(name: &ServiceName, enabled: &Enabled, context: &Context<'_>) -> Result<ServiceState> {
    let mut state = hosted::state(name, context)?;
    state.enabled = state.state != State::NotInstalled && enabled.has(name);
    Ok(state)
}

/// The services that come up with the supervisor: a folder that is read once, instead of a look at a path for each.
enum Enabled {
    /// These, sorted.
    Known(Vec<OsString>),
    /// The folder may not be read, which says nothing against any.
    Hidden,
}

impl Enabled {
    fn read(context: &Context<'_>) -> Result<Self> {
        let folder = enabled_dir(context.target);
        match context.system.list(Path::new(&folder)) {
            Ok(names) => Ok(Self::Known(names)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::Known(Vec::new())),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(Self::Hidden),
            Err(error) => Err(Error::io(folder, &error)),
        }
    }

    fn has(&self, name: &ServiceName) -> bool {
        let name = OsStr::new(name.as_str());
        match self {
            Self::Known(names) => names.binary_search_by(|one| one.as_os_str().cmp(name)).is_ok(),
            Self::Hidden => true,
        }
    }
}

/// Where the link is that makes a service come up with the supervisor.
fn link(target: &Target, name: &ServiceName) -> String {
    host::join(target.os, &[&enabled_dir(target), name.as_str()])
}

fn enabled_dir(target: &Target) -> String {
    host::join(target.os, &[&target.dirs.state, "enabled"])
}
