//! `[Service]`: protections. What a profile brings may be replaced by an override; what a field asks for may not.
//!
//! A user manager can confine by system-call filters and the like at any release, but has no effect on what a service sees of the
//! file system unless it gives it a user namespace (`PrivateUsers=`); without it, those directives do nothing and say nothing.

use crate::backend::systemd::quote;
use crate::backend::systemd::unit::{Section, Unit};
use crate::backend::systemd::version;
use crate::error::Result;
use crate::spec::{Process, Security, SecurityProfile};
use crate::target::Scope;

/// Protections of `standard` that any manager can give.
const STANDARD: &[(&str, &str)] = &[
    ("RestrictSUIDSGID", "yes"),
    ("RestrictRealtime", "yes"),
    ("LockPersonality", "yes"),
    ("SystemCallArchitectures", "native"),
];

/// Protections of `standard` that only the system manager can give.
const STANDARD_SYSTEM: &[(&str, &str)] = &[
    ("ProtectSystem", "yes"),
    ("ProtectKernelTunables", "yes"),
    ("ProtectKernelModules", "yes"),
    ("ProtectKernelLogs", "yes"),
    ("ProtectControlGroups", "yes"),
    ("ProtectHostname", "yes"),
];

/// What `strict` adds, by any manager. A refused system call fails instead of killing: Node dies otherwise.
const STRICT: &[(&str, &str)] = &[
    ("RestrictNamespaces", "yes"),
    ("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"),
    ("SystemCallFilter", "@system-service"),
    ("SystemCallErrorNumber", "EPERM"),
];

/// What `strict` adds by the system manager.
const STRICT_SYSTEM: &[(&str, &str)] = &[
    ("PrivateDevices", "yes"),
    ("ProtectKernelTunables", "yes"),
    ("ProtectKernelModules", "yes"),
    ("ProtectKernelLogs", "yes"),
    ("ProtectControlGroups", "yes"),
    ("ProtectClock", "yes"),
    ("ProtectHostname", "yes"),
    ("ProtectProc", "invisible"),
    ("ProcSubset", "pid"),
    ("RemoveIPC", "yes"),
];

/// Writes all protections.
pub fn write(unit: &mut Unit, security: &Security, process: &Process, scope: Scope) -> Result<()> {
    let Security { profile, no_new_privileges, writable_paths, capabilities, private_tmp } =
        security;
    let bundled = *profile != SecurityProfile::None;
    // In the user scope nobody has capabilities; what is left is that none may be gained.
    let keeps_none = scope == Scope::User && capabilities.is_some();
    switch(
        unit,
        "security.no-new-privileges",
        "NoNewPrivileges",
        *no_new_privileges,
        bundled || keeps_none,
    )?;
    switch(unit, "security.private-tmp", "PrivateTmp", *private_tmp, bundled)?;
    if scope == Scope::User && isolates(security) && unit.version() >= version::USER_NAMESPACES {
        unit.default("PrivateUsers", "yes")?;
    }
    match profile {
        SecurityProfile::None => {}
        SecurityProfile::Standard => standard(unit, scope)?,
        SecurityProfile::Strict => strict(unit, security, process, scope)?,
    }
    if bundled {
        for path in writable_paths {
            unit.quoted(
                "security.writable-paths",
                Section::Service,
                "ReadWritePaths",
                quote::path(path),
            )?;
        }
    }
    match (capabilities, scope) {
        (Some(list), Scope::System) => write_capabilities(unit, list),
        (None, Scope::System) if *profile == SecurityProfile::Strict => {
            unit.default("CapabilityBoundingSet", "")?;
            unit.default("AmbientCapabilities", "")
        }
        _ => Ok(()),
    }
}

/// Whether the service is to see a file system of its own.
pub fn isolates(security: &Security) -> bool {
    security.private_tmp.unwrap_or(security.profile != SecurityProfile::None)
        || security.profile == SecurityProfile::Strict
}

fn switch(
    unit: &mut Unit,
    field: &str,
    key: &str,
    asked: Option<bool>,
    implied: bool,
) -> Result<()> {
    match asked {
        Some(true) => unit.field(field, Section::Service, key, "yes"),
        Some(false) => unit.field(field, Section::Service, key, "no"),
        None if implied => unit.default(key, "yes"),
        None => Ok(()),
    }
}

fn bundle(unit: &mut Unit, bundle: &[(&str, &str)]) -> Result<()> {
    bundle.iter().try_for_each(|(key, value)| unit.default(key, *value))
}

fn standard(unit: &mut Unit, scope: Scope) -> Result<()> {
    bundle(unit, STANDARD)?;
    match scope {
        Scope::System => bundle(unit, STANDARD_SYSTEM),
        Scope::User => Ok(()),
    }
}

fn strict(unit: &mut Unit, security: &Security, process: &Process, scope: Scope) -> Result<()> {
    bundle(unit, STANDARD)?;
    bundle(unit, STRICT)?;
    if keeps_little(security) {
        unit.default("SystemCallFilter", "~@privileged @resources")?;
    }
    unit.default("ProtectSystem", "strict")?;
    if process.umask.is_none() {
        unit.default("UMask", "0077")?;
    }
    match scope {
        // `ProtectSystem=strict` leaves the homes writable, and the service's own is one of them.
        Scope::User => unit.default("ProtectHome", "read-only"),
        Scope::System => {
            unit.default("ProtectHome", home(security, process))?;
            bundle(unit, STRICT_SYSTEM)
        }
    }
}

/// Capabilities over more than the network come with system calls that the filter would refuse.
fn keeps_little(security: &Security) -> bool {
    let kept = security.capabilities.as_deref().unwrap_or_default();
    kept.iter().all(|name| capability(name).starts_with("CAP_NET_"))
}

/// The homes disappear, unless the service itself lives in one.
fn home(security: &Security, process: &Process) -> &'static str {
    let lives_at = process.command.first().into_iter().chain(&process.working_directory);
    let inside = |path: &String| {
        ["/home/", "/root/", "/run/user/"].iter().any(|home| path.starts_with(home))
    };
    match lives_at.chain(&security.writable_paths).any(inside) {
        true => "read-only",
        false => "yes",
    }
}

fn write_capabilities(unit: &mut Unit, list: &[String]) -> Result<()> {
    let names: Vec<String> = list.iter().map(|name| capability(name)).collect();
    let names = names.join(" ");
    let field = "security.capabilities";
    unit.field(field, Section::Service, "CapabilityBoundingSet", names.as_str())?;
    unit.field(field, Section::Service, "AmbientCapabilities", names)
}

/// A capability as the kernel spells it: `net-bind-service` and `CAP_NET_BIND_SERVICE` are the same.
pub fn capability(name: &str) -> String {
    let upper = name.to_ascii_uppercase().replace('-', "_");
    if upper.starts_with("CAP_") { upper } else { format!("CAP_{upper}") }
}
