//! Takes back what a journal says was begun. Every part may have been done, or not, or taken back already.

use std::collections::BTreeSet;
use std::path::Path;

use crate::apply::journal::{Entry, Journal};
use crate::apply::lock::Hold;
use crate::apply::{files, observe};
use crate::backend::{Action, Backend};
use crate::error::{Error, Result};
use crate::operations::Site;
use crate::plan::machine::Thing;

/// Takes all of it back; what it found that was neither old nor new is left alone and named.
pub(super) fn undo(
    journal: &Journal,
    backend: &dyn Backend,
    hold: &Hold<'_>,
) -> Result<Vec<String>> {
    let mut notes = Vec::new();
    for entry in journal.entries.iter().rev() {
        notes.extend(hold.faults().act("take-back", || undo_entry(entry, backend, hold.site()))?);
    }
    let paths = journal.entries.iter().filter_map(|entry| match entry {
        Entry::Path { path, .. } => Path::new(path).parent(),
        Entry::Manager(_) => None,
    });
    let folders: BTreeSet<&Path> = paths.collect();
    hold.faults().act("flush", || files::flush_folders(&folders, hold.site()))?;
    for step in &journal.settle {
        let context = hold.site().context();
        hold.faults().act(&step.action, || backend.perform(step, &context))?;
    }
    notes.extend(revive(journal, backend, hold)?);
    Ok(notes)
}

fn undo_entry(entry: &Entry, backend: &dyn Backend, site: &Site<'_>) -> Result<Option<String>> {
    match entry {
        Entry::Path { path, before, after } => {
            undo_path(path, before, after, site).map_err(|error| Error::io(path, &error))
        }
        Entry::Manager(step) => match &step.undo {
            Some(undo) => backend.perform(undo, &site.context()).map(|()| None),
            None => Ok(None),
        },
    }
}

fn undo_path(
    path: &str,
    before: &Thing,
    after: &str,
    site: &Site<'_>,
) -> std::io::Result<Option<String>> {
    let now = observe::thing(path.as_ref(), site.system)?;
    if !is_same(&now, before) {
        if now.fingerprint() != after {
            let what = now.words();
            return Ok(Some(format!("{path} is {what} that svcctl did not put there; left alone")));
        }
        files::restore(path, before, &now, site.system)?;
    }
    match site.system.entry(&files::temporary(path))? {
        crate::system::Entry::Missing => {}
        _ => files::remove(files::temporary(path), site.system)?,
    }
    Ok(None)
}

fn is_same(now: &Thing, before: &Thing) -> bool {
    match (now, before) {
        (Thing::Dir { .. }, Thing::Dir { .. }) => true,
        _ => now == before,
    }
}

fn revive(journal: &Journal, backend: &dyn Backend, hold: &Hold<'_>) -> Result<Vec<String>> {
    if journal.stopped.is_empty() {
        return Ok(Vec::new());
    }
    let site = hold.site();
    let outcomes = hold.faults().act("revive", || {
        Ok(backend.control(&journal.stopped, Action::Start, site.deadline, &site.context()))
    })?;
    let failed = outcomes.into_iter().filter_map(|outcome| Some((outcome.name, outcome.error?)));
    Ok(failed.map(|(name, error)| format!("{name} could not be started again: {error}")).collect())
}
