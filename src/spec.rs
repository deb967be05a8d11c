//! The validated service: what a definition means for one target, with nothing left to resolve.
//!
//! A backend destructures these types without `..`, so that a new field asks every backend for its answer.
//! Durations are whole milliseconds at the finest, sizes are bytes. All strings are UTF-8 without NUL.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A service's name: `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`, and no name that Windows reserves.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ServiceName(String);

/// Names that Windows reserves for devices, with any extension.
const RESERVED: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

impl ServiceName {
    /// Longest name, in bytes.
    pub const MAX: usize = 64;

    /// Checks `name`; the error says which rule it breaks.
    ///
    /// # Errors
    /// The rule that is broken, in words that complete "the name …".
    pub fn new(name: &str) -> Result<Self, &'static str> {
        let stem = name.split('.').next().unwrap_or(name);
        if name.is_empty() {
            Err("is empty")
        } else if name.len() > Self::MAX {
            Err("is longer than 64 characters")
        } else if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            Err("does not begin with a letter or a digit")
        } else if !name.bytes().all(|c| c.is_ascii_alphanumeric() || b"._-".contains(&c)) {
            Err("holds something other than letters, digits, '.', '_' and '-'")
        } else if RESERVED.iter().any(|device| device.eq_ignore_ascii_case(stem)) {
            Err("is a device name that Windows reserves")
        } else {
            Ok(Self(name.to_owned()))
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ServiceName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::new(&name).map_err(|rule| format!("the name '{name}' {rule}"))
    }
}

impl From<ServiceName> for String {
    fn from(name: ServiceName) -> Self {
        name.0
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// One service, resolved for one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Spec {
    /// The service's name.
    pub name: ServiceName,
    /// A name for people.
    pub display_name: Option<String>,
    /// One line for people.
    pub description: Option<String>,
    /// Addresses of documentation.
    pub documentation: Vec<String>,
    /// launchd's label; the name where unset.
    pub label: Option<String>,
    /// What is executed, as whom and where.
    pub process: Process,
    /// When it is started and when it counts as started.
    pub start: Start,
    /// How it is stopped.
    pub stop: Stop,
    /// How it re-reads its configuration; a service without one cannot be reloaded.
    pub reload: Option<Reload>,
    /// What happens when it ends by itself.
    pub restart: Restart,
    /// Commands around its life.
    pub hooks: Hooks,
    /// How it is asked whether it is well.
    pub health: Option<Health>,
    /// Where its output goes.
    pub logs: Logs,
    /// What it may use.
    pub limits: Limits,
    /// What it may do.
    pub security: Security,
    /// Secrets by name, handed over as files.
    pub credentials: BTreeMap<String, Credential>,
    /// Raw keys of the target's manager: section, key, values.
    pub overrides: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

/// What is executed, as whom and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Process {
    /// The argv; the first is an absolute path. Never empty.
    pub command: Vec<String>,
    /// Absolute; the root folder where unset, the home folder in the user scope.
    pub working_directory: Option<String>,
    /// Variables; they win over those of files.
    pub environment: BTreeMap<String, String>,
    /// Files of variables, later ones win.
    pub environment_files: Vec<EnvironmentFile>,
    /// Account; the scope's own where unset.
    pub user: Option<String>,
    /// Group; the account's primary one where unset.
    pub group: Option<String>,
    /// File mode creation mask.
    pub umask: Option<u32>,
    /// CPU and I/O priority.
    pub priority: Priority,
}

/// A file of `NAME=value` lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentFile {
    /// Absolute path.
    pub path: String,
    /// Whether it may be missing.
    pub optional: bool,
}

/// CPU and I/O priority in words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Only when nothing else wants to run: nice 19, I/O class idle.
    Idle,
    /// nice 10.
    Low,
    /// nice 0.
    #[default]
    Normal,
    /// nice -10.
    High,
}

/// When the service is started and when it counts as started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Start {
    /// At boot or at login.
    pub autostart: bool,
    /// What makes it `running`.
    pub ready: Ready,
    /// From the first hook to ready.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// Order only.
    pub after: Vec<Dependency>,
    /// Order, and it must run.
    pub requires: Vec<Dependency>,
    /// Started too if it can be; no order.
    pub wants: Vec<Dependency>,
}

/// What makes a started service `running`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ready {
    /// The program has been executed.
    Exec,
    /// It says `READY=1` by `sd_notify(3)`.
    Notify,
    /// A TCP connection to `host:port` is accepted.
    Tcp(String),
    /// A GET of the address is answered with 2xx or 3xx.
    Http(String),
    /// The file exists.
    File(String),
    /// It has lived this long.
    After(#[serde(with = "humantime_serde")] Duration),
}

/// Something that the service depends on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dependency {
    /// The network is configured to be.
    Network,
    /// The network is up.
    NetworkOnline,
    /// Local file systems are mounted.
    Filesystem,
    /// The clock has been set.
    TimeSync,
    /// A service of the manager, by the manager's own name for it.
    #[serde(untagged)]
    Service(String),
}

/// How the service is stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Stop {
    /// First signal, by name ("SIGTERM").
    pub signal: String,
    /// One budget for the whole tree: hooks, command, signal, kill.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// Run instead of the first signal; the signal goes to what is left when it has ended.
    pub command: Option<Vec<String>>,
}

/// How the service re-reads its configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reload {
    /// A signal to the main process, by name.
    Signal(String),
    /// A command.
    Command(Vec<String>),
}

