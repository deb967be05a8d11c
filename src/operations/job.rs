//! What all changing verbs have in common: under the lock, with everything interrupted mended, a plan is made and carried out; a
//! dry run makes the same plan and reports it.

use std::collections::BTreeMap;

use crate::apply::{Work, apply, interrupted, observe, with_lock};
use crate::backend::Outcome;
use crate::error::{Error, Result};
use crate::operations::Site;
use crate::operations::report::{ChangeReport, ServiceReport, StepReport};
use crate::plan::planner::{Change, ServiceChange, plan};
use crate::plan::{Follow, ManagerStep, Plan};
use crate::spec::ServiceName;

/// What a verb wants, before it is a plan.
#[derive(Debug, Default)]
pub(super) struct Wish {
    pub(super) services: Vec<ServiceChange>,
    pub(super) scope_steps: Vec<ManagerStep>,
    pub(super) adopt: bool,
    /// Services that run and are stopped first.
    pub(super) stop: Vec<ServiceName>,
}

/// A plan with what is around it.
#[derive(Debug, Default)]
pub(super) struct Job {
    pub(super) plan: Plan,
    pub(super) stop: Vec<ServiceName>,
    pub(super) follow: Vec<Follow>,
}

impl Wish {
    /// The plan; `follow` says what comes after it.
    pub(super) fn into_job(
        self,
        site: &Site<'_>,
        follow: impl FnOnce(&Plan) -> Result<Vec<Follow>>,
    ) -> Result<Job> {
        let machine = observe(&self.services, site)?;
        let change = Change {
            services: &self.services,
            scope_steps: &self.scope_steps,
            adopt: self.adopt,
            target: site.target,
            backend: site.backend,
        };
        let plan = plan(&change, &machine)?;
        let follow = follow(&plan)?;
        Ok(Job { plan, stop: self.stop, follow })
    }
}

/// A verb on some services.
#[derive(Clone, Copy)]
pub(super) struct Verb<'a> {
    pub(super) word: &'a str,
    pub(super) names: &'a [ServiceName],
    pub(super) dry_run: bool,
}

impl Verb<'_> {
    /// Makes the job and carries it out, unless it is a dry run.
    pub(super) fn carry_out(
        &self,
        site: &Site<'_>,
        make: impl FnOnce() -> Result<Job>,
    ) -> Result<ChangeReport> {
        if self.dry_run {
            let mut report = make()?.report(true);
            report.recovered.extend(interrupted(&site.target.dirs, site.system));
            return Ok(report);
        }
        with_lock(site, self.word, self.names, |hold, mended| {
            let done = make().and_then(|job| {
                let mut report = job.report(false);
                let outcomes = apply(&job.work(self), hold)?;
                report.take(outcomes);
                report.warn_of_what_is_lacking(site);
                Ok(report)
            });
            match done {
                Ok(report) => Ok(ChangeReport { recovered: mended, ..report }),
                Err(error) => Err(with_notes(error, &mended)),
            }
        })
    }
}

/// What was mended is said even if the verb itself then fails.
fn with_notes(error: Error, mended: &[String]) -> Error {
    if mended.is_empty() {
        return error;
    }
    let notes = mended.join("; ");
    let hint = match &error.hint {
        Some(hint) => format!("{hint}\n{notes}"),
        None => notes,
    };
    error.hint(hint)
}

impl Job {
    fn work<'a>(&'a self, verb: &Verb<'a>) -> Work<'a> {
        Work {
            verb: verb.word,
            names: verb.names,
            plan: &self.plan,
            stop: &self.stop,
            follow: &self.follow,
        }
    }

    /// What it does, as if all of it succeeded.
    fn report(&self, dry_run: bool) -> ChangeReport {
        let mut report = ChangeReport::new(dry_run);
        let mut of: BTreeMap<&ServiceName, Vec<StepReport>> = BTreeMap::new();
        for name in &self.stop {
            of.entry(name).or_default().push(StepReport::new("stop", name.as_str(), ""));
        }
        for planned in &self.plan.steps {
            match &planned.service {
                Some(name) => of.entry(name).or_default().push(StepReport::from(&planned.step)),
                None => report.steps.push(StepReport::from(&planned.step)),
            }
        }
        report.steps.extend(self.plan.settle.iter().map(StepReport::from));
        for verdict in &self.plan.verdicts {
            report.services.push(ServiceReport {
                changed: verdict.changed,
                steps: of.remove(&verdict.name).unwrap_or_default(),
                warnings: verdict.warnings.clone(),
                ..ServiceReport::new(verdict.name.clone())
            });
        }
        self.follow.iter().for_each(|follow| report.follows(follow));
        report.changed |= !report.steps.is_empty();
        report.changed |= report.services.iter().any(|service| service.changed);
        report
    }
}

impl ChangeReport {
    fn of(&mut self, name: &ServiceName) -> Option<&mut ServiceReport> {
        self.services.iter_mut().find(|service| service.name == *name)
    }

    fn follows(&mut self, follow: &Follow) {
        let Some(service) = self.of(follow.name()) else { return };
        let name = follow.name().as_str();
        service.changed = true;
        service.steps.push(match follow {
            Follow::Start(_) => StepReport::new("start", name, ""),
            Follow::Stop(_) => StepReport::new("stop", name, ""),
            Follow::Restart(_, reasons) => {
                service.restarted_because.clone_from(reasons);
                StepReport::new("restart", name, reasons.join(", "))
            }
            Follow::Purge(_) => StepReport::new("purge", name, "logs and credentials"),
        });
    }

    /// What the manager did not keep of what was given to it.
    fn warn_of_what_is_lacking(&mut self, site: &Site<'_>) {
        for service in self.services.iter_mut().filter(|service| service.changed) {
            service.warnings.extend(site.backend.lacking(&service.name, &site.context()));
        }
    }

    /// What came of the services.
    fn take(&mut self, outcomes: Vec<Outcome>) {
        for outcome in outcomes {
            if let Some(service) = self.of(&outcome.name) {
                service.warnings.extend(outcome.warnings);
                service.error = service.error.take().or(outcome.error);
            }
        }
    }
}
