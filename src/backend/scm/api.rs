//! The manager's native interface as a trait: the real one on Windows, a recording one in the tests.
//!
//! It is as narrow as the manager's own: one method a function, typed payloads, Win32 error codes.

use crate::backend::scm::service::{FailureActions, SidType};

/// A Win32 error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(pub u32);

impl Code {
    /// `ERROR_ACCESS_DENIED`.
    pub const ACCESS_DENIED: Self = Self(5);
    /// `ERROR_DEPENDENT_SERVICES_RUNNING`.
    pub const DEPENDENTS_RUN: Self = Self(1051);
    /// `ERROR_INVALID_SERVICE_CONTROL`: the service takes no such control, or (Wine) none yet.
    pub const NO_SUCH_CONTROL: Self = Self(1052);
    /// `ERROR_SERVICE_REQUEST_TIMEOUT`.
    pub const REQUEST_TIMEOUT: Self = Self(1053);
    /// `ERROR_SERVICE_DATABASE_LOCKED`.
    pub const LOCKED: Self = Self(1055);
    /// `ERROR_SERVICE_ALREADY_RUNNING`.
    pub const ALREADY_RUNNING: Self = Self(1056);
    /// `ERROR_SERVICE_DOES_NOT_EXIST`.
    pub const NO_SERVICE: Self = Self(1060);
    /// `ERROR_SERVICE_CANNOT_ACCEPT_CTRL`.
    pub const CANNOT_ACCEPT: Self = Self(1061);
    /// `ERROR_SERVICE_NOT_ACTIVE`.
    pub const NOT_ACTIVE: Self = Self(1062);
    /// `ERROR_SERVICE_SPECIFIC_ERROR`: what a host says that has given its service up.
    pub const SPECIFIC: Self = Self(1066);
    /// `ERROR_SERVICE_MARKED_FOR_DELETE`.
    pub const MARKED_FOR_DELETE: Self = Self(1072);
    /// `ERROR_SERVICE_NEVER_STARTED`: the exit code of a service that has not been started since the boot.
    pub const NEVER_STARTED: Self = Self(1077);

    /// Whether it says that this Windows does not know the feature: `ERROR_INVALID_LEVEL`, `RPC_S_INVALID_TAG`.
    #[must_use]
    pub const fn is_unsupported(self) -> bool {
        matches!(self.0, 124 | 1733)
    }
}

/// What `CreateServiceW` and `ChangeServiceConfigW` take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Name for people.
    pub display_name: String,
    /// Command line.
    pub image_path: String,
    /// `SERVICE_AUTO_START` and its like.
    pub start: u32,
    /// Services, and groups with `+` before them. All of them are sent every time: an empty list clears what was there.
    pub dependencies: Vec<String>,
    /// Account.
    pub account: String,
    /// Its password; none for an account that has none, and when it stays as it is.
    pub password: Option<Password>,
}

/// A password, which no debug output shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(pub String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

/// A payload of `ChangeServiceConfig2W` and `QueryServiceConfig2W`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Info {
    /// `SERVICE_CONFIG_DESCRIPTION`; empty removes it.
    Description(String),
    /// `SERVICE_CONFIG_FAILURE_ACTIONS`.
    FailureActions(FailureActions),
    /// `SERVICE_CONFIG_DELAYED_AUTO_START_INFO`.
    DelayedAutoStart(bool),
    /// `SERVICE_CONFIG_FAILURE_ACTIONS_FLAG`.
    FailureActionsFlag(bool),
    /// `SERVICE_CONFIG_SERVICE_SID_INFO`.
    SidType(SidType),
    /// `SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO`; an empty list clears it.
    RequiredPrivileges(Vec<String>),
    /// `SERVICE_CONFIG_PRESHUTDOWN_INFO`, milliseconds.
    PreshutdownTimeout(u32),
}

