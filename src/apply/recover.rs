//! Mends what an interrupted change left: taken back, or completed, and said either way.

use crate::apply::journal::{self, Journal, Phase};
use crate::apply::lock::{Held, Hold};
use crate::apply::{follow, undo};
use crate::error::{Error, ErrorKind, Result};
use crate::system::{Entry, System};
use crate::target::Dirs;

/// Whether a change is at work or was interrupted: what is installed is known only under the lock then.
#[must_use]
pub fn is_pending(dirs: &Dirs, system: &dyn System) -> bool {
    has_journal(dirs, system) || super::lock::is_left_over(dirs, system)
}

fn has_journal(dirs: &Dirs, system: &dyn System) -> bool {
    matches!(system.entry(&journal::path(dirs)), Ok(Entry::File { .. }))
}

/// What a verb that only looks says when a change was interrupted and waits to be mended: one sentence, or none. A change that is
/// at work right now is not interrupted.
#[must_use]
pub fn interrupted(dirs: &Dirs, system: &dyn System) -> Option<String> {
    if !has_journal(dirs, system) {
        return None;
    }
    // The change may have ended meanwhile: the journal counts that is there while nobody else can write one.
    let _free = match super::lock::look(dirs, system) {
        Held::BySomebody => return None,
        Held::Here(guard) => Some(guard),
        Held::Unknown => None,
    };
    let (what, then) = match Journal::read(dirs, system) {
        Ok(Some(journal)) => (began(&journal), outlook(&journal)),
        Ok(None) => return None,
        Err(_) => ("a change was interrupted".to_owned(), "mends it"),
    };
    Some(format!("{what}; the next svcctl that changes anything {then}"))
}

fn began(journal: &Journal) -> String {
    let when = humantime::format_rfc3339_seconds(journal.began);
    format!("{}, begun at {when}, was interrupted", journal.words())
}

const fn outlook(journal: &Journal) -> &'static str {
    match journal.phase {
        Phase::Applying => "takes it back",
        Phase::Committed => "completes it",
    }
}

/// Mends what there is to mend; one sentence for each thing that the user should know.
pub(super) fn recover(hold: &Hold<'_>) -> Result<Vec<String>> {
    let site = hold.site();
    let Some(journal) = Journal::read(&site.target.dirs, site.system)? else {
        return journal::sweep(site).map(|()| Vec::new());
    };
    let what = began(&journal);
    let mended = match journal.phase {
        Phase::Applying => take_back(&journal, hold).map(|notes| ("taken back", notes)),
        Phase::Committed => complete(&journal, hold).map(|notes| ("completed", notes)),
    };
    let (how, notes) =
        mended.map_err(|error| error.context(format!("{what} and cannot be mended")))?;
    let mut all = vec![format!("{what}: {how}")];
    all.extend(notes);
    Ok(all)
}

/// Takes it back and forgets it.
pub(super) fn take_back(journal: &Journal, hold: &Hold<'_>) -> Result<Vec<String>> {
    let backend = hold.site().backend_of(journal.manager).ok_or_else(|| unknown(journal))?;
    let notes = undo::undo(journal, backend, hold)?;
    hold.faults().act("forget", || journal::remove(hold.site()))?;
    Ok(notes)
}

fn complete(journal: &Journal, hold: &Hold<'_>) -> Result<Vec<String>> {
    let backend = hold.site().backend_of(journal.manager).ok_or_else(|| unknown(journal))?;
    let outcomes = follow::follow_with(&journal.follow, backend, hold)?;
    hold.faults().act("forget", || journal::remove(hold.site()))?;
    let failed = outcomes.into_iter().filter_map(|outcome| Some((outcome.name, outcome.error?)));
    Ok(failed.map(|(name, error)| format!("{name}: {error}")).collect())
}

fn unknown(journal: &Journal) -> Error {
    let message = format!("this svcctl has no backend for {}", journal.manager);
    Error::new(ErrorKind::ManagerUnavailable, message)
}
