//! The Service Control Manager of Windows: services in its own database, each run by `svcctl host`.
//!
//! ```text
//! spec ─ render ─▶ service (pure) ─ put ─▶ Api ─▶ advapi32            .reg file ◀─ reg ─ service
//!                                              └─▶ observe, states, control
//! ```

pub mod account;
pub mod api;
pub mod control;
pub mod errors;
#[cfg(test)]
pub mod fake;
pub mod messages;
#[cfg(windows)]
mod native;
#[cfg(not(windows))]
#[path = "scm/absent.rs"]
mod native;
pub mod overrides;
pub mod put;
pub mod quote;
pub mod reg;
pub mod render;
pub mod service;
pub mod states;
pub mod support;
#[cfg(test)]
mod tests;
pub mod values;

use std::path::Path;
use std::time::Duration;

use crate::artifact::{Artifact, FileArtifact};
use crate::backend::scm::api::{Api, Password};
use crate::backend::scm::control::Controls;
use crate::backend::scm::service::Service;
use crate::backend::scm::states::Known;
use crate::backend::{
    Action, Backend, Context, Deadline, Detection, LogQuery, LogStream, Namesake, Outcome,
};
use crate::backend::{order, ordered};
use crate::error::{Error, Result};
use crate::host;
use crate::host::state::Snapshot;
use crate::logs::files;
use crate::logs::segment::{self, Segment};
use crate::plan::ManagerStep;
use crate::spec::{ServiceName, Spec};
use crate::state::ServiceState;
use crate::support::SupportReport;
use crate::system::System;
use crate::target::{ManagerId, Scope, Target};

/// The backend.
pub struct Scm;

/// Gives what svcctl keeps for a service to the service's own SID.
const GRANT: &str = "grant";

impl Scm {
    const fn api() -> native::Native {
        native::Native
    }
}

/// What a process and its tree use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Bytes.
    pub memory: u64,
    /// Nanoseconds.
    pub cpu: u64,
}

impl Backend for Scm {
    fn id(&self) -> ManagerId {
        ManagerId::Scm
    }

    fn detect(&self, _system: &dyn System, scope: Scope) -> Detection {
        let (available, detail) = match scope {
            Scope::System => native::detect(),
            Scope::User => (false, "it has no services of a single user: use --system".to_owned()),
        };
        Detection { available, version: None, detail }
    }

    fn support(&self, spec: &Spec, _target: &Target) -> SupportReport {
        support::report(spec)
    }

    fn render(&self, spec: &Spec, target: &Target, enabled: bool) -> Result<Vec<Artifact>> {
        render::artifacts(spec, target, enabled)
    }

    fn settle(&self, names: &[ServiceName], _target: &Target) -> Vec<ManagerStep> {
        let grant = |name: &ServiceName| ManagerStep {
            action: GRANT.into(),
            target: name.to_string(),
            value: serde_json::Value::Null,
            undo: None,
        };
        names.iter().map(grant).collect()
    }

    fn perform(&self, step: &ManagerStep, context: &Context<'_>) -> Result<()> {
        let ManagerStep { action, target: name, value, undo: _ } = step;
        match action.as_str() {
            "put-service" => {
                let service: Service = serde_json::from_value(value.clone())
                    .map_err(|error| Error::system("cannot read a step").cause(&error))?;
                let password = password(&service, context.system)?;
                put::put(&Self::api(), name, &service, password)
            }
            "remove-service" => {
                put::remove(&Self::api(), name, &|time| context.system.sleep(time))?;
                forget(name, context);
                Ok(())
            }
            GRANT => native::grant(name, context.target),
            other => Err(Error::system(format!("the Windows backend has no step '{other}'"))),
        }
    }

    fn observe_object(
        &self,
        _object: &str,
        id: &str,
        _context: &Context<'_>,
    ) -> Result<Option<serde_json::Value>> {
        let service = put::observe(&Self::api(), id)
            .map_err(|code| errors::error(code, &format!("cannot look at the service {id}")))?;
        Ok(service.and_then(|service| serde_json::to_value(service).ok()))
    }

    fn marks(&self, contents: &[u8], name: &ServiceName) -> bool {
        host::Hosted::parse("", contents).is_ok_and(|hosted| hosted.spec.name == *name)
    }

