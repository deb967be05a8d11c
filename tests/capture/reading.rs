//! Reading what was captured: now, and as it comes.

use std::fs;
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use svcctl::backend::{LogLine, LogQuery, Stream};
use svcctl::host::logs::{Capture, Channels, Config};
use svcctl::logs::files::{self, Source};
use svcctl::logs::segment;
use svcctl::spec::LogFormat;

use crate::support::{FORMATS, Subject, config};

fn query(last: Option<usize>) -> LogQuery {
    LogQuery { last, ..LogQuery::default() }
}

fn lines(directory: &Path, query: &LogQuery) -> Vec<String> {
    let stream = files::read(directory, "test", query).unwrap();
    stream.map(|line| text(&line.unwrap())).collect()
}

fn text(line: &LogLine) -> String {
    String::from_utf8(line.message.clone()).unwrap()
}

fn numbers(range: std::ops::Range<u32>) -> Vec<String> {
    range.map(|number| format!("line {number}")).collect()
}

fn write_numbers(subject: &mut Subject, range: std::ops::Range<u32>) {
    for line in numbers(range) {
        subject.write(Stream::Stdout, format!("{line}\n").as_bytes());
    }
}

/// Compresses the rotated files of a log as its host would, and waits for it.
fn compress(directory: &Path) {
    let config = Config { compress: true, ..config(directory, LogFormat::Timestamped, 400) };
    let _capture = Capture::open(config, Channels::anonymous(true).unwrap());
    let end = Instant::now() + Duration::from_secs(60);
    while segment::list(directory, "test").unwrap().iter().any(|file| !file.segment.compressed) {
        assert!(Instant::now() < end, "the files are not compressed");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn all_lines_of_all_files_are_read_in_order() {
    for format in FORMATS {
        let mut subject = Subject::new(format, 400);
        write_numbers(&mut subject, 0..100);
        assert!(subject.files().len() > 1);
        let directory = subject.folder.path();
        assert_eq!(lines(directory, &query(None)), numbers(0..100), "{format:?}");
        for last in [0_u32, 1, 7, 50, 99, 100, 1000] {
            let expected = numbers(100_u32.saturating_sub(last)..100);
            let found = lines(directory, &query(Some(last as usize)));
            assert_eq!(found, expected, "{format:?}, the last {last}");
        }
    }
}

#[test]
fn compressed_files_are_read_like_others() {
    let mut subject = Subject::new(LogFormat::Timestamped, 400);
    write_numbers(&mut subject, 0..100);
    subject.finish();
    compress(subject.folder.path());
    assert_eq!(lines(subject.folder.path(), &query(None)), numbers(0..100));
    assert_eq!(lines(subject.folder.path(), &query(Some(60))), numbers(40..100));
}

#[test]
fn the_last_line_is_found_in_a_large_file_without_reading_it() {
    let mut subject = Subject::new(LogFormat::Raw, 1 << 30);
    let line = format!("{}\n", "x".repeat(99)).into_bytes();
    for _ in 0..64 {
        subject.write(Stream::Stdout, &line.repeat(1 << 13));
    }
    subject.write(Stream::Stdout, b"the last\n");
    let last = || {
        let start = Instant::now();
        assert_eq!(lines(subject.folder.path(), &query(Some(1))), ["the last"]);
        start.elapsed()
    };
    // A machine that is busy elsewhere may be late, but not each time.
    let few = last().min(last()).min(last());
    let start = Instant::now();
    assert_eq!(lines(subject.folder.path(), &query(None)).len(), (64 << 13) + 1);
    assert!(few * 10 < start.elapsed(), "{few:?} for one line");
}

#[test]
fn a_line_of_a_megabyte_is_one_line() {
    for format in FORMATS {
        let mut subject = Subject::new(format, 10 << 20);
        let long = "y".repeat(1 << 20);
        subject.write(Stream::Stdout, format!("before\n{long}\nafter\n").as_bytes());
        let directory = subject.folder.path();
        let expected = ["before".to_owned(), long, "after".to_owned()];
        assert!(lines(directory, &query(None)) == expected, "{format:?}");
        assert!(lines(directory, &query(Some(2))) == expected[1..], "{format:?}");
    }
}

#[test]
fn a_raw_line_without_end_is_a_line() {
    let mut subject = Subject::new(LogFormat::Raw, 1 << 20);
    subject.write(Stream::Stdout, b"one\npassword: ");
    assert_eq!(lines(subject.folder.path(), &query(None)), ["one", "password: "]);
    assert_eq!(lines(subject.folder.path(), &query(Some(1))), ["password: "]);
}

#[test]
fn since_until_and_grep_choose_lines_and_the_last_are_those_of_the_chosen() {
    let mut subject = Subject::new(LogFormat::Json, 2000);
    write_numbers(&mut subject, 0..30);
    thread::sleep(Duration::from_millis(3));
    let middle = SystemTime::now();
    thread::sleep(Duration::from_millis(3));
    write_numbers(&mut subject, 30..60);
    let directory = subject.folder.path();
    let since = LogQuery { since: Some(middle), ..LogQuery::default() };
    assert_eq!(lines(directory, &since), numbers(30..60));
    assert_eq!(lines(directory, &LogQuery { last: Some(40), ..since }), numbers(30..60));
    let until = LogQuery { until: Some(middle), ..LogQuery::default() };
    assert_eq!(lines(directory, &until), numbers(0..30));
    let grep = Some(regex::bytes::Regex::new("5$").unwrap());
    let grep = LogQuery { grep, last: Some(2), ..LogQuery::default() };
    assert_eq!(lines(directory, &grep), ["line 45", "line 55"]);
}

#[test]
fn lines_of_two_services_are_interleaved_by_time() {
    let [mut one, mut two] = [0; 2].map(|_| Subject::new(LogFormat::Timestamped, 1 << 20));
    for number in 0..10 {
        write_numbers(if number % 2 == 0 { &mut one } else { &mut two }, number..number + 1);
        thread::sleep(Duration::from_millis(1));
    }
    let source = |subject: &Subject| Source {
        directory: subject.folder.path().to_owned(),
        service: "test".to_owned(),
    };
    let read = |last| {
        let stream = files::read_all(vec![source(&one), source(&two)], &query(last)).unwrap();
        stream.map(|line| text(&line.unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(read(None), numbers(0..10));
    assert_eq!(read(Some(3)), numbers(7..10));
}

#[test]
fn a_service_without_files_has_no_lines() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(lines(&folder.path().join("missing"), &query(None)), [""; 0]);
}

/// What a reader that follows gets, until `until` is over.
fn follow(directory: &Path, last: Option<usize>, until: Duration) -> Receiver<String> {
    let (send, receive) = mpsc::channel();
    let directory = directory.to_owned();
    let until = Some(SystemTime::now() + until);
    thread::spawn(move || {
        let query = LogQuery { last, until, follow: true, ..LogQuery::default() };
        for line in files::read(&directory, "test", &query).unwrap() {
            if send.send(text(&line.unwrap())).is_err() {
                break;
            }
        }
    });
    receive
}

fn receive(from: &Receiver<String>, count: usize) -> Vec<String> {
    let next = || from.recv_timeout(Duration::from_secs(30)).expect("a line is missing");
    (0..count).map(|_| next()).collect()
}

#[test]
fn a_reader_that_follows_gets_every_line_once_across_rotations_and_compressions() {
    for format in FORMATS {
        let mut subject = Subject::new(format, 700);
        write_numbers(&mut subject, 0..50);
        let reader = follow(subject.folder.path(), Some(10), Duration::from_secs(600));
        assert_eq!(receive(&reader, 10), numbers(40..50), "{format:?}");
        write_numbers(&mut subject, 50..400);
        if format == LogFormat::Timestamped {
            compress(subject.folder.path());
        }
        write_numbers(&mut subject, 400..1000);
        assert_eq!(receive(&reader, 950), numbers(50..1000), "{format:?}");
        assert!(reader.recv_timeout(Duration::from_millis(300)).is_err(), "a line too many");
    }
}

#[test]
fn a_reader_that_follows_waits_for_the_end_of_a_line() {
    let mut subject = Subject::new(LogFormat::Raw, 1 << 20);
    subject.write(Stream::Stdout, b"first\nbeg");
    let reader = follow(subject.folder.path(), None, Duration::from_secs(600));
    assert_eq!(receive(&reader, 1), ["first"]);
    subject.write(Stream::Stdout, b"un\n");
    assert_eq!(receive(&reader, 1), ["begun"]);
}

#[test]
fn a_reader_that_follows_begins_before_there_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("later");
    let reader = follow(&directory, Some(100), Duration::from_secs(60));
    fs::create_dir(&directory).unwrap();
    fs::write(directory.join("test.log"), "hello\n").unwrap();
    assert_eq!(receive(&reader, 1), ["hello"]);
}
