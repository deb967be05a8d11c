//! Which services come up at boot or login: those that a target which is reached then wants. The links say so; systemd's own
//! `UnitFileState` takes it milliseconds for each unit.

use std::collections::HashSet;
use std::path::Path;

use crate::backend::Context;
use crate::backend::systemd::render::boot_target;
use crate::system::Entry;
use crate::target::Scope;

/// Targets that are reached by themselves.
const SYSTEM: [&str; 9] = [
    "multi-user.target",
    "graphical.target",
    "default.target",
    "basic.target",
    "sysinit.target",
    "local-fs.target",
    "network-online.target",
    "sockets.target",
    "timers.target",
];
const USER: [&str; 4] =
    ["default.target", "basic.target", "sockets.target", "graphical-session.target"];

/// Those of `units` that are wanted or required by such a target.
pub fn enabled(units: &[String], context: &Context<'_>) -> HashSet<String> {
    let linked = units.iter().filter(|unit| is_linked(unit, context));
    let linked: HashSet<String> = linked.cloned().collect();
    // All folders are looked through only for what is not where svcctl puts it.
    if units.iter().all(|unit| linked.contains(unit)) { linked } else { wanted(context) }
}

/// Whether svcctl's own link is there.
fn is_linked(unit: &str, context: &Context<'_>) -> bool {
    let target = boot_target(context.target.scope);
    let link = format!("{}/{target}.wants/{unit}", context.target.dirs.units);
    context.system.entry(Path::new(&link)).is_ok_and(|entry| entry != Entry::Missing)
}

/// Every unit that is wanted or required by such a target.
fn wanted(context: &Context<'_>) -> HashSet<String> {
    let own = context.target.dirs.units.as_str();
    let (places, targets): (Vec<&str>, &[&str]) = match context.target.scope {
        Scope::System => (vec![own, "/run/systemd/system", "/usr/lib/systemd/system"], &SYSTEM),
        Scope::User => (vec![own, "/etc/systemd/user", "/usr/lib/systemd/user"], &USER),
    };
    let mut units = HashSet::new();
    for place in places {
        for target in targets {
            for bond in ["wants", "requires"] {
                let dir = format!("{place}/{target}.{bond}");
                let names = context.system.list(Path::new(&dir)).unwrap_or_default();
                units.extend(names.into_iter().filter_map(|name| name.into_string().ok()));
            }
        }
    }
    units
}
