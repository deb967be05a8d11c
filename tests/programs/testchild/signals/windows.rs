//! Windows has no signals: a crash is an abort, and the rest is refused.

use std::io::{Error, Result};

/// Ends this process as a crash does.
pub fn raise(_name: &str) -> Result<()> {
    std::process::abort()
}

/// Nothing to ignore.
pub fn ignore(_name: &str) -> Result<()> {
    Ok(())
}

/// No signal ever comes.
pub fn arrivals(name: &str) -> Result<impl Iterator<Item = ()> + Send + 'static> {
    Err::<std::iter::Empty<()>, _>(Error::other(format!("there is no {name} on this system")))
}
