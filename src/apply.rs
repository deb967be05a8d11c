//! Changes the machine: all of a plan, or nothing.

use std::path::Path;

use crate::system::{Entry, System};
use crate::target::Dirs;

/// What a verb that only looks says when a change was interrupted and waits to be mended: one sentence, or none.
#[must_use]
pub fn interrupted(dirs: &Dirs, system: &dyn System) -> Option<String> {
    let journal = Path::new(&dirs.state).join("journal.json");
    match system.entry(&journal) {
        Ok(Entry::File { .. }) => {
            Some("a change was interrupted; the next install or uninstall mends it".to_owned())
        }
        _ => None,
    }
}
