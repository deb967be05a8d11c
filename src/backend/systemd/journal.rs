//! Entries of the journal as lines. Pure: from the JSON of `journalctl` to what `logs` shows.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use serde_json::Value;

use crate::backend::LogLine;

mod units;

pub use units::Units;

/// The fields that are asked for.
pub const FIELDS: &str = "MESSAGE,_STREAM_ID,_LINE_BREAK,SYSLOG_IDENTIFIER,_SYSTEMD_UNIT,UNIT,OBJECT_SYSTEMD_UNIT,\
    COREDUMP_UNIT,_SYSTEMD_USER_UNIT,USER_UNIT,OBJECT_SYSTEMD_USER_UNIT,COREDUMP_USER_UNIT";

/// An entry.
#[derive(Debug, Default, Deserialize)]
pub struct Entry {
    /// Where a reader can go on.
    #[serde(rename = "__CURSOR", default)]
    pub cursor: String,
    #[serde(rename = "__REALTIME_TIMESTAMP", default)]
    realtime: String,
    /// A string; or an array of bytes when it is not UTF-8 or not printable; or an array of those when the field is there twice.
    #[serde(rename = "MESSAGE", default)]
    message: Value,
    #[serde(rename = "_STREAM_ID", default)]
    stream_id: Value,
    #[serde(rename = "_LINE_BREAK", default)]
    line_break: Value,
    #[serde(flatten)]
    rest: HashMap<String, Value>,
}

impl Entry {
    /// Whether the line goes on in the next entry of its stream: journald cuts at 48 KiB.
    pub fn continues(&self) -> bool {
        self.line_break == "line-max"
    }

    /// Which stream it came by; none for what was not written to one.
    pub fn stream(&self) -> Option<&str> {
        self.stream_id.as_str()
    }

    fn field(&self, field: &str) -> Option<&str> {
        self.rest.get(field)?.as_str()
    }

    /// The line, if it is of one of `units`.
    pub fn line(&self, units: &Units) -> Option<LogLine> {
        let (service, stream) = units.service_of(self)?;
        let message = bytes(&self.message);
        Some(LogLine { time: self.time(), service: service.to_owned(), stream, message })
    }

    fn time(&self) -> Option<SystemTime> {
        let micros = self.realtime.parse().ok()?;
        UNIX_EPOCH.checked_add(Duration::from_micros(micros))
    }
}

