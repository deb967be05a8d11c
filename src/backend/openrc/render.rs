//! From spec to init script. Pure.
//!
//! openrc-run hands `command` and `command_args` to `eval` after the shell has split them at blanks, so they name variables, whose
//! values no shell reads again.

use crate::artifact::{Artifact, FileArtifact};
use crate::backend::openrc::{dependencies, init, overrides};
use crate::backend::script::{notice, quote};
use crate::host;
use crate::spec::Spec;
use crate::target::{ManagerId, Target};

/// What a host needs beyond the service's own time to tidy up.
const HOST_MARGIN_SECS: u64 = 5;

/// Everything that the installed service consists of. The link is what `rc-update add NAME default` makes.
#[must_use]
pub fn artifacts(spec: &Spec, target: &Target, enabled: bool) -> Vec<Artifact> {
    let name = &spec.name;
    let path = format!("{}/{name}", target.dirs.units);
    let link = Artifact::Link {
        path: format!("{}/default/{name}", init::RUNLEVELS),
        target: path.clone(),
    };
    let script = FileArtifact { path, mode: 0o755, contents: script(spec, target) };
    let mut artifacts = vec![Artifact::File(host::artifact(spec, target)), Artifact::File(script)];
    artifacts.extend(enabled.then_some(link));
    artifacts
}

fn script(spec: &Spec, target: &Target) -> String {
    let mut text = format!("#!/sbin/openrc-run\n{}\n", notice(&spec.name));
    for (variable, value) in variables(spec, target) {
        text += &format!("{variable}={}\n", quote(&value));
    }
    for line in overrides::lines(&spec.overrides) {
        text += &format!("{line}\n");
    }
    text += &function("depend", &dependencies::lines(spec));
    // What lives on because somebody killed its supervisor.
    text += &function("stop_post", &[format!("{SVCCTL} stop {}", spec.name)]);
    if spec.reload.is_some() {
        text += &function("reload", &[format!("{SVCCTL} reload {}", spec.name)]);
    }
    text
}

/// A call of svcctl for this manager, whatever else is on the machine.
const SVCCTL: &str = "\"$svcctl\" --manager openrc --system --quiet";

fn variables(spec: &Spec, target: &Target) -> Vec<(&'static str, String)> {
    let display = spec.display_name.as_deref().unwrap_or(spec.name.as_str());
    let mut variables = vec![("name", display.to_owned())];
    variables.extend(spec.description.clone().map(|text| ("description", text)));
    if spec.reload.is_some() {
        variables.push(("extra_started_commands", "reload".to_owned()));
        variables.push((
            "description_reload",
            "Has the service read its configuration again".to_owned(),
        ));
    }
    variables.extend([
        ("svcctl", target.svcctl.clone()),
        ("definition", host::path(target, &spec.name)),
        ("supervisor", "supervise-daemon".to_owned()),
        ("command", "\"$svcctl\"".to_owned()),
        ("command_args", "host --definition \"$definition\"".to_owned()),
        ("retry", format!("SIGTERM/{}/SIGKILL/5", stop_secs(spec))),
    ]);
    let pid_file = host::supervisor_pid_file(ManagerId::Openrc, &spec.name);
    variables.extend(pid_file.map(|file| ("pidfile", file)));
    variables.extend([
        // A host that falls is back at once; one that cannot even begin is given up.
        ("respawn_max", "10".to_owned()),
        ("respawn_period", "60".to_owned()),
    ]);
    variables
}

/// How long a host is waited for: the service's whole budget and a little more.
fn stop_secs(spec: &Spec) -> u64 {
    let own = spec.stop.timeout;
    own.as_secs() + u64::from(own.subsec_nanos() > 0) + HOST_MARGIN_SECS
}

fn function(name: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let body: String = lines.iter().map(|line| format!("\t{line}\n")).collect();
    format!("\n{name}() {{\n{body}}}\n")
}
