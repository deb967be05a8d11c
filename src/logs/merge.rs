//! Lines of several services, interleaved by time.

use std::collections::VecDeque;
use std::time::SystemTime;

use crate::backend::{LogLine, LogStream};
use crate::error::Result;

/// One stream and its next line.
struct Head<'a> {
    stream: LogStream<'a>,
    next: Option<Result<LogLine>>,
    /// The time of its next line; that of the line before where it has none.
    time: SystemTime,
}

impl<'a> Head<'a> {
    fn new(stream: LogStream<'a>) -> Self {
        let mut head = Self { stream, next: None, time: SystemTime::UNIX_EPOCH };
        head.advance();
        head
    }

    /// Takes the next line out.
    fn advance(&mut self) -> Option<Result<LogLine>> {
        let following = self.stream.next();
        if let Some(Ok(LogLine { time: Some(time), .. })) = &following {
            self.time = *time;
        }
        std::mem::replace(&mut self.next, following)
    }
}

/// Interleaves streams that end, each of which is in the order of time. Lines of the same time are in the order of the streams; a
/// line without a time follows the one before it.
#[must_use]
pub fn merge<'a>(streams: Vec<LogStream<'a>>) -> LogStream<'a> {
    let mut heads: Vec<_> = streams.into_iter().map(Head::new).collect();
    Box::new(std::iter::from_fn(move || {
        let waiting = heads.iter_mut().filter(|head| head.next.is_some());
        waiting.min_by_key(|head| head.time)?.advance()
    }))
}

/// The last `count` lines of a stream that ends, or all of them. An error is a line of its own.
#[must_use]
pub fn last(stream: LogStream<'_>, count: Option<usize>) -> LogStream<'_> {
    let Some(count) = count else { return stream };
    let mut kept = VecDeque::new();
    for line in stream {
        kept.push_back(line);
        if kept.len() > count {
            kept.pop_front();
        }
    }
    Box::new(kept.into_iter())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn stream(service: &'static str, times: &'static [Option<u64>]) -> LogStream<'static> {
        Box::new(times.iter().map(move |time| {
            let time = time.map(|time| SystemTime::UNIX_EPOCH + Duration::from_secs(time));
            let message = format!("{service}{}", time.is_some()).into_bytes();
            Ok(LogLine { time, service: service.to_owned(), stream: None, message })
        }))
    }

    fn names(stream: LogStream<'_>) -> String {
        stream.map(|line| line.unwrap().service).collect()
    }

    #[test]
    fn lines_are_in_the_order_of_time_and_of_their_service() {
        let merged = merge(vec![
            stream("a", &[Some(1), Some(4), Some(4)]),
            stream("b", &[Some(2), Some(4), Some(9)]),
            stream("c", &[]),
        ]);
        assert_eq!(names(merged), "abaabb");
    }

    #[test]
    fn a_line_without_a_time_stays_behind_the_one_before_it() {
        let merged = merge(vec![stream("a", &[Some(5), None, Some(9)]), stream("b", &[Some(7)])]);
        assert_eq!(names(merged), "aaba");
    }

    #[test]
    fn the_last_lines_are_those_of_all_together() {
        let merged = merge(vec![stream("a", &[Some(1), Some(3)]), stream("b", &[Some(2)])]);
        assert_eq!(names(last(merged, Some(2))), "ba");
    }
}