    fn namesakes(&self, names: &[ServiceName], _context: &Context<'_>) -> Result<Vec<Namesake>> {
        let mut found = Vec::new();
        for name in names {
            let ours = put::is_ours(&Self::api(), name.as_str()).map_err(|code| {
                errors::error(code, &format!("cannot look at the service {name}"))
            })?;
            let message = format!("Windows has a service {name} that svcctl did not make");
            let namesake = Namesake { name: name.clone(), message, harmless: false };
            found.extend((ours == Some(false)).then_some(namesake));
        }
        Ok(found)
    }

    fn states(&self, names: &[ServiceName], context: &Context<'_>) -> Result<Vec<ServiceState>> {
        let api = Self::api();
        let all = api.list().map_err(|code| errors::error(code, "cannot list the services"))?;
        let state_of = |name: &ServiceName| {
            let status = all.iter().find(|status| status.name.eq_ignore_ascii_case(name.as_str()));
            match status {
                Some(status) => state(&api, name, status.clone(), context),
                None => ServiceState::not_installed(name, context.target.scope, ManagerId::Scm),
            }
        };
        Ok(names.iter().map(state_of).collect())
    }

    fn names(&self, _context: &Context<'_>) -> Result<Vec<ServiceName>> {
        let all =
            Self::api().list().map_err(|code| errors::error(code, "cannot list the services"))?;
        Ok(all.iter().filter_map(|status| ServiceName::new(&status.name).ok()).collect())
    }

    fn control(
        &self,
        names: &[ServiceName],
        action: Action,
        deadline: Deadline,
        context: &Context<'_>,
    ) -> Vec<Outcome> {
        let run = |name: &ServiceName, action| {
            let trouble = |name: &ServiceName| snapshot(name, context.target)?.trouble;
            let sleep = |time| context.system.sleep(time);
            let controls =
                Controls { api: &Self::api(), sleep: &sleep, deadline, trouble: &trouble };
            controls.act(name, action)
        };
        ordered::control(names, action, &known(context), &run)
    }

    fn lacking(&self, name: &ServiceName, _context: &Context<'_>) -> Vec<String> {
        let lacking = put::lacking(&Self::api(), name.as_str()).unwrap_or_default();
        lacking.into_iter().map(|what| format!("this Windows does not keep {what}")).collect()
    }

    fn logs<'a>(&'a self, query: &LogQuery, context: &Context<'a>) -> Result<LogStream<'a>> {
        let source = |name: &ServiceName| files::Source {
            directory: log_folder(name, context).into(),
            service: name.to_string(),
        };
        files::read_all(query.names.iter().map(source).collect(), query)
    }

    fn purge(&self, spec: &Spec, context: &Context<'_>) -> Result<Vec<String>> {
        let name = spec.name.as_str();
        let folder = host::Hosted::new(spec, context.target).logs;
        let found = context.system.list(Path::new(&folder)).unwrap_or_default();
        let ours =
            |file: &str| file == segment::active(name) || Segment::parse(name, file).is_some();
        let mut removed = Vec::new();
        for file in found.iter().filter_map(|file| file.to_str()).filter(|file| ours(file)) {
            let path = Path::new(&folder).join(file);
            context.system.remove_file(&path).map_err(|error| Error::io(path.display(), &error))?;
            removed.push(path.display().to_string());
        }
        // What somebody else put there stays, and the folder with it.
        if context.system.remove_dir(Path::new(&folder)).is_ok() {
            removed.push(folder);
        }
        Ok(removed)
    }
}

/// What there is to depend on: our services with what they say, and those of others. The manager itself starts what a service needs,
/// and refuses to stop what others need: in the right order it has no reason to, and the error of each service is its own.
fn known(context: &Context<'_>) -> order::Known {
    let others = Scm.names(context).unwrap_or_default().into_iter();
    let mut known: order::Known = others.map(|name| (name, Default::default())).collect();
    known.extend(ordered::known(context));
    known
}

/// The service of an artifact as a file that the registry imports, with its name; none for what is no service.
#[must_use]
pub fn registry_file(artifact: &Artifact) -> Option<FileArtifact> {
    let Artifact::Object { object, id, value } = artifact else {
        return None;
    };
    let service =
        (object == render::OBJECT).then(|| serde_json::from_value(value.clone()).ok())??;
    let contents = reg::file(id, &service, env!("CARGO_PKG_VERSION"));
    Some(FileArtifact { path: format!("{id}.reg"), mode: 0o644, contents })
}

