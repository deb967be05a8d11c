//! What journald does not know of a process that is gone already.

use crate::lab::Lab;
use crate::outcome::Verdict;
use crate::poll::{SOON, until};

/// Of lives as short as these, journald on 252 could not place 114 of 400 in a user's scope.
const LIVES: usize = 40;

/// A service that says its word and ends, time and again: every word is in its log.
pub fn last_words(lab: &Lab) -> Verdict {
    let word = format!("last-word-of-{}", std::process::id());
    let service = lab.service(&format!("text out {word}"));
    service.install(&[])?;
    for _ in 0..LIVES {
        service.verb("start", &[]);
        service.becomes("stopped");
    }
    let count = || service.messages(&["-n", "all"]).iter().filter(|line| **line == word).count();
    until("the word of every life", SOON, || (count() >= LIVES).then_some(()));
    assert_eq!(count(), LIVES);
    Ok(())
}
