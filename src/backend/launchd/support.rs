//! Field by field: what launchd does with the meaning that svcctl gives it, what the host does, what nobody can do on macOS.
//!
//! A service is hosted as soon as one field is. In practice nearly all are: launchd never rotates a log, and its only policies are
//! "keep it alive" with a floor between two launches.

use std::time::Duration;

use crate::backend::launchd::overrides;
use crate::backend::launchd::plist::unwritable;
use crate::spec::{
    Dependency, Health, HealthCheck, Hooks, Limits, Logs, Priority, Process, Ready, Reload,
    Restart, RestartPolicy, Security, SecurityProfile, Spec, Start, Stop,
};
use crate::support::SupportReport;
use crate::target::{Scope, Target};

/// The answers for every field that the spec makes use of.
#[must_use]
pub fn report(spec: &Spec, target: &Target) -> SupportReport {
    let Spec {
        name: _,
        display_name,
        description,
        documentation,
        label,
        process,
        start,
        stop,
        reload,
        restart,
        hooks,
        health,
        logs,
        limits,
        security,
        credentials,
        overrides,
    } = spec;
    let mut report = SupportReport::default();
    report.native("name");
    report.native("scope");
    // launchd shows none of these; svcctl keeps them in its receipt and shows them itself.
    native_if(&mut report, "display-name", display_name.is_some());
    native_if(&mut report, "description", description.is_some());
    native_if(&mut report, "documentation", !documentation.is_empty());
    native_if(&mut report, "label", label.is_some());
    self::process(&mut report, process, target);
    self::start(&mut report, start);
    self::stop(&mut report, stop);
    self::reload(&mut report, reload.as_ref());
    self::restart(&mut report, restart);
    self::hooks(&mut report, hooks);
    self::health(&mut report, health.as_ref());
    self::logs(&mut report, logs, overrides::names_logs(overrides));
    self::limits(&mut report, limits, target.scope);
    self::security(&mut report, security);
    if !credentials.is_empty() {
        report
            .hosted("credentials", "launchd has no secrets but variables that everybody can read");
    }
    overrides::answer(&mut report, overrides);
    report
}

fn native_if(report: &mut SupportReport, key: &'static str, used: bool) {
    if used {
        report.native(key);
    }
}

fn hosted_if(report: &mut SupportReport, key: &'static str, used: bool, why: &str) {
    if used {
        report.hosted(key, why);
    }
}

fn process(report: &mut SupportReport, process: &Process, target: &Target) {
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
    text(report, "process.command", command.iter().map(String::as_str));
    if let Some(folder) = working_directory {
        text(report, "process.working-directory", [folder.as_str()]);
    }
    if !environment.is_empty() {
        text(
            report,
            "process.environment",
            environment.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]),
        );
    }
    hosted_if(
        report,
        "process.environment-files",
        !environment_files.is_empty(),
        "launchd reads variables from no file",
    );
    account(report, "process.user", user.as_deref(), target);
    account(report, "process.group", group.as_deref(), target);
    native_if(report, "process.umask", umask.is_some());
    self::priority(report, *priority, target.scope);
}

/// A property list cannot hold every character, and `launchctl print` shows a line feed as the end of a line.
fn text<'a>(
    report: &mut SupportReport,
    key: &'static str,
    values: impl IntoIterator<Item = &'a str>,
) {
    let found = values
        .into_iter()
        .find_map(|value| unwritable(value).or_else(|| value.chars().find(|c| *c == '\n')));
    match found {
        Some('\n') => report.hosted(key, "launchctl cannot show a line feed without ambiguity"),
        Some(c) => report.hosted(
            key,
            format!("a property list cannot hold the character U+{:04X}", u32::from(c)),
        ),
        None => report.native(key),
    }
}

fn account(report: &mut SupportReport, key: &'static str, name: Option<&str>, target: &Target) {
    match (name, target.scope) {
        (None, _) => {}
        (Some(_), Scope::System) => report.native(key),
        (Some(name), Scope::User) if key == "process.user" && name == target.owner.name => {
            report.native(key);
        }
        (Some(_), Scope::User) => report.refused(
            key,
            "an agent runs as the user who is logged in; launchd ignores another account",
            "remove the key, or install with --system",
        ),
    }
}

fn priority(report: &mut SupportReport, priority: Priority, scope: Scope) {
    match (priority, scope) {
        (Priority::Normal, _) => {}
        (Priority::High, Scope::User) => {
            report.refused(
                "process.priority",
                "only root may raise a priority",
                "say \"normal\", or install with --system",
            );
        }
        (Priority::Idle | Priority::Low | Priority::High, _) => report.native("process.priority"),
    }
}

