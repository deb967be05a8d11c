//! What launchd does wrong, and what the user is told.

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use serde_json::json;
use svcctl::backend::{Action, Deadline};
use svcctl::error::ErrorKind;
use svcctl::state::State;

use crate::recorder::{Machine, SPEED};

const FOREVER: &str = "exec sleep 60";
const T: &str = "system/com.example.web";

#[test]
fn a_fault_that_passes_is_retried() {
    for code in [5, 36, 37] {
        let machine =
            Machine::system(&json!({"inject": [{"verb": "bootstrap", "code": code, "times": 2}]}));
        machine.plist(FOREVER, "");
        assert!(machine.done(Action::Start), "{code}");
        let tries = machine.calls().iter().filter(|call| call.starts_with("bootstrap")).count();
        assert_eq!(tries, 3, "{code}");
        assert_eq!(machine.state().state, State::Running);
    }
}

#[test]
fn a_fault_that_stays_is_reported_in_words_with_the_way_out() {
    for (code, words) in [(5, "catch-all code 5"), (36, "still at work")] {
        let machine = Machine::system(&json!({"inject": [{"verb": "bootstrap", "code": code}]}));
        machine.plist(FOREVER, "");
        let begun = Instant::now();
        let outcome =
            machine.control_within(Action::Start, Deadline::Within(Duration::from_secs(1)));
        let error = outcome.error.unwrap();
        assert!(error.to_string().contains(words), "{error}");
        assert!(error.to_string().contains(&format!("launchctl exited with {code}")), "{error}");
        assert!(error.hint.is_some());
        assert!(
            begun.elapsed() >= Duration::from_secs(1) / SPEED
                && begun.elapsed() < Duration::from_secs(6)
        );
        assert_eq!(machine.state().state, State::Stopped);
    }
}

#[test]
fn an_answer_of_36_to_bootout_is_no_error() {
    let machine = Machine::system(&json!({"os": 11}));
    machine.plist(FOREVER, "");
    assert!(machine.done(Action::Start));
    assert!(machine.done(Action::Stop));
    assert_eq!(machine.mac.run(&["print", T]).code, 113);
}

#[test]
fn a_label_that_lingers_is_waited_for() {
    let machine = Machine::system(
        &json!({"teardown_secs": 1.0, "inject": [{"verb": "bootout", "delay_ms": 500}]}),
    );
    machine.plist(FOREVER, "");
    assert!(machine.done(Action::Start));
    assert!(machine.done(Action::Restart));
    assert_eq!(machine.state().state, State::Running);
}

#[test]
fn what_ignores_sigterm_is_killed_at_its_time_and_the_user_is_told() {
    let machine = Machine::system(&json!({}));
    let ready = machine.mac.root.join("ready");
    let script = format!("trap '' TERM; touch {}; while :; do sleep 1; done", ready.display());
    machine.plist(&script, "<key>ExitTimeOut</key><integer>1</integer>");
    assert!(machine.done(Action::Start));
    machine.mac.until("trap set", || ready.exists().then_some(()));
    let outcome = machine.control(Action::Stop);
    assert!(outcome.error.is_none(), "{:?}", outcome.error);
    assert_eq!(outcome.warnings.len(), 1, "{:?}", outcome.warnings);
    assert!(outcome.warnings[0].starts_with("had to be killed"));
}

#[test]
fn a_property_list_that_others_may_write_is_named_with_the_command_that_mends_it() {
    let machine = Machine::system(&json!({}));
    let plist = machine.plist(FOREVER, "");
    std::fs::set_permissions(&plist, std::fs::Permissions::from_mode(0o666)).unwrap();
    let error = machine.control(Action::Start).error.unwrap();
    assert!(
        error.to_string().contains("belongs to somebody else, or others may write it"),
        "{error}"
    );
    // Without root launchd says 5 only, and the cause has to be found.
    let machine = Machine::user(&json!({}));
    let plist = machine.plist(FOREVER, "");
    std::fs::set_permissions(&plist, std::fs::Permissions::from_mode(0o666)).unwrap();
    let begun = Instant::now();
    let error = machine.control(Action::Start).error.unwrap();
    assert!(error.to_string().contains("others may write"), "{error}");
    assert_eq!(error.hint, Some(format!("chmod 644 '{plist}'")));
    assert!(begun.elapsed() < Duration::from_secs(5), "it is not tried again in vain");
}

#[test]
fn a_crash_at_the_start_is_a_failure_with_its_reason() {
    let machine = Machine::system(&json!({}));
    machine.plist("sleep 0.02; exit 3", "");
    let error = machine.control(Action::Start).error.unwrap();
    assert_eq!(error.message, "com.example.web failed: exited with 3");
    assert_eq!(machine.state().state, State::Failed);
}

#[test]
fn a_program_that_is_missing_is_a_failure_at_once() {
    let machine = Machine::system(&json!({}));
    machine.plist(FOREVER, "<key>Program</key><string>/nonexistent/web</string>");
    let error = machine.control(Action::Start).error.unwrap();
    assert!(error.message.contains("could not execute it"), "{error}");
}

#[test]
fn a_job_that_ends_with_success_is_stopped_and_no_failure() {
    let machine = Machine::system(&json!({}));
    machine.plist("exit 0", "");
    assert!(machine.done(Action::Start));
    assert_eq!(machine.state().state, State::Stopped);
}

#[test]
fn on_demand_only_mode_does_not_keep_a_start_from_starting() {
    let machine = Machine::user(&json!({"on_demand_only": true}));
    machine.plist(FOREVER, "<key>RunAtLoad</key><true/>");
    assert!(machine.done(Action::Start));
    assert_eq!(machine.state().state, State::Running);
}

#[test]
fn a_print_of_a_later_version_is_read_and_one_that_cannot_be_is_never_not_loaded() {
    let machine = Machine::system(&json!({"print_format": "future"}));
    machine.plist(FOREVER, "");
    assert!(machine.done(Action::Start));
    assert_eq!(machine.state().state, State::Running);
    let machine = Machine::system(&json!({"print_format": "garbage"}));
    let plist = machine.plist(FOREVER, "<key>RunAtLoad</key><true/>");
    machine.mac.ok(&["bootstrap", "system", &plist]);
    let error = machine.try_state().unwrap_err();
    assert!(error.message.starts_with("cannot understand what `launchctl print"), "{error}");
    assert!(error.hint.is_some());
}

#[test]
fn a_label_that_somebody_else_loaded_is_not_taken_for_ours() {
    let machine = Machine::system(&json!({}));
    let other = machine.mac.plist(FOREVER, "");
    let plist = machine.plist(FOREVER, "");
    std::fs::remove_file(&plist).unwrap();
    machine.mac.ok(&["bootstrap", "system", &other]);
    machine.plist(FOREVER, "");
    let error = machine.control(Action::Start).error;
    // It was loaded and had no process: it is unloaded and loaded from where svcctl knows it.
    assert!(error.is_none(), "{error:?}");
    assert_eq!(machine.state().state, State::Running);
}

#[test]
fn nothing_of_that_name_is_no_service() {
    let machine = Machine::system(&json!({}));
    for action in [Action::Start, Action::Stop, Action::Restart] {
        let error = machine.control(action).error.unwrap();
        assert_eq!(error.kind, ErrorKind::NoService, "{action:?}: {error}");
    }
    assert_eq!(machine.state().state, State::NotInstalled);
}
