//! systemd, with its units as files.

mod analyze;
mod examples;
mod journal;
mod parallel;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use super::{Limit, Manager, generated, sudo};
use crate::case::{Case, case, case_over_a_boot};
use crate::guide;
use crate::lab::Lab;
use crate::lane::{Scope, home};
use crate::outcome::Verdict;

/// systemd, in one scope.
pub struct Systemd {
    scope: Scope,
}

impl Systemd {
    pub fn new(scope: Scope) -> Self {
        Self { scope }
    }

    fn units(&self) -> PathBuf {
        match self.scope {
            Scope::System => "/etc/systemd/system".into(),
            Scope::User => home().join(".config/systemd/user"),
        }
    }

    fn unit(&self, name: &str) -> PathBuf {
        self.units().join(format!("{name}.service"))
    }

    fn systemctl(&self, words: &[&str]) -> bool {
        let mut command = Command::new("systemctl");
        command.arg(format!("--{}", self.scope.word())).args(words);
        command.output().expect("systemctl can be run").status.success()
    }
}

impl Manager for Systemd {
    fn name(&self) -> &'static str {
        "systemd"
    }

    fn own_variables(&self) -> Vec<String> {
        let own = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        match self.scope {
            Scope::System => own(SYSTEM_VARIABLES),
            Scope::User => [own(USER_VARIABLES), of_the_machine()].concat(),
        }
    }

    fn roots(&self) -> Vec<PathBuf> {
        let folders: &[&str] = match self.scope {
            Scope::System => &[
                "/etc/systemd",
                "/run/systemd",
                "/var/lib/svcctl",
                "/var/log/svcctl",
                "/run/svcctl",
            ],
            Scope::User => &[".config", ".local", ".cache"],
        };
        let base = home();
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").filter(|_| self.scope == Scope::User);
        folders.iter().map(|folder| base.join(folder)).chain(runtime.map(PathBuf::from)).collect()
    }

    fn add_foreign(&self, name: &str, command: &[String]) {
        fs::create_dir_all(self.units()).expect("the folder of units can be made");
        let unit = format!(
            "[Unit]\nDescription=Somebody else's\n[Service]\nExecStart={}\n",
            command.join(" ")
        );
        fs::write(self.unit(name), unit).expect("a unit can be written");
        assert!(self.systemctl(&["daemon-reload"]), "systemd reads its units");
    }

    fn remove_foreign(&self, name: &str) {
        if self.unit(name).exists() {
            self.systemctl(&["stop", &format!("{name}.service")]);
            fs::remove_file(self.unit(name)).expect("a unit can be removed");
            self.systemctl(&["daemon-reload"]);
        }
    }

    fn foreign_definition(&self, name: &str) -> String {
        fs::read_to_string(self.unit(name)).unwrap_or_default()
    }

    fn tamper(&self, name: &str) {
        let mut unit = OpenOptions::new()
            .append(true)
            .open(self.unit(name))
            .expect("the unit is where it should be");
        unit.write_all(b"\n[Service]\nOOMScoreAdjust=17\n").expect("the unit can be written");
    }

    fn cannot_limit(&self, limit: Limit) -> Option<String> {
        let controller = match limit {
            Limit::Memory => "memory",
            Limit::Processes => "pids",
        };
        let controllers =
            fs::read_to_string("/sys/fs/cgroup/cgroup.controllers").unwrap_or_default();
        let here = controllers.split_whitespace().any(|word| word == controller);
        (!here).then(|| {
            format!("this machine's kernel gives systemd no {controller} controller (cgroup v2)")
        })
    }

    fn extras(&self) -> &'static [Case] {
        match self.scope {
            Scope::System => SYSTEM_EXTRAS,
            Scope::User => USER_EXTRAS,
        }
    }

    fn absent(&self) -> &'static str {
        "scm"
    }
}

/// What systemd sets by itself for a service of the system.
const SYSTEM_VARIABLES: &[&str] = &["INVOCATION_ID", "JOURNAL_STREAM", "LANG", "SYSTEMD_EXEC_PID"];

/// What a user manager sets by itself, and hands on of its own environment.
const USER_VARIABLES: &[&str] = &[
    "DBUS_SESSION_BUS_ADDRESS",
    "INVOCATION_ID",
    "JOURNAL_STREAM",
    "LANG",
    "MANAGERPID",
    "SYSTEMD_EXEC_PID",
    "XDG_RUNTIME_DIR",
];

/// What is seen of systemd alone, in the system scope.
const SYSTEM_EXTRAS: &[Case] = &[
    case(1001, "thousands of generated services: no byte differs", generated::no_byte_differs),
    case(1002, "50 installs in parallel", parallel::all_are_there),
    case(1003, "verify is silent on every example", analyze::verify_is_silent),
    case(1004, "strict: exposure at most 2.0, and it serves", analyze::strict_serves),
    case(1005, "sudo --user acts for the caller", sudo_acts_for_the_caller),
    case(1006, "last words of 40 short lives", journal::last_words),
    case(1021, "the README's commands run", guide::readme_runs),
    case(1022, "init, check, install --start", guide::a_first_service_runs_without_an_edit),
    case_over_a_boot(1011, "Redis from Debian's package", examples::redis),
    case_over_a_boot(1012, "nginx from Debian's package", examples::nginx),
    case_over_a_boot(1013, "Python's server", examples::python),
];

fn sudo_acts_for_the_caller(lab: &Lab) -> Verdict {
    sudo::acts_for_the_caller(lab, ".config/systemd/user/NAME.service")
}

/// The same in the user scope.
const USER_EXTRAS: &[Case] = &[
    case(1002, "50 installs in parallel", parallel::all_are_there),
    case(1006, "last words of 40 short lives", journal::last_words),
    case(1022, "init, check, install --start", guide::a_first_service_runs_without_an_edit),
    case_over_a_boot(1013, "Python's server", examples::python),
];

/// Names that the machine's environment.d(5) gives to everything below a user manager.
fn of_the_machine() -> Vec<String> {
    let generator =
        "/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator";
    let output = Command::new(generator).output().map(|output| output.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&output).into_owned();
    text.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name.to_owned()).collect()
}