fn start(report: &mut SupportReport, start: &Start) {
    let Start { autostart: _, ready, timeout: _, after, requires, wants } = start;
    report.native("start.autostart");
    match ready {
        Ready::Exec => report.native("start.ready"),
        Ready::Notify | Ready::Tcp(_) | Ready::Http(_) | Ready::File(_) | Ready::After(_) => {
            report.hosted("start.ready", "launchd knows no readiness, only processes");
        }
    }
    report.native("start.timeout");
    dependencies(report, "start.after", after);
    dependencies(report, "start.requires", requires);
    dependencies(report, "start.wants", wants);
}

/// svcctl's own verbs put services in order, and at a boot their hosts wait for each other. The network and the clock nobody can wait
/// for.
fn dependencies(report: &mut SupportReport, key: &'static str, list: &[Dependency]) {
    if let Some(word) = list.iter().find_map(unknown_moment) {
        report.refused(
            key,
            format!("launchd has no moment at which '{word}' is reached: on a Mac it comes and goes"),
            "remove it and let `restart` carry the service over, or put it under another manager's [on.…]",
        );
    } else {
        let why = "launchd starts everything at once and knows no order";
        hosted_if(report, key, !list.is_empty(), why);
    }
}

/// The word for what launchd can neither wait for nor has waited for before it starts anything.
fn unknown_moment(dependency: &Dependency) -> Option<&'static str> {
    match dependency {
        Dependency::NetworkOnline => Some("network-online"),
        Dependency::TimeSync => Some("time-sync"),
        Dependency::Network | Dependency::Filesystem | Dependency::Service(_) => None,
    }
}

fn stop(report: &mut SupportReport, stop: &Stop) {
    let Stop { signal, timeout, command } = stop;
    match signal.as_str() {
        "SIGTERM" => report.native("stop.signal"),
        _ => report.hosted("stop.signal", "launchd stops with SIGTERM and nothing else"),
    }
    if is_whole_seconds(*timeout) {
        report.native("stop.timeout");
    } else {
        report.hosted("stop.timeout", "launchd counts whole seconds, and zero is for ever");
    }
    hosted_if(report, "stop.command", command.is_some(), "launchd runs no command at a stop");
}

/// Whether `ExitTimeOut` can say it.
pub fn is_whole_seconds(time: Duration) -> bool {
    time.as_secs() > 0 && time.subsec_nanos() == 0
}

fn reload(report: &mut SupportReport, reload: Option<&Reload>) {
    match reload {
        None => {}
        Some(Reload::Signal(_)) => report.native("reload.signal"),
        Some(Reload::Command(_)) => report.hosted("reload.command", "launchd has no reload"),
    }
}

fn restart(report: &mut SupportReport, restart: &Restart) {
    let Restart {
        policy,
        delay,
        max_delay,
        reset_after: _,
        attempts,
        window: _,
        success_exit_codes,
        prevent_exit_codes,
    } = restart;
    let codes = success_exit_codes.as_slice() != [0];
    report.native("restart.policy");
    if *policy == RestartPolicy::Never {
        // What counts as a failure is then only a matter of what svcctl shows.
        native_if(report, "restart.success-exit-codes", codes);
        return;
    }
    report.hosted(
        "restart.delay",
        "ThrottleInterval is a floor between two launches, not a pause after an end",
    );
    let grows = max_delay != delay;
    hosted_if(
        report,
        "restart.max-delay",
        grows,
        "launchd's own pause grows after crashes only, by a rule that is not documented",
    );
    hosted_if(
        report,
        "restart.reset-after",
        grows,
        "launchd's own pause grows after crashes only, by a rule that is not documented",
    );
    hosted_if(report, "restart.attempts", attempts.is_some(), "launchd never gives up");
    hosted_if(report, "restart.window", attempts.is_some(), "launchd never gives up");
    hosted_if(report, "restart.success-exit-codes", codes, "to launchd, 0 is the only success");
    hosted_if(
        report,
        "restart.prevent-exit-codes",
        !prevent_exit_codes.is_empty(),
        "launchd knows success and failure, and no codes",
    );
}

fn health(report: &mut SupportReport, health: Option<&Health>) {
    let Some(Health { check, interval: _, timeout: _, retries: _, start_period: _, on_failure: _ }) =
        health
    else {
        return;
    };
    let key = match check {
        HealthCheck::Http(_) => "health.http",
        HealthCheck::Tcp(_) => "health.tcp",
        HealthCheck::Command(_) => "health.command",
    };
    for key in [
        key,
        "health.interval",
        "health.timeout",
        "health.retries",
        "health.start-period",
        "health.on-failure",
    ] {
        report.hosted(key, "launchd does not ask a service whether it is well");
    }
}

