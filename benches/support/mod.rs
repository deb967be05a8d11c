//! Times whole commands side by side, in turn, so that a machine whose speed drifts is as unkind to the one as to the other.

#![allow(dead_code, clippy::expect_used)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Two commands measured in turn.
pub struct Pair {
    /// What is compared.
    pub what: String,
    /// Ours, each run.
    pub ours: Vec<Duration>,
    /// The peer's, each run.
    pub peer: Vec<Duration>,
    /// The ratio of the medians that may not be passed.
    pub bound: f64,
}

/// Runs both in turn, `runs` times, after one run of each that does not count. `before` is called, not timed, before each run of ours.
pub fn pair(
    what: &str,
    bound: f64,
    runs: usize,
    mut ours: impl FnMut() -> Duration,
    mut peer: impl FnMut() -> Duration,
) -> Pair {
    let mut pair = Pair { what: what.to_owned(), ours: Vec::new(), peer: Vec::new(), bound };
    for run in 0..=runs {
        let (a, b) = (ours(), peer());
        if run > 0 {
            pair.ours.push(a);
            pair.peer.push(b);
        }
    }
    pair
}

/// What the command line asks for; none is all. What begins with a dash is cargo's.
pub fn named() -> Vec<String> {
    std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect()
}

/// Wall time of one run; what it prints is thrown away. A run that fails ends the benchmark: it measured something else.
pub fn time(command: &mut Command) -> Duration {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
    let begin = Instant::now();
    let status = command.status().expect("the command can be executed");
    let time = begin.elapsed();
    assert!(status.success(), "{command:?} ended with {status}");
    time
}

/// The median.
pub fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

impl Pair {
    /// Ratio of the medians.
    pub fn ratio(&self) -> f64 {
        median(&self.ours).as_secs_f64() / median(&self.peer).as_secs_f64()
    }

    /// A row of the table.
    pub fn row(&self) -> String {
        let ms = |time: Duration| format!("{:.2}", time.as_secs_f64() * 1e3);
        let range = |times: &[Duration]| {
            let min = times.iter().min().copied().unwrap_or_default();
            let max = times.iter().max().copied().unwrap_or_default();
            format!("{} [{}–{}]", ms(median(times)), ms(min), ms(max))
        };
        let verdict = if self.ratio() <= self.bound { "within" } else { "BEYOND" };
        format!(
            "| {} | {} | {} | {:.2} | {} ({verdict}) |",
            self.what,
            range(&self.ours),
            range(&self.peer),
            self.ratio(),
            self.bound
        )
    }
}

/// Prints the table: medians with the least and the most, in milliseconds.
pub fn print(pairs: &[Pair]) {
    println!("| what | svcctl, ms | peer, ms | ratio | at most |\n|---|---|---|---|---|");
    for pair in pairs {
        println!("{}", pair.row());
    }
}
