//! From spec to artifacts: the unit, the link that enables it, and a file of variables where precedence needs one. Pure.

mod dependencies;
mod environment;
mod hosted;
mod lifecycle;
mod overrides;
mod process;
mod security;

pub use hosted::reads_file;
pub use security::{capability, isolates};

use crate::artifact::{Artifact, FileArtifact};
use crate::backend::systemd::unit::{Section, Unit};
use crate::backend::systemd::version;
use crate::backend::systemd::{quote, support};
use crate::error::Result;
use crate::host;
use crate::spec::Spec;
use crate::target::{Scope, Target};

/// Everything that the installed service consists of.
///
/// # Errors
/// When a value cannot be written in a unit file; the message names the field.
pub fn artifacts(spec: &Spec, target: &Target, enabled: bool) -> Result<Vec<Artifact>> {
    let mut artifacts = Vec::new();
    artifacts.extend(environment::file(spec, target)?);
    if is_hosted(spec, target) {
        artifacts.push(Artifact::File(host::artifact(spec, target)));
    }
    artifacts.push(Artifact::File(FileArtifact {
        path: unit_path(spec, target),
        mode: 0o644,
        contents: unit_text(spec, target)?,
    }));
    if enabled {
        artifacts.push(enablement(spec, target));
    }
    Ok(artifacts)
}

/// Whether anything in the spec needs the host.
fn is_hosted(spec: &Spec, target: &Target) -> bool {
    support::report(spec, target).needs_host()
}

/// The link that systemd's own `enable` would make.
fn enablement(spec: &Spec, target: &Target) -> Artifact {
    let wants =
        format!("{}/{}.wants/{}", target.dirs.units, boot_target(target.scope), unit_name(spec));
    Artifact::Link { path: wants, target: unit_path(spec, target) }
}

/// What is reached at boot or login.
pub const fn boot_target(scope: Scope) -> &'static str {
    match scope {
        Scope::System => "multi-user.target",
        Scope::User => "default.target",
    }
}

fn unit_name(spec: &Spec) -> String {
    format!("{}.service", spec.name)
}

fn unit_path(spec: &Spec, target: &Target) -> String {
    format!("{}/{}", target.dirs.units, unit_name(spec))
}

fn unit_text(spec: &Spec, target: &Target) -> Result<String> {
    let Spec {
        name,
        display_name,
        description,
        documentation,
        label: _, // launchd's
        process,
        start,
        stop,
        reload,
        restart,
        hooks: _,  // hosted
        health: _, // hosted
        logs: _,   // journald, always; what else may be asked for is hosted or refused
        limits,
        security,
        credentials,
        overrides,
    } = spec;
    let mut unit = Unit::new(version::of(target));
    describe(&mut unit, name.as_str(), display_name.as_deref(), description.as_deref())?;
    for address in documentation {
        unit.quoted("documentation", Section::Unit, "Documentation", quote::address(address))?;
    }
    dependencies::write(&mut unit, start, target.scope)?;
    let hosted = is_hosted(spec, target);
    if hosted {
        hosted::write(&mut unit, spec, target)?;
    } else {
        lifecycle::write(&mut unit, start, stop, reload.as_ref(), restart)?;
    }
    lifecycle::start_limit(&mut unit, restart)?;
    process::write(&mut unit, process, target.scope, !hosted)?;
    environment::write(&mut unit, spec, target)?;
    output(&mut unit, name.as_str())?;
    process::limits(&mut unit, limits)?;
    process::credentials(&mut unit, name.as_str(), credentials, target)?;
    security::write(&mut unit, security, process, target.scope)?;
    unit.field("start.autostart", Section::Install, "WantedBy", boot_target(target.scope))?;
    overrides::write(&mut unit, overrides)?;
    unit.field("name", Section::Mark, "Name", name.as_str())?;
    unit.field("name", Section::Mark, "Format", "1")?;
    Ok(unit.text(&format!(
        "Written by svcctl for the service {name}. Change its definition and install it again, not this file."
    )))
}

fn describe(
    unit: &mut Unit,
    name: &str,
    display: Option<&str>,
    description: Option<&str>,
) -> Result<()> {
    let (field, text) = match (display, description) {
        (Some(display), Some(description)) => ("description", format!("{display} - {description}")),
        (Some(display), None) => ("display-name", display.to_owned()),
        (None, Some(description)) => ("description", description.to_owned()),
        (None, None) => ("name", name.to_owned()),
    };
    unit.quoted(field, Section::Unit, "Description", quote::rest(&text))
}

/// Both streams share one pipe to journald, so that their lines stay in order; and no line is dropped for being one too many.
fn output(unit: &mut Unit, name: &str) -> Result<()> {
    unit.field("logs.to", Section::Service, "StandardInput", "null")?;
    unit.field("logs.to", Section::Service, "StandardOutput", "journal")?;
    unit.field("logs.to", Section::Service, "StandardError", "inherit")?;
    // The shell's and everybody else's default, which systemd changes.
    unit.default("IgnoreSIGPIPE", "no")?;
    unit.default("SyslogIdentifier", name)?;
    unit.default("LogRateLimitIntervalSec", "1s")?;
    unit.default("LogRateLimitBurst", "10000000")
}

/// A time as systemd reads it. Zero would mean "for ever" in most directives, so it becomes the shortest time.
fn seconds(time: std::time::Duration) -> String {
    match time.as_millis().max(1) {
        millis if millis.is_multiple_of(1000) => format!("{}s", millis / 1000),
        millis => format!("{millis}ms"),
    }
}

#[cfg(test)]
mod tests;
