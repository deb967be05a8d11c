//! Where a service is to run: operating system, manager, scope, and the folders that go with them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An operating system that a definition can be resolved for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Os {
    /// Any Linux.
    Linux,
    /// macOS.
    Macos,
    /// Windows.
    Windows,
    /// FreeBSD.
    Freebsd,
}

impl Os {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Linux, Self::Macos, Self::Windows, Self::Freebsd];

    /// The one that this program was built for.
    #[must_use]
    pub const fn here() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::Macos
        } else if cfg!(target_os = "freebsd") {
            Self::Freebsd
        } else {
            Self::Linux
        }
    }

    /// The word for it in `[on.…]`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Macos => "macos",
            Self::Windows => "windows",
            Self::Freebsd => "freebsd",
        }
    }

    /// Its own name for itself.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Linux => "Linux",
            Self::Macos => "macOS",
            Self::Windows => "Windows",
            Self::Freebsd => "FreeBSD",
        }
    }

    /// Whether `[on.unix]` applies.
    #[must_use]
    pub const fn is_unix(self) -> bool {
        !matches!(self, Self::Windows)
    }
}

/// A service manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum ManagerId {
    /// systemd on Linux.
    Systemd,
    /// launchd on macOS.
    Launchd,
    /// The Windows Service Control Manager.
    Scm,
    /// OpenRC on Linux.
    Openrc,
    /// rc.d on FreeBSD.
    Rcd,
    /// svcctl's own supervisor.
    Embedded,
}

impl ManagerId {
    /// All of them, in the order of every table.
    pub const ALL: [Self; 6] =
        [Self::Systemd, Self::Launchd, Self::Scm, Self::Openrc, Self::Rcd, Self::Embedded];

    /// The word for it: in `--manager`, `[on.…]`, `[override.…]` and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Systemd => "systemd",
            Self::Launchd => "launchd",
            Self::Scm => "scm",
            Self::Openrc => "openrc",
            Self::Rcd => "rcd",
            Self::Embedded => "embedded",
        }
    }

    /// The operating system that it belongs to; the embedded manager runs on this one.
    #[must_use]
    pub const fn os(self) -> Os {
        match self {
            Self::Systemd | Self::Openrc => Os::Linux,
            Self::Launchd => Os::Macos,
            Self::Scm => Os::Windows,
            Self::Rcd => Os::Freebsd,
            Self::Embedded => Os::here(),
        }
    }
}

impl fmt::Display for ManagerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for ManagerId {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|id| id.name() == s)
            .ok_or_else(|| format!("no manager is called '{s}'"))
    }
}

/// Whose service it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Scope {
    /// The machine's: needs root or an administrator.
    System,
    /// The calling user's own.
    User,
}

impl Scope {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The folders of one scope on one operating system, as text: they may be another machine's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dirs {
    /// Receipts and journals; also `{data-dir}`'s parent.
    pub state: String,
    /// What lives until the next boot.
    pub runtime: String,
    /// Parent of each service's log folder.
    pub logs: String,
    /// Configuration of services: `{config-dir}`'s parent.
    pub config: String,
    /// Where the manager reads what it is to run: units, plists, init scripts. Empty where it keeps no files.
    pub units: String,
}

/// Everything about the place that rendering may depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Decides which overlays apply and what a path is.
    pub os: Os,
    /// Decides what is rendered.
    pub manager: ManagerId,
    /// System or user.
    pub scope: Scope,
    /// The manager's major version, where it matters and is known; the newest is assumed where not.
    pub version: Option<u32>,
    /// Folders.
    pub dirs: Dirs,
    /// Absolute path of the svcctl program, for what is hosted.
    pub svcctl: String,
    /// The account of the user scope's owner: name, uid, gid and home; root's or SYSTEM's in the system scope.
    pub owner: Account,
}

/// An account by name and number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Login name.
    pub name: String,
    /// User number; 0 on Windows.
    pub uid: u32,
    /// Number of the primary group; 0 on Windows.
    pub gid: u32,
    /// Home folder.
    pub home: String,
}
