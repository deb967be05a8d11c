//! From spec to rc.d script. Pure.
//!
//! rc.subr hands `command` and `command_args` to `eval`, so they name variables, whose values no shell reads again.

use crate::artifact::{Artifact, FileArtifact};
use crate::backend::rcd::overrides;
use crate::backend::script::{notice, quote, services};
use crate::host;
use crate::spec::{Dependency, ServiceName, Spec};
use crate::target::{ManagerId, Target};

/// Seconds from the fall of a host to the next one.
const RESPAWN_SECS: u32 = 1;

/// A call of svcctl for this manager.
const SVCCTL: &str = "\"$svcctl\" --manager rcd --system --quiet";

/// Everything that the installed service consists of.
#[must_use]
pub fn artifacts(spec: &Spec, target: &Target, enabled: bool) -> Vec<Artifact> {
    let name = &spec.name;
    let path = format!("{}/{name}", target.dirs.units);
    let script = FileArtifact { path, mode: 0o755, contents: script(spec, target) };
    let switch = FileArtifact {
        path: switch(target, name),
        mode: 0o644,
        contents: format!("{}\n{}_enable=\"YES\"\n", notice(name), variable(name)),
    };
    let mut artifacts = vec![Artifact::File(host::artifact(spec, target)), Artifact::File(script)];
    artifacts.extend(enabled.then_some(Artifact::File(switch)));
    artifacts
}

/// The file that has a service come up at a boot: rc.subr reads the one of its variables' name.
#[must_use]
pub fn switch(target: &Target, name: &ServiceName) -> String {
    format!("{}/rc.conf.d/{}", target.dirs.config, variable(name))
}

/// What the service's variables begin with: a name of the shell.
fn variable(name: &ServiceName) -> String {
    let variable = name.as_str().replace(['-', '.'], "_");
    let digit = variable.starts_with(|first: char| first.is_ascii_digit());
    if digit { format!("_{variable}") } else { variable }
}

fn script(spec: &Spec, target: &Target) -> String {
    let variable = variable(&spec.name);
    let mut text =
        format!("#!/bin/sh\n{}\n{}\n. /etc/rc.subr\n\n", notice(&spec.name), order(spec));
    for (variable, value) in variables(spec, target) {
        text += &format!("{variable}={}\n", quote(&value));
    }
    for line in overrides::lines(&spec.overrides, &variable) {
        text += &format!("{line}\n");
    }
    text + &format!(
        "\nload_rc_config \"$name\"\n: \"${{{variable}_enable:=NO}}\"\nrun_rc_command \"$1\"\n"
    )
}

/// What rcorder(8) reads.
fn order(spec: &Spec) -> String {
    let start = &spec.start;
    let lists = [&start.requires, &start.after, &start.wants];
    let names = lists.iter().flat_map(|list| services(list)).map(str::to_owned);
    let words =
        lists.iter().flat_map(|list| list.iter()).flat_map(word).map(|word| (*word).to_owned());
    let mut before = vec!["LOGIN".to_owned(), "FILESYSTEMS".to_owned()];
    for name in names.chain(words) {
        if !before.contains(&name) {
            before.push(name);
        }
    }
    format!("# PROVIDE: {}\n# REQUIRE: {}\n# KEYWORD: shutdown\n", spec.name, before.join(" "))
}

/// The conditions that mean what a word of ours means.
const fn word(dependency: &Dependency) -> &'static [&'static str] {
    match dependency {
        Dependency::Network => &["NETWORKING"],
        Dependency::NetworkOnline => &["NETWORKING", "netwait"],
        Dependency::Filesystem => &["FILESYSTEMS"],
        Dependency::TimeSync => &["ntpdate", "ntpd"],
        Dependency::Service(_) => &[],
    }
}

fn variables(spec: &Spec, target: &Target) -> Vec<(&'static str, String)> {
    let description = spec.description.clone().or_else(|| spec.display_name.clone());
    let variable = variable(&spec.name);
    let args = format!(
        "-f -r -R {RESPAWN_SECS} -P \"$pidfile\" -- \"$svcctl\" host --definition \"$definition\""
    );
    let mut variables = vec![
        ("rcvar", format!("{variable}_enable")),
        ("name", variable),
        ("desc", description.unwrap_or_else(|| spec.name.to_string())),
        ("svcctl", target.svcctl.clone()),
        ("definition", host::path(target, &spec.name)),
        ("pidfile", host::supervisor_pid_file(ManagerId::Rcd, &spec.name).unwrap_or_default()),
        ("command", "/usr/sbin/daemon".to_owned()),
        ("command_args", args),
    ];
    if spec.reload.is_some() {
        variables.push(("extra_commands", "reload".to_owned()));
        variables.push(("reload_cmd", format!("{SVCCTL} reload {}", spec.name)));
    }
    variables
}
