//! Whole installs through the operations that the verbs call: all or nothing, and nothing left.

use std::os::unix::fs::PermissionsExt;

use serde_json::json;
use svcctl::backend::Action;
use svcctl::error::ErrorKind;
use svcctl::operations::{EnableOptions, InstallOptions, UninstallOptions, set_enabled, uninstall};
use svcctl::state::State;

use crate::harness::profile_with;
use crate::recorder::{Machine, SPEED, web};

const T: &str = "system/com.example.web";
const PLIST: &str = "Library/LaunchDaemons/com.example.web.plist";

/// A service that needs no host.
fn definition(machine: &Machine, seconds: u32) -> String {
    let log = machine.mac.root.join("web.log");
    format!(
        "name = \"com.example.web\"\nprocess = {{ command = [\"/bin/sleep\", \"{seconds}\"] }}\nrestart = {{ policy = \"never\" }}\n\
         override = {{ launchd = {{ Job = {{ StandardOutPath = {:?} }} }} }}\n",
        log.display().to_string()
    )
}

fn machine() -> Machine {
    Machine::system(&json!({}))
}

fn started() -> InstallOptions {
    InstallOptions { start: true, ..InstallOptions::default() }
}

#[test]
fn an_install_starts_and_an_uninstall_leaves_nothing() {
    let machine = machine();
    let report = machine.install(&definition(&machine, 60), &started()).unwrap();
    assert!(report.changed && report.services[0].error.is_none(), "{report:?}");
    assert_eq!(machine.state().state, State::Running);
    let mode = std::fs::metadata(machine.mac.root.join(PLIST)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
    let again = machine.install(&definition(&machine, 60), &started()).unwrap();
    assert!(!again.changed, "{again:?}");

    uninstall(&[web()], &UninstallOptions::default(), &machine.site()).unwrap();
    assert_eq!(machine.mac.run(&["print", T]).code, 113);
    assert_eq!(machine.files(), Vec::<std::path::PathBuf>::new());
    assert!(!machine.mac.run(&["print-disabled", "system"]).out.contains("=> disabled"));
}

#[test]
fn a_change_restarts_what_runs_with_the_new_property_list() {
    let machine = machine();
    machine.install(&definition(&machine, 60), &started()).unwrap();
    let before = machine.state().pid;
    machine.install(&definition(&machine, 61), &InstallOptions::default()).unwrap();
    assert_ne!(machine.state().pid, before);
    assert!(machine.mac.run(&["print", T]).out.contains("\t\t61\n"));
}

#[test]
fn an_install_that_launchd_refuses_is_taken_back() {
    let machine = Machine::system(&json!({"inject": [{"verb": "enable", "code": 5}]}));
    // The store says that it is off, so that the install has to ask launchd for something, which fails.
    let store = machine.mac.root.join("var/db/com.apple.xpc.launchd/disabled.plist");
    let text = "<plist><dict><key>com.example.web</key><true/></dict></plist>";
    std::fs::write(&store, text).unwrap();
    let error = machine.install(&definition(&machine, 60), &started()).unwrap_err();
    assert!(error.to_string().contains("catch-all code 5"), "{error}");
    assert_eq!(machine.files(), Vec::<std::path::PathBuf>::new());
    assert_eq!(machine.state().state, State::NotInstalled);
}

#[test]
fn a_label_that_somebody_else_has_loaded_is_refused() {
    let machine = machine();
    let other = machine.mac.plist("exec sleep 60", "<key>RunAtLoad</key><true/>");
    machine.mac.ok(&["bootstrap", "system", &other]);
    let error = machine.install(&definition(&machine, 60), &InstallOptions::default()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Foreign, "{error}");
    assert_eq!(machine.files(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn what_is_enabled_comes_back_after_a_boot_and_what_is_not_does_not() {
    let mut machine = machine();
    let boot = profile_with(&json!({"caller": 0, "time_scale": SPEED}));
    machine.install(&definition(&machine, 60), &InstallOptions::default()).unwrap();
    assert_eq!(machine.state().state, State::Stopped, "an install alone starts nothing");
    machine.mac.reboot(&boot);
    machine.mac.until("running", || (machine.state().state == State::Running).then_some(()));

    set_enabled(&[web()], false, &EnableOptions::default(), &machine.site()).unwrap();
    assert_eq!(
        (machine.state().state, machine.state().enabled),
        (State::Running, false),
        "it goes on running"
    );
    machine.mac.reboot(&boot);
    assert_eq!(machine.state().state, State::Stopped);
    assert!(machine.done(Action::Start), "and can be started all the same");
    assert_eq!((machine.state().state, machine.state().enabled), (State::Running, false));

    set_enabled(&[web()], true, &EnableOptions::default(), &machine.site()).unwrap();
    assert!(machine.state().enabled);
    assert!(machine.mac.root.join(PLIST).exists());
}
