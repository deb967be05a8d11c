//! Random kills of everything, while services write numbered lines.
//!
//! `SVCCTL_CHAOS_SECONDS` says for how long (default 5), `SVCCTL_CHAOS_PAUSE_MS` how long between two kills (default 100): a thousand
//! kills over ten minutes are `SVCCTL_CHAOS_SECONDS=600 SVCCTL_CHAOS_PAUSE_MS=600`.

use std::env;
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::WRITER;
use super::lab::{Lab, Processes, eventually, kill};

const NAMES: [&str; 3] = ["a", "b", "c"];

/// Numbers that are hard to guess and easy to repeat: the seed is printed.
struct Dice(u64);

impl Dice {
    fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let seed = setting("SVCCTL_CHAOS_SEED", u64::from(now.subsec_nanos()));
        println!("SVCCTL_CHAOS_SEED={seed}");
        Self(seed)
    }

    fn below(&mut self, count: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % count
    }
}

fn setting(name: &str, default: u64) -> u64 {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// How long it took until everything was well again, and until `status` said so.
fn recovery(lab: &Lab, name: &str, killed: u32) -> [Duration; 2] {
    let begun = Instant::now();
    let is_well = || {
        let Processes { main, host } = lab.processes(name);
        main != killed && host != killed && main != 0 && lives(main) && lives(host)
    };
    eventually("a service that lives, and its host", is_well);
    let back = begun.elapsed();
    eventually("status to be right", || {
        let status = lab.status(name);
        status["state"] == "running" && status["pid"] == lab.processes(name).main
    });
    [back, begun.elapsed()]
}

fn lives(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(' ') && !rest.starts_with(" Z"))
}

#[test]
fn whatever_is_killed_nothing_runs_twice_and_no_line_is_lost() {
    let lab = Lab::new();
    NAMES.iter().for_each(|name| lab.install(name, WRITER));
    lab.svcctl(&[&["start"], NAMES.as_slice()].concat());
    let mut reader = lab.follow("a", Stdio::null());
    let mut dice = Dice::new();
    let end = Instant::now() + Duration::from_secs(setting("SVCCTL_CHAOS_SECONDS", 5));
    let pause = Duration::from_millis(setting("SVCCTL_CHAOS_PAUSE_MS", 100));
    let mut times = Vec::new();
    while Instant::now() < end {
        let name = NAMES[dice.below(NAMES.len())];
        let victim = match dice.below(4) {
            0 => lab.processes(name).main,
            1 => lab.processes(name).host,
            2 => lab.try_supervisor().unwrap_or(0),
            _ => {
                reader = lab.follow("a", Stdio::null());
                continue;
            }
        };
        if victim == 0 {
            continue;
        }
        kill(victim);
        times.push(recovery(&lab, name, victim));
        let instances = lab.instances(name);
        assert!(instances.len() <= 1, "{name} runs {} times: {instances:?}", instances.len());
        std::thread::sleep(pause);
    }
    drop(reader);
    for name in NAMES {
        eventually("status to be right", || lab.status(name)["state"] == "running");
    }
    lab.svcctl(&[&["stop"], NAMES.as_slice()].concat());
    lab.assert_nothing_left();
    let lines: usize = NAMES.iter().map(|name| lab.check_lines(name)).sum();
    let told = |what: &str, which: usize| {
        let mut times: Vec<Duration> = times.iter().map(|both| both[which]).collect();
        times.sort();
        let at = |share: usize| times.get(times.len() * share / 1000).copied().unwrap_or_default();
        let worst = times.last().copied().unwrap_or_default();
        println!("{what}: median {:?}, p99 {:?}, worst {worst:?}", at(500), at(990));
    };
    println!("{} kills, {lines} lines, none lost, none doubled", times.len());
    told("supervision was back after", 0);
    told("status was right after", 1);
}
