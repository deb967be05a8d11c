//! Which domain a scope means, at the screen, over SSH, and for root.

use serde_json::json;
use svcctl::backend::Action;
use svcctl::error::ErrorKind;
use svcctl::state::State;

use crate::recorder::Machine;

const FOREVER: &str = "exec sleep 60";
const ANYWHERE: &str = "<key>LimitLoadToSessionType</key><array><string>Aqua</string><string>Background</string></array>";

#[test]
fn at_the_screen_an_agent_runs_in_the_login_session() {
    let machine = Machine::user(&json!({}));
    machine.plist(FOREVER, ANYWHERE);
    let outcome = machine.control(Action::Start);
    assert!(outcome.error.is_none() && outcome.warnings.is_empty(), "{outcome:?}");
    assert_eq!(machine.state().native["domain"], "gui/501");
}

#[test]
fn over_ssh_alone_an_agent_runs_in_the_background_and_the_user_is_told() {
    let machine = Machine::user(&json!({"ssh": true, "sessions": [{"uid": 501}]}));
    machine.plist(FOREVER, ANYWHERE);
    let outcome = machine.control(Action::Start);
    assert!(outcome.error.is_none(), "{outcome:?}");
    assert_eq!(
        outcome.warnings,
        ["me is not logged in at the screen; the service runs in user/501"]
    );
    assert_eq!(machine.state().native["domain"], "user/501");
    assert!(machine.done(Action::Stop));
    assert_eq!(machine.state().state, State::Stopped);
}

#[test]
fn an_agent_for_the_screen_alone_is_not_tried_again_and_again_over_ssh() {
    let machine = Machine::user(&json!({"ssh": true, "sessions": [{"uid": 501}]}));
    machine.plist(FOREVER, "");
    let error = machine.control(Action::Start).error.unwrap();
    assert_eq!(error.kind, ErrorKind::ManagerUnavailable, "{error}");
    assert!(error.message.contains("in the login session at the screen only"), "{error}");
    assert!(error.hint.unwrap().contains("--system"));
    let tries = machine.calls().iter().filter(|call| call.starts_with("bootstrap")).count();
    assert_eq!(tries, 1);
}

#[test]
fn an_agent_of_the_background_is_found_and_stopped_after_a_login_at_the_screen() {
    let machine = Machine::user(&json!({}));
    let plist = machine.plist(FOREVER, &format!("<key>RunAtLoad</key><true/>{ANYWHERE}"));
    machine.mac.ok(&["bootstrap", "user/501", &plist]);
    machine.mac.until("running", || (machine.state().state == State::Running).then_some(()));
    assert_eq!(machine.state().native["domain"], "user/501");
    assert!(!machine.done(Action::Start), "it runs already, and is not started twice");
    assert!(machine.done(Action::Stop));
    assert_eq!(machine.mac.run(&["print", "user/501/com.example.web"]).code, 113);
}

#[test]
fn a_user_who_never_logged_in_is_named_with_a_way_out() {
    let machine = Machine::user(&json!({"sessions": []}));
    machine.plist(FOREVER, ANYWHERE);
    let error = machine.control(Action::Start).error.unwrap();
    assert_eq!(error.kind, ErrorKind::ManagerUnavailable);
    assert!(error.message.contains("neither gui/501 nor user/501"), "{error}");
    assert!(error.hint.unwrap().contains("--system"));
}

#[test]
fn root_has_no_user_services() {
    let mut machine = Machine::user(&json!({"caller": 0}));
    machine.target.owner.uid = 0;
    machine.plist(FOREVER, ANYWHERE);
    let error = machine.control(Action::Start).error.unwrap();
    assert_eq!(error.kind, ErrorKind::Usage);
    assert_eq!(machine.calls(), Vec::<String>::new());
}
