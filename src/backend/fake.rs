//! A manager made of files, for tests of everything between a definition and a changed machine.
//!
//! Units are files in `{units}` with a link in `{units}/enabled.d`; what the manager has read, keeps and runs are files in
//! `{runtime}`: `loaded`, `entries/NAME`, `running/NAME` (with the unit that it was started with), `linger`.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::artifact::{Artifact, FileArtifact};
use crate::backend::{
    Action, Backend, Context, Deadline, Detection, LogQuery, LogStream, Namesake, Outcome,
};
use crate::error::{Error, Result};
use crate::plan::ManagerStep;
use crate::spec::{ServiceName, Spec};
use crate::state::{ServiceState, State};
use crate::support::SupportReport;
use crate::system::{Entry, System};
use crate::target::{ManagerId, Scope, Target};

/// The manager; it goes by the embedded one's name.
#[derive(Debug, Default)]
pub struct FakeBackend;

impl FakeBackend {
    /// A service with this command argument is refused.
    pub const REFUSED: &'static str = "refused";
    /// A service with this command argument cannot be started.
    pub const BROKEN: &'static str = "broken";
}

fn under(context: &Context<'_>, part: &str, name: &str) -> PathBuf {
    Path::new(&context.target.dirs.runtime).join(part).join(name)
}

fn make_dirs(path: &Path, system: &dyn System) -> io::Result<()> {
    if system.entry(path)? == Entry::Missing {
        path.parent().map_or(Ok(()), |parent| make_dirs(parent, system))?;
        return match system.create_dir(path, 0o755) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            done => done,
        };
    }
    Ok(())
}

fn put(path: &Path, bytes: &[u8], system: &dyn System) -> io::Result<()> {
    let waiting = path.with_extension("new");
    path.parent().map_or(Ok(()), |parent| make_dirs(parent, system))?;
    take(&waiting, system)?;
    system.create(&waiting, 0o600, bytes)?;
    system.rename(&waiting, path)
}

