//! svcctl's own manager, with its hosted files.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::{Limit, Manager};
use crate::case::{Case, case};
use crate::guide;
use crate::lane::{Scope, home, program};

/// The embedded manager, in one scope.
pub struct Embedded {
    scope: Scope,
}

impl Embedded {
    pub fn new(scope: Scope) -> Self {
        Self { scope }
    }

    fn state(&self) -> PathBuf {
        match self.scope {
            Scope::System => "/var/lib/svcctl".into(),
            Scope::User => home().join(".local/state/svcctl"),
        }
    }

    fn hosted(&self, name: &str) -> PathBuf {
        self.state().join("hosted").join(format!("{name}.json"))
    }

    fn svcctl(&self, words: &[&str]) -> std::process::Output {
        let mut command = Command::new(program("svcctl"));
        command.args(["--manager", "embedded", &format!("--{}", self.scope.word())]).args(words);
        command.output().expect("svcctl can be run")
    }
}

impl Manager for Embedded {
    fn name(&self) -> &'static str {
        "embedded"
    }

    fn own_variables(&self) -> Vec<String> {
        ["SVCCTL_RUNTIME"].map(str::to_owned).to_vec()
    }

    fn roots(&self) -> Vec<PathBuf> {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").filter(|_| self.scope == Scope::User);
        match self.scope {
            Scope::System => {
                ["/var/lib/svcctl", "/var/log/svcctl", "/run/svcctl"].map(PathBuf::from).into()
            }
            Scope::User => {
                let folders = [".config", ".local", ".cache"].map(|folder| home().join(folder));
                folders.into_iter().chain(runtime.map(PathBuf::from)).collect()
            }
        }
    }

    /// A hosted file that nobody has a receipt of.
    fn add_foreign(&self, name: &str, command: &[String]) {
        let folder = std::env::temp_dir().join(format!("foreign-{name}"));
        fs::create_dir_all(&folder).expect("a folder can be made");
        let definition = folder.join("foreign.toml");
        let text = format!("name = {name:?}\n[process]\ncommand = {command:?}\n");
        fs::write(&definition, text).expect("a definition can be written");
        let output = folder.join("out");
        let words = [
            "render",
            &definition.display().to_string(),
            "--output-dir",
            &output.display().to_string(),
        ];
        assert!(self.svcctl(&words).status.success(), "a definition can be rendered");
        let hosted = self.hosted(name);
        fs::create_dir_all(hosted.parent().expect("it is in a folder"))
            .expect("the folder can be made");
        let rendered = output.join(hosted.strip_prefix("/").expect("the path is absolute"));
        fs::copy(rendered, hosted).expect("the hosted file can be put in place");
        fs::remove_dir_all(folder).expect("the folder can be removed");
    }

    fn remove_foreign(&self, name: &str) {
        if self.hosted(name).exists() {
            self.svcctl(&["stop", name]);
            fs::remove_file(self.hosted(name)).expect("a hosted file can be removed");
        }
    }

    fn foreign_definition(&self, name: &str) -> String {
        fs::read_to_string(self.hosted(name)).unwrap_or_default()
    }

    fn tamper(&self, name: &str) {
        let text =
            fs::read_to_string(self.hosted(name)).expect("the hosted file is where it should be");
        fs::write(self.hosted(name), text + "\n").expect("the hosted file can be written");
    }

    fn cannot_limit(&self, _limit: Limit) -> Option<String> {
        None
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

/// What the README says, which speaks of the system scope.
const SYSTEM_EXTRAS: &[Case] = &[
    case(1021, "the README's commands run", guide::readme_runs),
    case(1022, "init, check, install --start", guide::a_first_service_runs_without_an_edit),
];

const USER_EXTRAS: &[Case] =
    &[case(1022, "init, check, install --start", guide::a_first_service_runs_without_an_edit)];
