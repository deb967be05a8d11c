//! `[process]`, `[limits]` and `[credentials]`.

use std::collections::BTreeMap;

use super::Answers;
use crate::backend::systemd::version;
use crate::spec::{Credential, Limits, Priority, Process};
use crate::target::Scope;

/// `[process]`.
pub fn process(answers: &mut Answers<'_>, process: &Process) {
    let Process {
        command,
        working_directory,
        environment,
        environment_files,
        user,
        group,
        umask,
        priority,
    } = process;
    program(answers, command);
    answers.native_if("process.working-directory", working_directory.is_some());
    variables(answers, environment, !environment_files.is_empty());
    answers.native_if("process.environment-files", !environment_files.is_empty());
    if let Some(user) = user {
        account(answers, "process.user", user == &answers.target.owner.name);
    }
    if group.is_some() {
        account(answers, "process.group", false);
    }
    answers.native_if("process.umask", umask.is_some());
    priority_answer(answers, *priority);
}

/// The kernel's limit for one argument, with its final NUL.
const LONGEST_ARGUMENT: usize = 131_072;

fn program(answers: &mut Answers<'_>, command: &[String]) {
    let longest = command.iter().map(String::len).max().unwrap_or(0);
    if longest >= LONGEST_ARGUMENT {
        let why = format!(
            "an argument of {longest} bytes is longer than Linux allows ({})",
            LONGEST_ARGUMENT - 1
        );
        return answers.refused("process.command", why, "hand it over in a file");
    }
    if version::SHORT_WORDS.contains(&answers.version) && longest > 4095 {
        let why =
            format!("systemd {} refuses an argument of more than 4095 bytes", answers.version);
        return answers.refused(
            "process.command",
            why,
            "hand it over in a file, or update systemd",
        );
    }
    answers.native("process.command");
}

fn variables(answers: &mut Answers<'_>, environment: &BTreeMap<String, String>, files: bool) {
    if environment.is_empty() {
        return;
    }
    let key = "process.environment";
    let old = |c: char| c.is_ascii_control() && c != '\t' && (c != '\n' || answers.version < 239);
    let control = environment.values().any(|value| value.contains(old));
    if control && answers.version < version::CONTROL_IN_ENVIRONMENT {
        let why = format!("systemd {} drops a variable with a control character", answers.version);
        answers.refused(key, why, "hand the value over in a file");
    } else if files
        && version::doubles_backslash_in_files(answers.version)
        && environment.values().any(|value| value.contains('\\'))
    {
        let why = format!(
            "systemd {} doubles a backslash where variables must win over files",
            answers.version
        );
        answers.refused(key, why, "put the variable into the last environment file");
    } else {
        answers.native(key);
    }
}

/// A user manager has no right to change accounts; its own is no change.
fn account(answers: &mut Answers<'_>, key: &'static str, own: bool) {
    if answers.target.scope == Scope::System || own {
        answers.native(key);
    } else {
        let why = "a user's services run as that user";
        answers.refused(key, why, "remove it, or install the service with --system");
    }
}

fn priority_answer(answers: &mut Answers<'_>, priority: Priority) {
    let key = "process.priority";
    match (priority, answers.target.scope) {
        (Priority::High, Scope::User) => {
            answers.refused(
                key,
                "a user may lower a priority but not raise it",
                "remove it, or install the service with --system",
            );
        }
        (Priority::Idle | Priority::Low | Priority::Normal | Priority::High, _) => {
            answers.native(key);
        }
    }
}

/// What systemd gives a user manager as the hard limit of open files, and so the most that its services can have.
const USER_OPEN_FILES: u64 = 524_288;

/// `[limits]`.
pub fn limits(answers: &mut Answers<'_>, limits: &Limits) {
    let Limits { memory, cpu, processes, open_files, core_dumps } = limits;
    answers.native_if("limits.memory", memory.is_some());
    answers.native_if("limits.cpu", cpu.is_some());
    answers.native_if("limits.processes", processes.is_some());
    match (open_files, answers.target.scope) {
        (Some(count), Scope::User) if *count > USER_OPEN_FILES => answers.refused(
            "limits.open-files",
            format!(
                "a user's service gets at most {USER_OPEN_FILES}, and systemd says nothing about it"
            ),
            "lower it, or install the service with --system",
        ),
        (count, _) => answers.native_if("limits.open-files", count.is_some()),
    }
    answers.native_if("limits.core-dumps", core_dumps.is_some());
}

/// `[credentials]`.
pub fn credentials(answers: &mut Answers<'_>, credentials: &BTreeMap<String, Credential>) {
    if !credentials.is_empty() {
        let way_out = "name the file in process.environment, and let the service read it";
        answers.needs("credentials", version::since("LoadCredential"), way_out);
    }
}
