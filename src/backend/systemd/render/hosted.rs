//! A unit whose command is `svcctl host`: what the manager cannot do, the host does, and the manager does all the rest.
//!
//! The host runs as the service's own account, inside the unit's limits, protections and environment, and hands all of it on to what
//! it starts. Its definition reaches it as a credential, since only root can read the file. The host keeps the service's timeouts;
//! the manager's are a little longer and come into play only when the host itself hangs.

use std::time::Duration;

use super::seconds;
use crate::backend::systemd::quote;
use crate::backend::systemd::unit::{Section, Unit};
use crate::error::Result;
use crate::host;
use crate::spec::{LogTo, RestartPolicy, Spec};
use crate::target::{Scope, Target};

/// The credential that holds the hosted file.
const CREDENTIAL: &str = "svcctl-hosted";

/// How much longer the manager waits than the host.
const SLACK: Duration = Duration::from_secs(5);

/// Writes what takes the place of the service's own life cycle.
pub fn write(unit: &mut Unit, spec: &Spec, target: &Target) -> Result<()> {
    let Spec { start, stop, reload, restart, .. } = spec;
    command(unit, spec, target)?;
    service(unit, "start.ready", "Type", "notify")?;
    service(unit, "start.ready", "NotifyAccess", "main")?;
    service(
        unit,
        "start.timeout",
        "TimeoutStartSec",
        seconds(start.timeout.saturating_add(SLACK)),
    )?;
    service(unit, "stop.signal", "KillSignal", "SIGTERM")?;
    service(unit, "stop", "KillMode", "mixed")?;
    service(unit, "stop.timeout", "TimeoutStopSec", seconds(stop.timeout.saturating_add(SLACK)))?;
    if reload.is_some() {
        let argv = ["/bin/sh".to_owned(), "-c".to_owned(), "kill -s HUP \"$MAINPID\"".to_owned()];
        unit.quoted("reload", Section::Service, "ExecReload", quote::command(&argv))?;
    }
    // The host restarts the service; the manager restarts the host, unless it says that it has given up.
    let recovery = if restart.policy == RestartPolicy::Never { "no" } else { "on-failure" };
    service(unit, "restart.policy", "Restart", recovery)?;
    service(unit, "restart.delay", "RestartSec", "1s")?;
    let given_up = host::GIVE_UP_EXIT.to_string();
    service(unit, "restart.attempts", "RestartPreventExitStatus", given_up)?;
    folders(unit, spec, target)
}

fn service(unit: &mut Unit, field: &str, key: &str, value: impl Into<String>) -> Result<()> {
    unit.field(field, Section::Service, key, value)
}

fn command(unit: &mut Unit, spec: &Spec, target: &Target) -> Result<()> {
    let file = host::path(target, &spec.name);
    let program = quote::program(&target.svcctl);
    let argument = if reads_file(spec, target) {
        quote::argument(&file)
    } else {
        let source = quote::rest(&file).map(|path| format!("{CREDENTIAL}:{path}"));
        unit.quoted("process.user", Section::Service, "LoadCredential", source)?;
        format!("${{CREDENTIALS_DIRECTORY}}/{CREDENTIAL}")
    };
    let line = program.map(|program| format!("{program} host --definition {argument}"));
    unit.quoted("process.command", Section::Service, "ExecStart", line)
}

/// Whether the service's account can read the hosted file, which is root's or the user's own.
pub fn reads_file(spec: &Spec, target: &Target) -> bool {
    target.scope == Scope::User || spec.process.user.as_deref().is_none_or(|user| user == "root")
}

/// The folders of the system scope that the service's account could not make for itself.
fn folders(unit: &mut Unit, spec: &Spec, target: &Target) -> Result<()> {
    if target.scope == Scope::User {
        return Ok(());
    }
    let runtime = host::runtime_dir(target, &spec.name);
    if let Some(inside) = runtime.strip_prefix("/run/") {
        service(unit, "name", "RuntimeDirectory", inside)?;
        // `status` reads there why a service failed.
        service(unit, "name", "RuntimeDirectoryPreserve", "yes")?;
    }
    let logs = format!("{}/{}", target.dirs.logs, spec.name);
    if let (LogTo::File, None, Some(inside)) =
        (spec.logs.to, &spec.logs.directory, logs.strip_prefix("/var/log/"))
    {
        service(unit, "logs.to", "LogsDirectory", inside)?;
    }
    Ok(())
}
