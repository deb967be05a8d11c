//! Looking from time to time.

use std::time::Duration;

use crate::logs::files::Source;

/// Nothing is watched.
pub struct Watch;

impl Watch {
    /// Nothing is needed.
    pub const fn new(_sources: &[Source]) -> Self {
        Self
    }

    /// Waits for a while, `longest` at most.
    pub fn wait(&self, longest: Duration) {
        std::thread::sleep(longest.min(Duration::from_millis(100)));
    }
}
