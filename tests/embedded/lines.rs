//! Very many lines through a host, across rotations, while somebody follows them.
//!
//! `SVCCTL_LINES_MIB` says how many MiB of lines of 100 bytes (default 12); files are rotated at a quarter of that, and at 16 MiB at most.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::lab::Lab;

/// Bytes of a line, with its end.
const LINE: usize = 100;

/// What a reader may take, in KiB. To hold the default load in memory takes more.
const MOST_KIB: usize = 32 << 10;

/// The most memory that a process has had, in KiB.
fn peak_of(pid: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn mebibytes() -> usize {
    let setting = std::env::var("SVCCTL_LINES_MIB").ok().and_then(|text| text.parse().ok());
    setting.unwrap_or(12)
}

/// Installs what counts, in lines of 100 bytes.
fn install(lab: &Lab, logs: &Path, count: usize) {
    let size = (mebibytes() / 4).clamp(1, 16);
    let text = format!(
        "name = \"count\"\n[process]\ncommand = [\"/bin/sh\", \"-c\", \"seq -f x%098.0f 1 {count}; exec sleep 1000\"]\n\
         [logs]\nto = \"file\"\ndirectory = {logs:?}\nformat = \"raw\"\nmax-size = \"{size}MiB\"\nmax-files = 10000\n\
         max-total = \"64GiB\"\ncompress = false\n"
    );
    lab.install_text("count", &text);
}

/// The rotated files in the order of their numbers, and the one that is written.
fn files(logs: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(logs).unwrap().flatten().map(|entry| entry.path()).collect();
    files.sort();
    let active = files.iter().position(|file| file.ends_with("count.log")).unwrap();
    let active = files.remove(active);
    files.push(active);
    files
}

fn size(logs: &Path) -> usize {
    let entries = fs::read_dir(logs).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.metadata().ok())
        .map(|meta| usize::try_from(meta.len()).unwrap())
        .sum()
}

fn wait_for(logs: &Path, bytes: usize) {
    let deadline = Instant::now() + Duration::from_secs(60 + (bytes >> 20) as u64);
    while size(logs) < bytes {
        assert!(Instant::now() < deadline, "only {} of {bytes} bytes are logged", size(logs));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Every number from 1, once and in order.
fn check(text: impl Read, next: &mut usize) {
    for line in BufReader::with_capacity(1 << 20, text).lines() {
        let line = line.unwrap();
        assert_eq!(
            (line.len(), line.trim_start_matches('x').parse()),
            (LINE - 1, Ok(*next)),
            "{line}"
        );
        *next += 1;
    }
}

#[test]
fn every_line_is_there_once_and_in_order_across_rotations() {
    let (lab, count) = (Lab::new(), (mebibytes() << 20) / LINE);
    let logs = lab.dir().join("logs");
    install(&lab, &logs, count);
    let begun = Instant::now();
    lab.svcctl(&["start", "count"]);
    let mut reader = lab.follow("count", Stdio::piped());
    wait_for(&logs, count * LINE);
    println!("{count} lines in {:?}, with a reader beside it", begun.elapsed());
    let mut next = 1;
    files(&logs).into_iter().for_each(|file| check(File::open(file).unwrap(), &mut next));
    assert_eq!(next, count + 1);
    let followed = reader.0.stdout.take().unwrap();
    check(followed.take((count * LINE) as u64), &mut 1);
    // It was far behind, since nobody took its output, and kept none of it in memory.
    let most = peak_of(reader.0.id());
    assert!(most < MOST_KIB, "the reader took {most} KiB");
    drop(reader);
    lab.svcctl(&["stop", "count"]);
}
