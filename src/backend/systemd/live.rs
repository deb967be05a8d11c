//! Talking to a systemd that runs: its bus, its jobs, its journal. Only on Linux; everything that can be pure is elsewhere.

mod ahead;
mod bus;
mod client;
mod control;
mod endpoint;
mod journalctl;
mod linger;
mod logs;
mod memory;
mod namesakes;
mod query;
mod wants;
mod wire;

pub use control::control;
pub use linger::is_set as lingers;
pub use logs::logs;
pub use namesakes::namesakes;

use std::collections::BTreeSet;
use std::path::Path;

use client::Client;
use zbus::Variant;

use crate::backend::Context;
use crate::backend::systemd::steps;
use crate::error::{Error, Result};
use crate::plan::ManagerStep;
use crate::spec::ServiceName;
use crate::state::ServiceState;
use crate::system::System;

/// The states of these services.
pub fn states(names: &[ServiceName], context: &Context<'_>) -> Result<Vec<ServiceState>> {
    let few = names.len() <= ahead::FEW;
    let mut client = if few { Client::glance(context) } else { Client::connect(context) }?;
    query::states(&mut client, names, context)
}

/// All services that are loaded or have a file; those whose name svcctl could not be given are left out, such as instances of
/// templates.
pub fn names(context: &Context<'_>) -> Result<Vec<ServiceName>> {
    let mut client = Client::connect(context)?;
    let mut units = BTreeSet::new();
    for listed in client.services()? {
        if listed.load != "not-found" || listed.active != "inactive" {
            units.insert(listed.name);
        }
    }
    for (path, _) in client.unit_files()? {
        units.extend(path.rsplit('/').next().map(str::to_owned));
    }
    let name = |unit: &String| ServiceName::new(unit.strip_suffix(".service")?).ok();
    Ok(units.iter().filter_map(name).collect())
}

/// One of [`steps`].
pub fn perform(step: &ManagerStep, context: &Context<'_>) -> Result<()> {
    match step.action.as_str() {
        steps::RELOAD => reload(&steps::names_of(step), context),
        steps::LINGER => linger::set(true, context),
        steps::NO_LINGER => linger::set(false, context),
        other => Err(Error::system(format!("systemd has no step '{other}'"))),
    }
}

fn reload(names: &[ServiceName], context: &Context<'_>) -> Result<()> {
    let mut client = Client::connect(context)?;
    client.reload()?;
    let units: Vec<String> = names.iter().map(query::unit_of).collect();
    let mut gone = client.units(&units)?;
    gone.retain(|unit| unit.load == "not-found");
    for name in names {
        if gone.iter().any(|unit| unit.name == query::unit_of(name)) {
            // What a host has left for `status`.
            let folder = crate::host::runtime_dir(context.target, name);
            let _ = std::fs::remove_dir_all(&folder);
            // And the folders above it, once they are empty.
            for parent in Path::new(&folder).ancestors().skip(1).take(2) {
                let _ = std::fs::remove_dir(parent);
            }
        }
    }
    gone.retain(|unit| unit.active == "failed");
    let failed: Vec<String> = gone.into_iter().map(|unit| unit.name).collect();
    client.reset_failed(&failed)
}

/// The release that runs here: its shared library is named after it, which is quicker to see than to ask.
pub fn version(system: &dyn System) -> Option<u32> {
    const FOLDERS: [&str; 5] = [
        "/usr/lib/systemd",
        "/lib/systemd",
        "/usr/lib/x86_64-linux-gnu/systemd",
        "/usr/lib/aarch64-linux-gnu/systemd",
        "/usr/lib64/systemd",
    ];
    let named = |folder: &&str| {
        let names = system.list(Path::new(folder)).unwrap_or_default();
        names.iter().find_map(|name| version_in(name.to_str()?))
    };
    FOLDERS.iter().find_map(named)
}

/// The release in `libsystemd-shared-252.so` or `libsystemd-shared-252.39-1.so`.
fn version_in(library: &str) -> Option<u32> {
    let rest = library.strip_prefix("libsystemd-shared-")?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

/// The text of a string variant.
fn text(value: &Variant<'_>) -> Option<String> {
    match value {
        Variant::Str(text) => Some(text.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_is_in_the_library_s_name() {
        assert_eq!(version_in("libsystemd-shared-252.so"), Some(252));
        assert_eq!(version_in("libsystemd-shared-249.11-1.fc35.so"), Some(249));
        assert_eq!(version_in("libsystemd-core-252.so"), None);
        assert_eq!(version_in("libsystemd-shared-.so"), None);
    }
}
