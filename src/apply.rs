//! Changes the machine: all of a plan, or nothing.
//!
//! ```text
//! lock ─ recover ─ journal ─ stop ─ folders ─ stage ─ flush ─ rename, remove, manager ─ flush ─ settle ─ commit ─ follow ─ done
//!                  └───────────────── killed or failed here: taken back ──────────────────────┘└─ here: completed ─┘
//! ```
//!
//! The journal holds what was there before, and is on disk before anything is touched. What finds a journal takes the change
//! back as long as it is not committed, and does what is left to be done once it is. Both may be interrupted and begun again.

#[cfg(any(test, feature = "testing"))]
mod fault;
#[cfg(not(any(test, feature = "testing")))]
#[path = "apply/no_fault.rs"]
mod fault;
mod files;
mod follow;
mod journal;
mod lock;
mod observe;
mod recover;
mod undo;

use std::collections::BTreeSet;
use std::path::Path;

use crate::artifact::FileArtifact;
use crate::backend::{Action, Outcome};
use crate::error::{Error, Result};
use crate::plan::{Follow, Plan, Planned, Secret, Step};
use crate::spec::ServiceName;

pub use lock::{Hold, with_lock};
pub use observe::{observe, observe_artifacts};
pub use recover::{interrupted, is_pending};

use journal::{Journal, Phase};

/// What is to be done, and around what.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// The verb, for the journal.
    pub verb: &'a str,
    /// The services that it is about.
    pub names: &'a [ServiceName],
    /// The steps.
    pub plan: &'a Plan,
    /// Services that run and are stopped first; they are started again if the change is taken back.
    pub stop: &'a [ServiceName],
    /// What is done once the change is made.
    pub follow: &'a [Follow],
}

/// Applies the plan and does what follows; the outcomes are those of the stops and of what follows.
///
/// # Errors
/// When a step fails; everything is then as it was, and the error says so.
pub fn apply(work: &Work<'_>, hold: &Hold<'_>) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    if work.plan.is_empty() && work.follow.is_empty() {
        return Ok(outcomes);
    }
    if work.plan.is_empty() {
        commit(work, hold)?;
    } else {
        let journal = Journal::of(work, hold.site());
        hold.faults().act("journal", || journal.write(hold.site()))?;
        let stopped = change(work, hold).map_err(|error| take_back(&journal, error, hold))?;
        outcomes.extend(stopped);
    }
    if !work.follow.is_empty() {
        outcomes.extend(conclude(work.follow, hold)?);
    }
    Ok(outcomes)
}

/// Everything up to the commit.
fn change(work: &Work<'_>, hold: &Hold<'_>) -> Result<Vec<Outcome>> {
    let stopped = stop(work.stop, hold)?;
    steps(&work.plan.steps, hold)?;
    settle(work.plan, hold)?;
    commit(work, hold)?;
    Ok(stopped)
}

/// From here on it is completed, not taken back; where nothing follows it is complete.
fn commit(work: &Work<'_>, hold: &Hold<'_>) -> Result<()> {
    if work.follow.is_empty() {
        return hold.faults().act("commit", || journal::remove(hold.site()));
    }
    let committed = Journal { phase: Phase::Committed, ..Journal::of(work, hold.site()) };
    hold.faults().act("commit", || committed.without_entries().write(hold.site()))
}

fn conclude(what: &[Follow], hold: &Hold<'_>) -> Result<Vec<Outcome>> {
    let done = follow::follow(what, hold).and_then(|outcomes| {
        hold.faults().act("done", || journal::remove(hold.site()))?;
        Ok(outcomes)
    });
    done.map_err(|error| {
        error
            .context("the change was made, but what follows it was not completed")
            .hint("the next svcctl that changes anything completes it")
    })
}

fn take_back(journal: &Journal, error: Error, hold: &Hold<'_>) -> Error {
    let what = journal.words();
    let done = journal.uncommit(hold.site()).and_then(|()| recover::take_back(journal, hold));
    match done {
        Ok(notes) => notes.into_iter().fold(
            error.context(format!("{what} failed and was taken back; all is as it was")),
            Error::hint,
        ),
        Err(second) => error
            .context(format!("{what} failed, and taking it back failed too: {second}"))
            .hint("the next svcctl that changes anything tries again to take it back"),
    }
}

fn stop(names: &[ServiceName], hold: &Hold<'_>) -> Result<Vec<Outcome>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let site = hold.site();
    let mut stopped = hold.faults().act("stop", || {
        Ok(site.backend.control(names, Action::Stop, site.deadline, &site.context()))
    })?;
    match stopped.iter_mut().find_map(|outcome| outcome.error.take()) {
        Some(error) => Err(error),
        None => Ok(stopped),
    }
}

/// The steps in order. Files are written beside their places first and flushed together; then each step is one rename.
fn steps(steps: &[Planned], hold: &Hold<'_>) -> Result<()> {
    let first_write = steps.iter().position(|planned| is_write(&planned.step));
    let (before, rest) = steps.split_at(first_write.unwrap_or(steps.len()));
    for planned in before {
        step(&planned.step, hold)?;
    }
    let site = hold.site();
    hold.faults().act("stage", || files::stage(rest.iter().map(|one| &one.step), site))?;
    for planned in rest {
        step(&planned.step, hold)?;
    }
    let folders: BTreeSet<&Path> = steps.iter().filter_map(|one| folder_of(&one.step)).collect();
    hold.faults().act("flush", || files::flush_folders(&folders, site))
}

const fn is_write(step: &Step) -> bool {
    matches!(step, Step::WriteFile(_) | Step::WriteSecret(_) | Step::Link { .. })
}

fn folder_of(step: &Step) -> Option<&Path> {
    step.path().and_then(|path| Path::new(path).parent())
}

fn step(step: &Step, hold: &Hold<'_>) -> Result<()> {
    let site = hold.site();
    match step {
        Step::CreateDir { path, mode } => {
            hold.act("create-folder", path, || files::folder(path.as_ref(), *mode, site.system))
        }
        Step::WriteFile(FileArtifact { path, .. })
        | Step::WriteSecret(Secret { path, .. })
        | Step::Link { path, .. } => {
            hold.act("rename", path, || site.system.rename(&files::temporary(path), path.as_ref()))
        }
        Step::Remove { path } => hold.act("remove", path, || files::remove(path, site.system)),
        Step::RemoveDir { path } => {
            hold.act("remove-folder", path, || files::remove_empty(path, site.system))
        }
        Step::Manager(step) => {
            hold.faults().act(&step.action, || site.backend.perform(step, &site.context()))
        }
    }
}

fn settle(plan: &Plan, hold: &Hold<'_>) -> Result<()> {
    let site = hold.site();
    plan.settle.iter().try_for_each(|step| {
        hold.faults().act(&step.action, || site.backend.perform(step, &site.context()))
    })
}
