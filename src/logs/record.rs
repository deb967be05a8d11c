//! One line of a log file, written and read back.
//!
//! | format | line |
//! |---|---|
//! | timestamped | `2026-11-20T23:30:00.123456Z out message` |
//! | json | `{"time":"2026-11-20T23:30:00.123456Z","stream":"stdout","message":"message"}`, or `message_base64` |
//! | raw | `message` |
//!
//! The stream is `out`, `err`, or `svc` for what the host itself has to say. A line of the service that is very long, or that has
//! no end for a while, is written in several parts: all but the last are marked `out+` (`"part":"more"`), the last `out-`
//! (`"part":"last"`). Readers put the parts together again.
//!
//! A line is recognized by its own shape, so a file may change its format in the middle.

use std::borrow::Cow;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::backend::Stream;
use crate::spec::LogFormat;

/// Longest part of a line, in bytes.
pub const MAX_PART: usize = 1 << 16;

/// Which part of a line of the service a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// A part that another one follows.
    More,
    /// The end, after other parts.
    Last,
}

/// A moment as it stands in a log: RFC 3339, UTC, microseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp(String);

/// Bytes of a [`Stamp`].
const STAMP: usize = "2026-11-20T23:30:00.123456Z".len();

impl Stamp {
    /// The stamp of a moment.
    #[must_use]
    pub fn new(time: SystemTime) -> Self {
        Self(humantime::format_rfc3339_micros(time).to_string())
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The moment of a stamp; none of anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<SystemTime> {
        (text.len() == STAMP).then(|| humantime::parse_rfc3339(text).ok()).flatten()
    }
}

/// What bytes can be appended to.
pub trait Put {
    /// Appends them all.
    fn put(&mut self, bytes: &[u8]);
}

impl Put for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// What stands before the message of every record of one stream and one moment.
#[derive(Clone, Debug)]
pub struct Style {
    format: LogFormat,
    /// What comes before the message: for [`Part::Whole`], [`Part::More`] and [`Part::Last`].
    heads: [Vec<u8>; 3],
}

impl Style {
    /// The style of `stream` at a moment; of both, if it is not known which.
    #[must_use]
    pub fn new(format: LogFormat, stream: Option<Stream>, stamp: &Stamp) -> Self {
        let stamp = stamp.as_str();
        let head = |mark: &str, part: &str| match format {
            LogFormat::Raw => String::new(),
            LogFormat::Timestamped => format!("{stamp} {}{mark} ", word(stream)),
            LogFormat::Json => {
                let stream = stream.map_or("null".into(), |stream| format!("\"{}\"", name(stream)));
                format!(r#"{{"time":"{stamp}","stream":{stream},{part}"message"#)
            }
        };
        let heads = [head("", ""), head("+", r#""part":"more","#), head("-", r#""part":"last","#)];
        Self { format, heads: heads.map(String::into_bytes) }
    }

    /// Most bytes of the record of a message of `length` bytes.
    #[must_use]
    pub const fn bound(&self, length: usize) -> usize {
        match self.format {
            LogFormat::Raw | LogFormat::Timestamped => length + 64,
            // Each byte may become `\u001f`.
            LogFormat::Json => 6 * length + 128,
        }
    }

    /// Appends the record of a message, with its line's end.
    pub fn write(&self, part: Part, message: &[u8], out: &mut impl Put) {
        let [whole, more, last] = &self.heads;
        out.put(match part {
            Part::Whole => whole,
            Part::More => more,
            Part::Last => last,
        });
        match self.format {
            LogFormat::Raw | LogFormat::Timestamped => out.put(message),
            LogFormat::Json => write_json(message, out),
        }
        out.put(if self.format == LogFormat::Json { b"}\n" } else { b"\n" });
    }
}

/// Appends the rest of the key, and the value.
fn write_json(message: &[u8], out: &mut impl Put) {
    match std::str::from_utf8(message) {
        Ok(text) => {
            out.put(b"\":\"");
            escape(text.as_bytes(), out);
        }
        Err(_) => {
            out.put(b"_base64\":\"");
            out.put(STANDARD.encode(message).as_bytes());
        }
    }
    out.put(b"\"");
}

/// Appends the inside of a JSON string.
fn escape(text: &[u8], out: &mut impl Put) {
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, 0..0x20 | b'"' | b'\\')) {
        let (plain, special) = rest.split_at(at);
        out.put(plain);
        match special.split_first() {
            Some((b'\t', _)) => out.put(b"\\t"),
            Some((b'\r', _)) => out.put(b"\\r"),
            Some((b'\n', _)) => out.put(b"\\n"),
            Some((byte @ (b'"' | b'\\'), _)) => out.put(&[b'\\', *byte]),
            Some((byte, _)) => out.put(format!("\\u{byte:04x}").as_bytes()),
            None => {}
        }
        rest = special.get(1..).unwrap_or_default();
    }
    out.put(rest);
}

const fn word(stream: Option<Stream>) -> &'static str {
    match stream {
        Some(Stream::Stdout) => "out",
        Some(Stream::Stderr) => "err",
        Some(Stream::Manager) => "svc",
        None => "mix",
    }
}

/// A stream's name in JSON.
#[must_use]
pub const fn name(stream: Stream) -> &'static str {
    match stream {
        Stream::Stdout => "stdout",
        Stream::Stderr => "stderr",
        Stream::Manager => "manager",
    }
}

