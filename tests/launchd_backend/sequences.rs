//! For each state of a job and each verb, the calls of `launchctl`, in order. The reasons stand in `backend/launchd/sequence.rs`
//! and `control.rs`; the codes behind them in the table of `code.rs`.

use serde_json::json;
use svcctl::backend::Action;
use svcctl::state::State;

use crate::recorder::Machine;

const T: &str = "system/com.example.web";
const PLIST: &str = "/Library/LaunchDaemons/com.example.web.plist";
const FOREVER: &str = "exec sleep 60";
const KEPT: &str = "<key>KeepAlive</key><true/><key>ThrottleInterval</key><integer>600</integer>";

/// `enable` because a record of the store outlives every uninstall; a look, and `kickstart` only for what does not start by itself.
fn loading() -> Vec<String> {
    let kickstart = vec![format!("print {T}"), format!("kickstart -p {T}"), format!("print {T}")];
    [vec![format!("enable {T}"), format!("bootstrap system {PLIST}")], kickstart].concat()
}

/// What has `RunAtLoad` or `KeepAlive` is only watched: it may have ended already, and must not run twice.
fn loading_by_itself() -> Vec<String> {
    vec![format!("enable {T}"), format!("bootstrap system {PLIST}"), format!("print {T}")]
}

/// The first look finds it and its pid, the later ones wait until the label is gone.
fn unloading() -> Vec<String> {
    vec![format!("print {T}"), format!("bootout {T}"), format!("print {T}")]
}

fn look() -> Vec<String> {
    vec![format!("print {T}")]
}

fn machine() -> Machine {
    Machine::system(&json!({}))
}

fn not_loaded() -> Machine {
    let machine = machine();
    machine.plist(FOREVER, "");
    machine
}

fn running() -> Machine {
    let machine = not_loaded();
    assert!(machine.done(Action::Start));
    assert_eq!(machine.state().state, State::Running);
    machine.calls();
    machine
}

/// It failed, and launchd waits for the rest of ten minutes.
fn throttled() -> Machine {
    let machine = machine();
    let plist = machine.plist("exit 1", KEPT);
    machine.mac.ok(&["bootstrap", "system", &plist]);
    machine.mac.until("throttled", || (machine.state().state == State::Restarting).then_some(()));
    machine.plist(FOREVER, KEPT);
    machine.calls();
    machine
}

fn disabled() -> Machine {
    let machine = not_loaded();
    machine.mac.ok(&["disable", T]);
    machine
}

#[test]
fn start_of_what_is_not_loaded_loads_it() {
    let machine = not_loaded();
    assert!(machine.done(Action::Start));
    assert_eq!(machine.calls(), [look(), loading()].concat());
}

#[test]
fn start_of_what_runs_only_looks() {
    let machine = running();
    let pid = machine.state().pid;
    machine.calls();
    assert!(!machine.done(Action::Start));
    assert_eq!(machine.calls(), look());
    assert_eq!(machine.state().pid, pid);
}

#[test]
fn start_of_what_is_throttled_unloads_it_first_so_that_it_starts_at_once() {
    let machine = throttled();
    assert!(machine.done(Action::Start));
    assert_eq!(machine.calls(), [unloading(), loading_by_itself()].concat());
    assert_eq!(machine.state().state, State::Running);
}

#[test]
fn start_of_what_is_disabled_is_enabled_by_the_loading() {
    let machine = disabled();
    assert!(!machine.state().enabled);
    machine.calls();
    assert!(machine.done(Action::Start));
    assert_eq!(machine.calls(), [look(), loading()].concat());
    assert!(machine.state().enabled);
}

#[test]
fn stop_of_what_is_not_loaded_only_looks() {
    for machine in [not_loaded(), disabled()] {
        assert!(!machine.done(Action::Stop));
        assert_eq!(machine.calls(), look());
    }
}

#[test]
fn stop_of_what_runs_unloads_it_and_it_stays_down() {
    let machine = machine();
    machine.plist(
        FOREVER,
        "<key>KeepAlive</key><true/><key>ThrottleInterval</key><integer>1</integer>",
    );
    assert!(machine.done(Action::Start));
    machine.calls();
    assert!(machine.done(Action::Stop));
    assert_eq!(
        machine.calls(),
        [look(), unloading()].concat().into_iter().fold(Vec::new(), push_new)
    );
    assert_eq!(machine.state().state, State::Stopped);
    assert_eq!(machine.mac.run(&["print", T]).code, 113);
}

/// Looks in a row count once.
fn push_new(mut calls: Vec<String>, call: String) -> Vec<String> {
    if calls.last() != Some(&call) {
        calls.push(call);
    }
    calls
}

#[test]
fn stop_of_what_is_throttled_unloads_it() {
    let machine = throttled();
    assert!(machine.done(Action::Stop));
    assert_eq!(machine.calls(), unloading());
    assert_eq!(machine.state().state, State::Stopped);
}

#[test]
fn restart_of_what_runs_unloads_and_loads_because_a_kickstart_knows_only_the_old_property_list() {
    let machine = running();
    let old = machine.state().pid;
    machine.plist("exec sleep 61", "");
    machine.calls();
    assert!(machine.done(Action::Restart));
    assert_eq!(machine.calls(), [unloading(), loading()].concat());
    assert_ne!(machine.state().pid, old);
    assert!(machine.mac.run(&["print", T]).out.contains("\t\texec sleep 61\n"));
}

#[test]
fn restart_of_what_is_not_loaded_or_disabled_loads_it() {
    for machine in [not_loaded(), disabled()] {
        assert!(machine.done(Action::Restart));
        assert_eq!(machine.calls(), [look(), loading()].concat());
    }
}

#[test]
fn restart_of_what_is_throttled_unloads_and_loads() {
    let machine = throttled();
    assert!(machine.done(Action::Restart));
    assert_eq!(machine.calls(), [unloading(), loading_by_itself()].concat());
}

#[test]
fn what_starts_by_itself_is_not_kickstarted() {
    let machine = machine();
    machine.plist("exit 0", "<key>RunAtLoad</key><true/>");
    assert!(machine.done(Action::Start));
    assert_eq!(machine.calls(), [look(), loading_by_itself()].concat());
    assert_eq!(machine.state().native["runs"], 1);
}

#[test]
fn a_stop_that_does_not_wait_only_asks() {
    let machine = running();
    let outcome = machine.control_within(Action::Stop, svcctl::backend::Deadline::NoWait);
    assert!(outcome.changed && outcome.error.is_none(), "{outcome:?}");
    assert_eq!(machine.calls(), [look(), vec![format!("bootout {T}")]].concat());
}

#[test]
fn reload_without_a_definition_of_it_is_an_error_before_any_call() {
    let machine = running();
    let outcome = machine.control(Action::Reload);
    assert!(outcome.error.unwrap().to_string().contains("has no [reload]"));
    assert_eq!(machine.calls(), Vec::<String>::new());
}
