use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use super::*;
use crate::backend::systemd::samples::{spec, target};
use crate::spec::{
    Credential, Dependency, EnvironmentFile, Limits, Priority, Ready, Reload, RestartPolicy,
    SecurityProfile,
};

fn text(spec: &Spec, scope: Scope, version: u32) -> String {
    unit_text(spec, &target(scope, Some(version))).unwrap()
}

fn has(text: &str, line: &str) -> bool {
    text.lines().any(|one| one == line)
}

/// Everything that systemd does by itself, in one spec.
fn full() -> Spec {
    let mut spec = spec();
    spec.display_name = Some("Web front end".into());
    spec.description = Some("100% of the shop ".into());
    spec.documentation = vec!["https://example.com/a b".into()];
    spec.process.working_directory = Some("/tmp".into());
    spec.process.environment = BTreeMap::from([("A".into(), "1 % $X\n\"".into())]);
    spec.process.user = Some("daemon".into());
    spec.process.group = Some("daemon".into());
    spec.process.umask = Some(0o27);
    spec.process.priority = Priority::Idle;
    spec.start.after = vec![Dependency::NetworkOnline, Dependency::Service("redis".into())];
    spec.start.requires = vec![Dependency::Service("postgresql".into())];
    spec.start.wants = vec![Dependency::Filesystem];
    spec.reload = Some(Reload::Signal("SIGHUP".into()));
    spec.restart.delay = Duration::from_millis(1500);
    spec.restart.max_delay = spec.restart.delay;
    spec.restart.success_exit_codes = vec![0, 3];
    spec.restart.prevent_exit_codes = vec![78];
    spec.limits = Limits {
        memory: Some(1 << 29),
        cpu: Some(150),
        processes: Some(256),
        open_files: Some(65536),
        core_dumps: Some(false),
    };
    spec.security.profile = SecurityProfile::Strict;
    spec.security.writable_paths = vec!["/var/lib/w eb".into()];
    spec.security.capabilities = Some(vec!["net-bind-service".into()]);
    spec.credentials = BTreeMap::from([
        ("db".into(), Credential::File("/etc/web/db".into())),
        ("key".into(), Credential::Prompt),
    ]);
    spec
}

#[test]
fn the_smallest_definition_becomes_this_unit() {
    let expected = "\
# Written by svcctl for the service web. Change its definition and install it again, not this file.

[Unit]
Description=web
StartLimitIntervalSec=600s
StartLimitBurst=6

[Service]
Type=exec
TimeoutStartSec=90s
KillSignal=SIGTERM
KillMode=mixed
TimeoutStopSec=30s
Restart=on-failure
RestartForceExitStatus=SIGHUP SIGINT SIGTERM SIGPIPE
RestartSec=1s
ExecStart=\"/bin/sleep\" \"infinity\"
User=root
Environment=\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\"
StandardInput=null
StandardOutput=journal
StandardError=inherit
IgnoreSIGPIPE=no
SyslogIdentifier=web
LogRateLimitIntervalSec=1s
LogRateLimitBurst=10000000

[Install]
WantedBy=multi-user.target

[X-Svcctl]
Name=web
Format=1
";
    assert_eq!(text(&spec(), Scope::System, 252), expected);
}

#[test]
fn every_field_has_its_line() {
    let text = text(&full(), Scope::System, 252);
    for line in [
        "Description=Web front end - 100%% of the shop %i",
        "Documentation=https://example.com/a%%20b",
        "WorkingDirectory=/tmp",
        "Environment=\"A=1 %% $X\\x0a\\\"\"",
        "User=daemon",
        "Group=daemon",
        "UMask=0027",
        "Nice=19",
        "IOSchedulingClass=idle",
        "After=network-online.target",
        "Wants=network-online.target",
        "After=redis.service",
        "Requires=postgresql.service",
        "After=postgresql.service",
        "ExecReload=\"/bin/sh\" \"-c\" \"kill -s HUP \\\"$$MAINPID\\\"\"",
        "RestartSec=1500ms",
        "SuccessExitStatus=3",
        "RestartPreventExitStatus=78",
        "MemoryMax=536870912",
        "CPUQuota=150%",
        "TasksMax=256",
        "LimitNOFILE=65536",
        "LimitCORE=0",
        "ReadWritePaths=\"/var/lib/w eb\"",
        "CapabilityBoundingSet=CAP_NET_BIND_SERVICE",
        "AmbientCapabilities=CAP_NET_BIND_SERVICE",
        "LoadCredential=db:/etc/web/db",
        "LoadCredential=key:/var/lib/svcctl/credentials/web/key",
    ] {
        assert!(has(&text, line), "no line {line}\n{text}");
    }
}

