//! Cases 7 to 22: starting, stopping, throttling, with real processes.

use crate::harness::{D, IO_ERROR, Mac, T, profile_with, said, silent};
use serde_json::json;
use std::time::{Duration, Instant};

/// Runs until SIGTERM, and then so much longer; `$!` makes the shell answer the signal at once.
const LINGERS: &str =
    "trap 'sleep 3; exit 0' TERM; touch $READY; while :; do sleep 60 & wait $!; done";
const STUBBORN: &str = "trap '' TERM; touch $READY; while :; do sleep 1; done";
const OBEDIENT: &str = "trap 'exit 0' TERM; touch $READY; while :; do sleep 60 & wait $!; done";
const PLAIN: &str = "exec sleep 60";

fn always(secs: u32) -> String {
    format!("<key>KeepAlive</key><true/><key>ThrottleInterval</key><integer>{secs}</integer>")
}

fn on_failure(secs: u32) -> String {
    format!(
        "<key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict><key>ThrottleInterval</key><integer>{secs}</integer>"
    )
}

/// A job whose traps are set.
fn trapping(mac: &Mac, script: &str, keys: &str) -> u32 {
    let ready = mac.root.join("ready");
    let variable = format!("<key>READY</key><string>{}</string>", ready.display());
    let pid = mac
        .running(script, &format!("<key>EnvironmentVariables</key><dict>{variable}</dict>{keys}"));
    mac.until("traps set", || ready.exists().then_some(()));
    pid
}

fn is_alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

#[test]
fn case_07_bootout_returns_at_once_and_the_label_lasts_as_long_as_the_process() {
    let mac = Mac::new();
    let pid = trapping(&mac, LINGERS, "");
    mac.ok(&["bootout", T]);
    assert_eq!(mac.field("state").as_deref(), Some("SIGTERMed"));
    assert_eq!(mac.field("pid"), Some(pid.to_string()));
    mac.until_gone();
    assert!(!is_alive(pid));
}

#[test]
fn case_08_bootstrap_fails_with_5_while_the_old_copy_dies() {
    let mac = Mac::new();
    trapping(&mac, LINGERS, "");
    let plist = mac.plist(PLAIN, "<key>RunAtLoad</key><true/>");
    mac.ok(&["bootout", T]);
    assert_eq!(mac.run(&["bootstrap", D, &plist]), said(5, IO_ERROR));
    mac.until_gone();
    mac.ok(&["bootstrap", D, &plist]);
    mac.until_running();
}

#[test]
fn case_09_kickstart_fails_with_37_while_the_job_dies() {
    let mac = Mac::new();
    trapping(&mac, LINGERS, "");
    mac.ok(&["bootout", T]);
    assert_eq!(mac.run(&["kickstart", T]), silent(37));
    assert_eq!(mac.field("state").as_deref(), Some("SIGTERMed"));
}

#[test]
fn case_10_what_ignores_sigterm_is_killed_after_the_exit_timeout() {
    let mac = Mac::with(&profile_with(&json!({"time_scale": 5.0})));
    let pid = trapping(&mac, STUBBORN, "<key>ExitTimeOut</key><integer>5</integer>");
    let asked = Instant::now();
    mac.ok(&["bootout", T]);
    mac.until_gone();
    assert!(asked.elapsed() >= Duration::from_millis(990), "killed before its time");
    assert!(!is_alive(pid));
    assert!(
        mac.read("var/log/com.apple.xpc.launchd/launchd.log")
            .contains("signaled service: Killed: 9")
    );
}

#[test]
fn case_11_bootout_of_what_is_not_loaded_is_3_or_5_by_path() {
    let mac = Mac::new();
    let plist = mac.plist(PLAIN, "");
    assert_eq!(mac.run(&["bootout", T]), said(3, "Boot-out failed: 3: No such process"));
    assert_eq!(
        mac.run(&["bootout", D, &plist]),
        said(5, &IO_ERROR.replace("Bootstrap", "Boot-out"))
    );
}

#[test]
fn case_12_bootout_on_11_says_36_and_works() {
    let mac = Mac::with(&profile_with(&json!({"os": 11})));
    mac.running(PLAIN, "");
    assert_eq!(
        mac.run(&["bootout", T]),
        said(36, "Boot-out failed: 36: Operation now in progress")
    );
    mac.until_gone();
}

#[test]
fn case_14_kickstart_starts_and_prints_the_pid() {
    let mac = Mac::new();
    mac.ok(&["bootstrap", D, &mac.plist(PLAIN, "")]);
    let seen = mac.run(&["kickstart", "-p", T]);
    assert_eq!((seen.code, seen.err.as_str()), (0, ""));
    assert_eq!(seen.out, format!("{}\n", mac.until_running()));
    assert_eq!(mac.field("runs").as_deref(), Some("1"));
    assert_eq!(mac.field("immediate reason").as_deref(), Some("non-ipc demand"));
}

#[test]
fn case_15_kickstart_of_what_runs_is_37() {
    let mac = Mac::new();
    let pid = mac.running(PLAIN, "");
    assert_eq!(mac.run(&["kickstart", T]), silent(37));
    let seen = mac.run(&["kickstart", "-p", T]);
    assert_eq!((seen.code, seen.out), (37, format!("{pid}\n")));
}

