//! The seam between the cases and a manager. No case knows a manager by name; what the suite must know of one is here.
//!
//! To plug a manager in: implement [`Manager`] in a file of its own and add it to [`named`]. Everything that `svcctl`
//! itself can do is done through `svcctl`; a manager only answers for what goes on behind svcctl's back (a service of
//! somebody else, an edited artifact), for what it gives to every process, and for what this machine cannot show.

#[cfg(unix)]
mod boot;
#[cfg(unix)]
mod embedded;
#[cfg(unix)]
mod generated;
#[cfg(unix)]
mod launchd;
#[cfg(unix)]
mod openrc;
mod random;
#[cfg(windows)]
mod scm;
#[cfg(unix)]
mod sudo;
#[cfg(unix)]
mod systemd;
#[cfg(unix)]
mod waiting;

use std::path::PathBuf;

use crate::case::Case;
use crate::lane::Scope;

/// A limit that needs something of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Memory of the whole service.
    Memory,
    /// Processes of the whole service.
    Processes,
}

/// Something that a machine may not be able to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// The priority of a process.
    Priority,
    /// The CPU time that another process has used.
    CpuTime,
}

/// What the suite must know of a manager, for one scope.
pub trait Manager: Send + Sync {
    /// The word for it in `--manager`.
    fn name(&self) -> &'static str;

    /// Variables that every service is given, whatever its definition says.
    fn always(&self) -> &'static [&'static str] {
        &["HOME", "LOGNAME", "PATH", "SHELL", "USER"]
    }

    /// Variables that it gives to every process of its own accord, as docs/environment.md lists them.
    fn own_variables(&self) -> Vec<String>;

    /// The folders in which an install may leave something.
    fn roots(&self) -> Vec<PathBuf>;

    /// Adds a service that svcctl knows nothing of, running `command` (words without blanks) once it is started.
    fn add_foreign(&self, name: &str, command: &[String]);

    /// Stops and removes what [`Manager::add_foreign`] added. It may be gone already.
    fn remove_foreign(&self, name: &str);

    /// What identifies the foreign service's definition: the same text as long as nobody has touched it.
    fn foreign_definition(&self, name: &str) -> String;

    /// Changes an installed service's artifact behind svcctl's back.
    fn tamper(&self, name: &str);

    /// Why this machine cannot show a limit; none if it can.
    fn cannot_limit(&self, limit: Limit) -> Option<String>;

    /// Why this machine cannot show something; none if it can.
    fn cannot_show(&self, _feature: Feature) -> Option<&'static str> {
        None
    }

    /// What only this manager has to show: more cases, run apart from the numbered ones and not in the table.
    fn extras(&self) -> &'static [Case] {
        &[]
    }

    /// Another manager's word: one that is not on this machine.
    fn absent(&self) -> &'static str;
}

/// The manager of that name, in that scope.
pub fn named(word: &str, scope: Scope) -> Option<Box<dyn Manager>> {
    match word {
        #[cfg(unix)]
        "embedded" => Some(Box::new(embedded::Embedded::new(scope))),
        #[cfg(unix)]
        "launchd" => Some(Box::new(launchd::Launchd::new(scope))),
        #[cfg(unix)]
        "openrc" => Some(Box::new(openrc::Openrc)),
        #[cfg(windows)]
        "scm" if scope == Scope::System => Some(Box::new(scm::Scm)),
        #[cfg(unix)]
        "systemd" => Some(Box::new(systemd::Systemd::new(scope))),
        _ => None,
    }
}
