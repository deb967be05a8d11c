//! From a definition to the registry, and what is refused.

use super::*;
use crate::artifact::Artifact;
use crate::definition::fixture;
use crate::support::Answer;
use crate::target::Os;

fn target() -> Target {
    fixture::target(ManagerId::Scm, Os::Windows)
}

fn spec(text: &str) -> Spec {
    fixture::resolve_for(text, &target(), None, &[]).unwrap().spec
}

fn minimal(rest: &str) -> Spec {
    spec(&format!("name = \"web\"\nprocess.command = ['C:\\web\\web.exe']\n{rest}"))
}

fn service_of(spec: &Spec) -> Service {
    render::service(spec, &target(), true).unwrap()
}

/// What is wrong with it on Windows: key and message of each.
fn refusals(spec: &Spec) -> String {
    let problems = render::service(spec, &target(), true).unwrap_err().problems;
    let line = |problem: &crate::definition::diagnostic::Problem| {
        format!("{}: {}\n", problem.key.clone().unwrap_or_default(), problem.message)
    };
    problems.iter().map(line).collect()
}

#[test]
fn a_service_is_the_registry_file_that_windows_imports() {
    let artifacts = Scm.render(&spec(include_str!("testdata/web.toml")), &target(), true).unwrap();
    let file = artifacts.iter().find_map(registry_file).unwrap();
    assert_eq!(file.path, "web.reg");
    assert!(file.contents.is_ascii());
    let expected = include_str!("testdata/web.reg").replace("VERSION", env!("CARGO_PKG_VERSION"));
    assert_eq!(file.contents.replace("\r\n", "\n"), expected.replace("\r\n", "\n"));
}

#[test]
fn the_hosted_file_is_private_and_named_in_the_image_path_in_quotes() {
    let spec = minimal("");
    let artifacts = Scm.render(&spec, &target(), true).unwrap();
    let Artifact::File(file) = &artifacts[0] else { panic!("{artifacts:?}") };
    assert_eq!((file.path.as_str(), file.mode), (r"C:\ProgramData\svcctl\hosted\web.json", 0o600));
    assert!(Scm.marks(file.contents.as_bytes(), &spec.name));
    assert_eq!(
        service_of(&spec).image_path,
        r#""C:\Program Files\svcctl\svcctl.exe" host --scm --definition "C:\ProgramData\svcctl\hosted\web.json""#
    );
}

#[test]
fn enabled_is_the_start_type() {
    let spec = minimal("");
    let start = |enabled| render::service(&spec, &target(), enabled).unwrap().start;
    assert_eq!(start(true), service::StartType::Automatic);
    assert_eq!(start(false), service::StartType::Demand);
}

#[test]
fn the_default_is_the_least_account_with_a_sid_of_its_own() {
    let service = service_of(&minimal(""));
    assert_eq!(service.account, r"NT SERVICE\web");
    assert_eq!(service.sid_type, service::SidType::Unrestricted);
    assert_eq!(service.preshutdown_timeout, 35_000);
}

#[test]
fn no_capabilities_is_one_privilege_as_an_empty_list_would_mean_all() {
    let service = service_of(&minimal("security.capabilities = []"));
    assert_eq!(service.required_privileges, ["SeChangeNotifyPrivilege"]);
}

#[test]
fn words_of_ours_are_services_of_windows_each_once() {
    let spec = minimal(
        "start.after = [\"network\", \"network-online\", \"filesystem\"]\nstart.requires = [\"tcpip\"]",
    );
    assert_eq!(service_of(&spec).depend_on_service, ["tcpip", "Afd", "NlaSvc"]);
}

