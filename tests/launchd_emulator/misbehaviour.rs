//! Cases 28 and 29, and the faults that a profile asks for.

use crate::harness::{D, Mac, T, profile_with, said};
use serde_json::json;
use std::time::{Duration, Instant};

const RUN: &str = "<key>RunAtLoad</key><true/>";

#[test]
fn case_28_on_demand_only_mode_holds_starts_back_until_kickstart() {
    let mac = Mac::with(&profile_with(&json!({"on_demand_only": true})));
    mac.ok(&["bootstrap", D, &mac.plist("exec sleep 60", RUN)]);
    assert_eq!(mac.field("state").as_deref(), Some("not running"));
    assert_eq!(mac.field("runs").as_deref(), Some("0"));
    assert_eq!(mac.field("pended nondemand spawn").as_deref(), Some("speculative"));
    mac.ok(&["kickstart", T]);
    mac.until_running();
}

#[test]
fn case_29_bootout_waits_on_26_and_is_refused_before() {
    let mac = Mac::new();
    let pid = mac.running("exec sleep 60", "");
    let seen = mac.run(&["bootout", "--wait", T]);
    assert_eq!(seen.code, 64);
    assert!(seen.err.contains("Usage: launchctl bootout <domain-target>"), "{seen:?}");
    assert_eq!(mac.until_running(), pid);
    assert!(!mac.run(&["help", "bootout"]).out.contains("--wait"));

    let mac = Mac::with(&profile_with(&json!({"os": 26})));
    mac.running("trap 'sleep 0.3; exit 0' TERM; while :; do sleep 60 & wait $!; done", "");
    mac.ok(&["bootout", "--wait", T]);
    assert_eq!(mac.run(&["print", T]).code, 113);
    assert!(mac.run(&["help", "bootout"]).out.contains("--wait"));
}

#[test]
fn an_injected_fault_comes_as_often_as_asked() {
    let mac = Mac::with(&profile_with(
        &json!({"inject": [{"verb": "bootstrap", "code": 36, "times": 2}]}),
    ));
    let plist = mac.plist("exec sleep 60", RUN);
    for _ in 0..2 {
        assert_eq!(
            mac.run(&["bootstrap", D, &plist]),
            said(36, "Bootstrap failed: 36: Operation now in progress")
        );
    }
    mac.ok(&["bootstrap", D, &plist]);
}

#[test]
fn an_effective_fault_works_all_the_same() {
    let mac = Mac::with(&profile_with(
        &json!({"inject": [{"verb": "bootout", "code": 36, "effective": true}]}),
    ));
    mac.running("exec sleep 60", "");
    assert_eq!(mac.run(&["bootout", T]).code, 36);
    mac.until_gone();
}

#[test]
fn a_slow_bootout_holds_its_answer_back() {
    let mac = Mac::with(&profile_with(
        &json!({"inject": [{"verb": "bootout", "delay_ms": 400, "times": 1}]}),
    ));
    mac.running("exec sleep 60", "");
    let asked = Instant::now();
    mac.ok(&["bootout", T]);
    assert!(asked.elapsed() >= Duration::from_millis(400));
}

#[test]
fn a_label_can_outlast_its_process() {
    let mac = Mac::with(&profile_with(&json!({"teardown_secs": 3.0})));
    let plist = mac.plist("exec sleep 60", RUN);
    mac.ok(&["bootstrap", D, &plist]);
    mac.until_running();
    mac.ok(&["bootout", T]);
    mac.until_state("exited");
    assert_eq!(mac.run(&["bootstrap", D, &plist]).code, 5);
    mac.until_gone();
    mac.ok(&["bootstrap", D, &plist]);
}

#[test]
fn unknown_print_formats_can_be_played() {
    let mac = Mac::with(&profile_with(&json!({"print_format": "garbage"})));
    mac.ok(&["bootstrap", D, &mac.plist("exec sleep 60", RUN)]);
    assert!(!mac.run(&["print", T]).out.contains(" = {"));
    let mac = Mac::with(&profile_with(&json!({"print_format": "future"})));
    mac.ok(&["bootstrap", D, &mac.plist("exec sleep 60", RUN)]);
    mac.until("a pid", || mac.field("pid"));
    mac.until_state("vigorous");
    let text = mac.run(&["print", T]).out;
    assert!(text.starts_with("gui/501/com.example.web = {\n") && text.ends_with("\n}\n"), "{text}");
}

#[test]
fn errors_have_words() {
    let mac = Mac::new();
    assert_eq!(mac.run(&["error", "113"]).out, "113: Could not find specified service\n");
    assert_eq!(mac.run(&["error", "5"]).out, "5: Input/output error\n");
}
