//! Reading the state of many services in two round trips: a list, and the properties of those that are loaded. Of few services
//! that run it takes one: what will be asked is asked with the list.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use zbus::{OwnedVariant, Variant};

use super::client::{Client, Listed, SERVICE, UNIT};
use super::{ahead::Ahead, memory, wants};
use crate::backend::systemd::state::{self, Raw};
use crate::backend::{Context, hosted};
use crate::error::Result;
use crate::host::state::Snapshot;
use crate::spec::ServiceName;
use crate::state::ServiceState;

/// The unit of a service.
pub fn unit_of(name: &ServiceName) -> String {
    format!("{name}.service")
}

/// The states, in the order of the names.
pub fn states(
    client: &mut Client,
    names: &[ServiceName],
    context: &Context<'_>,
) -> Result<Vec<ServiceState>> {
    let units: Vec<String> = names.iter().map(unit_of).collect();
    let enabled = wants::enabled(&units, context);
    let mut raws = raws(client, &units, context)?;
    vanished(client, &mut raws, context)?;
    let scope = context.target.scope;
    let shown = |(name, unit): (&ServiceName, &String)| {
        let mut raw = raws.remove(unit).unwrap_or_default();
        raw.enabled = enabled.contains(unit);
        state::service(name, scope, &raw)
    };
    Ok(names.iter().zip(&units).map(shown).collect())
}

/// What systemd says of these units.
pub fn raws(
    client: &mut Client,
    units: &[String],
    context: &Context<'_>,
) -> Result<HashMap<String, Raw>> {
    let mut seen = HashSet::new();
    let mut raws = HashMap::new();
    let mut loaded = Vec::new();
    let (list, mut ahead) = Ahead::ask(client, units)?;
    for listed in list {
        if !seen.insert(listed.name.clone()) {
            continue;
        }
        raws.insert(listed.name.clone(), first_words(&listed));
        if listed.load == "loaded" || listed.active != "inactive" {
            loaded.push(listed);
        }
    }
    details(client, &mut ahead, &loaded, &mut raws)?;
    closer(client, &mut ahead, &loaded, &mut raws)?;
    for listed in loaded {
        if let Some(raw) = raws.get_mut(&listed.name) {
            raw.hosted = said_by_host(&listed, context);
        }
    }
    Ok(raws)
}

/// What the host of a unit last wrote, if it ever had one.
fn said_by_host(listed: &Listed, context: &Context<'_>) -> Option<Snapshot> {
    let name = ServiceName::new(listed.name.strip_suffix(".service")?).ok()?;
    match listed.active.as_str() {
        "inactive" | "failed" => hosted::snapshot(&name, context),
        _ => hosted::current(&name, context),
    }
}

/// Of those that failed in a way that asks for more, or whose use of memory the kernel does not count.
fn closer(
    client: &mut Client,
    ahead: &mut Ahead,
    loaded: &[Listed],
    raws: &mut HashMap<String, Raw>,
) -> Result<()> {
    let (mut wanted, mut owners) = (Vec::new(), Vec::new());
    for listed in loaded {
        for &(interface, name) in raws.get(&listed.name).map_or(&[][..], questions) {
            wanted.push((listed.path.as_str(), interface, name));
            owners.push(listed.name.as_str());
        }
    }
    let values = ahead.properties(client, &wanted)?;
    for ((owner, (_, _, name)), value) in owners.iter().zip(&wanted).zip(values) {
        if let (Some(raw), Some(value)) = (raws.get_mut(*owner), value) {
            take_closer(raw, name, &value);
        }
    }
    Ok(())
}

/// What else is to be asked about it.
fn questions(raw: &Raw) -> &'static [(&'static str, &'static str)] {
    let alive = raw.active != "inactive" && raw.active != "failed";
    match (raw.result.as_str(), raw.exit_kind, raw.exit_status) {
        ("exit-code", 1, 200) => &[(SERVICE, "WorkingDirectory")],
        ("exit-code", 1, 203) => &[(SERVICE, "ExecStart")],
        ("exit-code", 1, 216) => &[(SERVICE, "Group")],
        ("exit-code", 1, 217) => &[(SERVICE, "User")],
        ("timeout", _, _) if !alive => {
            &[(UNIT, "InactiveExitTimestampMonotonic"), (UNIT, "ActiveEnterTimestampMonotonic")]
        }
        _ if alive && raw.memory.is_none() => &[(SERVICE, "ControlGroup")],
        _ => &[],
    }
}

fn take_closer(raw: &mut Raw, property: &str, value: &OwnedVariant) {
    let value: &Variant<'_> = value;
    match (property, value) {
        ("ControlGroup", Variant::Str(group)) => raw.memory = memory::of_group(group),
        (_, Variant::Str(text)) => raw.subject = Some(text.to_string()),
        ("ExecStart", Variant::Array(commands)) => raw.subject = commands.iter().find_map(program),
        // It came up after it had begun to start: what took too long was the stop.
        ("InactiveExitTimestampMonotonic", Variant::U64(time)) => raw.since_start = *time,
        ("ActiveEnterTimestampMonotonic", Variant::U64(time)) => {
            raw.was_active = *time != 0 && *time >= raw.since_start;
        }
        _ => {}
    }
}

