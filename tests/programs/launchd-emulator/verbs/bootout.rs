//! `bootout`: SIGTERM, and the job goes when its process has. Answers at once.

use super::{Answer, Call, unrecognized};
use crate::code;
use crate::launchd::Key;
use crate::load;
use crate::machine::Event;
use crate::protocol::Reply;
use crate::target::{self, Domain, Target};
use std::path::Path;

const USAGE: &str =
    "bootout <domain-target> [service-path1, service-path2, ...] | <service-target>";

pub fn run(call: &mut Call<'_>) -> Answer {
    let wait = call.args.first().is_some_and(|arg| arg == "--wait");
    if wait && call.launchd.profile.os < 26 {
        return unrecognized(USAGE).into();
    }
    let args = call.args.get(usize::from(wait)..).unwrap_or_default();
    match args {
        [target] => one(call, target, wait).unwrap_or_else(Answer::Now),
        [domain, paths @ ..] => {
            by_path(call, domain, paths).unwrap_or_else(|refusal| refusal).into()
        }
        [] => super::usage(USAGE).into(),
    }
}

fn one(call: &mut Call<'_>, target: &str, wait: bool) -> Result<Answer, Reply> {
    match target::parse(target) {
        Some(Target::Service(domain, label)) => service(call, (domain, label), wait),
        Some(Target::Domain(domain)) => whole_domain(call, domain).map(Answer::Now),
        None => Err(unrecognized(USAGE)),
    }
}

fn service(call: &mut Call<'_>, key: Key, wait: bool) -> Result<Answer, Reply> {
    call.enter("bootout", key.0, true)?;
    if !call.launchd.jobs.contains_key(&key) {
        return Err(call.failure("bootout", code::NO_SUCH_PROCESS));
    }
    let alive = call.launchd.is_alive(&key);
    call.launchd.log(&key, "bootout initiated by: launchctl");
    call.launchd.feed(&key, Event::Bootout);
    let gone = !call.launchd.jobs.contains_key(&key);
    match (wait && !gone, alive && call.launchd.profile.os < 12) {
        (true, _) => Ok(Answer::WhenGone(key)),
        (false, true) => Err(call.failure("bootout", code::IN_PROGRESS)),
        (false, false) => Ok(Reply::silent().into()),
    }
}

/// An empty label ends the user's session: all jobs go.
fn whole_domain(call: &mut Call<'_>, domain: Domain) -> Result<Reply, Reply> {
    call.enter("bootout", domain, true)?;
    let keys: Vec<Key> = call.launchd.jobs.keys().filter(|key| key.0 == domain).cloned().collect();
    for key in keys {
        call.launchd.log(&key, "bootout of the whole domain");
        call.launchd.feed(&key, Event::Bootout);
    }
    Ok(Reply::silent())
}

fn by_path(call: &mut Call<'_>, target: &str, paths: &[String]) -> Result<Reply, Reply> {
    let Some(Target::Domain(domain)) = target::parse(target) else {
        return Err(unrecognized(USAGE));
    };
    call.enter("bootout", domain, true)?;
    for path in paths {
        let label = label_of(&call.request.cwd.join(path), domain);
        let key =
            label.map(|label| (domain, label)).filter(|key| call.launchd.jobs.contains_key(key));
        let Some(key) = key else { return Err(call.failure("bootout", code::IO)) };
        call.launchd.feed(&key, Event::Bootout);
    }
    Ok(Reply::silent())
}

fn label_of(path: &Path, domain: Domain) -> Option<String> {
    load::load(path, domain).ok().map(|definition| definition.label)
}
