//! Any bytes in any pieces.

use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
use svcctl::backend::Stream;
use svcctl::spec::LogFormat;

use crate::support::{FORMATS, Subject, messages};

/// Bytes with many line ends, few, or none.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let lines = prop_oneof![4 => any::<u8>(), 1 => proptest::strategy::Just(b'\n')];
    prop_oneof![
        prop::collection::vec(lines, 0..2000),
        prop::collection::vec(any::<u8>(), 0..2000),
        (0..200_000_usize).prop_map(|length| vec![b'x'; length]),
    ]
}

fn lines(input: &[u8]) -> Vec<Vec<u8>> {
    let ended = input.strip_suffix(b"\n").unwrap_or(input);
    if input.is_empty() {
        Vec::new()
    } else {
        ended.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect()
    }
}

/// Every file but the last is at its limit or below, unless it is a single line.
fn assert_sizes(files: &[Vec<u8>], max_size: u64) {
    for file in files {
        let line_ends = file.iter().filter(|byte| **byte == b'\n').count();
        assert!(file.len() as u64 <= max_size || line_ends <= 1, "{} bytes", file.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_raw_files_together_are_what_the_service_wrote(
        pieces in prop::collection::vec(bytes(), 0..8),
        max_size in prop_oneof![1 => 20..64_u64, 4 => 500..100_000_u64],
    ) {
        let mut subject = Subject::new(LogFormat::Raw, max_size);
        for piece in &pieces {
            subject.write(Stream::Stdout, piece);
        }
        subject.finish();
        let files = subject.files();
        let mut written = pieces.concat();
        if !written.is_empty() && !written.ends_with(b"\n") {
            written.push(b'\n');
        }
        assert!(files.concat() == written, "{} and {} bytes", files.concat().len(), written.len());
        assert!(files.iter().all(|file| file.is_empty() || file.ends_with(b"\n")));
    }

    #[test]
    fn every_line_of_both_streams_is_in_the_log_once_and_in_order(
        pieces in prop::collection::vec((any::<bool>(), bytes()), 0..8),
        max_size in prop_oneof![1 => 20..64_u64, 4 => 500..100_000_u64],
        json in any::<bool>(),
    ) {
        let format = if json { LogFormat::Json } else { LogFormat::Timestamped };
        let mut subject = Subject::new(format, max_size);
        for (to_err, piece) in &pieces {
            subject.write(if *to_err { Stream::Stderr } else { Stream::Stdout }, piece);
        }
        subject.finish();
        let files = subject.files();
        for (stream, to_err) in [(Stream::Stdout, false), (Stream::Stderr, true)] {
            let mine = pieces.iter().filter(|(err, _)| *err == to_err).map(|(_, piece)| piece.as_slice());
            let expected = lines(&mine.collect::<Vec<_>>().concat());
            assert!(messages(&files, stream) == expected, "{stream:?}");
        }
    }
}

#[test]
fn a_file_is_rotated_before_the_line_that_does_not_fit() {
    for format in FORMATS {
        let mut subject = Subject::new(format, 1000);
        for number in 0..500 {
            subject.write(Stream::Stdout, format!("line {number}\n").as_bytes());
        }
        subject.finish();
        let files = subject.files();
        assert!(files.len() > 4, "{format:?}: {} files", files.len());
        assert_sizes(&files, 1000);
        let shortest = files.split_last().unwrap().1.iter().map(Vec::len).min().unwrap();
        assert!(shortest > 850, "{format:?}: a file of {shortest} bytes");
    }
}

#[test]
fn rotation_on_demand_makes_a_new_file_and_an_empty_one_is_left_alone() {
    let mut subject = Subject::new(LogFormat::Timestamped, 1 << 20);
    subject.capture.rotate().unwrap();
    assert_eq!(subject.files().len(), 1);
    subject.write(Stream::Stdout, b"one\n");
    subject.capture.rotate().unwrap();
    subject.write(Stream::Stdout, b"two\n");
    assert_eq!(subject.files().len(), 2);
    assert_eq!(messages(&subject.files(), Stream::Stdout), [b"one", b"two"]);
}

#[test]
fn a_last_line_without_end_is_written_at_the_end_of_the_service() {
    for format in FORMATS {
        let mut subject = Subject::new(format, 1 << 20);
        subject.write(Stream::Stdout, b"first\nlast");
        subject.finish();
        subject.write(Stream::Stdout, b"again\n");
        let text = subject.files().concat();
        assert_eq!(text.iter().filter(|byte| **byte == b'\n').count(), 3, "{format:?}");
    }
}

#[test]
fn a_line_without_end_is_visible_after_a_second_and_whole_when_it_ends() {
    let mut subject = Subject::new(LogFormat::Timestamped, 1 << 20);
    subject.write(Stream::Stdout, b"Loading");
    assert_eq!(subject.files().concat(), b"");
    let deadline = subject.capture.deadline().expect("a line is kept back");
    std::thread::sleep(deadline.saturating_duration_since(std::time::Instant::now()));
    subject.capture.on_timer();
    assert!(subject.files().concat().ends_with(b" out+ Loading\n"));
    subject.write(Stream::Stderr, b"other\n");
    subject.write(Stream::Stdout, b" done\n");
    assert_eq!(messages(&subject.files(), Stream::Stdout), [b"Loading done"]);
}

#[test]
fn a_removed_file_is_made_anew_and_a_truncated_one_goes_on_at_its_new_end() {
    for format in FORMATS {
        let mut subject = Subject::new(format, 1 << 20);
        let path = subject.folder.path().join("test.log");
        subject.write(Stream::Stdout, b"one\n");
        std::fs::remove_file(&path).unwrap();
        subject.write(Stream::Stdout, b"two\n");
        std::fs::File::create(&path).unwrap();
        subject.write(Stream::Stdout, b"three\n");
        let text = subject.files().concat();
        assert_eq!(text.split(|byte| *byte == b'\n').count(), 2, "{format:?}: {text:?}");
    }
}

#[test]
fn raw_lines_are_all_written_though_each_needs_a_file_and_no_more_come() {
    let mut subject = Subject::new(LogFormat::Raw, 1);
    let lines = b"x\n".repeat(1_000);
    subject.write(Stream::Stdout, &lines);
    assert!(subject.files().concat() == lines);
}
