//! Cases 24 to 26, and boots: which domains there are, and for whom.

use crate::harness::{D, LABEL, Mac, T, profile, profile_with, said};
use serde_json::json;

const UNSUPPORTED: &str = "125: Domain does not support specified action";

fn headless() -> Mac {
    Mac::with(&profile_with(&json!({"sessions": [{"uid": 501}]})))
}

#[test]
fn case_24_without_a_graphical_session_gui_is_125() {
    let mac = headless();
    let plist = mac.plist("true", "");
    for (call, prefix) in [
        (vec!["print", D], "Could not print domain"),
        (vec!["bootstrap", D, &plist], "Bootstrap failed"),
        (vec!["bootout", T], "Boot-out failed"),
        (vec!["enable", T], "Could not enable service"),
        (vec!["kickstart", T], "Could not kickstart service \"com.example.web\""),
    ] {
        assert_eq!(mac.run(&call), said(125, &format!("{prefix}: {UNSUPPORTED}")), "{call:?}");
    }
    assert_eq!(mac.run(&["print", "user/501"]).code, 0);
    assert_eq!(mac.run(&["managername"]).out, "Background\n");
}

#[test]
fn case_25_an_unknown_uid_is_112() {
    let text = "Bad request.\nCould not find domain for user gui: 99";
    assert_eq!(Mac::new().run(&["print", "gui/99"]), said(112, text));
}

#[test]
fn case_26_the_system_domain_needs_root_to_change() {
    let mac = Mac::new();
    let seen = mac.run(&["enable", "system/com.example.web"]);
    assert_eq!(seen, said(1, "Could not enable service: 1: Operation not permitted"));
    assert_eq!(mac.run(&["bootstrap", "system", &mac.plist("true", "")]).code, 5);
    assert_eq!(mac.run(&["print", "system"]).code, 0);
}

#[test]
fn root_has_no_graphical_session_of_its_own() {
    let mac = Mac::with(&profile_with(&json!({"caller": 0})));
    assert_eq!(mac.run(&["print", "gui/0"]).code, 125);
    assert_eq!(mac.run(&["managername"]).out, "System\n");
}

#[test]
fn another_users_session_is_not_permitted() {
    let mac = Mac::with(&profile_with(
        &json!({"sessions": [{"uid": 501, "gui": true}, {"uid": 502, "gui": true}]}),
    ));
    assert_eq!(
        mac.run(&["print", "gui/502"]),
        said(1, "Could not print domain: 1: Operation not permitted")
    );
}

#[test]
fn an_agent_without_a_session_type_does_not_load_in_the_background() {
    let root = Mac::with(&profile_with(&json!({"caller": 0})));
    assert_eq!(root.run(&["bootstrap", "user/501", &root.plist("true", "")]).code, 134);
    let mac = headless();
    assert_eq!(mac.run(&["bootstrap", "user/501", &mac.plist("true", "")]).code, 5);
    let keys = "<key>LimitLoadToSessionType</key><string>Background</string>";
    mac.ok(&["bootstrap", "user/501", &mac.plist("true", keys)]);
}

#[test]
fn a_boot_loads_what_lies_in_the_folders_but_what_is_disabled() {
    let mut mac = Mac::new();
    let agents = mac.home().join("Library/LaunchAgents");
    let keys = "<key>RunAtLoad</key><true/>";
    mac.plist_at(&agents.join("a.plist"), LABEL, "exec sleep 60", keys);
    mac.plist_at(&agents.join("b.plist"), "com.example.off", "exec sleep 60", keys);
    std::os::unix::fs::symlink(agents.join("a.plist"), agents.join("c.plist")).unwrap();
    mac.plist_at(
        &mac.root.join("Library/LaunchDaemons/d.plist"),
        "com.example.daemon",
        "exec sleep 60",
        keys,
    );
    mac.ok(&["disable", "gui/501/com.example.off"]);
    mac.reboot(&profile());
    mac.until_running();
    assert_eq!(mac.run(&["print", "gui/501/com.example.off"]).code, 113);
    assert_eq!(mac.run(&["print", "user/501/com.example.web"]).code, 113);
    assert_eq!(mac.run(&["print", "system/com.example.daemon"]).code, 0);
    assert!(mac.run(&["list"]).out.contains("\t0\tcom.example.web\n"));
}

#[test]
fn a_reboot_in_place_ends_all_and_starts_again() {
    let mac = Mac::new();
    let agents = mac.home().join("Library/LaunchAgents");
    let plist = mac.plist_at(
        &agents.join("a.plist"),
        LABEL,
        "exec sleep 60",
        "<key>RunAtLoad</key><true/>",
    );
    mac.ok(&["bootstrap", D, &plist]);
    let old = mac.until_running();
    mac.control(&["reboot"]);
    assert_ne!(mac.until_running(), old);
    assert_eq!(mac.field("runs").as_deref(), Some("1"));
}
