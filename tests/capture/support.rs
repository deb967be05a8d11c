//! A capture under test, and what is in its files afterwards.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use svcctl::backend::Stream;
use svcctl::host::logs::{Capture, Channels, Config};
use svcctl::logs::record::{Part, Record};
use svcctl::logs::segment;
use svcctl::spec::LogFormat;
use tempfile::TempDir;

pub const FORMATS: [LogFormat; 3] = [LogFormat::Raw, LogFormat::Timestamped, LogFormat::Json];

/// A configuration under which nothing is removed or compressed.
pub fn config(directory: &Path, format: LogFormat, max_size: u64) -> Config {
    Config {
        directory: directory.to_owned(),
        service: "test".to_owned(),
        format,
        max_size,
        max_files: u32::MAX,
        max_total: u64::MAX,
        max_age: Duration::from_secs(3600),
        compress: false,
        together: false,
        owner: None,
    }
}

/// A capture with pipes without a name, and its folder.
pub struct Subject {
    pub folder: TempDir,
    pub capture: Capture,
}

impl Subject {
    pub fn new(format: LogFormat, max_size: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path(), format, max_size);
        let channels = Channels::anonymous(config.has_two()).unwrap();
        let capture = Capture::open(config, channels).unwrap();
        Self { folder, capture }
    }

    /// Writes as the service, in pieces that a pipe can take, and has the capture take them.
    pub fn write(&mut self, stream: Stream, bytes: &[u8]) {
        let mut end = fs::File::from(self.capture.writer(stream).unwrap());
        for piece in bytes.chunks(1 << 15) {
            end.write_all(piece).unwrap();
            self.settle();
        }
    }

    /// Does what an event loop would, until nothing is left to be taken.
    fn settle(&mut self) {
        let end = Instant::now() + Duration::from_secs(30);
        while Instant::now() < end {
            let soon = Instant::now() + Duration::from_millis(5);
            if self.is_readable() {
                self.capture.on_readable();
            } else if self.capture.deadline().is_some_and(|at| at < soon) {
                self.capture.on_timer();
            } else {
                return;
            }
        }
        panic!("the capture does not come to rest");
    }

    fn is_readable(&self) -> bool {
        let mut fds: Vec<_> =
            self.capture.fds().map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)).collect();
        poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).unwrap() > 0
    }

    pub fn finish(&mut self) {
        self.capture.finish(Duration::from_secs(10));
    }

    pub fn files(&self) -> Vec<Vec<u8>> {
        files(self.folder.path())
    }
}

/// The paths of the log's files, oldest first.
pub fn paths(directory: &Path) -> Vec<PathBuf> {
    let rotated = segment::list(directory, "test").unwrap();
    let mut paths: Vec<_> =
        rotated.iter().map(|file| directory.join(file.segment.file_name("test"))).collect();
    paths.push(directory.join(segment::active("test")));
    paths
}

/// What is in the log's files, oldest first.
pub fn files(directory: &Path) -> Vec<Vec<u8>> {
    paths(directory).iter().map(|path| fs::read(path).unwrap()).collect()
}

/// The lines of a stream in a log with a format, its parts put together. A whole line after a part of one is no end of it.
pub fn messages(files: &[Vec<u8>], stream: Stream) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    let mut pending: Option<Vec<u8>> = None;
    for line in files.iter().flat_map(|file| file.split_inclusive(|byte| *byte == b'\n')) {
        let record = Record::parse(line.strip_suffix(b"\n").expect("no file ends within a line"));
        assert!(record.stream.is_some(), "no record: {:?}", String::from_utf8_lossy(line));
        if record.stream != Some(stream) {
            continue;
        }
        let begun = pending.take();
        assert!(begun.is_none() || record.part != Part::Whole, "a line was left open");
        let message = [begun.unwrap_or_default(), record.message.into_owned()].concat();
        match record.part {
            Part::More => pending = Some(message),
            Part::Whole | Part::Last => messages.push(message),
        }
    }
    assert_eq!(pending, None, "a line was left open at the end");
    messages
}
