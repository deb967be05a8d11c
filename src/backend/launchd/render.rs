//! From spec to property list. Pure.
//!
//! A service that comes up by itself lies where launchd looks at a boot or login. One that does not lies in svcctl's own folder and is
//! loaded from there when it is started, so that nothing has to be written into launchd's override store, which no verb can clear.

use plist::{Dictionary, Value};

use crate::artifact::{Artifact, FileArtifact};
use crate::backend::launchd::job;
use crate::backend::launchd::overrides;
use crate::backend::launchd::plist::{MARK, strings, to_xml};
use crate::backend::launchd::support;
use crate::error::Result;
use crate::host;
use crate::spec::{Limits, Priority, Process, Spec};
use crate::target::{Scope, Target};

/// What a host needs beyond the service's own time to tidy up.
const HOST_MARGIN_SECS: u64 = 5;
/// A host that falls is started again this many seconds after its last launch; also the floor for a service after a crash of the host.
const HOST_THROTTLE_SECS: u64 = 1;
/// `RLIM_INFINITY` of macOS.
const UNLIMITED: i64 = i64::MAX;

/// Everything that the installed service consists of.
///
/// # Errors
/// When the property list cannot be written.
pub fn artifacts(spec: &Spec, target: &Target, enabled: bool) -> Result<Vec<Artifact>> {
    let hosted = support::report(spec, target).needs_host();
    let mut artifacts = Vec::new();
    if hosted {
        artifacts.push(Artifact::File(host::artifact(spec, target)));
    }
    let keys = if hosted { hosted_keys(spec, target) } else { native_keys(spec, target) };
    let folder = if enabled { target.dirs.units.clone() } else { idle_folder(target) };
    let path = format!("{folder}/{}.plist", spec.label());
    artifacts.push(Artifact::File(FileArtifact { path, mode: 0o644, contents: to_xml(keys)? }));
    artifacts.push(job::artifact(spec.label()));
    Ok(artifacts)
}

/// Where the property lists of services lie that do not come up by themselves.
#[must_use]
pub fn idle_folder(target: &Target) -> String {
    format!("{}/launchd", target.dirs.state)
}

/// Seconds from SIGTERM to SIGKILL.
#[must_use]
pub fn exit_timeout(spec: &Spec, hosted: bool) -> u64 {
    let own = spec.stop.timeout;
    let whole = own.as_secs() + u64::from(own.subsec_nanos() > 0);
    if hosted { whole + HOST_MARGIN_SECS } else { whole }
}

/// The host does the rest, and a host that did not mean to end is started again: it takes over the service that still runs.
fn hosted_keys(spec: &Spec, target: &Target) -> Dictionary {
    let mut keys = common(spec);
    let definition = host::path(target, &spec.name);
    keys.insert(
        "ProgramArguments".into(),
        strings([target.svcctl.as_str(), "host", "--definition", &definition]),
    );
    let again = Dictionary::from_iter([("SuccessfulExit", Value::Boolean(false))]);
    keys.insert("KeepAlive".into(), Value::Dictionary(again));
    keys.insert("ThrottleInterval".into(), HOST_THROTTLE_SECS.into());
    keys.insert("ExitTimeOut".into(), exit_timeout(spec, true).into());
    // The children are in groups of their own; what is left when a host falls is for its successor.
    keys.insert("AbandonProcessGroup".into(), true.into());
    if target.scope == Scope::User {
        // It also runs where the user has come over SSH only. The host sees to it that one alone runs of two.
        keys.insert("LimitLoadToSessionType".into(), strings(["Aqua", "Background"]));
    }
    priority(&mut keys, spec.process.priority);
    limits(&mut keys, &spec.limits, target.scope);
    overrides::write(&mut keys, &spec.overrides);
    keys
}

