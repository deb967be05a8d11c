//! What systemd does itself, what the host does, and what nobody can do here, with the way out.
//!
//! Whether a value can be written in a unit file at all is told by rendering, not here.

mod life;
mod process;
mod security;

use crate::backend::systemd::{render, version};
use crate::spec::{Health, HealthCheck, Hooks, LogTo, Logs, Spec};
use crate::support::SupportReport;
use crate::target::Target;

/// The answer for every field that the spec makes use of, in the order of the field table.
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
    let mut report =
        Answers { report: SupportReport::default(), version: version::of(target), target };
    report.native("name");
    report.native("scope");
    report.native_if("display-name", display_name.is_some());
    report.native_if("description", description.is_some());
    report.native_if("documentation", !documentation.is_empty());
    // launchd's word for the service; there is nothing that systemd should do about it.
    report.native_if("label", label.is_some());
    process::process(&mut report, process);
    life::start(&mut report, start);
    life::stop(&mut report, stop);
    life::reload(&mut report, reload.as_ref());
    life::restart(&mut report, restart);
    hooks_answers(&mut report, hooks);
    health_answers(&mut report, health.as_ref());
    logs_answers(&mut report, logs);
    process::limits(&mut report, limits);
    security::security(&mut report, security);
    process::credentials(&mut report, credentials);
    report.native_if("override", !overrides.is_empty());
    let credentials_since = version::since("LoadCredential");
    if report.report.needs_host()
        && report.version < credentials_since
        && !render::reads_file(spec, target)
    {
        let why = format!(
            "what of it needs `svcctl host` needs systemd {credentials_since} for another account than root"
        );
        report.refused("process.user", why, "remove what is hosted, or update systemd");
    }
    report.report
}

/// The report while it is made, with what the answers depend on.
struct Answers<'a> {
    report: SupportReport,
    version: u32,
    target: &'a Target,
}

impl Answers<'_> {
    fn native(&mut self, key: &'static str) {
        self.report.native(key);
    }

    fn native_if(&mut self, key: &'static str, used: bool) {
        if used {
            self.native(key);
        }
    }

    fn hosted(&mut self, key: &'static str, why: &str) {
        self.report.hosted(key, why);
    }

    fn hosted_if(&mut self, key: &'static str, used: bool, why: &str) {
        if used {
            self.hosted(key, why);
        }
    }

    fn refused(&mut self, key: &'static str, why: impl Into<String>, way_out: &str) {
        self.report.refused(key, why, way_out);
    }

    /// Native from this release on.
    fn needs(&mut self, key: &'static str, oldest: u32, way_out: &str) {
        match self.version >= oldest {
            true => self.native(key),
            false => {
                let why = format!("it needs systemd {oldest}, and this is {}", self.version);
                self.refused(key, why, way_out);
            }
        }
    }
}

/// `ExecStartPre=` and its like share one timeout, cannot be told to be optional with one, and do not see how the service ended.
fn hooks_answers(answers: &mut Answers<'_>, hooks: &Hooks) {
    let Hooks { pre_start, post_start, pre_stop, post_stop, on_failure } = hooks;
    let why = "systemd gives a hook neither a timeout of its own nor svcctl's variables";
    answers.hosted_if("hooks.pre-start", pre_start.is_some(), why);
    answers.hosted_if("hooks.post-start", post_start.is_some(), why);
    answers.hosted_if("hooks.pre-stop", pre_stop.is_some(), why);
    answers.hosted_if("hooks.post-stop", post_stop.is_some(), why);
    let why = "systemd can only start another unit when it gives up";
    answers.hosted_if("hooks.on-failure", on_failure.is_some(), why);
}

fn health_answers(answers: &mut Answers<'_>, health: Option<&Health>) {
    let Some(Health { check, interval: _, timeout: _, retries: _, start_period: _, on_failure: _ }) =
        health
    else {
        return;
    };
    let why = "systemd has no health checks";
    answers.hosted_if("health.http", matches!(check, HealthCheck::Http(_)), why);
    answers.hosted_if("health.tcp", matches!(check, HealthCheck::Tcp(_)), why);
    answers.hosted_if("health.command", matches!(check, HealthCheck::Command(_)), why);
    for key in [
        "health.interval",
        "health.timeout",
        "health.retries",
        "health.start-period",
        "health.on-failure",
    ] {
        answers.hosted(key, why);
    }
}

fn logs_answers(answers: &mut Answers<'_>, logs: &Logs) {
    let Logs { to, directory, max_size, max_files, max_total, max_age, compress, format } = logs;
    let asked = [
        ("logs.directory", directory.is_some()),
        ("logs.max-size", max_size.is_some()),
        ("logs.max-files", max_files.is_some()),
        ("logs.max-total", max_total.is_some()),
        ("logs.max-age", max_age.is_some()),
        ("logs.compress", compress.is_some()),
        ("logs.format", format.is_some()),
    ];
    match to {
        LogTo::Manager => answers.native("logs.to"),
        LogTo::File => answers.hosted("logs.to", "systemd never rotates a file that it writes to"),
    }
    for (key, _) in asked.into_iter().filter(|(_, used)| *used) {
        match to {
            LogTo::File => answers.hosted(key, "systemd never rotates a file that it writes to"),
            LogTo::Manager => answers.refused(
                key,
                "journald keeps the lines of all services together, by rules of its own",
                "set logs.to = \"file\", or put the key under the [on.…] of another manager",
            ),
        }
    }
}

#[cfg(test)]
mod tests;
