//! The capture of output beside the logging programs of other supervisors: `cargo bench --bench capture --features testing`.
//! Prints a table; judges nothing.
//!
//! `SVCCTL_BENCH_DIR` is where the files go, `SVCCTL_BENCH_MIB` how much is written (2048), `SVCCTL_BENCH_ROUNDS` how often (3). What
//! is not in `PATH` is left out. Every program gets the same bytes: lines of 100 bytes, in writes of 64 KiB or one by one, and is
//! timed until it has all of them in its files. What rotates does so at 16 MiB, without compression.

// A benchmark that cannot prepare what it measures has nothing to say.
#![allow(clippy::expect_used)]

mod peers;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use peers::{PEERS, Peer};
use support::named;

/// Bytes of a line, with its end.
const LINE: usize = 100;

/// What is written, and how.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    bytes: u64,
    /// Bytes of one write.
    write: usize,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, bytes, write] = arguments.as_slice()
        && word == "write"
    {
        let number = |text: &str| text.parse().expect("a number");
        return write_lines(number(bytes), usize::try_from(number(write)).expect("a size"));
    }
    let mebibytes = setting("SVCCTL_BENCH_MIB", 2048);
    let whole_lines = |bytes: u64| bytes - bytes % LINE as u64;
    let large = Load { bytes: whole_lines(mebibytes << 20), write: 64 << 10 };
    let small = Load { bytes: whole_lines(mebibytes << 18), write: LINE };
    table(&format!("{mebibytes} MiB in writes of 64 KiB"), large);
    table(&format!("{} MiB, one write a line", mebibytes / 4), small);
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// Writes whole lines to the standard output until there are `bytes` of them.
fn write_lines(bytes: u64, write: usize) {
    let line = [vec![b'x'; LINE - 1], vec![b'\n']].concat();
    let block = line.repeat(write / LINE + 2);
    let mut out = io::stdout().lock();
    let mut left = usize::try_from(bytes).expect("a size");
    let mut at = 0;
    while left > 0 {
        let count = write.min(left);
        out.write_all(&block[at..at + count]).expect("somebody reads");
        // The next write goes on where this one ended within a line.
        at = (at + count) % LINE;
        left -= count;
    }
}

fn table(title: &str, load: Load) {
    println!("\n{title}, seconds: median [least–most] and ratio to cat\n");
    let named = named();
    let present: Vec<&Peer> =
        PEERS.iter().filter(|peer| peer.is_present() && is_wanted(peer, &named)).collect();
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); present.len()];
    // In turns, so that what else the machine does hits all alike.
    for _ in 0..setting("SVCCTL_BENCH_ROUNDS", 3) {
        for (peer, times) in present.iter().zip(&mut times) {
            times.push(once(peer, load));
        }
    }
    let median = |times: &[Duration]| times[times.len() / 2].as_secs_f64();
    times.iter_mut().for_each(|times| times.sort());
    let base = median(&times[0]);
    for (peer, times) in present.iter().zip(&times) {
        let [least, most] = [times[0], times[times.len() - 1]].map(|time| time.as_secs_f64());
        let middle = median(times);
        println!("{:34} {middle:7.2} [{least:.2}–{most:.2}] {:6.2}", peer.name, middle / base);
    }
}

/// Whether it is `cat`, or is asked for by a part of its name; without a name all are.
fn is_wanted(peer: &Peer, named: &[String]) -> bool {
    let is_named = |word: &String| peer.name.contains(word);
    named.is_empty() || peer.name.starts_with("cat") || named.iter().any(is_named)
}

/// One run, in a folder of its own.
fn once(peer: &Peer, load: Load) -> Duration {
    let root = std::env::var_os("SVCCTL_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = root.join(format!("svcctl-bench-capture-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder to work in");
    let time = (peer.run)(&folder, load);
    let found = size_of(&folder);
    assert!(found >= load.bytes, "{}: only {found} of {} bytes", peer.name, load.bytes);
    fs::remove_dir_all(&folder).expect("the folder can be removed");
    time
}

/// Bytes of all log files below a folder.
fn size_of(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => size_of(&entry.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    });
    sizes.sum()
}
