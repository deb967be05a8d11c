//! From the spec to the service that the manager keeps. Pure: the same on every operating system.

use std::collections::BTreeMap;

use crate::artifact::Artifact;
use crate::backend::scm::service::{
    ActionKind, FailureAction, FailureActions, Service, SidType, StartType,
};
use crate::backend::scm::{account, overrides, quote, values};
use crate::definition::diagnostic::Problem;
use crate::error::{Error, Result};
use crate::host;
use crate::spec::{Credential, Dependency, RestartPolicy, SecurityProfile, Spec, Start};
use crate::target::Target;

/// The word for a service among the manager's objects.
pub const OBJECT: &str = "service";

/// The credential that is the password of the service's account.
pub const LOGON: &str = "logon-password";

/// What is left of the machine's shutdown for the manager itself, after the service's own budget; milliseconds.
const MARGIN: u128 = 5_000;

/// The hosted file, and the service whose host reads it.
///
/// # Errors
/// With every value that Windows cannot hold.
pub fn artifacts(spec: &Spec, target: &Target, enabled: bool) -> Result<Vec<Artifact>> {
    let service = service(spec, target, enabled)?;
    let value = serde_json::to_value(&service)
        .map_err(|error| Error::system("cannot write the service as JSON").cause(&error))?;
    let service = Artifact::Object { object: OBJECT.into(), id: spec.name.to_string(), value };
    Ok(vec![Artifact::File(host::artifact(spec, target)), service])
}

/// The service.
///
/// # Errors
/// With every value that Windows cannot hold.
pub fn service(spec: &Spec, target: &Target, enabled: bool) -> Result<Service> {
    let mut problems = values::problems(spec);
    let mut service = without_overrides(spec, target, enabled);
    problems.extend(image_path_problem(&service.image_path));
    problems.extend(overrides::apply(&spec.overrides, &mut service));
    if problems.is_empty() {
        Ok(service)
    } else {
        Err(Error::definition(format!("{} cannot be a Windows service", spec.name), problems))
    }
}

fn without_overrides(spec: &Spec, target: &Target, enabled: bool) -> Service {
    let account = account::object_name(spec.process.user.as_deref(), &spec.name);
    Service {
        display_name: spec.display_name.clone().unwrap_or_else(|| spec.name.to_string()),
        description: description(spec),
        image_path: image_path(spec, target),
        start: if enabled { StartType::Automatic } else { StartType::Demand },
        depend_on_service: dependencies(&spec.start),
        depend_on_group: Vec::new(),
        password_file: password_file(spec, target, &account),
        sid_type: sid_type(spec.security.profile),
        required_privileges: privileges(spec, &account),
        failure_actions: failure_actions(spec),
        failure_actions_on_non_crash_failures: false,
        preshutdown_timeout: u32::try_from(spec.stop.timeout.as_millis() + MARGIN)
            .unwrap_or(u32::MAX),
        security_descriptor: None,
        account,
    }
}

/// The host, by its absolute path, always in quotes, and the file that it reads.
fn image_path(spec: &Spec, target: &Target) -> String {
    let file = host::path(target, &spec.name);
    let line = quote::command_line(&target.svcctl, ["host", "--scm", "--definition"]);
    format!("{line} \"{file}\"")
}

/// The manager expands `%NAME%` in a command line, and there is no way to write a `%` that it leaves alone.
fn image_path_problem(path: &str) -> Option<Problem> {
    path.contains('%').then(|| {
        let message = format!("the manager would expand the `%` in the host's command line {path}");
        Problem::error("unrepresentable", message)
            .hint("install svcctl into a folder without `%` in its path")
    })
}

/// One text of what the service is and where to read about it: the manager has no field for the latter.
fn description(spec: &Spec) -> String {
    let lines = spec.description.iter().chain(&spec.documentation);
    lines.map(String::as_str).collect::<Vec<_>>().join("\r\n")
}

/// Services of Windows for the words of ours; local file systems are there before any service is.
#[must_use]
pub const fn services_of(dependency: &Dependency) -> &'static [&'static str] {
    match dependency {
        Dependency::Network => &["Tcpip", "Afd"],
        Dependency::NetworkOnline => &["Tcpip", "Afd", "NlaSvc"],
        Dependency::TimeSync => &["W32Time"],
        Dependency::Filesystem | Dependency::Service(_) => &[],
    }
}

fn dependencies(start: &Start) -> Vec<String> {
    let mut services: Vec<String> = Vec::new();
    for dependency in start.requires.iter().chain(&start.after).chain(&start.wants) {
        let ours = services_of(dependency).iter().map(|service| (*service).to_owned());
        let named = match dependency {
            Dependency::Service(service) => Some(service.clone()),
            _ => None,
        };
        services.extend(ours.chain(named));
    }
    let mut known = BTreeMap::new();
    services.retain(|service| known.insert(service.to_ascii_lowercase(), ()).is_none());
    services
}

const fn sid_type(profile: SecurityProfile) -> SidType {
    match profile {
        SecurityProfile::None | SecurityProfile::Standard => SidType::Unrestricted,
        SecurityProfile::Strict => SidType::Restricted,
    }
}

/// Privileges that `standard` leaves: those that every service account has and ordinary servers use.
const STANDARD: [&str; 4] = [
    "SeChangeNotifyPrivilege",
    "SeCreateGlobalPrivilege",
    "SeImpersonatePrivilege",
    "SeIncreaseWorkingSetPrivilege",
];

/// The one that no process can do without: passing through folders that it may not list.
const LEAST: &str = "SeChangeNotifyPrivilege";

/// An empty list would mean all of them, so that "none" is written as the one that everybody has.
fn privileges(spec: &Spec, account: &str) -> Vec<String> {
    let of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    match (&spec.security.capabilities, spec.security.profile) {
        (Some(named), _) => {
            let mut all: Vec<String> = vec![LEAST.to_owned()];
            all.extend(named.iter().filter(|name| *name != LEAST).cloned());
            all
        }
        (None, SecurityProfile::Strict) => of(&[LEAST]),
        (None, SecurityProfile::Standard) if account != "LocalSystem" => of(&STANDARD),
        (None, SecurityProfile::Standard | SecurityProfile::None) => Vec::new(),
    }
}

/// The manager starts a host that died; how often the service itself is started again is the host's affair.
fn failure_actions(spec: &Spec) -> FailureActions {
    if spec.restart.policy == RestartPolicy::Never {
        return FailureActions::default();
    }
    let delay = u32::try_from(spec.restart.delay.as_millis()).unwrap_or(u32::MAX);
    FailureActions {
        reset_period: u32::try_from(spec.restart.reset_after.as_secs()).unwrap_or(u32::MAX),
        actions: vec![FailureAction { kind: ActionKind::Restart, delay }],
        command: String::new(),
    }
}

fn password_file(spec: &Spec, target: &Target, account: &str) -> Option<String> {
    let credential = spec.credentials.get(LOGON).filter(|_| account::needs_password(account))?;
    Some(match credential {
        Credential::File(path) => path.clone(),
        Credential::Prompt | Credential::Command(_) => {
            format!(r"{}\credentials\{}\{LOGON}", target.dirs.state, spec.name)
        }
    })
}
