//! Which lines a query wants, the same for every manager. Pure.

use std::time::SystemTime;

use crate::backend::{LogLine, LogQuery};

/// The conditions of a query on a single line.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Not before.
    pub since: Option<SystemTime>,
    /// Not after.
    pub until: Option<SystemTime>,
    /// Only lines that match.
    pub grep: Option<regex::bytes::Regex>,
}

impl Filter {
    /// The conditions of `query`.
    #[must_use]
    pub fn new(query: &LogQuery) -> Self {
        Self { since: query.since, until: query.until, grep: query.grep.clone() }
    }

    /// Whether every line is wanted.
    #[must_use]
    pub const fn is_all(&self) -> bool {
        self.since.is_none() && self.until.is_none() && self.grep.is_none()
    }

    /// Whether a line is wanted. One without a time is wanted at every time.
    #[must_use]
    pub fn wants(&self, line: &LogLine) -> bool {
        let late_enough = self.since.is_none_or(|since| line.time.is_none_or(|time| time >= since));
        let early_enough =
            self.until.is_none_or(|until| line.time.is_none_or(|time| time <= until));
        let matches = || self.grep.as_ref().is_none_or(|grep| grep.is_match(&line.message));
        late_enough && early_enough && matches()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn line(time: Option<SystemTime>, message: &[u8]) -> LogLine {
        LogLine { time, service: "web".to_owned(), stream: None, message: message.to_vec() }
    }

    #[test]
    fn both_ends_of_the_time_are_included() {
        let filter = Filter { since: Some(at(10)), until: Some(at(20)), grep: None };
        let wanted: Vec<_> =
            [9, 10, 20, 21].map(|time| filter.wants(&line(Some(at(time)), b""))).into();
        assert_eq!(wanted, [false, true, true, false]);
        assert!(filter.wants(&line(None, b"")));
    }

    #[test]
    fn grep_looks_at_bytes() {
        let grep = regex::bytes::Regex::new(r"(?-u)a\xff").unwrap();
        let filter = Filter { grep: Some(grep), ..Filter::default() };
        assert!(filter.wants(&line(None, b"xa\xffx")));
        assert!(!filter.wants(&line(None, b"a")));
    }
}