#[test]
fn what_windows_cannot_hold_is_refused_all_of_it_at_once() {
    let long = "x".repeat(40_000);
    let spec = spec(&format!(
        "name = \"web\"\nprocess.command = ['C:\\web\\web.exe', \"{long}\"]\n\
         process.environment = {{ Path = \"a\", PATH = \"b\" }}\nprocess.user = 'CORP\\web'\n\
         hooks.pre-start = {{ command = ['C:\\web\\init.cmd', \"100%\"] }}\n\
         [override.scm.Service]\nSidTyp = \"none\"\nPreshutdownTimeout = \"soon\"\n"
    ));
    let refusals = refusals(&spec);
    for expected in [
        "process.command: `process.command`: Windows takes command lines of 32766 units",
        "process.environment.Path: `PATH` and `Path` are the same variable",
        r"process.user: the account CORP\web has a password",
        "hooks.pre-start: `hooks.pre-start`: cmd.exe would change the '%'",
        "override.scm.Service.SidTyp: `SidTyp` is no key",
        "override.scm.Service.PreshutdownTimeout: `PreshutdownTimeout` takes milliseconds",
    ] {
        assert!(refusals.contains(expected), "{expected}\nis not in\n{refusals}");
    }
}

#[test]
fn the_manager_would_expand_a_percent_sign_in_its_command_line() {
    let target = Target { svcctl: r"C:\100%\svcctl.exe".into(), ..target() };
    let error = render::service(&minimal(""), &target, true).unwrap_err();
    assert!(error.problems[0].message.contains("expand the `%`"));
}

#[test]
fn a_password_is_named_by_its_file_and_is_in_no_artifact() {
    let spec =
        minimal("process.user = 'CORP\\web'\ncredentials.logon-password = { prompt = true }");
    let service = service_of(&spec);
    let path = r"C:\ProgramData\svcctl\credentials\web\logon-password";
    assert_eq!(service.password_file.as_deref(), Some(path));
    assert_eq!(support::report(&spec).get("credentials"), Some(&Answer::Native));
}

#[test]
fn every_refusal_has_a_reason_and_a_way_out() {
    let spec = minimal(
        "process.group = \"staff\"\nprocess.umask = \"022\"\nstart.ready = \"notify\"\nstart.after = [\"other\"]\n\
         start.wants = [\"other\"]\nstop.signal = \"SIGUSR1\"\nreload.signal = \"SIGHUP\"\n\
         limits.open-files = 100\nlimits.core-dumps = true\nsecurity.writable-paths = ['C:\\data']\n\
         credentials.db = { file = 'C:\\secret' }",
    );
    let report = support::report(&spec);
    for key in [
        "process.group",
        "process.umask",
        "start.ready",
        "start.after",
        "start.wants",
        "stop.signal",
        "reload.signal",
        "limits.open-files",
        "limits.core-dumps",
        "security.writable-paths",
        "credentials",
    ] {
        let Some(Answer::Refused { reason, way_out }) = report.get(key) else {
            panic!("{key}: {:?}", report.get(key));
        };
        assert!(!reason.is_empty() && !way_out.is_empty(), "{key}");
    }
}

#[test]
fn every_key_of_the_field_table_that_a_spec_uses_has_an_answer() {
    for field in crate::definition::fields::FIELDS {
        for sample in field.samples {
            let text = format!("name = \"web\"\nprocess.command = ['C:\\web.exe']\n{sample}\n");
            let Ok(resolved) = fixture::resolve_for(&text, &target(), None, &[]) else {
                continue;
            };
            let report = support::report(&resolved.spec);
            // The samples of this key are of other managers.
            if field.key == "override" {
                continue;
            }
            assert!(report.get(field.key).is_some(), "{}: {sample}", field.key);
        }
    }
}

#[test]
fn the_managers_own_recovery_acts_on_a_service_that_was_given_up_once_somebody_says_how() {
    assert!(!service_of(&minimal("")).failure_actions_on_non_crash_failures);
    let actions = "[override.scm.Service]\nFailureActions = [\"reboot/60000\"]\n";
    assert!(service_of(&minimal(actions)).failure_actions_on_non_crash_failures);
    let not = format!("{actions}FailureActionsOnNonCrashFailures = false\n");
    assert!(!service_of(&minimal(&not)).failure_actions_on_non_crash_failures);
}