/// The path of a command, the first part of what systemd tells of it.
fn program(command: &Variant<'_>) -> Option<String> {
    match command {
        Variant::Structure(parts) => parts.fields().first().and_then(super::text),
        _ => None,
    }
}

fn first_words(listed: &Listed) -> Raw {
    let Listed { name: _, description, load, active, sub, path: _, job } = listed;
    Raw {
        load: load.clone(),
        active: active.clone(),
        sub: sub.clone(),
        description: description.clone(),
        job: job.clone(),
        ..Raw::default()
    }
}

/// Of every loaded unit.
pub const ALWAYS: [(&str, &str); 9] = [
    (UNIT, "FragmentPath"),
    (UNIT, "DropInPaths"),
    (UNIT, "NeedDaemonReload"),
    (SERVICE, "MainPID"),
    (SERVICE, "Result"),
    (SERVICE, "ExecMainCode"),
    (SERVICE, "ExecMainStatus"),
    (SERVICE, "NRestarts"),
    (SERVICE, "StatusText"),
];

/// Of those that have processes; systemd reads files of the control group for them.
pub const ALIVE: [(&str, &str); 2] = [(SERVICE, "MemoryCurrent"), (SERVICE, "CPUUsageNSec")];

/// Of those that have failed.
const FAILED: [(&str, &str); 1] = [(UNIT, "StartLimitBurst")];

/// Of those that do not.
const DEAD: [(&str, &str); 2] = [(UNIT, "AssertTimestamp"), (UNIT, "AssertResult")];

fn details(
    client: &mut Client,
    ahead: &mut Ahead,
    loaded: &[Listed],
    raws: &mut HashMap<String, Raw>,
) -> Result<()> {
    let mut wanted = Vec::with_capacity(loaded.len() * 12);
    let mut owners = Vec::with_capacity(wanted.capacity());
    for listed in loaded {
        let path = listed.path.as_str();
        let more: &[(&str, &str)] = match listed.active.as_str() {
            "inactive" => &DEAD,
            "failed" => &FAILED,
            _ => &ALIVE,
        };
        let since = (UNIT, state::since_property(&listed.active));
        for &(interface, name) in ALWAYS.iter().chain(more).chain([&since]) {
            wanted.push((path, interface, name));
            owners.push(listed.name.as_str());
        }
    }
    let values = ahead.properties(client, &wanted)?;
    for ((owner, (_, _, name)), value) in owners.iter().zip(&wanted).zip(values) {
        if let (Some(raw), Some(value)) = (raws.get_mut(*owner), value) {
            take(raw, name, &value);
        }
    }
    Ok(())
}

fn take(raw: &mut Raw, property: &str, value: &OwnedVariant) {
    let value: &Variant<'_> = value;
    match (property, value) {
        ("FragmentPath", Variant::Str(text)) => raw.unit_file = text.to_string(),
        ("Result", Variant::Str(text)) => raw.result = text.to_string(),
        ("StatusText", Variant::Str(text)) => raw.status_text = text.to_string(),
        ("DropInPaths", Variant::Array(paths)) => {
            let text = |path: &Variant<'_>| match path {
                Variant::Str(path) => Some(path.to_string()),
                _ => None,
            };
            raw.drop_ins = paths.iter().filter_map(text).collect();
        }
        ("NeedDaemonReload", Variant::Bool(yes)) => raw.needs_reload = *yes,
        ("MainPID", Variant::U32(pid)) => raw.main_pid = *pid,
        ("ExecMainCode", Variant::I32(kind)) => raw.exit_kind = *kind,
        ("ExecMainStatus", Variant::I32(status)) => raw.exit_status = *status,
        ("NRestarts", Variant::U32(count)) => raw.restarts = *count,
        // The restart that the limit forbade was counted, and did not happen.
        ("StartLimitBurst", Variant::U32(burst)) if *burst > 0 && raw.restarts >= *burst => {
            raw.restarts -= 1;
        }
        ("MemoryCurrent", Variant::U64(bytes)) => raw.memory = known(*bytes),
        ("CPUUsageNSec", Variant::U64(time)) => raw.cpu = known(*time),
        // Tried at all, and not passed.
        ("AssertTimestamp", Variant::U64(time)) => raw.assert_failed = *time != 0,
        ("AssertResult", Variant::Bool(passed)) => raw.assert_failed &= !*passed,
        (_, Variant::U64(micros)) => raw.since = *micros,
        _ => {}
    }
}

/// The greatest number stands for "unknown".
fn known(number: u64) -> Option<u64> {
    (number != u64::MAX).then_some(number)
}

/// systemd may not have heard yet that a process is gone, or have heard between two answers: whoever is said to run and has no
/// process is asked about once more.
fn vanished(
    client: &mut Client,
    raws: &mut HashMap<String, Raw>,
    context: &Context<'_>,
) -> Result<()> {
    let gone = |raw: &Raw| match raw.main_pid {
        0 => raw.sub == "running",
        pid => !Path::new(&format!("/proc/{pid}")).exists(),
    };
    let again: Vec<String> =
        raws.iter().filter(|(_, raw)| gone(raw)).map(|(name, _)| name.clone()).collect();
    if !again.is_empty() {
        raws.extend(self::raws(client, &again, context)?);
    }
    Ok(())
}
