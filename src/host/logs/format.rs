//! From the bytes of a service to the bytes of a log file: which of them go into the file that is open. Pure.

use memchr::{memchr, memrchr};

use super::buffer::Buffer;
use crate::logs::record::{MAX_PART, Part, Style};

/// Why formatting has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// What is left of the input is no whole line.
    Input,
    /// The file is full: rotate before the next record.
    File,
    /// The output buffer is full.
    Buffer,
}

/// How far formatting has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the input that are in the output.
    pub consumed: usize,
    /// Whether the last record's line goes on.
    pub open: bool,
    /// Why it ended.
    pub stop: Stop,
}

/// The space in the file that is open.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Bytes until it should be rotated.
    pub bytes: u64,
    /// Whether nothing is in it yet: then even what is too long goes into it.
    pub empty: bool,
}

/// Appends to `out` the records of the whole lines of `input`. `open`: the beginning of the first line is in the log already.
///
/// What is longer than [`MAX_PART`] goes in parts; no file is rotated between two of them.
pub fn lines(style: &Style, input: &[u8], open: bool, room: Room, out: &mut Buffer) -> Progress {
    let mut progress = Progress { consumed: 0, open, stop: Stop::Input };
    let mut rest = input;
    while let Some((message, ends)) = next(rest) {
        if out.room() < style.bound(message.len()) {
            progress.stop = Stop::Buffer;
            break;
        }
        if !put(style, (progress.open, ends), message, room, out) {
            progress.stop = Stop::File;
            break;
        }
        let taken = message.len() + usize::from(ends);
        rest = rest.get(taken..).unwrap_or_default();
        progress = Progress { consumed: progress.consumed + taken, open: !ends, ..progress };
    }
    progress
}

/// Appends all of `input`, a line that has no end yet; `ends`: nor will it have one.
pub fn tail(
    style: &Style,
    input: &[u8],
    open: bool,
    ends: bool,
    room: Room,
    out: &mut Buffer,
) -> Progress {
    if put(style, (open, ends), input, room, out) {
        Progress { consumed: input.len(), open: !ends, stop: Stop::Input }
    } else {
        Progress { consumed: 0, open, stop: Stop::File }
    }
}

/// Appends the record of a piece of a line, unless the file should be rotated before it.
fn put(
    style: &Style,
    (open, ends): (bool, bool),
    message: &[u8],
    room: Room,
    out: &mut Buffer,
) -> bool {
    let before = out.len();
    style.write(part(open, ends), message, out);
    let must = open || (room.empty && before == 0);
    let fits = must || out.len() as u64 <= room.bytes;
    if !fits {
        out.truncate(before);
    }
    fits
}

/// The next part of a line, and whether the line ends with it; none if it is to be waited for.
fn next(rest: &[u8]) -> Option<(&[u8], bool)> {
    match memchr(b'\n', rest) {
        Some(end) if end <= MAX_PART => Some((rest.get(..end)?, true)),
        _ => Some((rest.get(..MAX_PART)?, false)),
    }
}

/// The part that a piece of a line is.
pub const fn part(open: bool, ends: bool) -> Part {
    match (open, ends) {
        (false, true) => Part::Whole,
        (true, true) => Part::Last,
        (_, false) => Part::More,
    }
}

/// How many bytes of raw `input` go into the open file, and whether it is to be rotated after them. `at_line`: the file ends
/// with a whole line.
///
/// A file ends at a line's end, below its limit if there is one; a line that is longer than a file goes into one file.
pub fn cut(input: &[u8], room: Room, at_line: bool) -> (usize, bool) {
    let limit = usize::try_from(room.bytes).unwrap_or(usize::MAX);
    let Some(fits) = input.get(..limit) else {
        return (input.len(), false);
    };
    if input.len() == limit {
        return (limit, false);
    }
    match (memrchr(b'\n', fits), memchr(b'\n', input)) {
        (Some(last), _) => (last + 1, true),
        (None, _) if at_line && !room.empty => (0, true),
        (None, Some(first)) => (first + 1, true),
        (None, None) => (input.len(), false),
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::backend::Stream;
    use crate::logs::record::Stamp;
    use crate::spec::LogFormat;

    const PLENTY: Room = Room { bytes: u64::MAX, empty: true };

    fn style() -> Style {
        let stamp = Stamp::new(SystemTime::UNIX_EPOCH);
        Style::new(LogFormat::Timestamped, Some(Stream::Stdout), &stamp)
    }

    fn format(input: &[u8], open: bool, room: Room) -> (String, Progress) {
        let mut out = Buffer::new(1 << 20).unwrap();
        let progress = lines(&style(), input, open, room, &mut out);
        (String::from_utf8(out.as_slice().to_vec()).unwrap(), progress)
    }

    #[test]
    fn a_line_without_end_is_left_in_the_input() {
        let (out, progress) = format(b"one\ntwo\nthr", false, PLENTY);
        assert_eq!(out.lines().count(), 2);
        assert_eq!(progress, Progress { consumed: 8, open: false, stop: Stop::Input });
    }

    #[test]
    fn the_end_of_an_open_line_is_marked() {
        let (out, _) = format(b"rest\nnext\n", true, PLENTY);
        let stamp = "1970-01-01T00:00:00.000000Z";
        assert_eq!(out, format!("{stamp} out- rest\n{stamp} out next\n"));
    }

    #[test]
    fn the_file_is_full_before_the_record_that_does_not_fit() {
        let room = Room { bytes: 80, empty: false };
        let (out, progress) = format(b"one\ntwo\nthree\n", false, room);
        assert_eq!(out.lines().count(), 2);
        assert_eq!(progress, Progress { consumed: 8, open: false, stop: Stop::File });
    }

    #[test]
    fn a_record_longer_than_a_file_goes_into_an_empty_one() {
        let (out, progress) = format(b"one\ntwo\n", false, Room { bytes: 3, empty: true });
        assert_eq!(out.lines().count(), 1);
        assert_eq!(progress.stop, Stop::File);
    }

    #[test]
    fn a_very_long_line_goes_in_parts_into_one_file() {
        let long = "x".repeat(2 * MAX_PART + 5) + "\n";
        let (out, progress) = format(long.as_bytes(), false, Room { bytes: 10, empty: true });
        let marks: Vec<_> = out.lines().map(|line| &line[28..32]).collect();
        assert_eq!(marks, ["out+", "out+", "out-"]);
        assert_eq!(progress.consumed, long.len());
    }

    #[test]
    fn raw_bytes_are_cut_at_the_last_line_end_that_fits() {
        let room = |bytes, empty| Room { bytes, empty };
        assert_eq!(cut(b"ab\ncd\nef", room(100, false), true), (8, false));
        assert_eq!(cut(b"ab\ncd\nef", room(7, false), true), (6, true));
        assert_eq!(cut(b"abcdef\n", room(3, false), true), (0, true), "into the next file");
        assert_eq!(cut(b"abcdef\nx", room(3, true), true), (7, true), "longer than a file");
        assert_eq!(
            cut(b"abcdef\nx", room(3, false), false),
            (7, true),
            "its beginning is in this file"
        );
        assert_eq!(cut(b"abcdef", room(3, true), true), (6, false), "no end yet");
        assert_eq!(cut(b"x\n", room(0, false), true), (0, true));
    }
}
