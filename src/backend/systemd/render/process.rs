//! `[Service]`: what is executed, as whom, where, with which limits and secrets.

use std::collections::BTreeMap;

use crate::backend::systemd::quote;
use crate::backend::systemd::unit::{Section, Unit};
use crate::error::Result;
use crate::spec::{Credential, Limits, Priority, Process};
use crate::target::{Scope, Target};

/// Writes everything about the process but the environment; its command unless the host runs it.
pub fn write(unit: &mut Unit, process: &Process, scope: Scope, executes: bool) -> Result<()> {
    let Process {
        command,
        working_directory,
        environment: _,       // environment.rs
        environment_files: _, // environment.rs
        user,
        group,
        umask,
        priority,
    } = process;
    if executes {
        quoted(unit, "process.command", "ExecStart", quote::command(command))?;
    }
    if let Some(directory) = working_directory {
        quoted(unit, "process.working-directory", "WorkingDirectory", quote::rest(directory))?;
    }
    account(unit, user.as_deref(), group.as_deref(), scope)?;
    if let Some(mask) = umask {
        field(unit, "process.umask", "UMask", format!("{mask:04o}"))?;
    }
    write_priority(unit, *priority)
}

/// Without `User=root` the system manager would set neither HOME nor USER.
fn account(unit: &mut Unit, user: Option<&str>, group: Option<&str>, scope: Scope) -> Result<()> {
    if scope == Scope::User {
        return Ok(());
    }
    quoted(unit, "process.user", "User", quote::account(user.unwrap_or("root")))?;
    match group {
        Some(group) => quoted(unit, "process.group", "Group", quote::account(group)),
        None => Ok(()),
    }
}

fn write_priority(unit: &mut Unit, priority: Priority) -> Result<()> {
    let nice = match priority {
        Priority::Idle => "19",
        Priority::Low => "10",
        Priority::Normal => return Ok(()),
        Priority::High => "-10",
    };
    field(unit, "process.priority", "Nice", nice)?;
    match priority {
        Priority::Idle => field(unit, "process.priority", "IOSchedulingClass", "idle"),
        Priority::Low | Priority::Normal | Priority::High => Ok(()),
    }
}

/// Writes the limits.
pub fn limits(unit: &mut Unit, limits: &Limits) -> Result<()> {
    let Limits { memory, cpu, processes, open_files, core_dumps } = limits;
    if let Some(bytes) = memory {
        field(unit, "limits.memory", "MemoryMax", bytes.to_string())?;
    }
    if let Some(percent) = cpu {
        field(unit, "limits.cpu", "CPUQuota", format!("{percent}%"))?;
    }
    if let Some(count) = processes {
        field(unit, "limits.processes", "TasksMax", count.to_string())?;
    }
    if let Some(count) = open_files {
        field(unit, "limits.open-files", "LimitNOFILE", count.to_string())?;
    }
    match core_dumps {
        Some(true) => field(unit, "limits.core-dumps", "LimitCORE", "infinity"),
        Some(false) => field(unit, "limits.core-dumps", "LimitCORE", "0"),
        None => Ok(()),
    }
}

/// Writes the secrets; what was asked for at install has been put into a file by then.
pub fn credentials(
    unit: &mut Unit,
    name: &str,
    credentials: &BTreeMap<String, Credential>,
    target: &Target,
) -> Result<()> {
    for (id, credential) in credentials {
        let path = match credential {
            Credential::File(path) => path.clone(),
            Credential::Prompt | Credential::Command(_) => {
                format!("{}/credentials/{name}/{id}", target.dirs.state)
            }
        };
        let value = quote::rest(&path).map(|path| format!("{id}:{path}"));
        quoted(unit, &format!("credentials.{id}"), "LoadCredential", value)?;
    }
    Ok(())
}

fn field(unit: &mut Unit, field: &str, key: &str, value: impl Into<String>) -> Result<()> {
    unit.field(field, Section::Service, key, value)
}

fn quoted(unit: &mut Unit, field: &str, key: &str, value: Result<String, String>) -> Result<()> {
    unit.quoted(field, Section::Service, key, value)
}
