//! `bootstrap DOMAIN PLIST…`: registers jobs. Success means registered, not running.

use super::{Answer, Call, unrecognized, usage};
use crate::code;
use crate::definition::Definition;
use crate::load;
use crate::protocol::Reply;
use crate::target::{self, Domain, Target};
use std::path::{Path, PathBuf};

const USAGE: &str = "bootstrap <domain-target> [service-path1, service-path2, ...]";

pub fn run(call: &mut Call<'_>) -> Answer {
    bootstrap(call).unwrap_or_else(|refusal| refusal).into()
}

fn bootstrap(call: &mut Call<'_>) -> Result<Reply, Reply> {
    let Some((target, paths)) = call.args.split_first() else { return Err(usage(USAGE)) };
    let Some(Target::Domain(domain)) = target::parse(target) else {
        return Err(unrecognized(USAGE));
    };
    if paths.is_empty() {
        return Err(usage(USAGE));
    }
    call.enter("bootstrap", domain, true)?;
    for path in paths.iter().flat_map(|path| plists(&call.request.cwd.join(path))) {
        one(call, domain, &path)?;
    }
    Ok(Reply::silent())
}

/// A folder stands for all plists in it.
fn plists(path: &Path) -> Vec<PathBuf> {
    match std::fs::read_dir(path) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(_) => vec![path.to_owned()],
    }
}

fn one(call: &mut Call<'_>, domain: Domain, path: &Path) -> Result<(), Reply> {
    let definition = load::load(path, domain).map_err(|number| refusal(call, path, number))?;
    let key = (domain, definition.label.clone());
    if call.launchd.jobs.contains_key(&key) {
        return Err(refusal(call, path, code::ALREADY));
    }
    if is_disabled(call, domain, &definition) {
        return Err(refusal(call, path, code::DISABLED));
    }
    call.launchd.register(domain, definition);
    Ok(())
}

fn is_disabled(call: &mut Call<'_>, domain: Domain, definition: &Definition) -> bool {
    call.launchd.store.get(domain, &definition.label).unwrap_or(definition.disabled)
}

/// Root, and everybody on old systems if the job is there already, get the true code; others the catch-all.
fn refusal(call: &Call<'_>, path: &Path, number: u8) -> Reply {
    let rich = call.uid == 0 || (number == code::ALREADY && call.launchd.profile.os < 11);
    if !rich || number == code::IO {
        return call.failure("bootstrap", code::IO);
    }
    let reason =
        if number == code::ALREADY { "service already bootstrapped" } else { code::text(number) };
    Reply::fail(
        number,
        format!("{}: {reason}\nBootstrap failed: {number}: {}", path.display(), code::text(number)),
    )
}