#[test]
fn only_directives_that_the_release_knows_are_written() {
    let old = text(&full(), Scope::System, 239);
    assert!(has(&old, "Type=simple"), "{old}");
    for key in
        ["LogRateLimit", "ProtectProc", "ProtectClock", "ProtectHostname", "RestrictSUIDSGID"]
    {
        assert!(!old.lines().any(|line| line.starts_with(key)), "{key} in\n{old}");
    }
}

#[test]
fn a_user_manager_gets_neither_accounts_nor_what_it_cannot_do() {
    let text = text(&full(), Scope::User, 252);
    for key in [
        "User=",
        "Group=",
        "CapabilityBoundingSet",
        "AmbientCapabilities",
        "PrivateDevices",
        "ProtectClock",
    ] {
        assert!(!text.lines().any(|line| line.starts_with(key)), "{key} in\n{text}");
    }
    assert!(has(&text, "PrivateUsers=yes") && has(&text, "WantedBy=default.target"), "{text}");
}

#[test]
fn variables_win_over_files_by_a_file_of_their_own_that_comes_last() {
    let mut spec = spec();
    spec.process.environment = BTreeMap::from([("A".into(), "\\ \" $x %i\n'".into())]);
    spec.process.environment_files =
        vec![EnvironmentFile { path: "/etc/web/env".into(), optional: true }];
    let artifacts = artifacts(&spec, &target(Scope::System, None), true).unwrap();
    let Artifact::File(file) = &artifacts[0] else { panic!("{artifacts:?}") };
    assert_eq!((file.path.as_str(), file.mode), ("/var/lib/svcctl/environment/web.env", 0o600));
    assert!(file.contents.ends_with("A=\"\\\\ \\\" $x %i\n'\"\n"), "{}", file.contents);
    let Artifact::File(unit) = &artifacts[1] else { panic!("{artifacts:?}") };
    let lines: Vec<&str> =
        unit.contents.lines().filter(|line| line.starts_with("Environment")).collect();
    assert_eq!(
        lines[1..],
        ["EnvironmentFile=-/etc/web/env", "EnvironmentFile=/var/lib/svcctl/environment/web.env"]
    );
}

#[test]
fn enabled_is_a_link_beside_the_unit() {
    let artifacts = artifacts(&spec(), &target(Scope::System, None), true).unwrap();
    let link = Artifact::Link {
        path: "/etc/systemd/system/multi-user.target.wants/web.service".into(),
        target: "/etc/systemd/system/web.service".into(),
    };
    assert_eq!(artifacts.last(), Some(&link));
    assert_eq!(super::artifacts(&spec(), &target(Scope::System, None), false).unwrap().len(), 1);
}

#[test]
fn no_limit_of_restarts_is_no_start_limit() {
    let mut spec = spec();
    spec.restart.attempts = None;
    assert!(has(&text(&spec, Scope::System, 252), "StartLimitIntervalSec=0"));
    spec.restart.attempts = Some(3);
    spec.restart.policy = RestartPolicy::Never;
    assert!(has(&text(&spec, Scope::System, 252), "StartLimitIntervalSec=0"));
    spec.restart.delay = Duration::ZERO;
    spec.restart.max_delay = Duration::ZERO;
    assert!(has(&text(&spec, Scope::System, 252), "RestartSec=0"));
}

