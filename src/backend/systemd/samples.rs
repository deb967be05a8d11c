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
        label: None,
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
        logs: logs(),
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
        command: vec!["/bin/sleep".into(), "infinity".into()],
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

fn logs() -> Logs {
    Logs {
        to: LogTo::Manager,
        directory: None,
        max_size: None,
        max_files: None,
        max_total: None,
        max_age: None,
        compress: None,
        format: None,
    }
}

/// This scope of a machine with this release.
pub fn target(scope: Scope, version: Option<u32>) -> Target {
    let units = match scope {
        Scope::System => "/etc/systemd/system",
        Scope::User => "/home/ann/.config/systemd/user",
    };
    Target {
        os: Os::Linux,
        manager: ManagerId::Systemd,
        scope,
        version,
        dirs: Dirs {
            state: "/var/lib/svcctl".into(),
            runtime: "/run/svcctl".into(),
            logs: "/var/log/svcctl".into(),
            config: "/etc".into(),
            units: units.into(),
        },
        svcctl: "/usr/bin/svcctl".into(),
        owner: Account { name: "ann".into(), uid: 1000, gid: 1000, home: "/home/ann".into() },
    }
}