fn take(path: &Path, system: &dyn System) -> io::Result<()> {
    match system.remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn is_there(path: &Path, system: &dyn System) -> io::Result<bool> {
    Ok(system.entry(path)? != Entry::Missing)
}

/// Reads every unit anew: `loaded` has them one after another.
fn reload(context: &Context<'_>) -> io::Result<()> {
    let system = context.system;
    let units = Path::new(&context.target.dirs.units);
    let mut all = Vec::new();
    if is_there(units, system)? {
        for file in system.list(units)? {
            if file.to_string_lossy().ends_with(".unit") {
                all.extend(system.read(&units.join(file))?);
            }
        }
    }
    put(&under(context, "", "loaded"), &all, system)
}

fn unit_path(target: &Target, name: &ServiceName) -> String {
    format!("{}/{name}.unit", target.dirs.units)
}

fn io_error(what: &str) -> impl FnOnce(io::Error) -> Error {
    let what = what.to_owned();
    move |error| Error::io(what, &error)
}

fn control_one(name: &ServiceName, action: Action, context: &Context<'_>) -> Result<bool> {
    let system = context.system;
    let running = under(context, "running", name.as_str());
    let runs = is_there(&running, system).map_err(io_error("running"))?;
    let unit = system.read(unit_path(context.target, name).as_ref());
    match action {
        Action::Stop if runs => take(&running, system).map_err(io_error("stop")).map(|()| true),
        Action::Start if runs => Ok(false),
        Action::Start | Action::Restart => {
            let unit = unit.map_err(io_error("start"))?;
            if String::from_utf8_lossy(&unit).contains(FakeBackend::BROKEN) {
                return Err(Error::system(format!("{name} does not start")));
            }
            put(&running, &unit, system).map_err(io_error("start")).map(|()| true)
        }
        Action::Stop | Action::Reload => Ok(false),
    }
}

impl Backend for FakeBackend {
    fn id(&self) -> ManagerId {
        ManagerId::Embedded
    }

    fn detect(&self, _system: &dyn System, _scope: Scope) -> Detection {
        Detection { available: true, version: Some(1), detail: "1".to_owned() }
    }

    fn support(&self, spec: &Spec, _target: &Target) -> SupportReport {
        let mut report = SupportReport::default();
        if spec.process.command.iter().any(|part| part == Self::REFUSED) {
            report.refused("process.command", "it says so itself", "say something else");
        } else {
            report.native("process.command");
        }
        report
    }

    fn render(&self, spec: &Spec, target: &Target, enabled: bool) -> Result<Vec<Artifact>> {
        let name = &spec.name;
        let path = unit_path(target, name);
        let (command, environment) = (&spec.process.command, &spec.process.environment);
        let contents = format!(
            "{:?}\n{command:?}\n{environment:?}\n[X-Svcctl]\nName={name}\n",
            spec.description
        );
        let hosted = format!("{}/hosted/{name}.json", target.dirs.state);
        let mut all = vec![
            Artifact::File(FileArtifact {
                path: hosted,
                mode: 0o600,
                contents: json!(environment).to_string(),
            }),
            Artifact::File(FileArtifact { path: path.clone(), mode: 0o644, contents }),
            Artifact::Object {
                object: "entry".to_owned(),
                id: name.to_string(),
                value: json!({ "command": command }),
            },
        ];
        if enabled {
            let link = format!("{}/enabled.d/{name}.unit", target.dirs.units);
            all.push(Artifact::Link { path: link, target: path });
        }
        Ok(all)
    }

    fn settle(&self, names: &[ServiceName], target: &Target) -> Vec<ManagerStep> {
        let reload = ManagerStep {
            action: "reload".to_owned(),
            target: target.scope.to_string(),
            value: Value::Null,
            undo: None,
        };
        if names.is_empty() { Vec::new() } else { vec![reload] }
    }

    fn perform(&self, step: &ManagerStep, context: &Context<'_>) -> Result<()> {
        let entry = under(context, "entries", &step.target);
        let linger = under(context, "", "linger");
        match step.action.as_str() {
            "reload" => reload(context),
            "put-entry" => put(&entry, step.value.to_string().as_bytes(), context.system),
            "remove-entry" => take(&entry, context.system),
            "linger" => put(&linger, b"", context.system),
            "no-linger" => take(&linger, context.system),
            other => return Err(Error::system(format!("no such step: {other}"))),
        }
        .map_err(io_error(&step.action))
    }

    fn observe_object(
        &self,
        _object: &str,
        id: &str,
        context: &Context<'_>,
    ) -> Result<Option<Value>> {
        match context.system.read(&under(context, "entries", id)) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io("entries", &error)),
        }
    }

    fn linger(&self, target: &Target) -> Option<ManagerStep> {
        let step = |action: &str, undo| ManagerStep {
            action: action.to_owned(),
            target: target.owner.name.clone(),
            value: Value::Null,
            undo,
        };
        Some(step("linger", Some(Box::new(step("no-linger", None)))))
    }

    fn lingers(&self, context: &Context<'_>) -> Result<bool> {
        is_there(&under(context, "", "linger"), context.system).map_err(io_error("linger"))
    }

    fn namesakes(&self, names: &[ServiceName], context: &Context<'_>) -> Result<Vec<Namesake>> {
        let mut all = Vec::new();
        for name in names {
            let path = under(context, "vendor", name.as_str());
            if is_there(&path, context.system).map_err(io_error("vendor"))? {
                let message = format!("{} is hidden", path.display());
                all.push(Namesake { name: name.clone(), message, harmless: true });
            }
        }
        Ok(all)
    }

    fn states(&self, names: &[ServiceName], context: &Context<'_>) -> Result<Vec<ServiceState>> {
        let state = |name: &ServiceName| {
            let mut state =
                ServiceState::not_installed(name, context.target.scope, ManagerId::Embedded);
            let unit = unit_path(context.target, name);
            if is_there(&under(context, "running", name.as_str()), context.system)? {
                state.state = State::Running;
            } else if is_there(unit.as_ref(), context.system)? {
                state.state = State::Stopped;
            }
            Ok(state)
        };
        let states: io::Result<_> = names.iter().map(state).collect();
        states.map_err(io_error("states"))
    }

    fn names(&self, _context: &Context<'_>) -> Result<Vec<ServiceName>> {
        Ok(Vec::new())
    }

    fn control(
        &self,
        names: &[ServiceName],
        action: Action,
        _deadline: Deadline,
        context: &Context<'_>,
    ) -> Vec<Outcome> {
        let outcome = |name: &ServiceName| {
            let (changed, error) = match control_one(name, action, context) {
                Ok(changed) => (changed, None),
                Err(error) => (false, Some(error)),
            };
            Outcome { name: name.clone(), changed, warnings: Vec::new(), error }
        };
        names.iter().map(outcome).collect()
    }

    fn logs<'a>(&'a self, _query: &LogQuery, _context: &Context<'a>) -> Result<LogStream<'a>> {
        Ok(Box::new(std::iter::empty()))
    }
}
