//! Without the `testing` feature nothing fails on purpose.

use crate::error::Result;
use crate::system::System;

/// Nothing.
#[derive(Debug)]
pub struct Faults;

impl Faults {
    pub(super) fn from_env(_system: &dyn System) -> Self {
        Self
    }

    /// Does it.
    pub(super) fn act<T>(&self, _what: &str, act: impl FnOnce() -> Result<T>) -> Result<T> {
        act()
    }
}
