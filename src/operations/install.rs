//! `install`: idempotent; it installs, updates in place, mends drift, or does nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Result;
use crate::operations::job::{Job, Verb};
use crate::operations::report::ChangeReport;
use crate::operations::{Site, prepare};
use crate::plan::{Follow, Plan, Verdict};
use crate::spec::{ServiceName, Spec};
use crate::state::State;

/// One definition that is to be installed, resolved for the site's target.
#[derive(Clone, Debug)]
pub struct InstallRequest {
    /// What it means.
    pub spec: Spec,
    /// Absolute path of the definition.
    pub definition_path: String,
    /// The definition as typed.
    pub definition: String,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--set`.
    pub sets: Vec<String>,
    /// `--allow-insecure-path`.
    pub insecure_paths: Vec<String>,
    /// The values of credentials that are prompted for or printed by a command, by credential. One that is missing here keeps
    /// the value that is stored already; it is an error if there is none.
    pub credentials: BTreeMap<String, Vec<u8>>,
}

/// How it is to be installed.
#[derive(Clone, Debug)]
pub struct InstallOptions {
    /// `--start`: start what is not running.
    pub start: bool,
    /// False with `--no-enable`: a new service does not come up at boot; an installed one stays as it is.
    pub enable: bool,
    /// False with `--no-restart`: a running service goes on with what it was started with.
    pub restart: bool,
    /// `--adopt`: what is not ours and has the name is overwritten.
    pub adopt: bool,
    /// `--dry-run`.
    pub dry_run: bool,
}

impl Default for InstallOptions {
    fn default() -> Self {
        Self { start: false, enable: true, restart: true, adopt: false, dry_run: false }
    }
}

/// Installs all of them, or none.
///
/// # Errors
/// `Definition` with every field that the manager refuses, `Foreign`, `Privilege`, `Busy`, or what the system or the manager said;
/// the machine is then as it was. What goes wrong after the change was made, in a start, is in the report.
pub fn install(
    requests: &[InstallRequest],
    options: &InstallOptions,
    site: &Site<'_>,
) -> Result<ChangeReport> {
    site.check_privilege("install")?;
    prepare::check(requests, site)?;
    let names: Vec<ServiceName> = requests.iter().map(|one| one.spec.name.clone()).collect();
    let verb = Verb { word: "install", names: &names, dry_run: options.dry_run };
    verb.carry_out(site, || job(requests, options, site))
}

/// The plan of an install, and which services are started or restarted after it.
pub(super) fn job(
    requests: &[InstallRequest],
    options: &InstallOptions,
    site: &Site<'_>,
) -> Result<Job> {
    let mut wish = prepare::wish(requests, options, site)?;
    prepare::namesakes(&mut wish, site)?;
    wish.into_job(site, |plan| follow(plan, options, site))
}

/// A restart for what runs and needs one, a start for what does not run and is to.
fn follow(plan: &Plan, options: &InstallOptions, site: &Site<'_>) -> Result<Vec<Follow>> {
    let asked = |verdict: &&Verdict| {
        options.start || (options.restart && verdict.changed && !verdict.restart.is_empty())
    };
    let verdicts: Vec<&Verdict> = plan.verdicts.iter().filter(asked).collect();
    let names: Vec<ServiceName> = verdicts.iter().map(|verdict| verdict.name.clone()).collect();
    let running = running(&names, site)?;
    let follow = verdicts.into_iter().filter_map(|verdict| {
        let name = verdict.name.clone();
        if !running.contains(&name) {
            options.start.then_some(Follow::Start(name))
        } else if options.restart && !verdict.restart.is_empty() {
            Some(Follow::Restart(name, verdict.restart.clone()))
        } else {
            None
        }
    });
    Ok(follow.collect())
}

/// Those of the services that run, or are about to.
pub(super) fn running(names: &[ServiceName], site: &Site<'_>) -> Result<BTreeSet<ServiceName>> {
    if names.is_empty() {
        return Ok(BTreeSet::new());
    }
    let states = site.backend.states(names, &site.context())?;
    let running = states.into_iter().filter(|state| match state.state {
        State::Starting | State::Running | State::Reloading | State::Restarting => true,
        State::NotInstalled | State::Stopped | State::Stopping | State::Failed => false,
    });
    Ok(running.filter_map(|state| ServiceName::new(&state.name).ok()).collect())
}
