//! `svcctl host`: the small process that runs one service where its manager cannot do all that the definition asks for.
//!
//! ```text
//! hosted file ─▶ Hosted ─▶ machine (pure) ◀─ events ── loop ── signals, children, pipes, sockets, time
//!                             └─ actions ─▶ child, tree, jobs, checks, notify, logs, state file
//! ```
//!
//! [`machine`], [`restart`], [`health`], [`environment`] and [`state`] know no operating system; [`unix`] is the loop around them,
//! and the embedded manager's supervisor beside it.

pub mod environment;
pub mod health;
pub mod logs;
pub mod machine;
pub mod probe;
pub mod restart;
pub mod state;
#[cfg(unix)]
pub mod unix;
#[cfg(windows)]
pub mod windows;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

#[cfg(unix)]
pub use unix::run::{at_terminal, for_manager, supervise};
#[cfg(windows)]
pub use windows::run::{at_terminal, for_manager, supervise};

use crate::artifact::FileArtifact;
use crate::error::{Error, Result};
use crate::spec::{ServiceName, Spec};
use crate::target::{Account, ManagerId, Os, Scope, Target};

/// Whether this build has a host for the machine that it runs on.
pub const AVAILABLE: bool = cfg!(unix);

/// The event by which svcctl stops a Windows service that is starting: the manager passes no controls on then.
#[must_use]
pub fn stop_event(name: &str) -> String {
    format!(r"Global\svcctl-{name}-stop")
}

/// What the host exits with when it has given its service up: the manager must not start it again.
pub const GIVE_UP_EXIT: u8 = 79;

/// What a supervisor of the embedded manager is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supervision {
    /// The scope's state folder: what is installed.
    pub state: PathBuf,
    /// The scope's runtime folder: what runs.
    pub runtime: PathBuf,
    /// The services to start; all that are enabled where empty.
    pub names: Vec<ServiceName>,
    /// In the background, until there is nothing left to do.
    pub detached: bool,
    /// The supervisor's lock, open in this process, from an older program that it ran before.
    pub inherited_lock: Option<i32>,
}

/// All that the host needs to know: the contents of the hosted file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Hosted {
    /// `svcctl.hosted.v1`.
    pub schema: String,
    /// The service.
    pub spec: Spec,
    /// Whose it is.
    pub scope: Scope,
    /// Who runs the host.
    pub manager: ManagerId,
    /// Folder of what lives until the next boot: the service's state file, its pipes, its sockets.
    pub runtime: String,
    /// Folder of the log files.
    pub logs: String,
    /// Folder of credentials that were stored at the install.
    pub credentials: String,
    /// The account of the scope's owner.
    pub owner: Account,
}

impl Hosted {
    /// The value of `schema`.
    pub const SCHEMA: &'static str = "svcctl.hosted.v1";

    /// What the host has to know to run `spec` on `target`.
    #[must_use]
    pub fn new(spec: &Spec, target: &Target) -> Self {
        let logs = spec.logs.directory.clone();
        Self {
            schema: Self::SCHEMA.to_owned(),
            spec: spec.clone(),
            scope: target.scope,
            manager: target.manager,
            runtime: runtime_dir(target, &spec.name),
            logs: logs.unwrap_or_else(|| logs_dir(target, &spec.name)),
            credentials: join(target.os, &[&target.dirs.state, "credentials", spec.name.as_str()]),
            owner: target.owner.clone(),
        }
    }

    /// Whether the manager has put account, environment, limits and protections in place before it started the host, which then
    /// only hands them on.
    #[must_use]
    pub fn is_prepared(&self) -> bool {
        self.manager == ManagerId::Systemd
    }

    /// Reads the contents of a hosted file.
    ///
    /// # Errors
    /// When they are not what this svcctl writes.
    pub fn parse(path: &str, contents: &[u8]) -> Result<Self> {
        let hosted: Self =
            serde_json::from_slice(contents).map_err(|error| unreadable(path).cause(&error))?;
        if hosted.schema == Self::SCHEMA && !hosted.spec.process.command.is_empty() {
            Ok(hosted)
        } else {
            Err(unreadable(path))
        }
    }
}

fn unreadable(path: &str) -> Error {
    Error::system(format!("{path} is not a hosted service of this svcctl"))
        .hint("install the service again with this version of svcctl")
}

/// The hosted file of a service: its resolved definition as JSON, for the host alone to read.
#[must_use]
pub fn artifact(spec: &Spec, target: &Target) -> FileArtifact {
    let contents = serde_json::to_string_pretty(&Hosted::new(spec, target)).unwrap_or_default();
    FileArtifact { path: path(target, &spec.name), mode: 0o600, contents: contents + "\n" }
}

/// Where the hosted file of a service is.
#[must_use]
pub fn path(target: &Target, name: &ServiceName) -> String {
    join(target.os, &[&target.dirs.state, "hosted", &format!("{name}.json")])
}

/// The service's own folder below the runtime folder; the manager makes it where the host may not.
#[must_use]
pub fn runtime_dir(target: &Target, name: &ServiceName) -> String {
    join(target.os, &[&target.dirs.runtime, "services", name.as_str()])
}

/// The pid file of the supervisor that keeps a service's host alive; none where the manager itself does.
#[must_use]
pub fn supervisor_pid_file(manager: ManagerId, name: &ServiceName) -> Option<String> {
    match manager {
        ManagerId::Openrc => Some(format!("/run/supervise-{name}.pid")),
        ManagerId::Rcd => Some(format!("/var/run/svcctl-{name}.pid")),
        ManagerId::Systemd | ManagerId::Launchd | ManagerId::Scm | ManagerId::Embedded => None,
    }
}

/// Where the logs of a service are that names no folder of its own.
#[must_use]
pub fn logs_dir(target: &Target, name: &ServiceName) -> String {
    join(target.os, &[&target.dirs.logs, name.as_str()])
}

/// A path of that system.
#[must_use]
pub fn join(os: Os, parts: &[&str]) -> String {
    parts.join(if os.is_unix() { "/" } else { "\\" })
}
