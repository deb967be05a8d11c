//! Where there is no host for these managers, nothing is ever run by one.

use std::io;
use std::path::Path;

use crate::backend::Context;
use crate::error::{Error, Result};
use crate::host::state::{Process, Snapshot};
use crate::spec::ServiceName;
use crate::state::ServiceState;
use crate::system::Entry;

/// No service is here.
pub fn state(name: &ServiceName, context: &Context<'_>) -> Result<ServiceState> {
    Ok(ServiceState::not_installed(name, context.target.scope, context.target.manager))
}

/// No host has said anything.
pub const fn snapshot(_name: &ServiceName, _context: &Context<'_>) -> Option<Snapshot> {
    None
}

/// None does.
pub const fn lives(_process: Process) -> bool {
    false
}

/// None is.
pub const fn find(_pid: u32) -> Option<Process> {
    None
}

/// Nobody knows.
pub const fn usage(_main: Process) -> (Option<u64>, Option<u64>) {
    (None, None)
}

/// Nobody takes it.
pub fn signal(_process: Process, _name: &str) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Something is there, or may be.
pub fn is_there(context: &Context<'_>, path: &str) -> Result<bool> {
    let entry = context.system.entry(Path::new(path)).map_err(|error| Error::io(path, &error))?;
    Ok(entry != Entry::Missing)
}

/// Whether a service can be given a /tmp of its own.
pub const fn has_private_tmp() -> bool {
    false
}
