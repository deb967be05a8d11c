//! Cases 1 to 6, 13, 23, 27, 30, 31: what is loaded, and what is refused.

use crate::harness::{D, IO_ERROR, LABEL, Mac, T, profile, profile_with, said, silent};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;

const NOT_FOUND: &str = "Could not find service \"com.example.web\" in domain for user gui: 501";

fn root() -> Mac {
    Mac::with(&profile_with(&json!({"caller": 0})))
}

#[test]
fn case_01_print_of_what_is_not_loaded_is_113() {
    let mac = Mac::new();
    assert_eq!(mac.run(&["print", T]), said(113, &format!("Bad request.\n{NOT_FOUND}")));
    let system = "Bad request.\nCould not find service \"com.example.nope\" in domain for system";
    assert_eq!(mac.run(&["print", "system/com.example.nope"]), said(113, system));
}

#[test]
fn case_02_bootstrap_with_run_at_load_starts_the_job() {
    let mac = Mac::new();
    mac.running("exec sleep 60", "");
    assert_eq!(mac.field("runs").as_deref(), Some("1"));
    assert_eq!(mac.field("immediate reason").as_deref(), Some("speculative"));
    assert_eq!(mac.run(&["blame", T]).out, "speculative\n");
}

#[test]
fn case_03_bootstrap_without_keys_only_registers() {
    let mac = Mac::new();
    mac.ok(&["bootstrap", D, &mac.plist("exec sleep 60", "")]);
    assert_eq!(mac.field("state").as_deref(), Some("not running"));
    assert_eq!(mac.field("runs").as_deref(), Some("0"));
    assert_eq!(mac.field("last exit code").as_deref(), Some("(never exited)"));
    assert_eq!(mac.field("pid"), None);
}

#[test]
fn case_04_bootstrap_of_what_is_loaded_is_5_or_37_for_root() {
    let mac = Mac::new();
    let plist = mac.plist("exec sleep 60", "");
    mac.ok(&["bootstrap", D, &plist]);
    assert_eq!(mac.run(&["bootstrap", D, &plist]), said(5, IO_ERROR));

    let mac = root();
    let plist = mac.plist("exec sleep 60", "");
    mac.ok(&["bootstrap", D, &plist]);
    let rich = format!(
        "{plist}: service already bootstrapped\nBootstrap failed: 37: Operation already in progress"
    );
    assert_eq!(mac.run(&["bootstrap", D, &plist]), said(37, &rich));
}

#[test]
fn case_05_bootstrap_of_what_is_disabled_is_5_or_119_for_root() {
    let mac = Mac::new();
    mac.ok(&["disable", T]);
    assert_eq!(mac.run(&["bootstrap", D, &mac.plist("exec sleep 60", "")]), said(5, IO_ERROR));
    assert_eq!(mac.run(&["print", T]).code, 113);

    let mac = root();
    mac.ok(&["disable", T]);
    let plist = mac.plist("exec sleep 60", "");
    let rich = format!("{plist}: Service is disabled\nBootstrap failed: 119: Service is disabled");
    assert_eq!(mac.run(&["bootstrap", D, &plist]), said(119, &rich));
}

#[test]
fn case_06_bad_mode_missing_file_and_bad_xml_are_refused() {
    for (mac, mode_code) in [(Mac::new(), 5), (root(), 122)] {
        let plist = mac.plist("exec sleep 60", "");
        std::fs::set_permissions(&plist, std::fs::Permissions::from_mode(0o666)).unwrap();
        assert_eq!(mac.run(&["bootstrap", D, &plist]).code, mode_code);
        std::fs::set_permissions(&plist, std::fs::Permissions::from_mode(0o644)).unwrap();
        std::fs::write(&plist, "<plist><dict>").unwrap();
        assert_eq!(mac.run(&["bootstrap", D, &plist]).code, 5);
        std::fs::remove_file(&plist).unwrap();
        assert_eq!(mac.run(&["bootstrap", D, &plist]).code, 5);
        assert_eq!(mac.run(&["print", T]).code, 113);
    }
}