fn hooks(report: &mut SupportReport, hooks: &Hooks) {
    let Hooks { pre_start, post_start, pre_stop, post_stop, on_failure } = hooks;
    for (key, hook) in [
        ("hooks.pre-start", pre_start),
        ("hooks.post-start", post_start),
        ("hooks.pre-stop", pre_stop),
        ("hooks.post-stop", post_stop),
        ("hooks.on-failure", on_failure),
    ] {
        hosted_if(report, key, hook.is_some(), "launchd runs one command and no other");
    }
}

/// Only a raw `StandardOutPath` keeps the host out: then the user has decided where the output goes, and who shortens it.
fn logs(report: &mut SupportReport, logs: &Logs, raw: bool) {
    let Logs { to: _, directory, max_size, max_files, max_total, max_age, compress, format } = logs;
    let never = "launchd writes to one file for ever";
    if raw {
        report.native("logs.to");
    } else {
        report.hosted("logs.to", never);
    }
    hosted_if(report, "logs.directory", directory.is_some(), never);
    hosted_if(report, "logs.max-size", max_size.is_some(), never);
    hosted_if(report, "logs.max-files", max_files.is_some(), never);
    hosted_if(report, "logs.max-total", max_total.is_some(), never);
    hosted_if(report, "logs.max-age", max_age.is_some(), never);
    hosted_if(report, "logs.compress", compress.is_some(), never);
    hosted_if(
        report,
        "logs.format",
        format.is_some(),
        "launchd does not look at what a service prints",
    );
}

fn limits(report: &mut SupportReport, limits: &Limits, scope: Scope) {
    let Limits { memory, cpu, processes, open_files, core_dumps } = limits;
    let none = "leave it out on this system: put it under [on.linux.limits]";
    if memory.is_some() {
        report.refused(
            "limits.memory",
            "macOS enforces no limit on the memory of a group of processes",
            none,
        );
    }
    if cpu.is_some() {
        report.refused(
            "limits.cpu",
            "macOS has no share of CPU time; process.priority is what it has",
            none,
        );
    }
    if processes.is_some() {
        report.refused(
            "limits.processes",
            "macOS counts all processes of the account, not those of the service",
            none,
        );
    }
    match (open_files, scope) {
        (None, _) => {}
        (Some(_), Scope::User) => report.native("limits.open-files"),
        (Some(_), Scope::System) => {
            report.hosted(
                "limits.open-files",
                "launchd would change the limit of the whole machine along with it",
            );
        }
    }
    native_if(report, "limits.core-dumps", core_dumps.is_some());
}

fn security(report: &mut SupportReport, security: &Security) {
    let Security { profile, no_new_privileges, writable_paths, capabilities, private_tmp } =
        security;
    let none = "leave it out on this system: put it under [on.linux.security]";
    if *profile != SecurityProfile::None {
        report.refused(
            "security.profile",
            "launchd has none of the protections that the profile is made of",
            "say `profile = \"none\"` under [on.macos.security]",
        );
    }
    if *no_new_privileges == Some(true) {
        report.refused(
            "security.no-new-privileges",
            "macOS cannot take set-user-ID from a process",
            none,
        );
    }
    if !writable_paths.is_empty() {
        report.refused("security.writable-paths", "launchd makes nothing read-only", none);
    }
    if capabilities.is_some() {
        report.refused("security.capabilities", "macOS has no capabilities", none);
    }
    if *private_tmp == Some(true) {
        report.refused("security.private-tmp", "launchd has no /tmp of a service's own", none);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::launchd::samples;
    use crate::support::Answer;

    fn answer(after: Dependency) -> Option<Answer> {
        let mut spec = samples::spec();
        spec.start.after = vec![after];
        let mut report = SupportReport::default();
        start(&mut report, &spec.start);
        report.get("start.after").cloned()
    }

    #[test]
    fn what_nobody_waits_for_is_refused_by_its_name() {
        for (after, word) in
            [(Dependency::NetworkOnline, "'network-online'"), (Dependency::TimeSync, "'time-sync'")]
        {
            let Some(Answer::Refused { reason, way_out }) = answer(after) else {
                panic!("{word} is not refused");
            };
            assert!(reason.contains(word) && !way_out.is_empty(), "{reason}: {way_out}");
        }
    }

    #[test]
    fn hosts_wait_for_other_services_at_a_boot() {
        for after in [Dependency::Service("redis".into()), Dependency::Filesystem] {
            assert!(matches!(answer(after), Some(Answer::Hosted(_))));
        }
    }
}
