//! FreeBSD's rc.d: one script for each service, and a file in `rc.conf.d` for what comes up at a boot.
//!
//! daemon(8) keeps `svcctl host` alive, and the host does the rest, as on OpenRC. Nobody has seen this on a FreeBSD yet: what is tested
//! is that the scripts are what rc.subr(8) documents, and that shells read them.
//!
//! The crate `service-manager` installs scripts for rc.d with contents of the caller's own, too. It starts a service by `service NAME
//! start`, which does nothing for one that does not come up at a boot, and enables by `service NAME enable`, which edits the machine's
//! `rc.conf` in place; a file of the service's own says the same, and can be taken back.

mod init;
mod overrides;
mod render;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::artifact::Artifact;
use crate::backend::hosted::support::Support;
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

use self::init::Rc;

/// Why all is hosted.
const WHY: &str = "daemon(8) starts whatever ends again, and knows nothing else of it";

/// Why no limit is kept for a whole service.
const LIMITS: &str =
    "FreeBSD counts what a whole service uses by rctl(8), which svcctl does not set";

/// The step that removes what a service leaves in the runtime folder.
const TIDY: &str = "tidy";

/// The backend for rc.d.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rcd;

impl Backend for Rcd {
    fn id(&self) -> ManagerId {
        ManagerId::Rcd
    }

    fn detect(&self, system: &dyn System, scope: Scope) -> Detection {
        init::detect(system, scope)
    }

    fn support(&self, spec: &Spec, target: &Target) -> SupportReport {
        let mut report =
            Support { why: WHY, limits: LIMITS, protections: None }.report(spec, target);
        overrides::answer(&mut report, &spec.overrides);
        init::refuse(&mut report, spec, target);
        report
    }

    fn render(&self, spec: &Spec, target: &Target, enabled: bool) -> Result<Vec<Artifact>> {
        Ok(render::artifacts(spec, target, enabled))
    }

    /// Scripts are read when they are run, so that there is nothing to reload.
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
            _ => Err(Error::system(format!("rc.d has no step '{}'", step.action))),
        }
    }

    fn observe_object(
        &self,
        _object: &str,
        _id: &str,
        _context: &Context<'_>,
    ) -> Result<Option<Value>> {
        Ok(None) // every artifact is a file
    }

    fn marks(&self, contents: &[u8], name: &ServiceName) -> bool {
        script::marks(contents, name)
    }

    fn states(&self, names: &[ServiceName], context: &Context<'_>) -> Result<Vec<ServiceState>> {
        let rc = Rc::new(context);
        names.iter().map(|name| state(name, &rc, context)).collect()
    }

    fn names(&self, context: &Context<'_>) -> Result<Vec<ServiceName>> {
        Rc::new(context).names()
    }

    fn control(
        &self,
        names: &[ServiceName],
        action: Action,
        deadline: Deadline,
        context: &Context<'_>,
    ) -> Vec<Outcome> {
        let rc = Rc::new(context);
        let run = |name: &ServiceName, action| control::run(name, action, deadline, &rc, context);
        ordered::control(names, action, &known(&rc, context), &run)
    }

    fn logs<'a>(&'a self, query: &LogQuery, context: &Context<'a>) -> Result<LogStream<'a>> {
        let rc = Rc::new(context);
        hosted::logs_of_ours(query, &|name| rc.knows(name), context)
    }
}

/// What there is to depend on: our services with what they say, and those of others.
fn known(rc: &Rc<'_>, context: &Context<'_>) -> Known {
    let others = rc.names().unwrap_or_default().into_iter();
    let mut known: BTreeMap<_, _> = others.map(|name| (name, Default::default())).collect();
    known.extend(ordered::known(context));
    known
}

fn state(name: &ServiceName, rc: &Rc<'_>, context: &Context<'_>) -> Result<ServiceState> {
    if !hosted::is_there(context, &host::path(context.target, name))? {
        return Ok(rc.foreign(name));
    }
    let mut state = hosted::state(name, context)?;
    let installed = state.state != State::NotInstalled;
    state.enabled = installed && hosted::is_there(context, &render::switch(context.target, name))?;
    Ok(state)
}