/// Without a host every key is launchd's.
fn native_keys(spec: &Spec, target: &Target) -> Dictionary {
    let mut keys = common(spec);
    process(&mut keys, &spec.process, target);
    keys.insert("ExitTimeOut".into(), exit_timeout(spec, false).into());
    limits(&mut keys, &spec.limits, target.scope);
    overrides::write(&mut keys, &spec.overrides);
    keys
}

/// The mark comes first: it is what a reader of the file should see.
fn common(spec: &Spec) -> Dictionary {
    let mut keys = Dictionary::new();
    keys.insert(MARK.into(), spec.name.as_str().into());
    keys.insert("Label".into(), spec.label().into());
    keys.insert("RunAtLoad".into(), true.into());
    keys
}

fn process(keys: &mut Dictionary, process: &Process, target: &Target) {
    let Process {
        command,
        working_directory,
        environment,
        environment_files: _,
        user,
        group,
        umask,
        priority,
    } = process;
    keys.insert("ProgramArguments".into(), strings(command.iter().map(String::as_str)));
    let folder = working_directory
        .clone()
        .or((target.scope == Scope::User).then(|| target.owner.home.clone()));
    insert(keys, "WorkingDirectory", folder.map(Value::from));
    let mut variables = account_variables(process, target);
    variables.extend(environment.iter().map(|(name, value)| (name.clone(), value.as_str().into())));
    if !variables.is_empty() {
        keys.insert("EnvironmentVariables".into(), Value::Dictionary(variables));
    }
    if target.scope == Scope::System {
        insert(keys, "UserName", user.clone().map(Value::from));
        insert(keys, "GroupName", group.clone().map(Value::from));
    }
    // As a string it is octal; as a number it would be read as decimal.
    insert(keys, "Umask", umask.map(|mask| Value::from(format!("{mask:04o}"))));
    self::priority(keys, *priority);
}

/// The same path as everywhere. And launchd gives a daemon of root no home; with `UserName`, and to agents, it gives all four by itself.
fn account_variables(process: &Process, target: &Target) -> Dictionary {
    let owner = &target.owner;
    let path = [("PATH", host::environment::default_path(target.os))];
    let own: &[(&str, &str)] = match (target.scope, &process.user) {
        (Scope::System, None) => &[
            ("HOME", &owner.home),
            ("USER", &owner.name),
            ("LOGNAME", &owner.name),
            ("SHELL", "/bin/sh"),
        ],
        (Scope::System, Some(_)) | (Scope::User, _) => &[],
    };
    path.iter().chain(own).map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect()
}

fn insert(keys: &mut Dictionary, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        keys.insert(key.to_owned(), value);
    }
}

fn priority(keys: &mut Dictionary, priority: Priority) {
    let (nice, kind) = match priority {
        Priority::Idle => (19, Some("Background")),
        Priority::Low => (10, None),
        Priority::Normal => return,
        Priority::High => (-10, Some("Interactive")),
    };
    keys.insert("Nice".into(), nice.into());
    insert(keys, "ProcessType", kind.map(Value::from));
    insert(keys, "LowPriorityIO", (priority == Priority::Idle).then_some(Value::Boolean(true)));
}

/// Open files of a daemon are for the host: launchd would set the limit of the machine with them.
fn limits(keys: &mut Dictionary, limits: &Limits, scope: Scope) {
    let files = limits.open_files.filter(|_| scope == Scope::User).map(Value::from);
    let core = limits.core_dumps.map(|wanted| Value::from(if wanted { UNLIMITED } else { 0 }));
    let mut soft = Dictionary::new();
    insert(&mut soft, "NumberOfFiles", files.clone());
    insert(&mut soft, "Core", core);
    let mut hard = Dictionary::new();
    insert(&mut hard, "NumberOfFiles", files);
    for (key, limits) in [("SoftResourceLimits", soft), ("HardResourceLimits", hard)] {
        if !limits.is_empty() {
            keys.insert(key.into(), Value::Dictionary(limits));
        }
    }
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
