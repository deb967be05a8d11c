//! A full disk: the service goes on, and the log tells what it has not got.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use svcctl::backend::{LogQuery, Stream};
use svcctl::host::logs::{Capture, Channels};
use svcctl::logs::files;
use svcctl::spec::LogFormat;

use crate::support::{FORMATS, Subject, config};

/// Bytes of the disk; a filler takes half of them.
const DISK: usize = 512 << 10;

/// Mounts a small disk that only this thread sees. None without the right to.
fn small_disk(at: &Path) -> Option<()> {
    let none = None::<&str>;
    unshare(CloneFlags::CLONE_NEWNS).ok()?;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none).ok()?;
    let size = format!("size={DISK}");
    mount(Some("tmpfs"), at, Some("tmpfs"), MsFlags::empty(), Some(size.as_str())).ok()
}

fn write_numbers(subject: &mut Subject, range: std::ops::Range<u32>) {
    let text = "x".repeat(90);
    let lines: String = range.map(|number| format!("{number:08} {text}\n")).collect();
    subject.write(Stream::Stdout, lines.as_bytes());
}

/// How many lines a marker says are lost.
fn lost(line: &str) -> Option<u32> {
    line.strip_prefix("svcctl: ")?.split(' ').next()?.parse().ok()
}

/// Checks that every line is there in order, or counted by a marker; how many markers there are.
fn accounted(lines: &[String], count: u32) -> usize {
    let (mut next, mut markers) = (0, 0);
    for line in lines {
        if let Some(lost) = lost(line) {
            next += lost;
            markers += 1;
        } else {
            assert_eq!(*line, format!("{next:08} {}", "x".repeat(90)));
            next += 1;
        }
    }
    assert_eq!(next, count);
    markers
}

/// Waits as an event loop would until the loss is told of, but not for long.
fn comes_back(subject: &mut Subject) -> bool {
    let end = Instant::now() + Duration::from_secs(20);
    while let Some(deadline) = subject.capture.deadline().filter(|deadline| *deadline < end) {
        thread::sleep(deadline.saturating_duration_since(Instant::now()));
        subject.capture.on_timer();
        let text = subject.files().concat();
        if text.windows(b"svcctl: ".len()).any(|bytes| bytes == b"svcctl: ") {
            return true;
        }
    }
    false
}

fn a_full_disk(format: LogFormat) {
    let folder = tempfile::tempdir().unwrap();
    let Some(()) = small_disk(folder.path()) else {
        return eprintln!("not run: a small disk can only be mounted as root");
    };
    let filler = folder.path().join("filler");
    fs::write(&filler, vec![0; DISK / 2]).unwrap();
    let config = config(folder.path(), format, 100_000);
    let channels = Channels::anonymous(config.has_two()).unwrap();
    let capture = Capture::open(config, channels);
    let mut subject = Subject { folder, capture: capture.unwrap() };
    write_numbers(&mut subject, 0..8000);
    let lost = subject.capture.counters().lost_lines;
    assert!(lost > 4000, "{format:?}: {lost} lines lost");
    fs::remove_file(&filler).unwrap();
    assert!(comes_back(&mut subject), "{format:?}: nothing tells of the loss");
    write_numbers(&mut subject, 8000..8500);
    subject.finish();
    let stream = files::read(subject.folder.path(), "test", &LogQuery::default()).unwrap();
    let lines: Vec<_> =
        stream.map(|line| String::from_utf8(line.unwrap().message).unwrap()).collect();
    assert!(accounted(&lines, 8500) >= 1, "{format:?}");
    assert_eq!(lines.last().map(|line| line[..8].to_owned()).unwrap(), "00008499");
    let Subject { folder, capture } = subject;
    drop(capture);
    // A process that another test forks at this moment holds a copy of every descriptor until it executes.
    umount2(folder.path(), MntFlags::MNT_DETACH).unwrap();
}

#[test]
fn a_full_disk_stops_nobody_and_every_lost_line_is_counted() {
    for format in FORMATS {
        // A thread of its own, for the disk to be its own.
        thread::spawn(move || a_full_disk(format)).join().unwrap();
    }
}