#[test]
fn case_06_root_reads_that_the_mode_is_bad() {
    let mac = root();
    let plist = mac.plist("exec sleep 60", "");
    std::fs::set_permissions(&plist, std::fs::Permissions::from_mode(0o666)).unwrap();
    let text = "Path had bad ownership/permissions";
    assert_eq!(
        mac.run(&["bootstrap", D, &plist]),
        said(122, &format!("{plist}: {text}\nBootstrap failed: 122: {text}"))
    );
}

#[test]
fn case_13_kickstart_of_what_is_not_loaded_is_113_in_one_line() {
    assert_eq!(Mac::new().run(&["kickstart", "-p", T]), said(113, NOT_FOUND));
}

#[test]
fn case_23_overrides_take_any_label_and_outlive_plist_and_boot() {
    let mut mac = Mac::new();
    let plist = mac.plist("exec sleep 60", "");
    mac.ok(&["disable", T]);
    std::fs::remove_file(&plist).unwrap();
    mac.ok(&["enable", "gui/501/com.example.nope"]);
    mac.ok(&["enable", "gui/501/com.example.nope"]);
    mac.reboot(&profile());
    mac.plist("exec sleep 60", "");
    let modern = "\tdisabled services = {\n\t\t\"com.example.web\" => disabled\n\t\t\"com.example.nope\" => enabled\n\t}\n";
    for domain in ["gui/501", "user/501"] {
        let mut lines: Vec<String> =
            mac.run(&["print-disabled", domain]).out.lines().map(str::to_owned).collect();
        let mut expected: Vec<&str> = modern.lines().collect();
        lines.sort();
        expected.sort_unstable();
        assert_eq!(lines, expected, "{domain}");
    }
}

#[test]
fn case_23_print_disabled_up_to_12_says_true_for_disabled() {
    let mac = Mac::with(&profile_with(&json!({"os": 12})));
    mac.ok(&["disable", T]);
    let old =
        "disabled services = {\n\t\"com.example.web\" => true\n}\nlogin item associations = {\n}\n";
    assert_eq!(mac.run(&["print-disabled", D]).out, old);
}

#[test]
fn case_27_a_missing_program_is_in_the_penalty_box() {
    let mac = Mac::new();
    let plist = mac.root.join("web.plist");
    let keys = "<key>RunAtLoad</key><true/><key>Program</key><string>/nonexistent/web</string>";
    mac.ok(&["bootstrap", D, &mac.plist_at(&plist, LABEL, "true", keys)]);
    mac.until_state("spawn scheduled");
    assert_eq!(mac.field("last exit code").as_deref(), Some("78: EX_CONFIG"));
    assert!(mac.field("properties").unwrap().contains("penalty box"));
    assert_eq!(mac.field("pid"), None);
}

#[test]
fn case_30_targets_of_the_wrong_kind_are_64() {
    let mac = Mac::new();
    let plist = mac.plist("true", "");
    for call in [
        vec!["bootstrap", T, &plist],
        vec!["kickstart", D],
        vec!["print", LABEL],
        vec!["kickstart", "-x", T],
    ] {
        let seen = mac.run(&call);
        assert_eq!(seen.code, 64, "{call:?}");
        assert!(
            seen.err.starts_with("Unrecognized target specifier.\nUsage: launchctl "),
            "{seen:?}"
        );
    }
    assert_eq!(mac.run(&["bootstrap"]).code, 64);
    assert_eq!(mac.run(&["frobnicate"]).code, 1);
    assert_eq!(mac.run(&[]).code, 0);
}

#[test]
fn case_31_an_edit_does_not_reach_what_is_loaded() {
    let mac = Mac::new();
    let keys = "<key>ThrottleInterval</key><integer>1</integer>";
    let old = mac.running(": old; exec sleep 60", keys);
    mac.plist("exit 9", keys);
    assert_eq!(mac.run(&["kickstart", "-k", T]), silent(0));
    let new = mac.until("another pid", || Some(mac.until_running()).filter(|pid| *pid != old));
    assert_ne!(new, old);
    assert!(mac.run(&["print", T]).out.contains(": old"));
}
