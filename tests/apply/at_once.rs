//! Several svcctl processes on one scope.

use std::process::Child;

use crate::bench::{Bench, said};

fn all_succeed(children: Vec<Child>) {
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }
}

#[test]
fn two_installs_of_one_service_leave_one_of_them_whole() {
    let bench = Bench::new();
    let outcomes: Vec<_> = ["1", "2"]
        .map(|part| {
            let alone = Bench::new();
            alone.done(&format!("install web {part} start"));
            alone.snapshot()
        })
        .into();
    all_succeed(["1", "2"].map(|part| bench.spawn(&format!("install web {part} start"))).into());
    let now = bench.snapshot();
    assert!(outcomes.contains(&now), "a mixture of both");
}

#[test]
fn fifty_installs_at_once_are_all_there() {
    let bench = Bench::new();
    all_succeed((0..50).map(|n| bench.spawn(&format!("install s{n} 1"))).collect());
    let one_by_one = Bench::new();
    for n in 0..50 {
        one_by_one.done(&format!("install s{n} 1"));
    }
    assert!(bench.snapshot() == one_by_one.snapshot());
}

#[test]
fn installs_and_uninstalls_at_once_leave_no_folder_half_removed() {
    let bench = Bench::new();
    let empty = bench.snapshot();
    for _ in 0..5 {
        all_succeed((0..6).map(|n| bench.spawn(&format!("install s{n} 1"))).collect());
        all_succeed((0..6).map(|n| bench.spawn(&format!("uninstall s{n}"))).collect());
        assert!(bench.snapshot() == empty);
    }
}
