//! The conformance suite: the same behaviours on every manager, each case written once and driving the real `svcctl`
//! as a user does.
//!
//! `tests/run` runs it in the lanes. By hand, on a machine whose services may be touched:
//! `SVCCTL_LANE_MANAGER=systemd SVCCTL_LANE_SCOPE=system conformance [FILTER]`. With no manager named it has no cases,
//! so that a plain `cargo test` touches nothing. `lane.rs` lists the variables, `manager.rs` is where another manager
//! plugs in. `conformance table RESULTS… ` prints the table of cases from results.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a case fails by panicking, with the place and the values"
)]

mod boot;
mod case;
mod definition;
mod dump;
mod guide;
mod health;
mod install;
mod lab;
mod lane;
mod logs;
mod manager;
mod order;
mod os;
mod outcome;
mod poll;
mod process;
mod restart;
#[path = "../support/schemas.rs"]
#[allow(dead_code, reason = "what is asked of definitions is asked elsewhere")]
mod schemas;
mod start;
mod state;
mod stop;
mod table;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::Arguments;

use crate::case::Case;
use crate::lane::Lane;

/// Every case, in the order of its number.
fn cases() -> Vec<&'static Case> {
    let groups = [
        process::CASES,
        start::CASES,
        stop::CASES,
        restart::CASES,
        health::CASES,
        logs::CASES,
        state::CASES,
        boot::CASES,
        install::CASES,
        order::CASES,
    ];
    groups.into_iter().flatten().collect()
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    if words.get(1).is_some_and(|word| word == "table") {
        return table::run(&words[2..]);
    }
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(lane::THREADS);
    let trials = Lane::from_environment().map_or_else(Vec::new, |lane| {
        let lane = Arc::new(lane);
        let all = if lane.extras { lane.manager.extras().iter().collect() } else { cases() };
        let chosen = all.into_iter().filter(|case| lane.has(case));
        chosen.map(|case| case.trial(&lane)).collect()
    });
    libtest_mimic::run(&arguments, trials).exit_code()
}