#[test]
fn case_16_kickstart_k_replaces_the_process_by_either_signal() {
    for (signal, line) in [("SIGKILL", "Killed: 9"), ("SIGTERM", "Terminated: 15")] {
        let mac = Mac::with(&profile_with(&json!({"kickstart_signal": signal, "time_scale": 4.0})));
        let old = mac.running(PLAIN, "<key>ThrottleInterval</key><integer>1</integer>");
        mac.ok(&["kickstart", "-k", T]);
        mac.until("another pid", || (mac.until_running() != old).then_some(()));
        assert_eq!(mac.field("runs").as_deref(), Some("2"));
        assert_eq!(mac.field("last terminating signal").as_deref(), Some(line));
        assert_eq!(mac.field("last exit code"), None);
    }
}

#[test]
fn case_17_a_failing_job_waits_out_its_throttle() {
    let mac = Mac::with(&profile_with(&json!({"time_scale": 5.0})));
    let flag = mac.root.join("failed-once");
    let script = format!("[ -e {0} ] && exec sleep 60; touch {0}; exit 1", flag.display());
    let loaded = Instant::now();
    mac.ok(&["bootstrap", D, &mac.plist(&script, &always(10))]);
    mac.until_state("spawn scheduled");
    assert_eq!(mac.field("pid"), None);
    assert_eq!(mac.field("last exit code").as_deref(), Some("1"));
    mac.until_running();
    assert!(loaded.elapsed() >= Duration::from_millis(1900), "10 seconds of launchd are 2 here");
    assert_eq!(mac.field("runs").as_deref(), Some("2"));
    assert_eq!(mac.field("immediate reason").as_deref(), Some("inefficient"));
    assert!(
        mac.read("var/log/com.apple.xpc.launchd/launchd.log").contains("Pushing respawn out by")
    );
}

#[test]
fn case_18_kickstart_does_not_shorten_the_throttle() {
    let mac = Mac::new();
    mac.ok(&["bootstrap", D, &mac.plist("exit 1", &always(600))]);
    mac.until_state("spawn scheduled");
    mac.ok(&["kickstart", T]);
    assert_eq!(mac.field("state").as_deref(), Some("spawn scheduled"));
    assert_eq!(mac.field("runs").as_deref(), Some("1"));
}

#[test]
fn case_19_exit_0_on_sigterm_stays_down_where_only_failures_come_back() {
    let mac = Mac::new();
    trapping(&mac, OBEDIENT, &on_failure(1));
    mac.ok(&["kill", "SIGTERM", T]);
    mac.until_state("not running");
    assert_eq!(mac.field("last exit code").as_deref(), Some("0"));
    assert_eq!(mac.field("runs").as_deref(), Some("1"));
}

#[test]
fn case_20_death_by_sigterm_comes_back() {
    let mac = Mac::with(&profile_with(&json!({"time_scale": 4.0})));
    let old = mac.running(PLAIN, &on_failure(1));
    mac.ok(&["kill", "TERM", T]);
    mac.until("another pid", || (mac.until_running() != old).then_some(()));
    assert_eq!(mac.field("last terminating signal").as_deref(), Some("Terminated: 15"));
}

#[test]
fn case_21_kill_needs_a_process_and_a_signal() {
    let mac = Mac::new();
    mac.ok(&["bootstrap", D, &mac.plist(PLAIN, "")]);
    assert_eq!(mac.run(&["kill", "15", T]), said(3, "No process to signal."));
    let bad = mac.run(&["kill", "SIGFOO", T]);
    assert_eq!(bad.code, 64);
    assert!(bad.err.starts_with("Invalid signal.\nUsage: "), "{bad:?}");
}

#[test]
fn case_22_disable_lets_it_run_and_keeps_it_down_after() {
    let mac = Mac::new();
    let pid = mac.running(PLAIN, &always(1));
    mac.ok(&["disable", T]);
    assert_eq!(mac.until_running(), pid);
    assert!(mac.run(&["print-disabled", D]).out.contains("\"com.example.web\" => disabled"));
    mac.ok(&["kill", "SIGKILL", T]);
    mac.until_state("not running");
    assert_eq!(mac.field("runs").as_deref(), Some("1"));
}

#[test]
fn the_process_group_ends_with_the_job_unless_abandoned() {
    for (keys, survives) in [("", false), ("<key>AbandonProcessGroup</key><true/>", true)] {
        let mac = Mac::new();
        let file = mac.root.join("child");
        let script =
            format!("sleep 61 & echo $! > {0}.new; mv {0}.new {0}; exec sleep 0.1", file.display());
        mac.ok(&[
            "bootstrap",
            D,
            &mac.plist(&script, &format!("<key>RunAtLoad</key><true/>{keys}")),
        ]);
        let child: u32 = mac.until("the child's pid", || mac.read("child").trim().parse().ok());
        mac.until_state("not running");
        if survives {
            assert!(is_alive(child));
            let pid = rustix::process::Pid::from_raw(i32::try_from(child).unwrap()).unwrap();
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        } else {
            mac.until("the child's end", || (!is_alive(child)).then_some(()));
        }
    }
}