/// What happens when the service ends by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Restart {
    /// Whether it is started again.
    pub policy: RestartPolicy,
    /// Pause before the first restart.
    #[serde(with = "humantime_serde")]
    pub delay: Duration,
    /// The pause doubles up to this; equal to `delay` where unset, which means that it does not grow.
    #[serde(with = "humantime_serde")]
    pub max_delay: Duration,
    /// Having run this long, the pause begins again at `delay`.
    #[serde(with = "humantime_serde")]
    pub reset_after: Duration,
    /// Restarts within `window` before it is given up; none means no limit.
    pub attempts: Option<u32>,
    /// See `attempts`.
    #[serde(with = "humantime_serde")]
    pub window: Duration,
    /// Exit codes that are no failure.
    pub success_exit_codes: Vec<i32>,
    /// Exit codes after which it is never restarted.
    pub prevent_exit_codes: Vec<i32>,
}

/// When a service that ended by itself is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestartPolicy {
    /// Not at all.
    Never,
    /// After an exit code that is no success, or any signal that svcctl did not send.
    OnFailure,
    /// After every end but a stop.
    Always,
}

/// A command around the service's life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Hook {
    /// The argv.
    pub command: Vec<String>,
    /// How long it may take before it is killed.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// Whether its failure is the service's.
    pub required: bool,
}

/// Commands around the service's life.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Hooks {
    /// Before the command.
    pub pre_start: Option<Hook>,
    /// When it is ready.
    pub post_start: Option<Hook>,
    /// Before it is stopped.
    pub pre_stop: Option<Hook>,
    /// When it has ended, however it did.
    pub post_stop: Option<Hook>,
    /// When it has been given up.
    pub on_failure: Option<Hook>,
}

/// How the service is asked whether it is well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Health {
    /// What is asked.
    pub check: HealthCheck,
    /// Pause between two checks.
    #[serde(with = "humantime_serde")]
    pub interval: Duration,
    /// How long one check may take.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// Failures in a row that make it unhealthy.
    pub retries: u32,
    /// Failures in this time after the start do not count.
    #[serde(with = "humantime_serde")]
    pub start_period: Duration,
    /// What is done then.
    pub on_failure: OnUnhealthy,
}

/// What is asked of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HealthCheck {
    /// A GET that answers with 2xx or 3xx.
    Http(String),
    /// A TCP connection.
    Tcp(String),
    /// A command that exits with 0.
    Command(Vec<String>),
}

/// What an unhealthy service gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnUnhealthy {
    /// It is restarted.
    Restart,
    /// It is reported.
    Report,
}

/// Where the service's output goes. What is `None` was not asked for; the host's defaults are in [`Logs::DEFAULT`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Logs {
    /// The manager's log, or files.
    pub to: LogTo,
    /// Folder of the files.
    pub directory: Option<String>,
    /// Rotate at this many bytes.
    pub max_size: Option<u64>,
    /// Rotated files that are kept.
    pub max_files: Option<u32>,
    /// Bytes of all files together.
    pub max_total: Option<u64>,
    /// Oldest rotated file that is kept.
    #[serde(with = "humantime_serde")]
    pub max_age: Option<Duration>,
    /// Whether rotated files are compressed (gzip).
    pub compress: Option<bool>,
    /// What a line looks like.
    pub format: Option<LogFormat>,
}

/// The manager's log, or files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogTo {
    /// journald on systemd; files elsewhere.
    Manager,
    /// Files everywhere.
    File,
}

/// What a line of a log file looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Time and stream before each line.
    Timestamped,
    /// The bytes as they came.
    Raw,
    /// One JSON object a line.
    Json,
}

/// What the service may use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Limits {
    /// Bytes of memory of the whole tree.
    pub memory: Option<u64>,
    /// Per cent of one CPU for the whole tree.
    pub cpu: Option<u32>,
    /// Processes and threads of the whole tree.
    pub processes: Option<u64>,
    /// Open files of a process.
    pub open_files: Option<u64>,
    /// Whether a crash may write a core dump; the system's default where unset.
    pub core_dumps: Option<bool>,
}

/// What the service may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Security {
    /// A bundle of the manager's protections.
    pub profile: SecurityProfile,
    /// No process of the tree may gain a privilege; the profile decides where unset.
    pub no_new_privileges: Option<bool>,
    /// Folders that stay writable under `strict`.
    pub writable_paths: Vec<String>,
    /// All that it keeps; the profile decides where unset.
    pub capabilities: Option<Vec<String>>,
    /// A /tmp of its own; the profile decides where unset.
    pub private_tmp: Option<bool>,
}

impl Security {
    /// Whether no process of the tree may gain a privilege: as set, or as the profile has it.
    #[must_use]
    pub fn wants_no_new_privileges(&self) -> bool {
        self.no_new_privileges.unwrap_or(self.profile != SecurityProfile::None)
    }

    /// Whether the tree has a /tmp of its own: as set, or as the profile has it.
    #[must_use]
    pub fn wants_private_tmp(&self) -> bool {
        self.private_tmp.unwrap_or(self.profile != SecurityProfile::None)
    }
}

/// A bundle of the manager's protections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecurityProfile {
    /// None but those named.
    None,
    /// What hardly any service notices.
    Standard,
    /// What an ordinary network service can live with.
    Strict,
}

/// Where a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Credential {
    /// A file, read when the service starts.
    File(String),
    /// Asked for at install and kept in a file that only root can read.
    Prompt,
    /// Printed by a command at install, and kept likewise.
    Command(Vec<String>),
}

impl Spec {
    /// launchd's label.
    #[must_use]
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or_else(|| self.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_checked_rule_by_rule() {
        for good in ["web", "9lives", "a.b_c-d", &"a".repeat(64), "console"] {
            assert!(ServiceName::new(good).is_ok(), "{good}");
        }
        for bad in ["", "-web", ".web", "a/b", "a b", "é", &"a".repeat(65), "con", "NUL.x", "a\0"]
        {
            assert!(ServiceName::new(bad).is_err(), "{bad:?}");
        }
    }
}