const STREAMS: [Stream; 3] = [Stream::Stdout, Stream::Stderr, Stream::Manager];

/// What a line of a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// When it was read from the service; none of a raw line.
    pub time: Option<SystemTime>,
    /// Where it was written to; none of a raw line, and of one that both streams have in common.
    pub stream: Option<Stream>,
    /// Which part of a line of the service it is.
    pub part: Part,
    /// The bytes, without the line's end.
    pub message: Cow<'a, [u8]>,
}

impl<'a> Record<'a> {
    /// Reads a line of a file, given without its end.
    #[must_use]
    pub fn parse(line: &'a [u8]) -> Self {
        timestamped(line).or_else(|| json(line)).unwrap_or(Record {
            time: None,
            stream: None,
            part: Part::Whole,
            message: Cow::Borrowed(line),
        })
    }
}

fn timestamped(line: &[u8]) -> Option<Record<'_>> {
    let (stamp, rest) = line.split_at_checked(STAMP)?;
    let (b" ", rest) = rest.split_at_checked(1)? else { return None };
    let (word_read, rest) = rest.split_at_checked(3)?;
    let known = STREAMS.into_iter().map(Some).chain([None]);
    let stream = known.into_iter().find(|stream| word(*stream).as_bytes() == word_read)?;
    let (part, message) = match rest {
        [b'+', b' ', message @ ..] => (Part::More, message),
        [b'-', b' ', message @ ..] => (Part::Last, message),
        [b' ', message @ ..] => (Part::Whole, message),
        _ => return None,
    };
    let time = Stamp::parse(std::str::from_utf8(stamp).ok()?)?;
    let message = Cow::Borrowed(message);
    Some(Record { time: Some(time), stream, part, message })
}

/// The JSON format's object; a service's own JSON, with other keys, is a raw line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Object<'a> {
    #[serde(borrow)]
    time: Cow<'a, str>,
    // Required, although it may be null.
    #[serde(borrow, deserialize_with = "Option::deserialize")]
    stream: Option<Cow<'a, str>>,
    part: Option<&'a str>,
    #[serde(borrow)]
    message: Option<Cow<'a, str>>,
    message_base64: Option<&'a str>,
}

