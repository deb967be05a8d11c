//! Where the suite runs: which manager, whose services, which programs.
//!
//! | variable | meaning |
//! |---|---|
//! | `SVCCTL_LANE_MANAGER` | the manager, as in `--manager`; without it there are no cases |
//! | `SVCCTL_LANE_SCOPE` | `system` (default) or `user`: the caller's own services |
//! | `SVCCTL_LANE` | the lane's name in the results |
//! | `SVCCTL_LANE_BIN` | the folder of `svcctl` and `svcctl-testchild`; default: where cargo put them |
//! | `SVCCTL_LANE_DIR` | a folder for the cases' files; it must outlive a boot |
//! | `SVCCTL_LANE_RESULTS` | a file that gets a JSON line for each outcome |
//! | `SVCCTL_LANE_EXTRAS` | run the manager's own cases instead of the numbered ones |
//! | `SVCCTL_LANE_EXAMPLES` | the folder of the project's examples, for those |
//! | `SVCCTL_LANE_SMALL_DISK` | a folder with a file system of one MiB, which is the account's to fill |
//! | `SVCCTL_LANE_BOOT` | `before` or `after`: the machine is booted between two runs; default: it is not |

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::case::Case;
use crate::manager::{self, Manager};

/// Cases mostly wait: more of them at once than there are CPUs.
pub const THREADS: usize = 8;

/// Whose services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The machine's.
    System,
    /// The caller's own.
    User,
}

impl Scope {
    /// The word in results.
    pub const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
        }
    }
}

/// Which part of a run with a boot in the middle this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boot {
    /// The machine will be booted after this run.
    Before,
    /// The machine was booted since the last run.
    After,
    /// There is no boot.
    Never,
}

/// Where the suite runs.
pub struct Lane {
    /// Its name in the results.
    pub name: String,
    /// The manager.
    pub manager: Box<dyn Manager>,
    /// Whose services.
    pub scope: Scope,
    /// Where the machine's boot is.
    pub boot: Boot,
    /// Parent of the cases' folders.
    pub dir: PathBuf,
    /// Whether the manager's own cases are run.
    pub extras: bool,
    /// The project's examples.
    pub examples: PathBuf,
    /// The file of outcomes.
    pub results: Option<PathBuf>,
    /// A small file system that may be filled.
    pub small_disk: Option<PathBuf>,
    bin: PathBuf,
}

impl Lane {
    /// The lane that the environment names; none if it names no manager.
    pub fn from_environment() -> Option<Self> {
        let word = setting("SVCCTL_LANE_MANAGER")?;
        let scope = if setting("SVCCTL_LANE_SCOPE").is_some_and(|scope| scope == "user") {
            Scope::User
        } else {
            Scope::System
        };
        let boot = match setting("SVCCTL_LANE_BOOT").as_deref() {
            Some("before") => Boot::Before,
            Some("after") => Boot::After,
            _ => Boot::Never,
        };
        Some(Self {
            name: setting("SVCCTL_LANE").unwrap_or_else(|| word.clone()),
            manager: manager::named(&word, scope)
                .unwrap_or_else(|| panic!("no manager '{word}' plugs into the suite")),
            scope,
            boot,
            dir: setting("SVCCTL_LANE_DIR").map_or_else(|| default_dir(scope), PathBuf::from),
            extras: setting("SVCCTL_LANE_EXTRAS").is_some(),
            examples: setting("SVCCTL_LANE_EXAMPLES").map_or_else(
                || Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"),
                PathBuf::from,
            ),
            results: setting("SVCCTL_LANE_RESULTS").map(PathBuf::from),
            small_disk: setting("SVCCTL_LANE_SMALL_DISK").map(PathBuf::from),
            bin: bin(),
        })
    }

    /// Whether a case has a part in this run: after a boot only the cases about it go on.
    pub fn has(&self, case: &Case) -> bool {
        self.boot != Boot::After || case.over_a_boot
    }

    /// `svcctl` for this lane's manager and scope, with an environment of its own.
    pub fn svcctl(&self) -> Command {
        let mut command = self.plain_svcctl();
        command.args(["--manager", self.manager.name()]);
        command.arg(format!("--{}", self.scope.word()));
        command
    }

    /// `svcctl` with no choice made.
    pub fn plain_svcctl(&self) -> Command {
        let mut command = Command::new(self.program("svcctl"));
        command.env_remove("SVCCTL_MANAGER").env("NO_COLOR", "1");
        if cfg!(windows) {
            // Services run as accounts of their own there, which must be able to write to the cases' folders.
            let folders = env::join_paths([&self.dir, &self.bin]).expect("they are plain paths");
            command.env("SVCCTL_TEST_INSECURE_PATHS", folders);
        }
        command
    }

    /// The program that services run.
    pub fn child(&self) -> PathBuf {
        self.program("svcctl-testchild")
    }

    fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name).with_extension(env::consts::EXE_EXTENSION)
    }
}

fn setting(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// A folder that no less privileged account can write to.
fn default_dir(scope: Scope) -> PathBuf {
    match scope {
        Scope::System if cfg!(windows) => PathBuf::from(r"C:\svcctl-conformance"),
        Scope::System => PathBuf::from("/var/lib/svcctl-conformance"),
        Scope::User => home().join("svcctl-conformance"),
    }
}

/// The caller's home folder.
pub fn home() -> PathBuf {
    env::home_dir().expect("the caller has a home folder")
}

fn bin() -> PathBuf {
    setting("SVCCTL_LANE_BIN").map_or_else(cargo_bin, PathBuf::from)
}

/// A program of this lane.
pub fn program(name: &str) -> PathBuf {
    bin().join(name).with_extension(env::consts::EXE_EXTENSION)
}

fn cargo_bin() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_svcctl")).parent().expect("a program is in a folder").to_owned()
}
