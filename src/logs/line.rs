//! How a line is shown: as JSON, or as text for people.

use std::io::{self, Write};
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::record;
use crate::backend::LogLine;

/// The object of `logs -o json`, one a line.
#[derive(Serialize)]
struct Object<'a> {
    time: Option<String>,
    service: &'a str,
    stream: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_base64: Option<String>,
}

/// Writes `{"time","service","stream","message"}` and a line's end; a message that is not UTF-8 is `message_base64`. What is not
/// known is `null`.
///
/// # Errors
/// As writing.
pub fn write_json(line: &LogLine, out: &mut impl Write) -> io::Result<()> {
    let text = std::str::from_utf8(&line.message);
    let object = Object {
        time: line.time.map(|time| humantime::format_rfc3339_micros(time).to_string()),
        service: &line.service,
        stream: line.stream.map(record::name),
        message: text.ok(),
        message_base64: text.is_err().then(|| STANDARD.encode(&line.message)),
    };
    serde_json::to_writer(&mut *out, &object)?;
    out.write_all(b"\n")
}

/// Writes `TIME message`, or with a `width` `TIME name | message`, where names are padded to it. The message is written as it is,
/// byte by byte.
///
/// # Errors
/// As writing.
pub fn write_text(line: &LogLine, width: Option<usize>, out: &mut impl Write) -> io::Result<()> {
    if let Some(time) = line.time {
        write!(out, "{} ", moment(time))?;
    }
    if let Some(width) = width {
        write!(out, "{:width$} | ", line.service)?;
    }
    out.write_all(&line.message)?;
    out.write_all(b"\n")
}

/// RFC 3339 in UTC, milliseconds.
fn moment(time: SystemTime) -> humantime::Rfc3339Timestamp {
    humantime::format_rfc3339_millis(time)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::backend::Stream;

    fn line(message: &[u8]) -> LogLine {
        LogLine {
            time: Some(SystemTime::UNIX_EPOCH + Duration::from_micros(1_790_000_000_123_456)),
            service: "web".to_owned(),
            stream: Some(Stream::Stdout),
            message: message.to_vec(),
        }
    }

    fn json(line: &LogLine) -> String {
        let mut out = Vec::new();
        write_json(line, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn text(line: &LogLine, width: Option<usize>) -> String {
        let mut out = Vec::new();
        write_text(line, width, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_has_the_documented_keys() {
        assert_eq!(
            json(&line(b"say \"hi\"")),
            "{\"time\":\"2026-09-21T14:13:20.123456Z\",\"service\":\"web\",\"stream\":\"stdout\",\
             \"message\":\"say \\\"hi\\\"\"}\n"
        );
        assert!(json(&line(b"\xff")).ends_with("\"message_base64\":\"/w==\"}\n"));
        let unknown = LogLine { time: None, stream: None, ..line(b"x") };
        assert!(json(&unknown).starts_with("{\"time\":null,\"service\":\"web\",\"stream\":null"));
    }

    #[test]
    fn text_has_the_name_in_front_only_where_there_are_several() {
        assert_eq!(text(&line(b"hi"), None), "2026-09-21T14:13:20.123Z hi\n");
        assert_eq!(text(&line(b"hi"), Some(5)), "2026-09-21T14:13:20.123Z web   | hi\n");
        assert_eq!(text(&LogLine { time: None, ..line(b"hi") }, None), "hi\n");
    }
}
