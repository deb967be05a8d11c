//! svcctl's own manager, for machines where no other is: every service is run by a host, below one supervisor for each scope.
//!
//! What is installed: the hosted file, and for a service that comes up with the supervisor a link to it. What a service is doing is in
//! its state file, so that nobody is woken to tell it.

#[cfg(unix)]
mod control;
#[cfg_attr(unix, path = "embedded/unix.rs")]
#[cfg_attr(not(unix), path = "embedded/nowhere.rs")]
mod os;
mod support;

use std::path::Path;

use crate::artifact::Artifact;
use crate::backend::{Action, Backend, Context, Deadline, Detection, LogQuery, LogStream, Outcome};
use crate::error::{Error, Result};
use crate::host;
use crate::logs::files;
use crate::plan::ManagerStep;
use crate::spec::{ServiceName, Spec};
use crate::state::ServiceState;
use crate::support::SupportReport;
use crate::system::{Entry, System};
use crate::target::{ManagerId, Scope, Target};

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
        support::report(spec, target)
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
            (TIDY, Some(hosted)) => tidy(&step.target, hosted, context),
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
        names.iter().map(|name| os::state(name, context)).collect()
    }

    fn names(&self, context: &Context<'_>) -> Result<Vec<ServiceName>> {
        let folder = Path::new(&context.target.dirs.state).join("hosted");
        let files = match context.system.list(&folder) {
            Ok(files) => files,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(Error::io(folder.display(), &error)),
        };
        let name = |file: &std::ffi::OsString| {
            ServiceName::new(file.to_str()?.strip_suffix(".json")?).ok()
        };
        Ok(files.iter().filter_map(name).collect())
    }

    fn control(
        &self,
        names: &[ServiceName],
        action: Action,
        deadline: Deadline,
        context: &Context<'_>,
    ) -> Vec<Outcome> {
        os::control(names, action, deadline, context)
    }

    fn logs<'a>(&'a self, query: &LogQuery, context: &Context<'a>) -> Result<LogStream<'a>> {
        let sources =
            query.names.iter().map(|name| source(name, context)).collect::<Result<_>>()?;
        files::read_all(sources, query)
    }
}

/// The step that removes the runtime folder of a service that is not installed any more.
const TIDY: &str = "tidy";

fn tidy(folder: &str, hosted: &str, context: &Context<'_>) -> Result<()> {
    let entry =
        context.system.entry(Path::new(hosted)).map_err(|error| Error::io(hosted, &error))?;
    if entry != Entry::Missing {
        return Ok(());
    }
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io(folder, &error))
        }
        _ => Ok(()),
    }
}

/// Where the log files of a service are: as its hosted file says, or where they are by default once it is gone.
fn source(name: &ServiceName, context: &Context<'_>) -> Result<files::Source> {
    let path = host::path(context.target, name);
    let directory = match context.system.read(Path::new(&path)) {
        Ok(contents) => host::Hosted::parse(&path, &contents)?.logs,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            host::logs_dir(context.target, name)
        }
        Err(error) => return Err(Error::io(path, &error)),
    };
    Ok(files::Source { directory: directory.into(), service: name.to_string() })
}

/// Where the link is that makes a service come up with the supervisor.
fn link(target: &Target, name: &ServiceName) -> String {
    let separator = if target.os.is_unix() { '/' } else { '\\' };
    format!("{}{separator}enabled{separator}{name}", target.dirs.state)
}
