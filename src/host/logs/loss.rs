//! The account of what could not be written. Pure.

use std::time::{Duration, Instant, SystemTime};

use memchr::memchr_iter;

use crate::logs::record::Stamp;

/// How long after a failure writing is tried again.
pub const RETRY: Duration = Duration::from_secs(1);

/// What has been lost since writing began to fail.
#[derive(Clone, Debug)]
pub struct Loss {
    since: SystemTime,
    /// Lines, those of which a part was lost included.
    pub lines: u64,
    /// Bytes.
    pub bytes: u64,
    cause: String,
    /// When to try again.
    pub retry: Instant,
}

impl Loss {
    /// Nothing is lost yet, but `cause` has happened.
    pub fn new(cause: &std::io::Error, since: SystemTime, now: Instant) -> Self {
        Self { since, lines: 0, bytes: 0, cause: cause.to_string(), retry: now + RETRY }
    }

    /// Counts bytes that are dropped.
    pub fn count(&mut self, dropped: &[u8]) {
        self.bytes += dropped.len() as u64;
        self.lines += memchr_iter(b'\n', dropped).count() as u64;
    }

    /// The line in the log that tells of it.
    pub fn marker(&self, until: SystemTime) -> String {
        let Self { since, lines, bytes, cause, .. } = self;
        let [since, until] = [*since, until].map(Stamp::new);
        let [since, until] = [since.as_str(), until.as_str()];
        let noun = if *lines == 1 { "line" } else { "lines" };
        format!(
            "svcctl: {lines} {noun} ({bytes} bytes) lost from {since} to {until}: cannot write the log: {cause}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marker_says_how_much_was_lost_when_and_why() {
        let since = SystemTime::UNIX_EPOCH;
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let mut loss = Loss::new(&full, since, Instant::now());
        loss.count(b"one\ntwo\n");
        loss.count(b"three\n");
        let marker = loss.marker(since + Duration::from_secs(61));
        assert!(
            marker.starts_with("svcctl: 3 lines (14 bytes) lost from 1970-01-01T00:00:00.000000Z")
        );
        assert!(marker.contains("to 1970-01-01T00:01:01.000000Z"));
        assert!(marker.ends_with(&full.to_string()));
    }
}
