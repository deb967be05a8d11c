//! `print` and `blame`.

use super::{Answer, Call, unrecognized};
use crate::code;
use crate::print;
use crate::profile::PrintFormat;
use crate::protocol::Reply;
use crate::target::{self, Domain, Target};

const USAGE: &str = "print <domain-target> | <service-target>";

pub fn run(call: &mut Call<'_>) -> Answer {
    let [text] = call.args else { return super::usage(USAGE).into() };
    let printed = match target::parse(text) {
        Some(Target::Domain(domain)) => whole_domain(call, domain),
        Some(Target::Service(domain, label)) => service(call, domain, label),
        None => Err(unrecognized(USAGE)),
    };
    printed.unwrap_or_else(|refusal| refusal).into()
}

fn service(call: &Call<'_>, domain: Domain, label: String) -> Result<Reply, Reply> {
    call.enter("print", domain, false)?;
    let key = (domain, label);
    let Some(job) = call.launchd.jobs.get(&key) else {
        let found = call.not_found(&key);
        return Err(Reply { err: format!("Bad request.\n{}", found.err), ..found });
    };
    let text = print::service(job, domain, &call.launchd.profile);
    Ok(Reply::data(match call.launchd.profile.print_format {
        PrintFormat::Known => text,
        PrintFormat::Future => future(&text),
        PrintFormat::Garbage => {
            "service: ok\nthis is not the print of any version that was ever seen\n".into()
        }
    }))
}

/// The body's paragraphs in another order, with lines, blocks and state words that nobody knows.
fn future(text: &str) -> String {
    let (head, body) = text.split_once('\n').unwrap_or((text, ""));
    let body = body
        .trim_end()
        .trim_end_matches('}')
        .replace("\tstate = running\n", "\tstate = vigorous\n");
    let mut paragraphs: Vec<&str> = body.trim_end_matches('\n').split("\n\n").collect();
    paragraphs.reverse();
    let unknown = "\tnovel key = 7\n\tnovel block = {\n\t\tpid = 1\n\t\tstate = running\n\t\tdeeper = {\n\t\t\truns = 9\n\t\t}\n\t}";
    format!("{head}\n{unknown}\n\n{}\n}}\n", paragraphs.join("\n\n"))
}

/// Of use for its exit status only; the start of it is played.
fn whole_domain(call: &mut Call<'_>, domain: Domain) -> Result<Reply, Reply> {
    call.enter("print", domain, false)?;
    let disabled = call.launchd.store.all(domain);
    let jobs = call.launchd.jobs.iter().filter(|((of, _), _)| *of == domain);
    let services: String = jobs
        .map(|((_, label), job)| {
            format!(
                "\t\t{:>8} {:>6} \t{label}\n",
                job.pid().unwrap_or(0),
                job.outcome.map_or("-".into(), crate::outcome::Outcome::column)
            )
        })
        .collect();
    let disabled: String =
        disabled.iter().map(|(label, off)| format!("\t\t\"{label}\" => {off}\n")).collect();
    Ok(Reply::data(format!(
        "{domain} = {{\n\ttype = {}\n\tservices = {{\n{services}\t}}\n\n\tdisabled services = {{\n{disabled}\t}}\n}}\n",
        if domain == Domain::System { "system" } else { "login" }
    )))
}

/// Why the process runs; debugging only, says the manual.
pub fn blame(call: &mut Call<'_>) -> Answer {
    let [text] = call.args else { return super::usage("blame <service-target>").into() };
    let key = match call.service("print", text, false, "blame <service-target>") {
        Ok(key) => key,
        Err(refusal) => return refusal.into(),
    };
    match call.launchd.jobs.get(&key) {
        None => call.not_found(&key).into(),
        Some(job) if job.pid().is_none() => {
            Reply::fail(code::NO_SUCH_PROCESS, "No process to signal.").into()
        }
        Some(job) => Reply::data(format!("{}\n", job.reason.as_str())).into(),
    }
}
