//! The text of `print` for a service, line by line as the versions of macOS print it. "Not API in any sense", says its manual.

use crate::job::{Job, PenaltyBox, Phase};
use crate::keepalive::{Condition, KeepAlive};
use crate::profile::Profile;
use crate::spawn;
use crate::target::{Domain, FIRST_ASID};
use std::fmt::{Display, Write};

/// A text in the making: one tab for keys, two within a block.
#[derive(Default)]
struct Page(String);

impl Page {
    fn line(&mut self, key: &str, value: impl Display) {
        let _ = writeln!(self.0, "\t{key} = {value}");
    }

    fn maybe(&mut self, key: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.line(key, value);
        }
    }

    fn gap(&mut self) {
        self.0.push('\n');
    }

    fn block(&mut self, name: &str, lines: impl IntoIterator<Item = String>) {
        let _ = writeln!(self.0, "\t{name} = {{");
        for line in lines {
            let _ = writeln!(self.0, "\t\t{line}");
        }
        self.0.push_str("\t}\n");
    }
}

/// The whole text.
pub fn service(job: &Job, domain: Domain, profile: &Profile) -> String {
    let mut page = Page::default();
    head(&mut page, job, domain);
    program(&mut page, job, profile, domain);
    place(&mut page, job, domain, profile);
    process(&mut page, job);
    outcome(&mut page, job);
    coalitions(&mut page, job);
    tail(&mut page, job, profile);
    format!("{domain}/{} = {{\n{}}}\n", job.definition.label, page.0)
}

/// The word for where the job is in its life.
pub fn state(job: &Job) -> &'static str {
    match job.phase {
        Phase::NotRunning => "not running",
        Phase::SpawnScheduled { .. } => "spawn scheduled",
        Phase::Xpcproxy(_) => "xpcproxy",
        Phase::Running(_) => "running",
        Phase::Sigtermed(..) => "SIGTERMed",
        Phase::Sigkilled(_) => "SIGKILLed",
        Phase::Exited(_) => "exited",
    }
}

fn head(page: &mut Page, job: &Job, domain: Domain) {
    page.line("active count", u8::from(job.pid().is_some()));
    page.line("path", job.definition.path.display());
    page.line("type", if domain == Domain::System { "LaunchDaemon" } else { "LaunchAgent" });
    page.line("state", state(job));
    page.gap();
}

fn program(page: &mut Page, job: &Job, profile: &Profile, domain: Domain) {
    let definition = &job.definition;
    page.line("program", definition.executable());
    page.block("arguments", definition.arguments.iter().cloned());
    page.gap();
    if let Some(folder) = &definition.working_directory {
        page.line("working directory", folder);
        page.gap();
    }
    page.maybe("stdin path", definition.standard_in.as_ref());
    page.maybe("stdout path", definition.standard_out.as_ref());
    page.maybe("stderr path", definition.standard_error.as_ref());
    let all = spawn::environment(definition, domain, None, profile);
    let (own, inherited) = (["PATH", "SSH_AUTH_SOCK"], domain != Domain::System);
    if inherited {
        page.block("inherited environment", pairs(&all, |name| name == "SSH_AUTH_SOCK"));
        page.gap();
    }
    page.block("default environment", ["PATH => /usr/bin:/bin:/usr/sbin:/sbin".to_owned()]);
    page.gap();
    page.block(
        "environment",
        pairs(&all, |name| definition.environment.contains_key(name) || !own.contains(&name)),
    );
    page.gap();
}

fn pairs(
    all: &std::collections::BTreeMap<String, String>,
    wanted: impl Fn(&str) -> bool,
) -> Vec<String> {
    all.iter()
        .filter(|(name, _)| wanted(name))
        .map(|(name, value)| format!("{name} => {value}"))
        .collect()
}

fn place(page: &mut Page, job: &Job, domain: Domain, profile: &Profile) {
    if profile.os >= 27 {
        page.block("LWCR", ["is managed => 1".to_owned()]);
        page.gap();
    }
    match domain {
        Domain::Gui(uid) => {
            page.line("domain", format_args!("{domain} [{}]", FIRST_ASID + uid));
            page.line("asid", FIRST_ASID + uid);
        }
        Domain::System | Domain::User(_) => page.line("domain", domain),
    }
    let (user, group) = (&job.definition.user, &job.definition.group);
    page.maybe("username", user.as_ref());
    page.maybe("group", group.as_ref());
    if domain == Domain::System && (user.is_some() || group.is_some()) {
        page.gap();
    }
    page.line("minimum runtime", job.minimum_runtime_secs());
    if job.minimum_runtime_secs() > job.definition.throttle_secs {
        page.line("base minimum runtime", job.definition.throttle_secs);
    }
    page.line("exit timeout", job.definition.exit_timeout_secs.unwrap_or(0));
    page.line("runs", job.runs);
    if job.successive_crashes > 0 {
        page.line("successive crashes", job.successive_crashes);
    }
}

