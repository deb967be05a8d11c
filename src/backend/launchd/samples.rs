//! A spec and targets for the tests of this backend.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::spec::{
    Hooks, Limits, LogTo, Logs, Priority, Process, Ready, Restart, RestartPolicy, Security,
    SecurityProfile, ServiceName, Spec, Start, Stop,
};
use crate::target::{Account, Dirs, ManagerId, Os, Scope, Target};

/// What a definition with nothing but name and command means.
pub fn spec() -> Spec {
    Spec {
        name: ServiceName::new("web").unwrap(),
        display_name: None,
        description: None,
        documentation: Vec::new(),
        label: Some("com.example.web".into()),
        process: process(),
        start: Start {
            autostart: true,
            ready: Ready::Exec,
            timeout: Duration::from_secs(90),
            after: Vec::new(),
            requires: Vec::new(),
            wants: Vec::new(),
        },
        stop: Stop { signal: "SIGTERM".into(), timeout: Duration::from_secs(30), command: None },
        reload: None,
        restart: restart(),
        hooks: Hooks::default(),
        health: None,
        logs: Logs {
            to: LogTo::Manager,
            directory: None,
            max_size: None,
            max_files: None,
            max_total: None,
            max_age: None,
            compress: None,
            format: None,
        },
        limits: Limits::default(),
        security: Security {
            profile: SecurityProfile::None,
            no_new_privileges: None,
            writable_paths: Vec::new(),
            capabilities: None,
            private_tmp: None,
        },
        credentials: BTreeMap::new(),
        overrides: BTreeMap::new(),
    }
}

fn process() -> Process {
    Process {
        command: vec!["/opt/web/bin/web".into(), "--port".into(), "8080".into()],
        working_directory: None,
        environment: BTreeMap::new(),
        environment_files: Vec::new(),
        user: None,
        group: None,
        umask: None,
        priority: Priority::Normal,
    }
}

fn restart() -> Restart {
    Restart {
        policy: RestartPolicy::OnFailure,
        delay: Duration::from_secs(1),
        max_delay: Duration::from_secs(1),
        reset_after: Duration::from_secs(600),
        attempts: Some(5),
        window: Duration::from_secs(600),
        success_exit_codes: vec![0],
        prevent_exit_codes: Vec::new(),
    }
}

/// A spec that launchd can run without a host.
pub fn native_spec() -> Spec {
    let mut spec = spec();
    spec.restart.policy = RestartPolicy::Never;
    let log = BTreeMap::from([("StandardOutPath".to_owned(), vec!["/var/log/web.log".to_owned()])]);
    spec.overrides = BTreeMap::from([("Job".to_owned(), log)]);
    spec
}

/// A Mac.
pub fn target(scope: Scope) -> Target {
    let (owner, state, units) = match scope {
        Scope::System => (
            account("root", 0, "/var/root"),
            "/Library/Application Support/svcctl",
            "/Library/LaunchDaemons",
        ),
        Scope::User => (
            account("me", 501, "/Users/me"),
            "/Users/me/Library/Application Support/svcctl",
            "/Users/me/Library/LaunchAgents",
        ),
    };
    Target {
        os: Os::Macos,
        manager: ManagerId::Launchd,
        scope,
        version: None,
        dirs: Dirs {
            state: state.into(),
            runtime: "/var/run/svcctl".into(),
            logs: "/Library/Logs/svcctl".into(),
            config: "/Library/Application Support".into(),
            units: units.into(),
        },
        svcctl: "/usr/local/bin/svcctl".into(),
        owner,
    }
}

fn account(name: &str, uid: u32, home: &str) -> Account {
    Account { name: name.into(), uid, gid: 20, home: home.into() }
}
