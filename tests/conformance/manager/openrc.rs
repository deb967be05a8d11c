//! OpenRC, with its init scripts as files. It has a system scope only.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Limit, Manager};
use crate::lab::tool;

/// OpenRC.
pub struct Openrc;

fn script(name: &str) -> PathBuf {
    Path::new("/etc/init.d").join(name)
}

fn rc_service(words: &[&str]) -> bool {
    let output = Command::new("rc-service").args(words).output().expect("rc-service can be run");
    output.status.success()
}

impl Manager for Openrc {
    fn name(&self) -> &'static str {
        "openrc"
    }

    fn own_variables(&self) -> Vec<String> {
        ["SVCCTL_RUNTIME"].map(str::to_owned).to_vec()
    }

    fn roots(&self) -> Vec<PathBuf> {
        [
            "/etc/init.d",
            "/etc/conf.d",
            "/etc/runlevels",
            "/run",
            "/var/lib/svcctl",
            "/var/log/svcctl",
        ]
        .map(PathBuf::from)
        .into()
    }

    fn add_foreign(&self, name: &str, command: &[String]) {
        let text = format!(
            "#!/sbin/openrc-run\ncommand={}\ncommand_args={:?}\ncommand_background=yes\npidfile=/run/{name}.pid\n",
            command[0],
            command[1..].join(" ")
        );
        fs::write(script(name), text).expect("a script can be written");
        tool("chmod", &["755", script(name).to_str().expect("the path is UTF-8")]);
    }

    fn remove_foreign(&self, name: &str) {
        if script(name).exists() {
            rc_service(&["--nodeps", name, "stop"]);
            fs::remove_file(script(name)).expect("a script can be removed");
        }
    }

    fn foreign_definition(&self, name: &str) -> String {
        fs::read_to_string(script(name)).unwrap_or_default()
    }

    fn tamper(&self, name: &str) {
        let text = fs::read_to_string(script(name)).expect("the script is where it should be");
        fs::write(script(name), text + "rc_ulimit='-n 512'\n").expect("the script can be written");
    }

    fn cannot_limit(&self, _limit: Limit) -> Option<String> {
        None
    }

    fn absent(&self) -> &'static str {
        "scm"
    }
}