/// Removes what the host has left in the service's runtime folder, and the folder of its logs if it has written none. Something that
/// cannot be removed does no harm there.
fn forget(name: &str, context: &Context<'_>) {
    let Ok(name) = ServiceName::new(name) else { return };
    let folder = host::runtime_dir(context.target, &name);
    for file in ["state.json", "state.new"] {
        let _ = context.system.remove_file(&Path::new(&folder).join(file));
    }
    let _ = context.system.remove_dir(Path::new(&folder));
    let logs = format!(r"{}\{name}", context.target.dirs.logs);
    if context.system.list(Path::new(&logs)).is_ok_and(|files| files.is_empty()) {
        let _ = context.system.remove_dir(Path::new(&logs));
    }
}

/// The password of the service's account, from the file that it was stored in.
fn password(service: &Service, system: &dyn System) -> Result<Option<Password>> {
    let Some(path) = &service.password_file else {
        return Ok(None);
    };
    let bytes = system.read(Path::new(path)).map_err(|error| {
        Error::io(format!("cannot read the password of {} in {path}", service.account), &error)
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        Error::system(format!("the password in {path} is not UTF-8")).cause(&error)
    })?;
    Ok(Some(Password(text.trim_end_matches(['\r', '\n']).to_owned())))
}

/// Where the log files of a service are: the hosted file says so while it is installed.
fn log_folder(name: &ServiceName, context: &Context<'_>) -> String {
    let file = host::path(context.target, name);
    let bytes = context.system.read(Path::new(&file)).unwrap_or_default();
    let hosted = host::Hosted::parse(&file, &bytes);
    hosted.map_or_else(|_| format!(r"{}\{name}", context.target.dirs.logs), |hosted| hosted.logs)
}

/// How often a state file is looked at that cannot be read.
const LOOKS: u32 = 5;

/// What the host last wrote, if that can be read.
fn snapshot(name: &ServiceName, target: &Target) -> Option<Snapshot> {
    let folder = host::runtime_dir(target, name);
    let read = || host::state::read(Path::new(&folder));
    let mut seen = read();
    // The host may be replacing it just now.
    for _ in 1..LOOKS {
        if seen.is_ok() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
        seen = read();
    }
    seen.ok().flatten()
}

/// Whether the host lives. One that is gone may have told the manager so after the manager was asked: then it is asked again.
fn looked_after(api: &dyn Api, name: &ServiceName, status: api::Status) -> (api::Status, bool) {
    let lives = |status: &api::Status| status.pid != 0 && api.is_alive(status.pid);
    let alive = lives(&status);
    if alive || status.phase == api::Phase::Stopped {
        return (status, alive);
    }
    let again = api.status(name.as_str()).unwrap_or(status);
    let alive = lives(&again);
    (again, alive)
}

fn state(
    api: &dyn Api,
    name: &ServiceName,
    status: api::Status,
    context: &Context<'_>,
) -> ServiceState {
    let (status, alive) = looked_after(api, name, status);
    let known = Known { status, snapshot: snapshot(name, context.target), alive };
    let settings = api.query(name.as_str()).ok();
    let description = match api.query2(name.as_str(), api::Level::Description) {
        Ok(api::Info::Description(text)) => text.lines().next().map(str::to_owned),
        _ => None,
    };
    let start = settings.map(|settings| service::StartType::from_number(settings.start, false));
    let usage = known.pid().and_then(native::usage);
    ServiceState {
        state: known.state(),
        enabled: start.is_some_and(service::StartType::is_enabled),
        pid: known.pid(),
        since: known.since(),
        restarts: known.snapshot.as_ref().map(|snapshot| snapshot.restarts),
        exit: known.exit(),
        memory_bytes: usage.map(|usage| usage.memory),
        cpu_ns: usage.map(|usage| usage.cpu),
        health: known.current().and_then(|snapshot| snapshot.health),
        description,
        native: known.native(),
        ..ServiceState::not_installed(name, context.target.scope, ManagerId::Scm)
    }
}
