//! `[Service]`: start, stop, reload and restart.

use std::time::Duration;

use super::seconds;
use crate::backend::systemd::quote;
use crate::backend::systemd::unit::{Section, Unit};
use crate::backend::systemd::version;
use crate::error::Result;
use crate::spec::{Ready, Reload, Restart, RestartPolicy, Start, Stop};

/// Writes everything from `Type=` to the start limit.
pub fn write(
    unit: &mut Unit,
    start: &Start,
    stop: &Stop,
    reload: Option<&Reload>,
    restart: &Restart,
) -> Result<()> {
    kind(unit, &start.ready)?;
    service(unit, "start.timeout", "TimeoutStartSec", seconds(start.timeout))?;
    service(unit, "stop.signal", "KillSignal", &stop.signal)?;
    // The signal goes to the main process, the kill to all: a service decides itself how its children end.
    service(unit, "stop", "KillMode", "mixed")?;
    service(unit, "stop.timeout", "TimeoutStopSec", seconds(stop.timeout))?;
    if let Some(reload) = reload {
        write_reload(unit, reload)?;
    }
    write_restart(unit, restart)
}

fn service(unit: &mut Unit, field: &str, key: &str, value: impl Into<String>) -> Result<()> {
    unit.field(field, Section::Service, key, value)
}

/// With `exec`, a start counts when the program has been executed; releases before that are asked again afterwards.
fn kind(unit: &mut Unit, ready: &Ready) -> Result<()> {
    if *ready == Ready::Notify {
        service(unit, "start.ready", "Type", "notify")?;
        // A script notifies by a child of its own, `systemd-notify`.
        return service(unit, "start.ready", "NotifyAccess", "all");
    }
    let executed = unit.version() >= version::TYPE_EXEC;
    service(unit, "start.ready", "Type", if executed { "exec" } else { "simple" })
}

fn write_reload(unit: &mut Unit, reload: &Reload) -> Result<()> {
    match reload {
        Reload::Command(argv) => {
            unit.quoted("reload.command", Section::Service, "ExecReload", quote::command(argv))
        }
        Reload::Signal(name) => {
            let short = name.strip_prefix("SIG").unwrap_or(name);
            // The shell's own `kill`: the program is missing from small images.
            let argv =
                ["/bin/sh".to_owned(), "-c".to_owned(), format!("kill -s {short} \"$MAINPID\"")];
            unit.quoted("reload.signal", Section::Service, "ExecReload", quote::command(&argv))
        }
    }
}

fn write_restart(unit: &mut Unit, restart: &Restart) -> Result<()> {
    let Restart {
        policy,
        delay,
        max_delay: _,   // hosted when it grows
        reset_after: _, // hosted with it
        attempts: _,    // start_limit
        window: _,      // start_limit
        success_exit_codes,
        prevent_exit_codes,
    } = restart;
    service(unit, "restart.policy", "Restart", policy_word(*policy))?;
    if *policy == RestartPolicy::OnFailure {
        // systemd takes an end by one of these for a clean one, whoever sent it.
        service(unit, "restart.policy", "RestartForceExitStatus", "SIGHUP SIGINT SIGTERM SIGPIPE")?;
    }
    service(unit, "restart.delay", "RestartSec", zero_or_seconds(*delay))?;
    codes(unit, "restart.success-exit-codes", "SuccessExitStatus", success_exit_codes)?;
    codes(unit, "restart.prevent-exit-codes", "RestartPreventExitStatus", prevent_exit_codes)
}

const fn policy_word(policy: RestartPolicy) -> &'static str {
    match policy {
        RestartPolicy::Never => "no",
        RestartPolicy::OnFailure => "on-failure",
        RestartPolicy::Always => "always",
    }
}

/// Here zero does mean "at once".
fn zero_or_seconds(time: Duration) -> String {
    if time.is_zero() { "0".to_owned() } else { seconds(time) }
}

/// Zero is always a success and needs no word.
fn codes(unit: &mut Unit, field: &str, key: &str, codes: &[i32]) -> Result<()> {
    let zero_counts = key != "SuccessExitStatus";
    let words: Vec<String> =
        codes.iter().filter(|&&code| code != 0 || zero_counts).map(ToString::to_string).collect();
    match words.is_empty() {
        true => Ok(()),
        false => service(unit, field, key, words.join(" ")),
    }
}

/// How often systemd starts it in a while. The first start counts too, so it is one more than the restarts.
pub fn start_limit(unit: &mut Unit, restart: &Restart) -> Result<()> {
    match restart.attempts {
        Some(attempts) if restart.policy != RestartPolicy::Never => {
            let window = seconds(restart.window);
            unit.field("restart.window", Section::Unit, "StartLimitIntervalSec", window)?;
            let burst = attempts.saturating_add(1).to_string();
            unit.field("restart.attempts", Section::Unit, "StartLimitBurst", burst)
        }
        _ => unit.field("restart.attempts", Section::Unit, "StartLimitIntervalSec", "0"),
    }
}
