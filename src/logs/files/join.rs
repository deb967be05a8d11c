//! From the records of a file to the lines of a service: parts are put together again. Pure.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use crate::backend::{LogLine, Stream};
use crate::logs::record::{Part, Record};

/// The lines of one service under construction.
#[derive(Debug)]
pub struct Join {
    service: String,
    /// For each stream, a line of which the end is still to come.
    pending: Vec<LogLine>,
}

/// What the reader of the past hands over to the reader of what comes.
pub type SharedJoin = Rc<RefCell<Join>>;

impl Join {
    /// Nothing is under construction.
    pub fn new(service: &str) -> Self {
        Self { service: service.to_owned(), pending: Vec::new() }
    }

    /// Takes a line of a file, without its end; appends the lines of the service that are complete now.
    pub fn push(&mut self, line: &[u8], out: &mut VecDeque<LogLine>) {
        let Record { time, stream, part, message } = Record::parse(line);
        let begun = self.take(stream);
        let message = message.into_owned();
        let mut whole = LogLine { time, service: self.service.clone(), stream, message };
        match (begun, part) {
            // Its end was lost, with a host or on a full disk.
            (Some(begun), Part::Whole) => out.push_back(begun),
            (Some(begun), Part::More | Part::Last) => {
                let rest = std::mem::replace(&mut whole.message, begun.message);
                whole.message.extend(rest);
            }
            (None, _) => {}
        }
        match part {
            Part::More => self.pending.push(whole),
            Part::Whole | Part::Last => out.push_back(whole),
        }
    }

    fn take(&mut self, stream: Option<Stream>) -> Option<LogLine> {
        let at = self.pending.iter().position(|line| line.stream == stream)?;
        Some(self.pending.swap_remove(at))
    }

    /// Appends what has no end and will have none.
    pub fn flush(&mut self, out: &mut VecDeque<LogLine>) {
        out.extend(self.pending.drain(..));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(lines: &[&str], flush: bool) -> Vec<String> {
        let mut join = Join::new("web");
        let mut out = VecDeque::new();
        for line in lines {
            join.push(format!("2026-11-20T23:30:00.000000Z {line}").as_bytes(), &mut out);
        }
        if flush {
            join.flush(&mut out);
        }
        out.into_iter().map(|line| String::from_utf8(line.message).unwrap()).collect()
    }

    #[test]
    fn parts_become_one_line_although_the_other_stream_is_between_them() {
        let lines = ["out+ a", "err x", "out+ b", "out- c", "out d"];
        assert_eq!(joined(&lines, false), ["x", "abc", "d"]);
    }

    #[test]
    fn parts_of_both_streams_in_common_become_a_line_too() {
        assert_eq!(joined(&["mix+ a", "svc x", "mix- b"], false), ["x", "ab"]);
    }

    #[test]
    fn a_line_whose_end_was_lost_is_a_line() {
        assert_eq!(joined(&["out+ a", "out b"], false), ["a", "b"]);
        assert_eq!(joined(&["out+ a"], false), [""; 0]);
        assert_eq!(joined(&["out+ a"], true), ["a"]);
    }
}
