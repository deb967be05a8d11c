//! Where there is no host yet, nothing is ever installed or run by the embedded manager.

use crate::backend::{Action, Context, Deadline, Outcome};
use crate::error::{Error, ErrorKind};
use crate::spec::ServiceName;

/// Nothing can be done.
pub fn control(
    names: &[ServiceName],
    _action: Action,
    _deadline: Deadline,
    _context: &Context<'_>,
) -> Vec<Outcome> {
    let unavailable = || {
        Error::new(
            ErrorKind::ManagerUnavailable,
            "the embedded manager does not run on this system",
        )
    };
    let outcome = |name: &ServiceName| Outcome {
        name: name.clone(),
        changed: false,
        warnings: Vec::new(),
        error: Some(unavailable()),
    };
    names.iter().map(outcome).collect()
}
