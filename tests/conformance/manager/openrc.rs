//! OpenRC, with its init scripts as files. It has a system scope only.

#[cfg(target_os = "linux")]
mod others;
mod runlevel;
mod supervision;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Limit, Manager, boot, generated, waiting};
use crate::case::{Case, case, case_alone, case_over_a_boot};
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

/// The state that OpenRC has the service in.
fn openrc_says(name: &str) -> String {
    let output = Command::new("rc-service").args([name, "status"]).output();
    let output = output.expect("rc-service can be run");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    let word =
        text.lines().find_map(|line| line.trim_start_matches([' ', '*']).strip_prefix("status: "));
    word.unwrap_or_default().to_owned()
}

/// What is seen of OpenRC alone.
const EXTRAS: &[Case] = &[
    case(1001, "thousands of generated services: no byte differs", generated::no_byte_differs),
    case(1021, "a killed host is back, and the service goes on", supervision::host_is_back),
    case(1022, "what outlives its supervisor can be stopped", supervision::stop_reaches_orphans),
    case(1023, "rc-service by hand", supervision::by_hand),
    case_alone(1024, "what ends by itself is stopped for OpenRC too", supervision::ends_by_itself),
    #[cfg(target_os = "linux")]
    case(1025, "another manager's crate can install the script", others::installed_by_crate),
    case(1026, "a user's scope is refused", supervision::no_user_scope),
    case(1027, "nothing is kept of a foreign log", supervision::foreign_logs),
    case(1028, "what waits for another can be stopped", waiting::can_be_stopped),
    case(1029, "rc-service by hand, and a kill, while it waits", supervision::waits_by_the_manager),
    case_over_a_boot(1031, "at a boot a service waits for a ready one", boot::waits_for_ready),
    case_over_a_boot(1032, "at a boot what it requires has failed", boot::does_without_failed),
    case_over_a_boot(1033, "enabled and disabled by rc-update", runlevel::by_rc_update),
];

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

    fn extras(&self) -> &'static [Case] {
        EXTRAS
    }

    fn absent(&self) -> &'static str {
        "scm"
    }
}
