//! What the Service Control Manager does itself, what the host does, and what nobody can do on Windows, with the way out.
//!
//! Every service has the host: a program that does not speak the manager's protocol is ended by it after 30 s (error 1053).

mod life;
mod rights;

use crate::backend::scm::render::LOGON;
use crate::backend::scm::values;
use crate::spec::{Hooks, LogTo, Logs, Process, Spec};
use crate::support::{Answer, SupportReport};

/// Why what runs and watches the program is the host's.
const NO_PROTOCOL: &str = "an ordinary program does not speak the manager's protocol";

/// The answer for every field that the spec makes use of, in the order of the field table.
#[must_use]
pub fn report(spec: &Spec) -> SupportReport {
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
    native_if(&mut report, "display-name", display_name.is_some());
    native_if(&mut report, "description", description.is_some());
    // Lines of the description: the manager has no field of its own for them.
    native_if(&mut report, "documentation", !documentation.is_empty());
    // launchd's word for the service; there is nothing that this manager should do about it.
    native_if(&mut report, "label", label.is_some());
    process_answers(&mut report, process);
    life::start(&mut report, start);
    life::stop(&mut report, stop);
    life::reload(&mut report, reload.as_ref());
    life::restart(&mut report, restart);
    hooks_answers(&mut report, hooks);
    life::health(&mut report, health.as_ref());
    logs_answers(&mut report, logs);
    rights::limits(&mut report, limits);
    rights::security(&mut report, security);
    rights::credentials(&mut report, credentials, LOGON);
    native_if(&mut report, "override", !overrides.is_empty());
    refuse_values(&mut report, spec);
    report
}

/// A value that Windows cannot hold makes its field a refused one.
fn refuse_values(report: &mut SupportReport, spec: &Spec) {
    for problem in values::problems(spec) {
        let key = problem.key.clone().unwrap_or_default();
        let within = |known: &str| key == known || key.starts_with(&format!("{known}."));
        let Some(entry) = report.entries.iter_mut().find(|(known, _)| within(known)) else {
            continue;
        };
        let prefix = format!("`{key}`: ");
        let reason = problem.message.strip_prefix(&prefix).unwrap_or(&problem.message).to_owned();
        let way_out = problem.hint.clone().unwrap_or_else(|| "put another value there".into());
        entry.1 = Answer::Refused { reason, way_out };
    }
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

fn process_answers(report: &mut SupportReport, process: &Process) {
    let Process {
        command: _,
        working_directory,
        environment,
        environment_files,
        user,
        group,
        umask,
        priority,
    } = process;
    report.hosted("process.command", NO_PROTOCOL);
    let used = working_directory.is_some();
    hosted_if(
        report,
        "process.working-directory",
        used,
        "the manager starts everything in System32",
    );
    let why = "the manager has one environment for all services";
    hosted_if(report, "process.environment", !environment.is_empty(), why);
    hosted_if(report, "process.environment-files", !environment_files.is_empty(), why);
    native_if(report, "process.user", user.is_some());
    if group.is_some() {
        let why = "a process on Windows has the groups of its account";
        let way =
            "put process.group under [on.unix.process], and make the account a member of the group";
        report.refused("process.group", why, way);
    }
    if umask.is_some() {
        let why = "Windows has no file mode creation mask: new files take the access list of their folder";
        let way = "put process.umask under [on.unix.process], and set the folder's access list";
        report.refused("process.umask", why, way);
    }
    let used = *priority != crate::spec::Priority::Normal;
    hosted_if(report, "process.priority", used, "the manager starts everything at normal priority");
}

fn hooks_answers(report: &mut SupportReport, hooks: &Hooks) {
    let Hooks { pre_start, post_start, pre_stop, post_stop, on_failure } = hooks;
    let why = "the manager has no hooks";
    hosted_if(report, "hooks.pre-start", pre_start.is_some(), why);
    hosted_if(report, "hooks.post-start", post_start.is_some(), why);
    hosted_if(report, "hooks.pre-stop", pre_stop.is_some(), why);
    hosted_if(report, "hooks.post-stop", post_stop.is_some(), why);
    hosted_if(report, "hooks.on-failure", on_failure.is_some(), why);
}

fn logs_answers(report: &mut SupportReport, logs: &Logs) {
    let Logs { to, directory, max_size, max_files, max_total, max_age, compress, format } = logs;
    let why = "the manager has no log for what a service writes";
    // Both mean files here.
    match to {
        LogTo::Manager | LogTo::File => report.hosted("logs.to", why),
    }
    hosted_if(report, "logs.directory", directory.is_some(), why);
    hosted_if(report, "logs.max-size", max_size.is_some(), why);
    hosted_if(report, "logs.max-files", max_files.is_some(), why);
    hosted_if(report, "logs.max-total", max_total.is_some(), why);
    hosted_if(report, "logs.max-age", max_age.is_some(), why);
    hosted_if(report, "logs.compress", compress.is_some(), why);
    hosted_if(report, "logs.format", format.is_some(), why);
}
