//! `list [LABEL]`: the caller's own session only.

use super::{Answer, Call};
use crate::code;
use crate::job::Job;
use crate::keepalive::KeepAlive;
use crate::protocol::Reply;
use crate::target::Domain;
use std::fmt::Write;

pub fn run(call: &mut Call<'_>) -> Answer {
    let domain = super::session::domain(call);
    match call.args {
        [] => Reply::data(all(call, domain)).into(),
        [label, ..] => match call.launchd.jobs.get(&(domain, label.clone())) {
            Some(job) => Reply::data(one(job, domain)).into(),
            None => Reply::fail(
                code::NO_SERVICE,
                format!("Could not find service \"{label}\" in domain for port"),
            )
            .into(),
        },
    }
}

fn all(call: &Call<'_>, domain: Domain) -> String {
    let jobs = call.launchd.jobs.iter().filter(|((of, _), _)| *of == domain);
    let rows = jobs.map(|((_, label), job)| {
        let pid = job.pid().map_or_else(|| "-".to_owned(), |pid| pid.to_string());
        let status = job.outcome.map_or_else(|| "0".to_owned(), crate::outcome::Outcome::column);
        format!("{pid}\t{status}\t{label}\n")
    });
    std::iter::once("PID\tStatus\tLabel\n".to_owned()).chain(rows).collect()
}

fn one(job: &Job, domain: Domain) -> String {
    let definition = &job.definition;
    let mut text = String::from("{\n");
    let session = if domain == Domain::System { "System" } else { "Aqua" };
    let strings = [
        ("StandardOutPath", definition.standard_out.as_deref()),
        ("LimitLoadToSessionType", Some(session)),
        ("StandardErrorPath", definition.standard_error.as_deref()),
        ("Label", Some(definition.label.as_str())),
    ];
    for (key, value) in strings.iter().filter_map(|(key, value)| Some((key, (*value)?))) {
        let _ = writeln!(text, "\t\"{key}\" = \"{value}\";");
    }
    let _ = writeln!(text, "\t\"OnDemand\" = {};", definition.keep_alive != KeepAlive::Always);
    let _ = writeln!(
        text,
        "\t\"LastExitStatus\" = {};",
        job.outcome.map_or(0, crate::outcome::Outcome::raw)
    );
    if let Some(pid) = job.pid() {
        let _ = writeln!(text, "\t\"PID\" = {pid};");
    }
    let _ = writeln!(text, "\t\"Program\" = \"{}\";", definition.executable());
    let arguments: String =
        definition.arguments.iter().map(|arg| format!("\t\t\"{arg}\";\n")).collect();
    let _ = writeln!(text, "\t\"ProgramArguments\" = (\n{arguments}\t);\n}};");
    text
}
