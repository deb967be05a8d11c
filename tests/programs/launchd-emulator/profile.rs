//! Which Mac is played, and how it misbehaves. A JSON file; every field has a default.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The machine as the tests want it.
#[derive(Deserialize, Serialize, Clone, Debug)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// The macOS version: 11 to 15, 26, 27.
    pub os: u32,
    /// The user that every caller counts as; without it, the real one. Also makes all jobs run as the emulator's own user.
    pub caller: Option<u32>,
    /// The users with sessions.
    pub sessions: Vec<Session>,
    /// The caller comes over SSH: its session is `Background`.
    pub ssh: bool,
    /// The login domains suppress every start that nobody demanded.
    pub on_demand_only: bool,
    /// How many seconds of launchd pass in one real second.
    pub time_scale: f64,
    /// What `kickstart -k` ends the old process with. Reports disagree, so both can be played.
    pub kickstart_signal: KickSignal,
    /// How long a label stays known after its process has ended, in seconds of launchd.
    pub teardown_secs: f64,
    /// How `print` of a service looks.
    pub print_format: PrintFormat,
    /// Injected misbehaviour, looked at in order.
    pub inject: Vec<Injection>,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            os: 15,
            caller: None,
            sessions: Vec::new(),
            ssh: false,
            on_demand_only: false,
            time_scale: 1.0,
            kickstart_signal: KickSignal::Sigkill,
            teardown_secs: 0.0,
            print_format: PrintFormat::Known,
            inject: Vec::new(),
        }
    }
}

/// A user who has logged in.
#[derive(Deserialize, Serialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub struct Session {
    pub uid: u32,
    /// At the screen, not only over SSH.
    #[serde(default)]
    pub gui: bool,
    /// The account's name; else from the password file.
    #[serde(default)]
    pub name: Option<String>,
    /// The home folder; else from the password file.
    #[serde(default)]
    pub home: Option<PathBuf>,
}

/// The first signal of `kickstart -k`.
#[derive(Deserialize, Serialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub enum KickSignal {
    Sigterm,
    Sigkill,
}

/// The shape of `print`.
#[derive(Deserialize, Serialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum PrintFormat {
    /// As in the version played.
    Known,
    /// As a later version may print it: other order, unknown lines and blocks, unknown state words.
    Future,
    /// Nothing that a reader of today could know.
    Garbage,
}

/// One fault: the next `times` calls of `verb` behave so.
#[derive(Deserialize, Serialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub struct Injection {
    pub verb: String,
    /// Fails with this code; without it the verb works.
    #[serde(default)]
    pub code: Option<u8>,
    /// How often; without it, always.
    #[serde(default)]
    pub times: Option<u32>,
    /// The failing verb works all the same, as `bootout` with 36 does.
    #[serde(default)]
    pub effective: bool,
    /// Holds the answer back for so many real milliseconds.
    #[serde(default)]
    pub delay_ms: u64,
}

impl Profile {
    /// Reads the profile, or says what is wrong with it.
    pub fn read(path: &std::path::Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
    }

    /// The session of `uid`, if it has one.
    pub fn session(&self, uid: u32) -> Option<&Session> {
        self.sessions.iter().find(|session| session.uid == uid)
    }

    /// Takes the fault that the next call of `verb` is to suffer.
    pub fn take_injection(&mut self, verb: &str) -> Option<Injection> {
        let at = self.inject.iter().position(|i| i.verb == verb && i.times != Some(0))?;
        let injection = self.inject.get_mut(at)?;
        injection.times = injection.times.map(|times| times - 1);
        Some(injection.clone())
    }
}
