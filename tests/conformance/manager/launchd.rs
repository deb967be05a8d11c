//! launchd, with its property lists as files.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::{Limit, Manager, boot, sudo, waiting};
use crate::case::{Case, case, case_over_a_boot};
use crate::lab::Lab;
use crate::lane::{Scope, home};
use crate::outcome::Verdict;

/// launchd, in one scope.
pub struct Launchd {
    scope: Scope,
}

impl Launchd {
    pub fn new(scope: Scope) -> Self {
        Self { scope }
    }

    fn folder(&self) -> PathBuf {
        match self.scope {
            Scope::System => "/Library/LaunchDaemons".into(),
            Scope::User => home().join("Library/LaunchAgents"),
        }
    }

    fn plist(&self, name: &str) -> PathBuf {
        self.folder().join(format!("{name}.plist"))
    }

    fn domain(&self) -> String {
        match self.scope {
            Scope::System => "system".into(),
            Scope::User => format!("gui/{}", launchctl(&["manageruid"]).1.trim()),
        }
    }
}

fn launchctl(words: &[&str]) -> (bool, String) {
    let output = Command::new("/bin/launchctl").args(words).output().expect("launchctl can be run");
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What launchd does not do by itself, and what is seen of root alone.
const SYSTEM_EXTRAS: &[Case] = &[
    case(1005, "sudo --user acts for the caller", sudo_acts_for_the_caller),
    case(1028, "what waits for another can be stopped", waiting::can_be_stopped),
    case_over_a_boot(1031, "at a boot a service waits for a ready one", boot::waits_for_ready),
    case_over_a_boot(1032, "at a boot what it requires has failed", boot::does_without_failed),
];

/// The same in the user scope.
const USER_EXTRAS: &[Case] = &[
    case(1028, "what waits for another can be stopped", waiting::can_be_stopped),
    case_over_a_boot(1031, "at a boot a service waits for a ready one", boot::waits_for_ready),
    case_over_a_boot(1032, "at a boot what it requires has failed", boot::does_without_failed),
];

fn sudo_acts_for_the_caller(lab: &Lab) -> Verdict {
    sudo::acts_for_the_caller(lab, "Library/LaunchAgents/NAME.plist")
}

impl Manager for Launchd {
    fn name(&self) -> &'static str {
        "launchd"
    }

    fn own_variables(&self) -> Vec<String> {
        ["SVCCTL_RUNTIME"].map(str::to_owned).to_vec()
    }

    fn roots(&self) -> Vec<PathBuf> {
        let folders: &[&str] = match self.scope {
            Scope::System => &["/Library", "/var/lib/svcctl", "/var/log/svcctl"],
            Scope::User => &["Library", ".config", ".local", ".cache"],
        };
        let base = home();
        folders.iter().map(|folder| base.join(folder)).collect()
    }

    fn add_foreign(&self, name: &str, command: &[String]) {
        fs::create_dir_all(self.folder()).expect("the folder of property lists can be made");
        let words: String = command.iter().map(|word| format!("<string>{word}</string>")).collect();
        let plist = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\"><dict><key>Label</key><string>{name}</string>\
             <key>ProgramArguments</key><array>{words}</array></dict></plist>\n"
        );
        fs::write(self.plist(name), plist).expect("a property list can be written");
    }

    fn remove_foreign(&self, name: &str) {
        if self.plist(name).exists() {
            launchctl(&["bootout", &format!("{}/{name}", self.domain())]);
            fs::remove_file(self.plist(name)).expect("a property list can be removed");
        }
    }

    fn foreign_definition(&self, name: &str) -> String {
        fs::read_to_string(self.plist(name)).unwrap_or_default()
    }

    fn tamper(&self, name: &str) {
        let text =
            fs::read_to_string(self.plist(name)).expect("the property list is where it should be");
        let text = text.replacen("<dict>", "<dict>\n\t<key>LowPriorityIO</key>\n\t<true/>", 1);
        fs::write(self.plist(name), text).expect("the property list can be written");
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
