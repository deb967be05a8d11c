//! From a crash to the next start.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::{install, ms, peers, row, svcctl};
use crate::support::{median, time};

const CRASHES: usize = 200;
const FEW: usize = 20;
/// How long the child lives, milliseconds.
const LIFE: &str = "20";

/// Builds what crashes.
fn crasher(work: &Path) -> String {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/embedded/crasher.rs");
    let program = work.join("crasher").display().to_string();
    let options =
        ["-Copt-level=3", "-Cpanic=abort", "-Cstrip=symbols", "-Ctarget-feature=+crt-static"];
    let mut rustc = Command::new("rustc");
    time(rustc.args(options).args([source, "-o", &program]));
    program
}

/// From each end to the next beginning, sorted.
fn gaps(file: &Path) -> Vec<Duration> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let number = |word: &str| word.parse::<i128>().ok();
    let times: Vec<_> = text
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(a, b)| number(a).zip(number(b)))
        .collect();
    let gap = |pair: &[(i128, i128)]| {
        Duration::from_nanos(u64::try_from(pair[1].0 - pair[0].1).unwrap_or_default())
    };
    let mut gaps: Vec<_> = times.windows(2).map(gap).collect();
    gaps.sort_unstable();
    gaps
}

fn told(gaps: &[Duration]) -> String {
    let p99 = gaps.get(gaps.len() * 99 / 100).copied().unwrap_or_default();
    format!("median {}, p99 {}", ms(median(gaps)), ms(p99))
}

/// svcctl beside a bare loop, and beside the supervisors that are there.
pub fn measure(work: &Path) {
    let crasher = crasher(work);
    let file = |name: &str| work.join(name);
    let child =
        |name: &str, life: &str| [crasher.clone(), file(name).display().to_string(), life.into()];
    let command = child("ours", LIFE);
    install(work, "crash", &command.each_ref().map(String::as_str));
    time(&mut svcctl(work, &["start", "crash"]));
    wait_for(&file("ours"), CRASHES);
    time(&mut svcctl(work, &["uninstall", "crash"]));
    for _ in 0..CRASHES {
        let [program, rest @ ..] = child("bare", LIFE);
        let _ = Command::new(program).args(rest).status().expect("it can be spawned");
    }
    let mut beside = format!("bare posix_spawn loop: {}", told(&gaps(&file("bare"))));
    // runit waits for what is left of a second after a start.
    let long = child("runit-times", "1050");
    if peers::runit_crashes(work, &long, || wait_for(&file("runit-times"), FEW)) {
        let _ = write!(
            beside,
            "; runit, {FEW} of a child that lived 1.05 s: {}",
            told(&gaps(&file("runit-times")))
        );
    }
    let short = child("pm2-times", LIFE);
    if peers::pm2_crashes(work, &short, || wait_for(&file("pm2-times"), CRASHES)) {
        let _ = write!(beside, "; pm2: {}", told(&gaps(&file("pm2-times"))));
    }
    let short = child("systemd-times", LIFE);
    if peers::systemd_crashes(work, &short, || wait_for(&file("systemd-times"), CRASHES)) {
        let _ = write!(beside, "; systemd: {}", told(&gaps(&file("systemd-times"))));
    }
    row(&format!("exit to start, {CRASHES} crashes"), &told(&gaps(&file("ours"))), &beside);
}

fn wait_for(file: &Path, crashes: usize) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while gaps(file).len() < crashes && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
}
