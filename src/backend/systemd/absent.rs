//! Where there is no Linux there is no systemd to talk to.

use crate::backend::{Action, Context, Deadline, LogQuery, LogStream, Namesake, Outcome};
use crate::error::{Error, ErrorKind, Result};
use crate::plan::ManagerStep;
use crate::spec::ServiceName;
use crate::state::ServiceState;
use crate::system::System;

fn not_here() -> Error {
    Error::new(ErrorKind::ManagerUnavailable, "systemd runs on Linux only")
        .hint("`svcctl managers` lists what is here")
}

/// No release runs here.
pub fn version(_: &dyn System) -> Option<u32> {
    None
}

/// An error.
pub fn perform(_: &ManagerStep, _: &Context<'_>) -> Result<()> {
    Err(not_here())
}

/// Nobody has a manager here that could end.
pub const fn lingers(_: &Context<'_>) -> bool {
    true
}

/// An error.
pub fn namesakes(_: &[ServiceName], _: &Context<'_>) -> Result<Vec<Namesake>> {
    Err(not_here())
}

/// An error.
pub fn states(_: &[ServiceName], _: &Context<'_>) -> Result<Vec<ServiceState>> {
    Err(not_here())
}

/// An error.
pub fn names(_: &Context<'_>) -> Result<Vec<ServiceName>> {
    Err(not_here())
}

/// An error for each.
pub fn control(names: &[ServiceName], _: Action, _: Deadline, _: &Context<'_>) -> Vec<Outcome> {
    let outcome = |name: &ServiceName| Outcome {
        name: name.clone(),
        changed: false,
        warnings: Vec::new(),
        error: Some(not_here()),
    };
    names.iter().map(outcome).collect()
}

/// An error.
pub fn logs<'a>(_: &LogQuery, _: &Context<'a>) -> Result<LogStream<'a>> {
    Err(not_here())
}
