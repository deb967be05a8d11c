//! The table of starts and restarts by keys, and the times of throttle and exit, on the pure machine.

use super::{Action, Context, Event, SIGKILL, SIGTERM, step};
use crate::definition::Definition;
use crate::job::{Job, Phase, Reason};
use crate::keepalive::World;
use crate::outcome::Outcome;
use plist::Value;

struct Nothing;

impl World for Nothing {
    fn path_exists(&self, _: &str) -> bool {
        false
    }
    fn is_loaded(&self, _: &str) -> bool {
        false
    }
}

fn at(now: u64) -> Context<'static> {
    Context { now, disabled: false, on_demand_only: false, teardown: 0, world: &Nothing }
}

fn job(keys: &str) -> Job {
    let xml = format!(
        "<plist><dict><key>Label</key><string>web</string><key>ProgramArguments</key><array><string>/bin/web</string></array>{keys}</dict></plist>"
    );
    let value = Value::from_reader_xml(xml.as_bytes()).unwrap();
    Job::new(Definition::read("/web.plist".into(), &value).unwrap())
}

fn running(keys: &str, since: u64) -> Job {
    let mut job = job(keys);
    step(&mut job, Event::Forked(7), &at(since));
    step(&mut job, Event::Executed, &at(since));
    job
}

const RUN: &str = "<key>RunAtLoad</key><true/>";
const ALWAYS: &str = "<key>KeepAlive</key><true/>";
const SUCCESS: &str = "<key>KeepAlive</key><dict><key>SuccessfulExit</key><true/></dict>";
const FAILURE: &str = "<key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>";
const CRASHED: &str = "<key>KeepAlive</key><dict><key>Crashed</key><true/></dict>";
const NOT_CRASHED: &str = "<key>KeepAlive</key><dict><key>Crashed</key><false/></dict>";
const BOTH: &str =
    "<key>KeepAlive</key><dict><key>SuccessfulExit</key><false/><key>Crashed</key><true/></dict>";

#[test]
fn keys_decide_what_starts_and_what_comes_back() {
    // Keys; starts; back after exit 0, exit 1, SIGTERM, SIGKILL, SIGSEGV.
    let table = [
        ("", false, [false; 5]),
        (RUN, true, [false; 5]),
        (ALWAYS, true, [true; 5]),
        (SUCCESS, true, [true, false, false, false, false]),
        (FAILURE, true, [false, true, true, true, true]),
        (CRASHED, true, [false, false, false, false, true]),
        (NOT_CRASHED, true, [true, true, true, true, false]),
        (BOTH, true, [false, true, true, true, true]),
    ];
    let ends = [
        Outcome::Code(0),
        Outcome::Code(1),
        Outcome::Signal(15),
        Outcome::Signal(9),
        Outcome::Signal(11),
    ];
    for (keys, starts, comes_back) in table {
        assert_eq!(
            step(&mut job(keys), Event::Loaded, &at(0)) == [Action::Spawn],
            starts,
            "{keys}"
        );
        for (end, back) in ends.into_iter().zip(comes_back) {
            let mut job = running(keys, 0);
            step(&mut job, Event::Exited(end), &at(2000));
            assert_eq!(job.phase == Phase::SpawnScheduled { at: 10_000 }, back, "{keys} {end:?}");
            assert_eq!(job.phase == Phase::NotRunning, !back, "{keys} {end:?}");
        }
    }
}

#[test]
fn a_job_that_outlived_its_throttle_comes_back_at_once() {
    let mut job = running(ALWAYS, 0);
    assert!(step(&mut job, Event::Exited(Outcome::Code(0)), &at(10_000)).contains(&Action::Spawn));
}

#[test]
fn a_kickstart_does_not_shorten_the_throttle() {
    let mut job = running(ALWAYS, 0);
    step(&mut job, Event::Exited(Outcome::Code(1)), &at(2000));
    assert_eq!(step(&mut job, Event::Kickstart(None), &at(3000)), []);
    assert_eq!(job.phase, Phase::SpawnScheduled { at: 10_000 });
    assert_eq!(step(&mut job, Event::Tick, &at(10_000)), [Action::Spawn]);
    assert_eq!(job.reason, Reason::Inefficient);
}

#[test]
fn a_bootout_kills_after_the_exit_timeout_and_not_before() {
    let mut job = running("<key>ExitTimeOut</key><integer>5</integer>", 0);
    assert!(step(&mut job, Event::Bootout, &at(1000)).contains(&Action::Signal(7, SIGTERM)));
    assert_eq!(step(&mut job, Event::Tick, &at(5999)), []);
    assert!(step(&mut job, Event::Tick, &at(6000)).contains(&Action::Signal(7, SIGKILL)));
    assert!(step(&mut job, Event::Exited(Outcome::Signal(9)), &at(6001)).contains(&Action::Remove));
}

#[test]
fn an_exit_timeout_of_zero_waits_for_ever() {
    let mut job = running("<key>ExitTimeOut</key><integer>0</integer>", 0);
    step(&mut job, Event::Bootout, &at(0));
    assert_eq!(step(&mut job, Event::Tick, &at(u64::MAX)), []);
}

#[test]
fn a_disabled_job_does_not_come_back() {
    let mut job = running(ALWAYS, 0);
    step(&mut job, Event::Exited(Outcome::Code(0)), &Context { disabled: true, ..at(60_000) });
    assert_eq!(job.phase, Phase::NotRunning);
}

#[test]
fn ninety_eight_crashes_stretch_ten_seconds_to_eighty() {
    let mut job = job(ALWAYS);
    job.successive_crashes = 98;
    assert_eq!(job.minimum_runtime_secs(), 80);
    job.successive_crashes = u32::MAX;
    assert_eq!(job.minimum_runtime_secs(), 1200);
}
