//! The embedded manager when its own processes die: the services must not notice.
//!
//! Every test has a home folder of its own, and so a supervisor of its own in the user scope.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod chaos;
mod hard;
mod lab;
mod lines;
mod pid_one;

use std::fs;

use lab::{Lab, eventually, kill};

/// Prints lines of its own name, which no other process ever has, and a number; keeps the last number in a file of its own once it is
/// printed.
const WRITER: &str = r#"read -r me </proc/sys/kernel/random/uuid; i=0
while :; do echo "$me $i"; echo $i >"$DIR/last.$me"; i=$((i+1)); sleep 0.002; done"#;

/// The same, for many at once.
const SLOW_WRITER: &str = r#"read -r me </proc/sys/kernel/random/uuid; i=0
while :; do echo "$me $i"; echo $i >"$DIR/last.$me"; i=$((i+1)); sleep 0.05; done"#;

/// The program that does what a test says.
const TESTCHILD: &str = env!("CARGO_BIN_EXE_svcctl-testchild");

#[test]
fn a_killed_host_is_replaced_and_the_service_does_not_notice() {
    let lab = Lab::new();
    lab.install("web", WRITER);
    lab.svcctl(&["start", "web"]);
    let before = lab.processes("web");
    kill(before.host);
    eventually("another host", || lab.processes("web").host != before.host);
    assert_eq!(lab.processes("web").main, before.main);
    assert_eq!(lab.status("web")["state"], "running");
    lab.svcctl(&["stop", "web"]);
    lab.check_lines("web");
    lab.assert_nothing_left();
}

#[test]
fn a_killed_supervisor_is_replaced_by_its_hosts() {
    let lab = Lab::new();
    for name in ["one", "two", "three"] {
        lab.install(name, WRITER);
    }
    lab.svcctl(&["start", "one", "two", "three"]);
    let before = lab.processes("one");
    let supervisor = lab.supervisor();
    kill(supervisor);
    eventually("another supervisor", || lab.try_supervisor().is_some_and(|pid| pid != supervisor));
    assert_eq!(lab.processes("one").main, before.main);
    lab.svcctl(&["restart", "one"]);
    assert_ne!(lab.processes("one").main, before.main);
    lab.svcctl(&["stop", "one", "two", "three"]);
    lab.check_lines("two");
    lab.assert_nothing_left();
}

#[test]
fn host_and_supervisor_killed_together_come_back_and_a_stop_finds_the_service() {
    let lab = Lab::new();
    lab.install("web", WRITER);
    lab.install("other", WRITER);
    lab.svcctl(&["start", "web", "other"]);
    let before = lab.processes("web");
    kill(lab.supervisor());
    kill(before.host);
    eventually("another host", || lab.processes("web").host != before.host);
    assert_eq!(lab.processes("web").main, before.main);
    lab.svcctl(&["stop", "web", "other"]);
    lab.assert_nothing_left();
}

#[test]
fn the_exit_code_of_a_service_is_known_although_its_host_was_replaced() {
    let lab = Lab::new();
    lab.install(
        "web",
        "while [ ! -e \"$DIR/end\" ]; do sleep 0.01; done; rm \"$DIR/end\"; exit 42",
    );
    lab.svcctl(&["start", "web"]);
    let before = lab.processes("web");
    kill(before.host);
    eventually("another host", || lab.processes("web").host != before.host);
    fs::write(lab.dir().join("end"), "").unwrap();
    eventually("the end to be seen", || lab.status("web")["exit"]["code"] == 42);
}

#[test]
fn a_replaced_program_takes_over_and_fifty_services_do_not_notice() {
    let lab = Lab::new();
    let names: Vec<String> = (0..50).map(|number| format!("s{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for name in &names {
        lab.install(name, SLOW_WRITER);
    }
    let all = |verb: &'static str| [&[verb], names.as_slice()].concat();
    lab.svcctl(&all("start"));
    let before: Vec<u32> = names.iter().map(|name| lab.processes(name).main).collect();
    let hosts: Vec<u32> = names.iter().map(|name| lab.processes(name).host).collect();
    lab.replace_program();
    lab.svcctl(&all("start"));
    for (name, old) in names.iter().zip(hosts) {
        eventually("every host to be a new one", || lab.processes(name).host != old);
        let exe = fs::read_link(format!("/proc/{}/exe", lab.processes(name).host)).unwrap();
        assert_eq!(exe, lab.program(), "{name} is hosted by the old program");
    }
    assert_eq!(names.iter().map(|name| lab.processes(name).main).collect::<Vec<_>>(), before);
    lab.svcctl(&all("stop"));
    for name in names {
        lab.check_lines(name);
    }
    lab.assert_nothing_left();
}
