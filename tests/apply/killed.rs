//! Killed with SIGKILL before and after everything durable that a verb does, and then again while the next one mends it.

use crate::bench::{Bench, Snapshot, said, was_killed};

/// More points than any of the verbs here has.
const END: u32 = 200;

/// What a verb begins with and what it leads to.
struct Case {
    verb: &'static str,
    bench: Bench,
    saved: Snapshot,
    old: Snapshot,
    new: Snapshot,
}

impl Case {
    fn new(before: &[&str], verb: &'static str) -> Self {
        let bench = Bench::new();
        before.iter().for_each(|verb| {
            bench.done(verb);
        });
        let (saved, old) = (bench.save(), bench.snapshot());
        bench.done(verb);
        Self { verb, new: bench.snapshot(), bench, saved, old }
    }

    /// Mends a machine on which the verb was killed; it is old or new then, and what was said is true.
    fn mend(&self, fault: &str) {
        let text = self.bench.done("mend");
        let now = self.bench.snapshot();
        let state = match () {
            () if now == self.old => "old",
            () if now == self.new => "new",
            () => panic!("{} at {fault}: neither old nor new: {}", self.verb, self.compare(&now)),
        };
        if text.contains("taken back") {
            assert_eq!(state, "old", "{} at {fault}: {text}", self.verb);
        }
        if text.contains(": completed") {
            assert_eq!(state, "new", "{} at {fault}: {text}", self.verb);
        }
    }

    fn compare(&self, now: &Snapshot) -> String {
        let differs = |than: &Snapshot| {
            let mut paths: Vec<_> = now.keys().chain(than.keys()).collect();
            paths.sort();
            paths.dedup();
            paths.retain(|path| now.get(*path) != than.get(*path));
            format!("{paths:?}")
        };
        format!(
            "differs from the old in {}, from the new in {}",
            differs(&self.old),
            differs(&self.new)
        )
    }

    /// Every point of the verb; returns how many there were.
    fn each_point(&self, kind: &str, mut then: impl FnMut(&str)) -> u32 {
        for point in 1..END {
            let fault = format!("{point}:{kind}");
            self.bench.restore(&self.saved);
            let output = self.bench.run(self.verb, Some(&fault));
            if output.status.success() {
                assert_eq!(self.bench.snapshot(), self.new, "{} at {fault}", self.verb);
                return point - 1;
            }
            assert!(
                kind == "fail" || was_killed(&output),
                "{} at {fault}: {}",
                self.verb,
                said(&output)
            );
            then(&fault);
        }
        panic!("{} has no end", self.verb)
    }
}

fn old_or_new(before: &[&str], verb: &'static str, least: u32) {
    let case = Case::new(before, verb);
    for kind in ["before", "after"] {
        let points = case.each_point(kind, |fault| case.mend(fault));
        assert!(points >= least, "{verb} has {points} points only");
    }
}

#[test]
fn a_killed_first_install_is_all_or_nothing() {
    old_or_new(&[], "both web api 1", 15);
}

#[test]
fn a_killed_update_of_a_running_service_is_all_or_nothing() {
    old_or_new(&["install web 1 start", "install api 1"], "install web 2", 8);
}

#[test]
fn a_killed_uninstall_is_all_or_nothing() {
    old_or_new(&["both web api 1"], "uninstall web api", 12);
}

#[test]
fn a_killed_disable_is_all_or_nothing() {
    old_or_new(&["install web 1 start"], "disable web", 6);
}

#[test]
fn a_step_that_fails_is_taken_back_at_once() {
    let case = Case::new(&["install web 1 start"], "install web 2");
    let mut at_once = 0;
    case.each_point("fail", |fault| {
        if case.bench.snapshot() == case.old {
            at_once += 1;
        }
        case.mend(fault);
    });
    assert!(at_once >= 8, "{at_once} of the failures were taken back by the verb itself");
}

#[test]
fn a_recovery_that_is_killed_is_begun_again() {
    let case = Case::new(&["install web 1 start"], "install web 2");
    case.each_point("after", |fault| {
        let killed = case.bench.save();
        for point in 1..END {
            case.bench.restore(&killed);
            let output = case.bench.run("mend", Some(&format!("{point}:after")));
            if !was_killed(&output) {
                assert!(output.status.success(), "{}", said(&output));
                break;
            }
            case.mend(&format!("{fault}, mending killed at {point}"));
        }
    });
}

#[test]
fn the_same_verb_again_mends_and_then_does_what_it_was_asked() {
    let case = Case::new(&["both web api 1"], "uninstall web api");
    case.each_point("after", |fault| {
        let text = said(&case.bench.run(case.verb, None));
        let mended = text.contains("taken back") || text.contains("not installed");
        assert!(mended, "{} again after {fault}: {text}", case.verb);
        assert!(case.bench.snapshot() == case.new, "{} again after {fault}: {text}", case.verb);
    });
}