#[test]
fn notify_hears_the_children_too() {
    let mut spec = spec();
    spec.start.ready = Ready::Notify;
    let text = text(&spec, Scope::System, 252);
    assert!(has(&text, "Type=notify") && has(&text, "NotifyAccess=all"), "{text}");
}

#[test]
fn an_override_of_what_a_field_writes_is_refused_and_names_the_field() {
    let mut spec = spec();
    let mut set = |section: &str, key: &str, value: &str| {
        spec.overrides = BTreeMap::from([(
            section.to_owned(),
            BTreeMap::from([(key.to_owned(), vec![value.to_owned()])]),
        )]);
        unit_text(&spec, &target(Scope::System, None))
    };
    let error = set("Service", "User", "web").unwrap_err();
    assert!(error.message.contains("process.user"), "{error}");
    assert!(set("Service", "IOWeight", "50").unwrap().contains("\nIOWeight=50\n"));
    assert!(set("Service", "SyslogIdentifier", "x").unwrap().contains("\nSyslogIdentifier=x\n"));
    assert!(set("Unit", "After", "x.service").is_ok());
    assert!(set("Socket", "ListenStream", "80").is_err());
    assert!(set("Service", "A\nB", "x").is_err());
    assert!(set("Service", "IOWeight", "50\nUser=root").is_err());
    assert!(set("Service", "IOWeight", "50\\").is_err());
}

#[test]
fn what_cannot_be_written_names_the_field() {
    let mut spec = spec();
    spec.process.working_directory = Some("/a\nb".into());
    let error = unit_text(&spec, &target(Scope::System, None)).unwrap_err();
    assert!(error.message.contains("process.working-directory"), "{error}");
    assert_eq!(error.kind, crate::error::ErrorKind::Definition);
}

/// systemd's own checks, where it is installed: the lanes see to it that it is.
#[test]
fn what_is_hosted_runs_the_host_as_the_service_s_account_with_everything_else_native() {
    let mut spec = full();
    spec.start.ready = Ready::Tcp("127.0.0.1:80".into());
    let artifacts = artifacts(&spec, &target(Scope::System, None), true).unwrap();
    assert!(artifacts.iter().any(|one| one.id() == "/var/lib/svcctl/hosted/web.json"));
    let text = text(&spec, Scope::System, 252);
    for line in [
        "ExecStart=\"/usr/bin/svcctl\" host --definition ${CREDENTIALS_DIRECTORY}/svcctl-hosted",
        "LoadCredential=svcctl-hosted:/var/lib/svcctl/hosted/web.json",
        "Type=notify",
        "NotifyAccess=main",
        "TimeoutStartSec=95s",
        "RestartPreventExitStatus=79",
        "User=daemon",
        "MemoryMax=536870912",
        "SystemCallFilter=@system-service",
        "RuntimeDirectory=svcctl/services/web",
    ] {
        assert!(has(&text, line), "no line {line}\n{text}");
    }
    assert_eq!(text.lines().filter(|line| line.starts_with("ExecStart=")).count(), 1);
}

#[test]
fn systemd_has_nothing_to_say_about_the_units_and_strict_is_exposed_by_two_at_most() {
    let program = "/usr/bin/systemd-analyze";
    if !std::path::Path::new(program).exists() {
        return;
    }
    let dir = std::env::temp_dir().join(format!("svcctl-verify-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let mut full = full();
    full.start.requires.clear();
    full.start.after.clear();
    let unit = dir.join("web.service");
    for spec in [spec(), full] {
        std::fs::write(&unit, text(&spec, Scope::System, 252)).unwrap();
        let said = Command::new(program)
            .args(["verify", "--man=no", "--recursive-errors=no"])
            .arg(&unit)
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&said.stderr);
        assert!(said.status.success() && stderr.is_empty(), "{stderr}");
    }
    let exposure = Command::new(program)
        .args(["security", "--offline=yes", "--threshold=20"])
        .arg(&unit)
        .output()
        .unwrap();
    assert!(exposure.status.success(), "{}", String::from_utf8_lossy(&exposure.stdout));
    std::fs::remove_dir_all(&dir).unwrap();
}