/// A kind of payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// `SERVICE_CONFIG_DESCRIPTION`.
    Description = 1,
    /// `SERVICE_CONFIG_FAILURE_ACTIONS`.
    FailureActions = 2,
    /// `SERVICE_CONFIG_DELAYED_AUTO_START_INFO`.
    DelayedAutoStart = 3,
    /// `SERVICE_CONFIG_FAILURE_ACTIONS_FLAG`.
    FailureActionsFlag = 4,
    /// `SERVICE_CONFIG_SERVICE_SID_INFO`.
    SidType = 5,
    /// `SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO`.
    RequiredPrivileges = 6,
    /// `SERVICE_CONFIG_PRESHUTDOWN_INFO`.
    PreshutdownTimeout = 7,
}

impl Level {
    /// All that svcctl sets.
    pub const ALL: [Self; 7] = [
        Self::Description,
        Self::FailureActions,
        Self::DelayedAutoStart,
        Self::FailureActionsFlag,
        Self::SidType,
        Self::RequiredPrivileges,
        Self::PreshutdownTimeout,
    ];

    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Description => "the description",
            Self::FailureActions => "failure actions: a host that dies is not started again",
            Self::DelayedAutoStart => "the delayed start",
            Self::FailureActionsFlag => "failure actions after a stop with an error",
            Self::SidType => "a SID of the service's own",
            Self::RequiredPrivileges => {
                "required privileges: the service keeps all that its account has"
            }
            Self::PreshutdownTimeout => "the time for a stop at shutdown",
        }
    }
}

impl Info {
    /// Which kind it is.
    #[must_use]
    pub const fn level(&self) -> Level {
        match self {
            Self::Description(_) => Level::Description,
            Self::FailureActions(_) => Level::FailureActions,
            Self::DelayedAutoStart(_) => Level::DelayedAutoStart,
            Self::FailureActionsFlag(_) => Level::FailureActionsFlag,
            Self::SidType(_) => Level::SidType,
            Self::RequiredPrivileges(_) => Level::RequiredPrivileges,
            Self::PreshutdownTimeout(_) => Level::PreshutdownTimeout,
        }
    }

    /// Whether it asks for what a service has anyway: nothing is lost where it cannot be stored.
    #[must_use]
    pub fn is_default(&self) -> bool {
        match self {
            Self::Description(text) => text.is_empty(),
            Self::FailureActions(actions) => actions.actions.is_empty(),
            Self::DelayedAutoStart(flag) | Self::FailureActionsFlag(flag) => !flag,
            Self::SidType(sid) => *sid == SidType::None,
            Self::RequiredPrivileges(names) => names.is_empty(),
            Self::PreshutdownTimeout(_) => false,
        }
    }
}

/// What a service is doing, in the manager's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Phase {
    /// `SERVICE_STOPPED`.
    Stopped = 1,
    /// `SERVICE_START_PENDING`.
    StartPending = 2,
    /// `SERVICE_STOP_PENDING`.
    StopPending = 3,
    /// `SERVICE_RUNNING`.
    Running = 4,
    /// `SERVICE_CONTINUE_PENDING`.
    ContinuePending = 5,
    /// `SERVICE_PAUSE_PENDING`.
    PausePending = 6,
    /// `SERVICE_PAUSED`.
    Paused = 7,
}

impl Phase {
    /// The manager's word for each.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Stopped, "STOPPED"),
        (Self::StartPending, "START_PENDING"),
        (Self::StopPending, "STOP_PENDING"),
        (Self::Running, "RUNNING"),
        (Self::ContinuePending, "CONTINUE_PENDING"),
        (Self::PausePending, "PAUSE_PENDING"),
        (Self::Paused, "PAUSED"),
    ];

    /// The phase of a number; one that is not known counts as stopped.
    #[must_use]
    pub fn from_number(number: u32) -> Self {
        let found = Self::ALL.iter().find(|(phase, _)| *phase as u32 == number);
        found.map_or(Self::Stopped, |(phase, _)| *phase)
    }

    /// The manager's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(phase, _)| *phase == self).map_or("", |(_, word)| word)
    }
}

