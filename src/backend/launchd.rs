//! launchd: property lists in, `launchctl` out.
//!
//! ```text
//! spec ─ support ─▶ native or hosted ─ render ─▶ plist       verb ─ control ─▶ sequence ─▶ launchctl
//!                                                            status ◀─ print ◀─ launchctl, the host's state file
//! ```
//!
//! Nothing here disables a label: what launchd's override store says survives every uninstall. A service that does not come up by
//! itself has its property list in svcctl's own folder instead.

mod code;
mod control;
mod detect;
mod diagnosis;
mod domain;
mod installed;
mod job;
mod launchctl;
mod output;
mod overrides;
mod plist;
mod print;
mod render;
mod sequence;
mod status;
mod support;
mod usage;
mod watch;

#[cfg(test)]
mod samples;

use std::path::Path;

use serde_json::Value;

use crate::artifact::Artifact;
use crate::backend::{
    Action, Backend, Context, Deadline, Detection, LogQuery, LogStream, Namesake, Outcome, ordered,
};
use crate::error::{Error, Result};
use crate::host;
use crate::plan::ManagerStep;
use crate::spec::{ServiceName, Spec};
use crate::state::ServiceState;
use crate::support::SupportReport;
use crate::system::System;
use crate::target::{ManagerId, Scope, Target};

use self::domain::Domain;
use self::installed::Installed;
use self::launchctl::Launchctl;
use self::status::Seen;

pub use self::launchctl::root;

/// The step that removes what a service leaves in the runtime folder.
const TIDY: &str = "tidy";

/// The backend for launchd.
#[derive(Clone, Copy, Debug, Default)]
pub struct Launchd;

impl Backend for Launchd {
    fn id(&self) -> ManagerId {
        ManagerId::Launchd
    }

    fn detect(&self, system: &dyn System, _scope: Scope) -> Detection {
        detect::detect(system)
    }

    fn support(&self, spec: &Spec, target: &Target) -> SupportReport {
        support::report(spec, target)
    }

    fn render(&self, spec: &Spec, target: &Target, enabled: bool) -> Result<Vec<Artifact>> {
        render::artifacts(spec, target, enabled)
    }

    /// launchd reads property lists when it is told to, so that there is nothing to reload.
    fn settle(&self, names: &[ServiceName], _target: &Target) -> Vec<ManagerStep> {
        names.iter().map(tidy_step).collect()
    }

    fn perform(&self, step: &ManagerStep, context: &Context<'_>) -> Result<()> {
        match (step.action.strip_suffix(job::OBJECT), ServiceName::new(&step.target)) {
            (Some("put-"), _) => job::put(&step.target, context),
            (Some("remove-"), _) => job::remove(&step.target, context),
            (_, Ok(name)) if step.action == TIDY && !Installed::find(&name, context).exists() => {
                tidy(&name, context)
            }
            (_, _) => Ok(()),
        }
    }

    fn observe_object(
        &self,
        object: &str,
        id: &str,
        context: &Context<'_>,
    ) -> Result<Option<Value>> {
        if object == job::OBJECT { job::observe(id, context) } else { Ok(None) }
    }

    fn marks(&self, contents: &[u8], name: &ServiceName) -> bool {
        plist::read(contents).as_ref().and_then(plist::marked).as_ref() == Some(name)
    }

    fn namesakes(&self, names: &[ServiceName], context: &Context<'_>) -> Result<Vec<Namesake>> {
        let launchctl = Launchctl::new(context.system);
        names.iter().filter_map(|name| namesake(name, &launchctl, context).transpose()).collect()
    }

    fn purge(&self, spec: &Spec, context: &Context<'_>) -> Result<Vec<String>> {
        output::purge(spec, context)
    }

    fn states(&self, names: &[ServiceName], context: &Context<'_>) -> Result<Vec<ServiceState>> {
        let launchctl = Launchctl::new(context.system);
        let disabled = Disabled::ask(&launchctl, context)?;
        let states = names.iter().map(|name| state(name, &launchctl, &disabled, context));
        let mut states = states.collect::<Result<Vec<_>>>()?;
        usage::add(&mut states, context.system);
        Ok(states)
    }

    fn names(&self, context: &Context<'_>) -> Result<Vec<ServiceName>> {
        let found = installed::plists(context).into_iter();
        let mut names: Vec<_> = found
            .filter_map(|found| found.mark.or_else(|| ServiceName::new(&found.label).ok()))
            .collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    fn control(
        &self,
        names: &[ServiceName],
        action: Action,
        deadline: Deadline,
        context: &Context<'_>,
    ) -> Vec<Outcome> {
        let run = |name: &ServiceName, action| control::run(name, action, deadline, context);
        ordered::control(names, action, &ordered::known(context), &run)
    }

    fn logs<'a>(&'a self, query: &LogQuery, context: &Context<'a>) -> Result<LogStream<'a>> {
        output::lines(query, context)
    }
}

/// Removes the runtime folder of a service that is not installed any more.
fn tidy(name: &ServiceName, context: &Context<'_>) -> Result<()> {
    let folder = host::runtime_dir(context.target, name);
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io(folder, &error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

fn tidy_step(name: &ServiceName) -> ManagerStep {
    ManagerStep { action: TIDY.into(), target: name.to_string(), value: Value::Null, undo: None }
}

/// Whether launchd runs something of that label from a place that svcctl does not use.
fn namesake(
    name: &ServiceName,
    launchctl: &Launchctl<'_>,
    context: &Context<'_>,
) -> Result<Option<Namesake>> {
    let installed = Installed::find(name, context);
    let Some((domain, printed)) = control::find(launchctl, &installed.label, context)? else {
        return Ok(None);
    };
    let path = printed.path.unwrap_or_default();
    let ours = [context.target.dirs.units.clone(), render::idle_folder(context.target)];
    if ours.iter().any(|folder| Path::new(&path).starts_with(folder)) {
        return Ok(None);
    }
    let message = format!("launchd has {} loaded in {domain} from {path}", installed.label);
    Ok(Some(Namesake { name: name.clone(), message, harmless: false }))
}

/// The labels that launchd's store keeps from being loaded, asked for once.
struct Disabled(String);

impl Disabled {
    fn ask(launchctl: &Launchctl<'_>, context: &Context<'_>) -> Result<Self> {
        // Both domains of a user share one store; the first that is there will do.
        for domain in Domain::of(context.target) {
            let reply = launchctl.call(&["print-disabled", &domain.to_string()])?;
            if reply.code == 0 {
                return Ok(Self(reply.out));
            }
        }
        Ok(Self(String::new()))
    }

    fn has(&self, label: &str) -> bool {
        print::is_disabled(&self.0, label)
    }
}

fn state(
    name: &ServiceName,
    launchctl: &Launchctl<'_>,
    disabled: &Disabled,
    context: &Context<'_>,
) -> Result<ServiceState> {
    let installed = Installed::find(name, context);
    let runtime = host::runtime_dir(context.target, name);
    let seen = Seen {
        loaded: control::find(launchctl, &installed.label, context)?,
        snapshot: host::state::read(Path::new(&runtime)).ok().flatten(),
        disabled: disabled.has(&installed.label),
        installed: &installed,
    };
    Ok(status::state(&seen, context.target.scope))
}
