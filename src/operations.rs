//! What the verbs that change the machine call, and what the verbs that look at it ask: from requests to a report.
//!
//! Every function takes a [`Site`]: one scope of one manager on this machine. `--dry-run` takes the same way and stops before
//! the first change.

pub mod diff;
pub mod enable;
#[cfg(any(test, feature = "testing"))]
pub mod fixture;
pub mod install;
pub mod installed;
mod job;
mod prepare;
pub mod report;
pub mod uninstall;

#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::backend::{Backend, Context, Deadline};
use crate::error::{Error, ErrorKind, Result};
use crate::system::System;
use crate::target::{ManagerId, Scope, Target};

pub use diff::{DiffReport, FileDiff, ServiceDiff, diff_installed, diff_requests, drift};
pub use enable::{EnableOptions, set_enabled};
pub use install::{InstallOptions, InstallRequest, install};
pub use installed::{Found, Record, find, load_receipts};
pub use report::{ChangeReport, ServiceReport, StepReport};
pub use uninstall::{UninstallOptions, uninstall};

/// Where an operation takes place: one scope of one manager on this machine.
#[derive(Clone, Copy)]
pub struct Site<'a> {
    /// The world.
    pub system: &'a dyn System,
    /// The manager.
    pub backend: &'a dyn Backend,
    /// The scope, its folders and its owner.
    pub target: &'a Target,
    /// Every backend, so that what another manager's interrupted plan left can be mended.
    pub backends: &'a [&'a dyn Backend],
    /// How long to wait for another svcctl that works on the same scope.
    pub lock_timeout: Duration,
    /// How long to wait for services to start and stop.
    pub deadline: Deadline,
}

impl<'a> Site<'a> {
    /// How long a change waits for another one, unless told otherwise.
    pub const LOCK_TIMEOUT: Duration = Duration::from_secs(60);

    /// What the backend gets to work with.
    #[must_use]
    pub fn context(&self) -> Context<'a> {
        Context { system: self.system, target: self.target }
    }

    /// The backend of that manager.
    #[must_use]
    pub fn backend_of(&self, manager: ManagerId) -> Option<&'a dyn Backend> {
        let known = self.backends.iter().copied().find(|backend| backend.id() == manager);
        if self.backend.id() == manager { Some(self.backend) } else { known }
    }

    /// Refuses what the caller may not do, before anything is touched.
    ///
    /// # Errors
    /// Of kind `Privilege`, with the way out.
    pub fn check_privilege(&self, verb: &str) -> Result<()> {
        let caller = self.system.identity();
        let owner = &self.target.owner;
        match self.target.scope {
            Scope::System if !caller.privileged => Err(Error::new(
                ErrorKind::Privilege,
                format!("cannot {verb}: the system scope needs {}", privileged_word()),
            )
            .hint(format!("{}, or add --user for a service of your own", elevate_word()))),
            Scope::User if caller.account.uid != owner.uid => Err(Error::new(
                ErrorKind::Privilege,
                format!("cannot {verb}: the user scope of {} is not yours", owner.name),
            )
            .hint(format!("run it as {}, without sudo", owner.name))),
            Scope::System | Scope::User => Ok(()),
        }
    }
}

const fn privileged_word() -> &'static str {
    if cfg!(windows) { "an administrator" } else { "root" }
}

const fn elevate_word() -> &'static str {
    if cfg!(windows) { "run it from an elevated prompt" } else { "run it with sudo" }
}