/// `SERVICE_STATUS_PROCESS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The service.
    pub name: String,
    /// Name for people.
    pub display_name: String,
    /// What it is doing.
    pub phase: Phase,
    /// What it stopped with.
    pub exit: Code,
    /// Its own code, with [`Code::SPECIFIC`].
    pub specific_exit: u32,
    /// Grows while a start or stop makes progress.
    pub checkpoint: u32,
    /// How long the next step may take, milliseconds.
    pub wait_hint: u32,
    /// The service's process: the host.
    pub pid: u32,
}

/// `SERVICE_CONTROL_STOP`.
pub const STOP: u32 = 1;
/// svcctl's own: the host begins a new log file.
pub const ROTATE: u32 = 128;
/// svcctl's own: the host has the service re-read its configuration.
pub const RELOAD: u32 = 129;

/// The functions of the manager.
pub trait Api: Send + Sync {
    /// All services, by `EnumServicesStatusExW`: one round trip.
    ///
    /// # Errors
    /// The manager's.
    fn list(&self) -> Result<Vec<Status>, Code>;
    /// One service, by `QueryServiceStatusEx`.
    ///
    /// # Errors
    /// The manager's; 1060 where there is none.
    fn status(&self, name: &str) -> Result<Status, Code>;
    /// `QueryServiceConfigW`.
    ///
    /// # Errors
    /// The manager's; 1060 where there is none.
    fn query(&self, name: &str) -> Result<Config, Code>;
    /// `QueryServiceConfig2W`.
    ///
    /// # Errors
    /// The manager's; see [`Code::is_unsupported`].
    fn query2(&self, name: &str, level: Level) -> Result<Info, Code>;
    /// `CreateServiceW`, as a process of its own.
    ///
    /// # Errors
    /// The manager's.
    fn create(&self, name: &str, config: &Config) -> Result<(), Code>;
    /// `ChangeServiceConfigW`.
    ///
    /// # Errors
    /// The manager's.
    fn change(&self, name: &str, config: &Config) -> Result<(), Code>;
    /// `ChangeServiceConfig2W`.
    ///
    /// # Errors
    /// The manager's; see [`Code::is_unsupported`].
    fn change2(&self, name: &str, info: &Info) -> Result<(), Code>;
    /// `SetServiceObjectSecurity` with the access list of an SDDL text.
    ///
    /// # Errors
    /// The manager's.
    fn set_security(&self, name: &str, descriptor: &str) -> Result<(), Code>;
    /// `DeleteService`: the service is gone when nobody holds it open any more.
    ///
    /// # Errors
    /// The manager's.
    fn delete(&self, name: &str) -> Result<(), Code>;
    /// `StartServiceW`.
    ///
    /// # Errors
    /// The manager's.
    fn start(&self, name: &str) -> Result<(), Code>;
    /// `ControlService`.
    ///
    /// # Errors
    /// The manager's.
    fn control(&self, name: &str, control: u32) -> Result<(), Code>;
    /// A text value below the service's `Parameters` key.
    ///
    /// # Errors
    /// The registry's.
    fn parameter(&self, name: &str, value: &str) -> Result<Option<String>, Code>;
    /// Sets one, or removes it.
    ///
    /// # Errors
    /// The registry's.
    fn set_parameter(&self, name: &str, value: &str, text: Option<&str>) -> Result<(), Code>;
    /// Registers the source of the service's events in the application log, whose texts are in this program.
    ///
    /// # Errors
    /// The registry's.
    fn set_event_source(&self, name: &str, program: &str) -> Result<(), Code>;
    /// Removes it; one that is not there is no error.
    ///
    /// # Errors
    /// The registry's.
    fn remove_event_source(&self, name: &str) -> Result<(), Code>;
    /// Asks the host to stop while the manager does not pass controls on: during a start.
    ///
    /// # Errors
    /// When no host listens.
    fn interrupt(&self, name: &str) -> Result<(), Code>;
    /// Whether a process of that number runs.
    fn is_alive(&self, pid: u32) -> bool;
}
