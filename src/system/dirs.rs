//! Where things are kept, for each scope, operating system and manager.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::system::System;
use crate::target::{Account, Dirs, ManagerId, Os, Scope};

/// The folders of a scope on this machine, and the account that owns it.
///
/// In the user scope under `sudo` that is whoever called it, not root; see [`acts_for_another`].
///
/// # Errors
/// When the calling user has no home folder.
pub fn of_scope(scope: Scope, manager: ManagerId, system: &dyn System) -> Result<(Dirs, Account)> {
    let os = Os::here();
    match scope {
        Scope::System => {
            let program_data = system.env("ProgramData".as_ref());
            let program_data = program_data.and_then(|path| path.into_string().ok());
            Ok((of_system(os, manager, program_data.as_deref()), superuser(os)))
        }
        Scope::User => {
            let identity = system.identity();
            let owner = identity.sudo.as_ref().unwrap_or(&identity.account).clone();
            let bases = if owner == identity.account { Bases::of_caller() } else { None };
            let bases = bases.or_else(|| Bases::of_home(os, &owner.home));
            let bases = bases.ok_or_else(|| homeless(&owner))?;
            Ok((of_user(manager, &bases), owner))
        }
    }
}

fn homeless(owner: &Account) -> Error {
    Error::system(format!("{} has no home folder, so it has no user scope", owner.name))
        .hint("set HOME, or use --system")
}

/// Whether a change in the user scope has to be made by another account than the caller's: root under `sudo`.
#[must_use]
pub fn acts_for_another(scope: Scope, system: &dyn System) -> Option<&Account> {
    // To ask for an account may take a server that does not answer: only who has a say is asked for.
    if scope == Scope::User { system.identity().sudo.as_ref() } else { None }
}

/// The account that owns the system scope.
#[must_use]
pub fn superuser(os: Os) -> Account {
    let (name, home) = match os {
        Os::Linux | Os::Freebsd => ("root", "/root"),
        Os::Macos => ("root", "/var/root"),
        Os::Windows => ("SYSTEM", r"C:\Windows\System32\config\systemprofile"),
    };
    Account { name: name.to_owned(), uid: 0, gid: 0, home: home.to_owned() }
}

/// The folders of the system scope. `program_data`: `%ProgramData%`, where it is known.
#[must_use]
pub fn of_system(os: Os, manager: ManagerId, program_data: Option<&str>) -> Dirs {
    let data = program_data.unwrap_or(r"C:\ProgramData");
    let [state, runtime, logs, config] = match os {
        Os::Linux => {
            ["/var/lib/svcctl", "/run/svcctl", "/var/log/svcctl", "/etc"].map(str::to_owned)
        }
        Os::Freebsd => ["/var/db/svcctl", "/var/run/svcctl", "/var/log/svcctl", "/usr/local/etc"]
            .map(str::to_owned),
        Os::Macos => [
            "/Library/Application Support/svcctl",
            "/var/run/svcctl",
            "/Library/Logs/svcctl",
            "/Library/Application Support",
        ]
        .map(str::to_owned),
        Os::Windows => {
            [r"\svcctl", r"\svcctl\run", r"\svcctl\logs", ""].map(|below| format!("{data}{below}"))
        }
    };
    let units = match manager {
        ManagerId::Systemd => "/etc/systemd/system",
        ManagerId::Launchd => "/Library/LaunchDaemons",
        ManagerId::Openrc => "/etc/init.d",
        ManagerId::Rcd => "/usr/local/etc/rc.d",
        ManagerId::Scm | ManagerId::Embedded => "",
    };
    Dirs { state, runtime, logs, config, units: units.to_owned() }
}

/// Where a user keeps things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bases {
    home: PathBuf,
    config: PathBuf,
    state: PathBuf,
    runtime: Option<PathBuf>,
}

impl Bases {
    /// Windows' own way to ask loads the whole shell, with which every start would take longer by half; no manager there has
    /// services of users.
    #[cfg(not(unix))]
    const fn of_caller() -> Option<Self> {
        None
    }

    #[cfg(unix)]
    fn of_caller() -> Option<Self> {
        let base = directories::BaseDirs::new()?;
        Some(Self {
            home: base.home_dir().to_owned(),
            config: base.config_dir().to_owned(),
            state: base.state_dir().unwrap_or(base.data_local_dir()).to_owned(),
            runtime: base.runtime_dir().map(Path::to_owned),
        })
    }

    /// By convention alone, for a user whose environment is not known.
    #[must_use]
    pub fn of_home(os: Os, home: &str) -> Option<Self> {
        let home = PathBuf::from(home);
        let [config, state] = match os {
            Os::Linux | Os::Freebsd => [".config", ".local/state"],
            Os::Macos => ["Library/Application Support"; 2],
            Os::Windows => ["AppData/Roaming", "AppData/Local"],
        };
        let (config, state) = (home.join(config), home.join(state));
        home.has_root().then_some(Self { home, config, state, runtime: None })
    }
}

/// The folders of a user's scope.
#[must_use]
pub fn of_user(manager: ManagerId, bases: &Bases) -> Dirs {
    let state = bases.state.join("svcctl");
    let runtime = match &bases.runtime {
        Some(runtime) => runtime.join("svcctl"),
        None => state.join("run"),
    };
    let units = match manager {
        ManagerId::Systemd => bases.config.join("systemd/user"),
        ManagerId::Launchd => bases.home.join("Library/LaunchAgents"),
        ManagerId::Openrc | ManagerId::Rcd | ManagerId::Scm | ManagerId::Embedded => PathBuf::new(),
    };
    Dirs {
        logs: text(&state.join("logs")),
        state: text(&state),
        runtime: text(&runtime),
        config: text(&bases.config),
        units: text(&units),
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_scope_is_where_each_system_keeps_such_things() {
        let linux = of_system(Os::Linux, ManagerId::Systemd, None);
        assert_eq!(linux.state, "/var/lib/svcctl");
        assert_eq!(linux.runtime, "/run/svcctl");
        assert_eq!(linux.logs, "/var/log/svcctl");
        assert_eq!(linux.units, "/etc/systemd/system");
        let windows = of_system(Os::Windows, ManagerId::Scm, Some(r"D:\Data"));
        assert_eq!(windows.state, r"D:\Data\svcctl");
        assert_eq!(windows.logs, r"D:\Data\svcctl\logs");
        let mac = of_system(Os::Macos, ManagerId::Launchd, None);
        assert_eq!(mac.state, "/Library/Application Support/svcctl");
        assert_eq!(mac.logs, "/Library/Logs/svcctl");
    }

    #[test]
    #[cfg(unix)]
    fn a_users_folders_follow_from_the_home_folder() {
        let bases = Bases::of_home(Os::Linux, "/home/ann").unwrap();
        let dirs = of_user(ManagerId::Systemd, &bases);
        assert_eq!(dirs.state, "/home/ann/.local/state/svcctl");
        assert_eq!(dirs.units, "/home/ann/.config/systemd/user");
        assert_eq!(dirs.runtime, "/home/ann/.local/state/svcctl/run");
        assert_eq!(Bases::of_home(Os::Linux, ""), None);
    }
}
