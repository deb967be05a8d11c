//! From the start to the end of a service.

use super::{NO_PROTOCOL, hosted_if, native_if};
use crate::spec::{Dependency, Health, HealthCheck, Ready, Reload, Restart, Start, Stop};
use crate::support::SupportReport;

pub(super) fn start(report: &mut SupportReport, start: &Start) {
    let Start { autostart: _, ready, timeout: _, after, requires, wants } = start;
    report.native("start.autostart");
    match ready {
        Ready::Notify => report.refused(
            "start.ready",
            "Windows has no sd_notify",
            "use { tcp = … }, { http = … }, { file = … } or { after = … } under [on.windows.start]",
        ),
        Ready::Exec | Ready::Tcp(_) | Ready::Http(_) | Ready::File(_) | Ready::After(_) => {
            report.hosted("start.ready", NO_PROTOCOL);
        }
    }
    report.hosted("start.timeout", NO_PROTOCOL);
    order(report, "start.after", after, "cannot order services without starting them");
    native_if(report, "start.requires", !requires.is_empty());
    order(report, "start.wants", wants, "cannot start a service and go on without it");
}

/// Words of ours stand for services that every Windows runs anyway; of other services the manager knows only "and must run".
fn order(report: &mut SupportReport, key: &'static str, of: &[Dependency], lacks: &str) {
    let named = of.iter().any(|dependency| matches!(dependency, Dependency::Service(_)));
    if named {
        let way = format!("use start.requires, or put {key} under another [on.…]");
        report.refused(key, format!("the manager {lacks}"), way);
    } else {
        native_if(report, key, !of.is_empty());
    }
}

/// Signals that ask a program to end: on Windows a Ctrl-C, then WM_CLOSE. SIGKILL ends it at once.
const POLITE: [&str; 4] = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"];

pub(super) fn stop(report: &mut SupportReport, stop: &Stop) {
    let Stop { signal, timeout: _, command } = stop;
    let known = POLITE.contains(&signal.as_str()) || signal == "SIGKILL";
    if known {
        report.hosted("stop.signal", "the manager only asks; it never ends a process");
    } else {
        let why = format!("Windows has no {signal}");
        report.refused(
            "stop.signal",
            why,
            "leave stop.signal out under [on.windows]: the program gets Ctrl-C, then WM_CLOSE",
        );
    }
    report.hosted("stop.timeout", "the manager never ends a process");
    hosted_if(report, "stop.command", command.is_some(), "the manager runs no commands at a stop");
}

pub(super) fn reload(report: &mut SupportReport, reload: Option<&Reload>) {
    match reload {
        None => {}
        Some(Reload::Signal(signal)) => report.refused(
            "reload.signal",
            format!("Windows has no {signal}"),
            "use reload.command under [on.windows]",
        ),
        Some(Reload::Command(_)) => report.hosted("reload.command", "the manager runs no commands"),
    }
}

pub(super) fn restart(report: &mut SupportReport, restart: &Restart) {
    let Restart {
        policy: _,
        delay: _,
        max_delay,
        reset_after: _,
        attempts: _,
        window: _,
        success_exit_codes,
        prevent_exit_codes,
    } = restart;
    let why = "the manager knows neither exit codes nor attempts in a window";
    report.hosted("restart.policy", why);
    report.hosted("restart.delay", why);
    hosted_if(report, "restart.max-delay", *max_delay > restart.delay, why);
    for key in ["restart.reset-after", "restart.attempts", "restart.window"] {
        report.hosted(key, why);
    }
    hosted_if(report, "restart.success-exit-codes", success_exit_codes != &[0], why);
    hosted_if(report, "restart.prevent-exit-codes", !prevent_exit_codes.is_empty(), why);
}

pub(super) fn health(report: &mut SupportReport, health: Option<&Health>) {
    let Some(Health { check, interval: _, timeout: _, retries: _, start_period: _, on_failure: _ }) =
        health
    else {
        return;
    };
    let why = "the manager has no health checks";
    hosted_if(report, "health.http", matches!(check, HealthCheck::Http(_)), why);
    hosted_if(report, "health.tcp", matches!(check, HealthCheck::Tcp(_)), why);
    hosted_if(report, "health.command", matches!(check, HealthCheck::Command(_)), why);
    for key in [
        "health.interval",
        "health.timeout",
        "health.retries",
        "health.start-period",
        "health.on-failure",
    ] {
        report.hosted(key, why);
    }
}
