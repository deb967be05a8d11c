//! The state file: what a host last knew of its service, replaced atomically, read by `status` without waking anyone.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::host::machine::Machine;
use crate::state::{ExitInfo, HealthState, State};

/// A process that cannot be mistaken for another: its number, and when it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Process {
    /// The number.
    pub pid: u32,
    /// When it began, in the kernel's own units since boot; 0 where the system does not tell.
    pub started: u64,
}

/// What `status` shows of a hosted service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// `svcctl.host-state.v1`.
    pub schema: String,
    /// What it is doing.
    pub state: State,
    /// Its main process.
    pub main: Option<Process>,
    /// The host.
    pub host: Process,
    /// Since when it is in this state, milliseconds since 1970.
    pub since: u64,
    /// Automatic restarts since it was last started by hand.
    pub restarts: u32,
    /// How it last ended.
    pub exit: Option<ExitInfo>,
    /// Why it failed, in words.
    pub trouble: Option<String>,
    /// What its checks say.
    pub health: Option<HealthState>,
    /// What it says of itself (`STATUS=` of sd_notify).
    pub status: Option<String>,
}

impl Snapshot {
    /// The value of `schema`.
    pub const SCHEMA: &'static str = "svcctl.host-state.v1";
}

/// What a host's successor needs: the snapshot, and the machine behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// What everybody may know.
    #[serde(flatten)]
    pub snapshot: Snapshot,
    /// The machine.
    pub machine: Machine,
    /// The job that runs beside the service.
    pub job: Option<Process>,
    /// This boot, so that numbers of an earlier one mean nothing.
    pub boot: String,
}

/// The state file in a service's runtime folder.
#[must_use]
pub fn file(runtime_dir: &Path) -> PathBuf {
    runtime_dir.join("state.json")
}

/// What the host last wrote; none where it has written nothing, or nothing that this svcctl can read.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn read(runtime_dir: &Path) -> std::io::Result<Option<Snapshot>> {
    read_as(runtime_dir)
}

/// The same with what a successor needs.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn read_saved(runtime_dir: &Path) -> std::io::Result<Option<Saved>> {
    read_as(runtime_dir)
}

fn read_as<T: serde::de::DeserializeOwned>(runtime_dir: &Path) -> std::io::Result<Option<T>> {
    match crate::system::contents(&file(runtime_dir)) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
