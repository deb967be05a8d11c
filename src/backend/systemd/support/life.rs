//! `[start]`, `[stop]`, `[reload]` and `[restart]`.

use std::time::Duration;

use super::Answers;
use crate::spec::{Dependency, Ready, Reload, Restart, Start, Stop};
use crate::target::Scope;

/// `[start]`.
pub fn start(answers: &mut Answers<'_>, start: &Start) {
    let Start { autostart: _, ready, timeout: _, after, requires, wants } = start;
    answers.native("start.autostart");
    match ready {
        Ready::Exec | Ready::Notify => answers.native("start.ready"),
        Ready::Tcp(_) | Ready::Http(_) | Ready::File(_) | Ready::After(_) => {
            answers.hosted(
                "start.ready",
                "systemd only knows programs that tell by themselves when they are ready",
            );
        }
    }
    answers.native("start.timeout");
    dependencies(answers, "start.after", after);
    dependencies(answers, "start.requires", requires);
    dependencies(answers, "start.wants", wants);
}

fn dependencies(answers: &mut Answers<'_>, key: &'static str, list: &[Dependency]) {
    let machine_wide =
        |one: &&Dependency| matches!(one, Dependency::NetworkOnline | Dependency::TimeSync);
    if list.is_empty() {
        return;
    }
    match list.iter().find(machine_wide) {
        Some(one) if answers.target.scope == Scope::User => {
            let word =
                if *one == Dependency::NetworkOnline { "network-online" } else { "time-sync" };
            answers.refused(
                key,
                format!("'{word}' is the system manager's, and a user manager cannot wait for it"),
                "remove it and let `restart` carry the service over, or install the service with --system",
            );
        }
        _ => answers.native(key),
    }
}

/// `[stop]`.
pub fn stop(answers: &mut Answers<'_>, stop: &Stop) {
    let Stop { signal: _, timeout: _, command } = stop;
    answers.native("stop.signal");
    answers.native("stop.timeout");
    let why = "systemd gives the command a budget of its own, and the signal another";
    answers.hosted_if("stop.command", command.is_some(), why);
}

/// `[reload]`.
pub fn reload(answers: &mut Answers<'_>, reload: Option<&Reload>) {
    match reload {
        Some(Reload::Signal(_)) => answers.native("reload.signal"),
        Some(Reload::Command(_)) => answers.native("reload.command"),
        None => {}
    }
}

/// What `restart.reset-after` is when it is not written.
const DEFAULT_RESET_AFTER: Duration = Duration::from_secs(600);

/// `[restart]`.
pub fn restart(answers: &mut Answers<'_>, restart: &Restart) {
    let Restart {
        policy: _,
        delay,
        max_delay,
        reset_after,
        attempts: _,
        window: _,
        success_exit_codes,
        prevent_exit_codes,
    } = restart;
    answers.native("restart.policy");
    answers.native("restart.delay");
    if max_delay != delay {
        // RestartSteps= (254) grows by another curve, and begins again only after a manual start.
        let why = "systemd's own growing pause does not double and never begins again by itself";
        answers.hosted("restart.max-delay", why);
        // What is not asked for is not answered: a pause that grows begins again after ten minutes unless told otherwise.
        if *reset_after != DEFAULT_RESET_AFTER {
            answers.hosted("restart.reset-after", why);
        }
    }
    answers.native("restart.attempts");
    answers.native("restart.window");
    match success_exit_codes.contains(&0) {
        true => answers.native("restart.success-exit-codes"),
        false => answers.hosted("restart.success-exit-codes", "to systemd, 0 is always a success"),
    }
    answers.native_if("restart.prevent-exit-codes", !prevent_exit_codes.is_empty());
}
