//! The environment: PATH, then files, then variables; the later wins.
//!
//! systemd lets files win over `Environment=`. So where a definition has both, its variables are in a file of their own, which
//! comes last.

use crate::artifact::{Artifact, FileArtifact};
use crate::backend::systemd::quote;
use crate::backend::systemd::unit::{Section, Unit, unwritable};
use crate::error::Result;
use crate::spec::{EnvironmentFile, Process, Spec};
use crate::target::Target;

/// PATH of a service that names none, the same on every manager on Linux.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The file of variables, where one is needed.
pub fn file(spec: &Spec, target: &Target) -> Result<Option<Artifact>> {
    if !needs_file(&spec.process) {
        return Ok(None);
    }
    let mut contents = format!("# Written by svcctl for the service {}.\n", spec.name);
    for (name, value) in &spec.process.environment {
        let line =
            quote::file_assignment(name, value).map_err(|why| unwritable(&key(name), &why))?;
        contents.push_str(&line);
        contents.push('\n');
    }
    Ok(Some(Artifact::File(FileArtifact { path: file_path(spec, target), mode: 0o600, contents })))
}

/// Writes `Environment=` and `EnvironmentFile=`.
pub fn write(unit: &mut Unit, spec: &Spec, target: &Target) -> Result<()> {
    let process = &spec.process;
    let own_file = needs_file(process);
    if own_file || !process.environment.contains_key("PATH") {
        unit.quoted(
            "process.environment",
            Section::Service,
            "Environment",
            quote::assignment("PATH", PATH),
        )?;
    }
    for EnvironmentFile { path, optional } in &process.environment_files {
        let dash = if *optional { "-" } else { "" };
        let value = quote::rest(path).map(|path| format!("{dash}{path}"));
        unit.quoted("process.environment-files", Section::Service, "EnvironmentFile", value)?;
    }
    if own_file {
        let value = quote::rest(&file_path(spec, target));
        return unit.quoted("process.environment", Section::Service, "EnvironmentFile", value);
    }
    for (name, value) in &process.environment {
        unit.quoted(&key(name), Section::Service, "Environment", quote::assignment(name, value))?;
    }
    Ok(())
}

/// Whether variables have to win over files.
pub fn needs_file(process: &Process) -> bool {
    !process.environment.is_empty() && !process.environment_files.is_empty()
}

fn file_path(spec: &Spec, target: &Target) -> String {
    format!("{}/environment/{}.env", target.dirs.state, spec.name)
}

fn key(name: &str) -> String {
    format!("process.environment.{name}")
}