/// Only while there is a process.
fn process(page: &mut Page, job: &Job) {
    page.maybe("pended nondemand spawn", job.pended.map(crate::job::Reason::as_str));
    let Some(pid) = job.pid() else { return };
    page.line("pid", pid);
    page.line("immediate reason", job.reason.as_str());
    for (key, value) in [
        ("forks", "1"),
        ("execs", "1"),
        ("initialized", "1"),
        ("trampolined", "1"),
        ("started suspended", "0"),
        ("proxy started suspended", "0"),
        ("checked allocations", "0 (queried = 1)"),
        ("checked allocations reason", "no host"),
        ("checked allocations flags", "0x0"),
    ] {
        page.line(key, value);
    }
}

fn outcome(page: &mut Page, job: &Job) {
    match job.outcome {
        Some(outcome) => {
            let _ = writeln!(page.0, "\t{}", outcome.line());
        }
        None => page.line("last exit code", "(never exited)"),
    }
    let semaphores = semaphores(&job.definition.keep_alive);
    if !semaphores.is_empty() {
        page.gap();
        page.block("semaphores", semaphores);
    }
    if job.penalty_box == Some(PenaltyBox::NoProgram) && job.pid().is_none() {
        page.gap();
        page.block(
            "event triggers",
            [
                "Launchd Helper => {".into(),
                "\tstate = 0".into(),
                "\tstream = com.apple.launchd.helper".into(),
                "}".into(),
            ],
        );
    }
    page.gap();
}

fn semaphores(keep_alive: &KeepAlive) -> Vec<String> {
    let KeepAlive::When(conditions) = keep_alive else { return Vec::new() };
    let line = |condition: &Condition| match condition {
        Condition::SuccessfulExit(wanted) => format!("successful exit => {}", u8::from(*wanted)),
        Condition::Crashed(wanted) => format!("crashed => {}", u8::from(*wanted)),
        Condition::AfterInitialDemand(wanted) => {
            format!("after initial demand => {}", u8::from(*wanted))
        }
        Condition::PathState(path, wanted) => {
            format!("path state \"{path}\" => {}", u8::from(*wanted))
        }
        Condition::OtherJobEnabled(label, wanted) => {
            format!("other job \"{label}\" => {}", u8::from(*wanted))
        }
    };
    conditions.iter().map(line).collect()
}

/// They repeat keys of the service, one tab deeper.
fn coalitions(page: &mut Page, job: &Job) {
    if job.runs == 0 || matches!(job.phase, Phase::SpawnScheduled { .. }) {
        return;
    }
    for (id, kind) in [(1231, "resource"), (1232, "jetsam")] {
        let lines = [
            format!("ID = {id}"),
            format!("type = {kind}"),
            "state = active".into(),
            "active count = 1".into(),
            format!("name = {}", job.definition.label),
        ];
        page.block(&format!("{kind} coalition"), lines);
        page.gap();
    }
}

fn tail(page: &mut Page, job: &Job, profile: &Profile) {
    page.line("spawn type", spawn_type(job.definition.process_type.as_deref()));
    page.line("jetsam priority", 40);
    page.line("jetsam memory limit (active)", "(unlimited)");
    page.line("jetsam memory limit (inactive)", "(unlimited)");
    page.line("jetsamproperties category", "daemon");
    page.line("jetsam thread limit", 32);
    page.line("cpumon", "default");
    if profile.os == 14 {
        page.block(
            "probabilistic guard malloc policy",
            ["activation rate = 1/1000".into(), "sample rate = 1/0".into()],
        );
    }
    if profile.os >= 26 {
        page.line("job state", job_state(job));
    }
    if profile.os >= 27 {
        page.line("sanitizer flags", "0x0");
    }
    page.gap();
    page.line("properties", properties(job, profile).join(" | "));
}

fn spawn_type(process_type: Option<&str>) -> &'static str {
    match process_type {
        Some("Interactive") => "interactive (4)",
        Some("Background") => "background (5)",
        Some("Adaptive") => "adaptive (6)",
        Some(_) | None => "daemon (3)",
    }
}

fn job_state(job: &Job) -> &'static str {
    match (job.pid(), job.penalty_box, job.runs) {
        (Some(_), ..) => "running",
        (None, Some(_), _) => "spawn failed",
        (None, None, 0) => "uninitialized",
        (None, None, _) => "exited",
    }
}

fn properties(job: &Job, profile: &Profile) -> Vec<&'static str> {
    let definition = &job.definition;
    let always = definition.keep_alive == KeepAlive::Always;
    let conditional = matches!(definition.keep_alive, KeepAlive::When(_));
    let new = profile.os >= 27;
    let all = [
        (always, "keepalive"),
        (definition.run_at_load || always || conditional, "runatload"),
        (job.penalty_box.is_some(), "penalty box"),
        (definition.program.is_none(), "inferred program"),
        (new && job.runs == 0, "needs LWCR update"),
        (new, "managed LWCR"),
        (new && job.runs > 0, "has LWCR"),
        (!new, "system service"),
        (!new, "tle system"),
    ];
    all.into_iter().filter(|(on, _)| *on).map(|(_, word)| word).collect()
}
