//! A host that is killed at any instant, again and again, while the service writes at full speed.

use std::fs::File;
use std::io::Write;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use svcctl::backend::Stream;
use svcctl::host::logs::Channels;
use svcctl::spec::LogFormat;
use tempfile::TempDir;

use crate::support::{files, messages};

/// Kills per format; the environment may ask for more.
fn kills() -> u32 {
    std::env::var("SVCCTL_TEST_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(60)
}

/// Writes numbered lines of varying length until told to stop; how many.
fn write_lines(mut to: File, stop: &AtomicBool) -> u64 {
    let mut number = 0_u64;
    while !stop.load(Ordering::Relaxed) {
        let mut chunk = Vec::new();
        for _ in 0..number % 97 + 1 {
            let width = usize::try_from(number * 31 % 150).unwrap();
            chunk.extend(format!("{number:012} {:x<width$}\n", "").into_bytes());
            number += 1;
        }
        // Pieces that end anywhere.
        for piece in chunk.chunks(usize::try_from(number % 5000 + 1).unwrap()) {
            to.write_all(piece).unwrap();
        }
    }
    number
}

fn start(folder: &TempDir, format: LogFormat) -> Child {
    let format = format!("{format:?}").to_lowercase();
    Command::new(env!("CARGO_BIN_EXE_svcctl-testcapture"))
        .args([folder.path(), &folder.path().join("logs")])
        .args([&format, "300000"])
        .spawn()
        .unwrap()
}

/// A cheap source of irregular pauses.
fn pauses() -> impl Iterator<Item = Duration> {
    let step = |seed: &u64| Some(seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    let seeds = std::iter::successors(Some(u64::from(std::process::id())), step);
    seeds.map(|seed| Duration::from_micros((seed >> 33) % 12_000))
}

fn assert_numbered(lines: &[Vec<u8>], count: u64, what: &str) {
    for (line, number) in lines.iter().zip(0..) {
        let width = usize::try_from(number * 31 % 150).unwrap();
        let expected = format!("{number:012} {:x<width$}", "");
        let found = String::from_utf8_lossy(line);
        assert!(found == expected, "{what}: line {number}: {found}");
    }
    assert_eq!(lines.len() as u64, count, "{what}");
}

fn survives_kills(format: LogFormat) {
    let folder = tempfile::tempdir().unwrap();
    let two = format != LogFormat::Raw;
    let channels = Channels::named(folder.path(), two, None).unwrap();
    let stop = AtomicBool::new(false);
    let counts = thread::scope(|scope| {
        let writer = |stream| {
            let end = File::from(channels.writer(stream).unwrap());
            scope.spawn(|| write_lines(end, &stop))
        };
        let writers = [Some(writer(Stream::Stdout)), two.then(|| writer(Stream::Stderr))];
        for pause in pauses().take(usize::try_from(kills()).unwrap()) {
            let mut host = start(&folder, format);
            thread::sleep(pause);
            host.kill().unwrap();
            host.wait().unwrap();
        }
        let mut host = start(&folder, format);
        stop.store(true, Ordering::Relaxed);
        let counts = writers.map(|writer| writer.map(|writer| writer.join().unwrap()));
        File::create(folder.path().join("stop")).unwrap();
        assert!(host.wait().unwrap().success());
        counts
    });
    let files = files(&folder.path().join("logs"));
    let [out, err] = counts;
    if !two {
        let text = files.concat();
        let lines: Vec<_> =
            text.strip_suffix(b"\n").unwrap().split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        return assert_numbered(&lines, out.unwrap(), "raw");
    }
    assert_numbered(&messages(&files, Stream::Stdout), out.unwrap(), "standard output");
    assert_numbered(&messages(&files, Stream::Stderr), err.unwrap(), "standard error");
}

#[test]
fn raw_loses_doubles_and_tears_nothing_when_its_host_is_killed() {
    survives_kills(LogFormat::Raw);
}

#[test]
fn timestamped_loses_doubles_and_tears_nothing_when_its_host_is_killed() {
    survives_kills(LogFormat::Timestamped);
}

#[test]
fn json_loses_doubles_and_tears_nothing_when_its_host_is_killed() {
    survives_kills(LogFormat::Json);
}
