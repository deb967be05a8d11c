//! What a service is doing, in words that mean the same on every manager.

use serde::{Deserialize, Serialize};

use crate::exit::Exit;
use crate::spec::ServiceName;
use crate::target::{ManagerId, Scope};

/// The eight states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum State {
    /// Neither installed nor running.
    NotInstalled,
    /// Not running, and nothing wants it to.
    Stopped,
    /// Executed or about to be, and not yet ready.
    Starting,
    /// Alive now, and past its ready rule.
    Running,
    /// Re-reading its configuration.
    Reloading,
    /// Told to stop, and not yet gone.
    Stopping,
    /// Ended by itself, waiting to be started again.
    Restarting,
    /// Ended by itself, and given up.
    Failed,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::NotInstalled,
        Self::Stopped,
        Self::Starting,
        Self::Running,
        Self::Reloading,
        Self::Stopping,
        Self::Restarting,
        Self::Failed,
    ];

    /// The word in JSON and in the terminal.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotInstalled => "not-installed",
            Self::Stopped => "stopped",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Reloading => "reloading",
            Self::Stopping => "stopping",
            Self::Restarting => "restarting",
            Self::Failed => "failed",
        }
    }

    /// What `status` exits with for a service in this state that is not unhealthy.
    #[must_use]
    pub const fn exit(self) -> Exit {
        match self {
            Self::NotInstalled => Exit::NoService,
            Self::Stopped => Exit::No,
            Self::Starting | Self::Stopping | Self::Restarting => Exit::InBetween,
            Self::Running | Self::Reloading => Exit::Done,
            Self::Failed => Exit::ServiceFailed,
        }
    }
}

/// Whether the service's own checks pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum HealthState {
    /// Not asked yet, or failures do not count yet.
    Starting,
    /// The last checks passed.
    Healthy,
    /// `retries` checks in a row failed.
    Unhealthy,
}

/// How the process last ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ExitInfo {
    /// Exit code.
    pub code: Option<i32>,
    /// Signal, by name ("SIGKILL").
    pub signal: Option<String>,
    /// In words.
    pub reason: Option<String>,
}

/// Everything that `status` shows of one service. The field names are the JSON's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ServiceState {
    /// The service.
    pub name: String,
    /// Whose it is.
    pub scope: Scope,
    /// Who runs it.
    pub manager: ManagerId,
    /// What it is doing.
    pub state: State,
    /// Whether it comes up at boot or login.
    pub enabled: bool,
    /// Its main process.
    pub pid: Option<u32>,
    /// Since when it is in this state, as RFC 3339 in UTC.
    pub since: Option<String>,
    /// Automatic restarts since it was last started by hand.
    pub restarts: Option<u32>,
    /// How it last ended.
    pub exit: Option<ExitInfo>,
    /// Memory of the whole tree.
    pub memory_bytes: Option<u64>,
    /// CPU time of the whole tree, nanoseconds.
    pub cpu_ns: Option<u64>,
    /// What its own checks say.
    pub health: Option<HealthState>,
    /// What is not as the receipt says; empty means nothing, none means that svcctl did not install it.
    pub drift: Option<Vec<String>>,
    /// One line for people.
    pub description: Option<String>,
    /// The manager's own raw words.
    pub native: serde_json::Map<String, serde_json::Value>,
}

impl ServiceState {
    /// A service of which nothing is known but that it is not there.
    #[must_use]
    pub fn not_installed(name: &ServiceName, scope: Scope, manager: ManagerId) -> Self {
        Self {
            name: name.to_string(),
            scope,
            manager,
            state: State::NotInstalled,
            enabled: false,
            pid: None,
            since: None,
            restarts: None,
            exit: None,
            memory_bytes: None,
            cpu_ns: None,
            health: None,
            drift: None,
            description: None,
            native: serde_json::Map::new(),
        }
    }

    /// What `status` exits with.
    #[must_use]
    pub fn exit_code(&self) -> Exit {
        match self.health {
            Some(HealthState::Unhealthy) if self.state == State::Running => Exit::ServiceFailed,
            _ => self.state.exit(),
        }
    }
}
