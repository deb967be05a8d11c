//! `sudo svcctl --user`: the services of whoever called `sudo`.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use crate::lab::{Lab, Ran};
use crate::outcome::{Verdict, unseen};

/// The account that the lane's machine has, with a manager of its own.
const ACCOUNT: &str = "lane";

/// `kept`: where the manager's file of a service is in a home, behind which `NAME` stands.
pub fn acts_for_the_caller(lab: &Lab, kept: &str) -> Verdict {
    let Some(caller) = nix::unistd::User::from_name(ACCOUNT).ok().flatten() else {
        return unseen("there is no account with a user manager here");
    };
    let name = lab.name("sudo");
    let file = std::env::temp_dir().join(format!("{name}.toml"));
    let text = format!("name = \"{name}\"\n[process]\ncommand = [\"/bin/sleep\", \"infinity\"]\n");
    fs::write(&file, text).expect("a definition can be written");
    let svcctl = |words: &[&str]| {
        let mut command = Command::new(lab.lane.svcctl().get_program());
        command.env("SUDO_UID", caller.uid.to_string()).env("SUDO_USER", ACCOUNT);
        command.args(["--manager", lab.lane.manager.name()]).args(words);
        Ran::run(&mut command)
    };
    let path = file.to_str().expect("it is UTF-8");
    svcctl(&["install", "--user", "--start", path]).exits(0);
    svcctl(&["--user", "status", &name]).exits(0).says("running");
    let unit = caller.dir.join(kept.replace("NAME", &name));
    let owner = fs::metadata(&unit).expect("the file is in the caller's home").uid();
    assert_eq!(owner, caller.uid.as_raw(), "nothing in a home becomes root's");
    lab.svcctl(["status", &name]).exits(4);
    svcctl(&["uninstall", "--user", "--purge", &name]).exits(0);
    assert!(!unit.exists());
    fs::remove_file(&file).expect("it is there");
    Ok(())
}
