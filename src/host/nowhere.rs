//! Systems for which there is no host yet.

use super::{Hosted, Supervision};
use crate::error::{Error, ErrorKind, Result};

fn unavailable<T>() -> Result<T> {
    Err(Error::new(
        ErrorKind::ManagerUnavailable,
        "this build of svcctl has no host for this system",
    ))
}

/// Runs a service for its manager.
///
/// # Errors
/// Always.
pub fn for_manager(_hosted: Hosted) -> Result<u8> {
    unavailable()
}

/// Runs a service in the foreground.
///
/// # Errors
/// Always.
pub fn at_terminal(_hosted: Hosted) -> Result<u8> {
    unavailable()
}

/// Runs the supervisor of the embedded manager.
///
/// # Errors
/// Always.
pub fn supervise(_supervision: &Supervision) -> Result<()> {
    unavailable()
}