fn json(line: &[u8]) -> Option<Record<'_>> {
    if !line.starts_with(br#"{"time":""#) {
        return None;
    }
    let object: Object<'_> = serde_json::from_slice(line).ok()?;
    let part = match object.part {
        None => Part::Whole,
        Some("more") => Part::More,
        Some("last") => Part::Last,
        Some(_) => return None,
    };
    let message = match (object.message, object.message_base64) {
        (Some(Cow::Borrowed(text)), None) => Cow::Borrowed(text.as_bytes()),
        (Some(Cow::Owned(text)), None) => Cow::Owned(text.into_bytes()),
        (None, Some(encoded)) => Cow::Owned(STANDARD.decode(encoded).ok()?),
        _ => return None,
    };
    let stream = match object.stream {
        Some(word) => Some(STREAMS.into_iter().find(|stream| name(*stream) == word)?),
        None => None,
    };
    Some(Record { time: Some(Stamp::parse(&object.time)?), stream, part, message })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn noon() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_micros(1_790_000_000_123_456)
    }

    fn written(format: LogFormat, part: Part, message: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        Style::new(format, Some(Stream::Stderr), &Stamp::new(noon()))
            .write(part, message, &mut out);
        out
    }

    #[test]
    fn a_timestamped_line_begins_with_time_and_stream() {
        let line = written(LogFormat::Timestamped, Part::Whole, b"hello");
        assert_eq!(line, b"2026-09-21T14:13:20.123456Z err hello\n");
    }

    #[test]
    fn a_json_line_has_the_message_as_text_or_as_base64() {
        let line = written(LogFormat::Json, Part::Whole, b"say \"hi\"\\\x01\xc3\xa4\t");
        let text = r#"{"time":"2026-09-21T14:13:20.123456Z","stream":"stderr","message":"say \"hi\"\\\u0001ä\t"}"#;
        assert_eq!(String::from_utf8(line).unwrap(), format!("{text}\n"));
        let line = written(LogFormat::Json, Part::More, &[0xff, 0]);
        let value: serde_json::Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(value["message_base64"], "/wA=");
        assert_eq!(value["part"], "more");
    }

    #[test]
    fn a_line_that_both_streams_have_in_common_says_so() {
        for (format, expected) in [
            (LogFormat::Timestamped, "2026-09-21T14:13:20.123456Z mix x\n"),
            (
                LogFormat::Json,
                "{\"time\":\"2026-09-21T14:13:20.123456Z\",\"stream\":null,\"message\":\"x\"}\n",
            ),
        ] {
            let mut line = Vec::new();
            Style::new(format, None, &Stamp::new(noon())).write(Part::Whole, b"x", &mut line);
            assert_eq!(String::from_utf8_lossy(&line), expected);
            let record = Record::parse(line.strip_suffix(b"\n").unwrap());
            assert_eq!(
                (record.time, record.stream, &*record.message),
                (Some(noon()), None, &b"x"[..])
            );
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let all: Vec<u8> = (0..=u8::MAX).filter(|byte| *byte != b'\n').collect();
        let messages: [&[u8]; 4] = [b"", b"plain", "ä \"q\" \\ \u{1}".as_bytes(), &all];
        for format in [LogFormat::Timestamped, LogFormat::Json] {
            for part in [Part::Whole, Part::More, Part::Last] {
                for message in messages {
                    let line = written(format, part, message);
                    let record = Record::parse(line.strip_suffix(b"\n").unwrap());
                    let stream = Some(Stream::Stderr);
                    let message = Cow::Borrowed(message);
                    assert_eq!(record, Record { time: Some(noon()), stream, part, message });
                }
            }
        }
    }

    #[test]
    fn a_record_is_never_longer_than_its_bound() {
        let controls = vec![1_u8; 1000];
        let stamp = Stamp::new(noon());
        for format in [LogFormat::Timestamped, LogFormat::Json, LogFormat::Raw] {
            let style = Style::new(format, Some(Stream::Stdout), &stamp);
            let mut out = Vec::new();
            style.write(Part::Last, &controls, &mut out);
            assert!(out.len() <= style.bound(controls.len()), "{format:?}");
        }
    }

    #[test]
    fn what_only_resembles_a_record_is_a_raw_line() {
        let lines: [&[u8]; 6] = [
            b"2026-09-21T14:13:20.123456Z all quiet",
            b"2026-09-21T14:13:20.123456Z outside",
            b"2026-09-21 14:13:20.123456  out x",
            br#"{"time":"2026-09-21T14:13:20.123456Z","level":"info","message":"x"}"#,
            br#"{"time":"now","stream":"stdout","message":"x"}"#,
            b"\xff\xfe",
        ];
        for line in lines {
            let record = Record::parse(line);
            assert_eq!((record.time, record.stream), (None, None));
            assert_eq!(record.message, line);
        }
    }
}
