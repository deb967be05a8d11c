//! OpenRC: one init script for each service, a link in the runlevel `default` for what comes up at a boot.
//!
//! ```text
//! spec ─ support ─▶ hosted ─ render ─▶ script, hosted file, link     boot ─▶ script ─▶ supervise-daemon ─▶ svcctl host ─▶ service
//!                                                                    status ◀─ the host's state file, /run/openrc
//! ```
//!
//! supervise-daemon starts whatever ends again, knows no readiness, no hooks and no rotation of logs, and reads its arguments by `eval`.
//! So it keeps the host alive, and the host does the rest; a host that is started again takes over the service that still runs. A host
//! that has nothing more to do ends its supervisor: see `host::unix::release`.
//!
//! The crate `service-manager` installs scripts on OpenRC too, with contents of the caller's own. It overwrites what is there, knows no
//! way back, runs `rc-update` and `rc-service` from the caller's `PATH`, and tells no more than whether they succeeded; so files and
//! links are steps of the plan here, as for every manager. A test holds the scripts to it: what is rendered here is what that crate can
//! install, start and stop.

mod dependencies;
mod init;
mod overrides;
mod render;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::artifact::Artifact;
use crate::backend::hosted::support::{Protections, Support};
use crate::backend::order::Known;
use crate::backend::script::control::{self, Init};
use crate::backend::{
    Action, Backend, Context, Deadline, Detection, LogQuery, LogStream, Outcome, hosted, ordered,
    script,
};
use crate::error::{Error, Result};
use crate::host;
use crate::plan::ManagerStep;
use crate::spec::{ServiceName, Spec};
use crate::state::{ServiceState, State};
use crate::support::SupportReport;
use crate::system::System;
use crate::target::{ManagerId, Scope, Target};

use self::init::OpenRc;

/// Why all is hosted.
const WHY: &str =
    "OpenRC's supervise-daemon starts whatever ends again, and knows nothing else of it";

/// Why no limit is kept for a whole service.
const LIMITS: &str = "OpenRC makes control groups only where the machine's rc.conf says so";

/// The step that removes what a service leaves in runtime folders.
const TIDY: &str = "tidy";

/// The backend for OpenRC.
#[derive(Clone, Copy, Debug, Default)]
pub struct Openrc;

impl Backend for Openrc {
    fn id(&self) -> ManagerId {
        ManagerId::Openrc
    }

    fn detect(&self, system: &dyn System, scope: Scope) -> Detection {
        init::detect(system, scope)
    }

    fn support(&self, spec: &Spec, target: &Target) -> SupportReport {
        let support = Support {
            why: WHY,
            limits: LIMITS,
            protections: Some(Protections { private_tmp: true }),
        };
        let mut report = support.report(spec, target);
        overrides::answer(&mut report, &spec.overrides);
        init::refuse(&mut report, spec, target);
        report
    }

    fn render(&self, spec: &Spec, target: &Target, enabled: bool) -> Result<Vec<Artifact>> {
        Ok(render::artifacts(spec, target, enabled))
    }

    /// OpenRC reads scripts when it runs them, so that there is nothing to reload.
    fn settle(&self, names: &[ServiceName], _target: &Target) -> Vec<ManagerStep> {
        let tidy = |name: &ServiceName| ManagerStep {
            action: TIDY.to_owned(),
            target: name.to_string(),
            value: Value::Null,
            undo: None,
        };
        names.iter().map(tidy).collect()
    }

    fn perform(&self, step: &ManagerStep, context: &Context<'_>) -> Result<()> {
        match (step.action.as_str(), ServiceName::new(&step.target)) {
            (TIDY, Ok(name)) => init::tidy(&name, context),
            _ => Err(Error::system(format!("OpenRC has no step '{}'", step.action))),
        }
    }

    fn observe_object(
        &self,
        _object: &str,
        _id: &str,
        _context: &Context<'_>,
    ) -> Result<Option<Value>> {
        Ok(None) // every artifact is a file or a link
    }

    fn marks(&self, contents: &[u8], name: &ServiceName) -> bool {
        script::marks(contents, name)
    }

    fn states(&self, names: &[ServiceName], context: &Context<'_>) -> Result<Vec<ServiceState>> {
        let openrc = OpenRc::new(context.system);
        let enabled = openrc.enabled();
        names
            .iter()
            .map(|name| {
                let state = state(name, &openrc, context)?;
                let enabled = state.state != State::NotInstalled && enabled.contains(name.as_str());
                Ok(ServiceState { enabled, ..state })
            })
            .collect()
    }

    fn names(&self, context: &Context<'_>) -> Result<Vec<ServiceName>> {
        OpenRc::new(context.system).names()
    }

    fn control(
        &self,
        names: &[ServiceName],
        action: Action,
        deadline: Deadline,
        context: &Context<'_>,
    ) -> Vec<Outcome> {
        let openrc = OpenRc::new(context.system);
        let run =
            |name: &ServiceName, action| control::run(name, action, deadline, &openrc, context);
        ordered::control(names, action, &known(&openrc, context), &run)
    }

    fn logs<'a>(&'a self, query: &LogQuery, context: &Context<'a>) -> Result<LogStream<'a>> {
        let openrc = OpenRc::new(context.system);
        hosted::logs_of_ours(query, &|name| openrc.knows(name), context)
    }
}

/// What there is to depend on: our services with what they say, and those of others.
fn known(openrc: &OpenRc<'_>, context: &Context<'_>) -> Known {
    let others = openrc.names().unwrap_or_default().into_iter();
    let mut known: BTreeMap<_, _> = others.map(|name| (name, Default::default())).collect();
    known.extend(ordered::known(context));
    known
}

fn state(name: &ServiceName, openrc: &OpenRc<'_>, context: &Context<'_>) -> Result<ServiceState> {
    let file = host::path(context.target, name);
    let marks = openrc.marks(name);
    let mut state = if hosted::is_there(context, &file)? {
        let seen = hosted::state(name, context)?;
        let begun = hosted::snapshot(name, context).is_some();
        init::ours(seen, begun, &marks)
    } else {
        init::foreign(name, openrc, &marks, context)
    };
    if let Some(mark) = marks.first() {
        state.native.insert("openrc".to_owned(), (*mark).into());
    }
    Ok(state)
}