fn bytes(message: &Value) -> Vec<u8> {
    match message {
        Value::String(text) => text.as_bytes().to_vec(),
        Value::Array(items) => match items.first() {
            Some(Value::Number(_)) => items.iter().filter_map(byte).collect(),
            Some(first) => bytes(first),
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn byte(value: &Value) -> Option<u8> {
    u8::try_from(value.as_u64()?).ok()
}

/// Puts lines together that journald has cut, for entries in the order of time.
#[derive(Debug, Default)]
pub struct Joiner {
    open: HashMap<String, LogLine>,
}

impl Joiner {
    /// The line that `entry` ends, if it ends one.
    pub fn push(&mut self, entry: &Entry, units: &Units) -> Option<LogLine> {
        let mut line = entry.line(units)?;
        let Some(stream) = entry.stream() else { return Some(line) };
        if let Some(mut begun) = self.open.remove(stream) {
            begun.message.append(&mut line.message);
            line = begun;
        }
        if entry.continues() {
            self.open.insert(stream.to_owned(), line);
            return None;
        }
        Some(line)
    }

    /// What has begun and has no end yet.
    pub fn rest(&mut self) -> Vec<LogLine> {
        let mut rest: Vec<LogLine> = self.open.drain().map(|(_, line)| line).collect();
        rest.sort_by_key(|line| line.time);
        rest
    }
}

/// Takes entries from the newest back until there are enough lines.
#[derive(Debug)]
pub struct Tail {
    wanted: usize,
    /// From the newest to the oldest; whether nothing can be put before it any more.
    lines: Vec<LogLine>,
    open: HashMap<String, usize>,
    matched: usize,
}

impl Tail {
    /// So many lines.
    #[must_use]
    pub fn new(wanted: usize) -> Self {
        Self { wanted, lines: Vec::new(), open: HashMap::new(), matched: 0 }
    }

    /// Takes the next older entry; whether there are enough now.
    pub fn push(
        &mut self,
        entry: &Entry,
        units: &Units,
        matches: &dyn Fn(&LogLine) -> bool,
    ) -> bool {
        let Some(mut line) = entry.line(units) else { return false };
        let before = entry.stream().filter(|_| entry.continues()).and_then(|id| self.open.get(id));
        if let Some(rest) = before.and_then(|&at| self.lines.get_mut(at)) {
            line.message.append(&mut rest.message);
            *rest = line;
            return false;
        }
        let closed = entry
            .stream()
            .map_or(Some(self.lines.len()), |id| self.open.insert(id.to_owned(), self.lines.len()));
        self.lines.push(line);
        if closed.and_then(|at| self.lines.get(at)).is_some_and(matches) {
            self.matched += 1;
        }
        self.matched >= self.wanted
    }

    /// The lines, from the oldest.
    pub fn finish(self, matches: &dyn Fn(&LogLine) -> bool) -> Vec<LogLine> {
        let mut lines: Vec<LogLine> =
            self.lines.into_iter().filter(|line| matches(line)).take(self.wanted).collect();
        lines.reverse();
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::ServiceName;
    use crate::target::Scope;

    fn entry(json: &str) -> Entry {
        serde_json::from_str(json).unwrap()
    }

    fn piece(stream: &str, text: &str, cut: bool) -> Entry {
        let line_break = if cut { r#","_LINE_BREAK":"line-max""# } else { "" };
        entry(&format!(
            r#"{{"MESSAGE":"{text}","_STREAM_ID":"{stream}","_SYSTEMD_UNIT":"web.service","__REALTIME_TIMESTAMP":"1"{line_break}}}"#
        ))
    }

    fn units() -> Units {
        let names = ["web", "db"].map(|name| ServiceName::new(name).unwrap());
        Units::new(Scope::System, 0, &names)
    }

    fn message(line: &LogLine) -> String {
        String::from_utf8(line.message.clone()).unwrap()
    }

    #[test]
    fn an_entry_has_its_service_its_bytes_and_its_time() {
        let line = entry(r#"{"MESSAGE":[255,10,27],"_SYSTEMD_UNIT":"db.service","__REALTIME_TIMESTAMP":"1500000"}"#)
            .line(&units())
            .unwrap();
        assert_eq!((line.service.as_str(), line.message.as_slice()), ("db", &[255, 10, 27][..]));
        assert_eq!(line.time, UNIX_EPOCH.checked_add(Duration::from_micros(1_500_000)));
        assert_eq!(line.stream, None);
    }

    #[test]
    fn a_line_that_was_cut_is_one_again() {
        let mut joiner = Joiner::default();
        assert!(joiner.push(&piece("a", "1", true), &units()).is_none());
        assert_eq!(message(&joiner.push(&piece("b", "x", false), &units()).unwrap()), "x");
        assert!(joiner.push(&piece("a", "2", true), &units()).is_none());
        assert_eq!(message(&joiner.push(&piece("a", "3", false), &units()).unwrap()), "123");
        joiner.push(&piece("a", "4", true), &units());
        assert_eq!(joiner.rest().iter().map(message).collect::<Vec<_>>(), ["4"]);
    }

    #[test]
    fn the_tail_counts_lines_and_not_pieces() {
        let newest_first = [
            piece("a", "last", false),
            piece("a", "3", false),
            piece("b", "other", false),
            piece("a", "2", true),
            piece("a", "1", true),
            piece("a", "first", false),
            piece("a", "zeroth", false),
        ];
        let all = |_: &LogLine| true;
        let mut tail = Tail::new(3);
        for entry in &newest_first {
            if tail.push(entry, &units(), &all) {
                break;
            }
        }
        let lines: Vec<String> = tail.finish(&all).iter().map(message).collect();
        assert_eq!(lines, ["other", "123", "last"]);
    }

    #[test]
    fn the_tail_of_what_matches_looks_further_back() {
        let hit = |line: &LogLine| line.message.starts_with(b"hit");
        let mut tail = Tail::new(2);
        let entries: Vec<Entry> =
            (0..20).map(|at| piece("a", if at % 5 == 0 { "hit" } else { "miss" }, false)).collect();
        let seen = entries.iter().position(|entry| tail.push(entry, &units(), &hit)).unwrap();
        assert!(seen < 8, "{seen}");
        assert_eq!(tail.finish(&hit).len(), 2);
    }
}
