//! What the README tells a reader to type, typed.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::lab::{Lab, Ran};
use crate::outcome::Verdict;

const README: &str = include_str!("../../README.md");

/// How the README builds and runs svcctl in one command; what it builds is what the lane has.
const BUILT: &str = "cargo run --release --";

/// A block of the README: its language and its text.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let fenced = README.split("\n```").skip(1).step_by(2);
    fenced.filter_map(|block| block.split_once('\n')).collect()
}

/// A command of the README, and the lines that it is said to print.
struct Step {
    command: String,
    output: Vec<&'static str>,
}

fn steps() -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (language, text) in blocks() {
        for line in text.lines().filter(|line| !line.is_empty()) {
            match (language, line.strip_prefix("$ ")) {
                ("console", None) => {
                    steps.last_mut().expect("a command comes first").output.push(line);
                }
                ("console", Some(command)) => steps.push(step(command)),
                // The lanes are what runs this.
                ("sh", _) if line != "tests/run" => steps.push(step(line)),
                _ => {}
            }
        }
    }
    steps
}

/// The lane is root already, and may have no `sudo`.
fn step(command: &str) -> Step {
    let command = command.replace(BUILT, "svcctl").replace("sudo ", "");
    Step { command, output: Vec::new() }
}

/// Every command, in order, in a folder with the README's definitions and the project's examples.
pub fn readme_runs(lab: &Lab) -> Verdict {
    lab.own("hello");
    let folder = lab.folder("readme");
    for (_, text) in blocks().iter().filter(|(language, _)| *language == "toml") {
        if let Some(file) = text.lines().next().and_then(|line| line.strip_prefix("# ")) {
            fs::write(folder.join(file), text).expect("a definition can be written");
        }
    }
    let examples = lab.folder("readme/examples");
    for entry in fs::read_dir(&lab.lane.examples).expect("the examples are there").flatten() {
        fs::copy(entry.path(), examples.join(entry.file_name())).expect("a file can be copied");
    }
    let steps = steps();
    assert!(steps.len() >= 5, "the README has commands");
    steps.iter().for_each(|step| take(lab, &folder, step));
    Ok(())
}

/// What goes on for ever is looked at for a while.
fn take(lab: &Lab, folder: &Path, step: &Step) {
    let endless = step.command.contains(" -f") || step.command.contains("--watch");
    let command =
        if endless { format!("timeout 10 {}", step.command) } else { step.command.clone() };
    let mut shell = Command::new("/bin/sh");
    shell.args(["-euc", &command]).current_dir(folder).env("PATH", path(lab)).env("NO_COLOR", "1");
    let ran = Ran::run(shell.env_remove("SVCCTL_MANAGER")).exits(if endless { 124 } else { 0 });
    assert!(!endless || !ran.stdout.is_empty(), "it shows something: {ran}");
    if !step.output.is_empty() {
        assert_eq!(shape(ran.stdout.lines()), shape(step.output.iter().copied()), "{ran}");
    }
}

/// What each line is about. The rest are figures.
fn shape<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    lines.filter_map(|line| line.split("  ").map(str::trim).find(|word| !word.is_empty())).collect()
}

/// The path, with the lane's `svcctl` on it.
fn path(lab: &Lab) -> String {
    let svcctl = lab.lane.plain_svcctl();
    let bin = Path::new(svcctl.get_program()).parent().expect("a program is in a folder");
    format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default())
}

/// `init`, `check`, `install --start`: what the first wrote, the last runs.
pub fn a_first_service_runs_without_an_edit(lab: &Lab) -> Verdict {
    let name = lab.name("first");
    let folder = lab.folder("first");
    let svcctl = |words: &[&str]| Ran::run(lab.lane.svcctl().current_dir(&folder).args(words));
    svcctl(&["init", &name]).exits(0);
    let file = format!("{name}.toml");
    svcctl(&["check", &file]).exits(0).says("good");
    svcctl(&["install", &file, "--start"]).exits(0);
    lab.status(&name).is("running", 0);
    svcctl(&["init", &name]).fails().says("--force");
    Ok(())
}
