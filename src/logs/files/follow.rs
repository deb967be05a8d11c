//! Lines as they come, of several services.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use super::tail::Tail;
use super::watch::Watch;
use super::{Source, failed};
use crate::backend::{LogLine, LogQuery, LogStream};
use crate::error::Result;
use crate::logs::filter::Filter;
use crate::logs::merge::merge;

/// The longest that a change can stay unnoticed where the OS does not tell of it.
const LONGEST: Duration = Duration::from_millis(500);

/// Never ends, unless the query does.
pub struct Follow {
    tails: Vec<(Source, Tail)>,
    watch: Watch,
    filter: Filter,
    out: VecDeque<Result<LogLine>>,
}

impl Follow {
    /// Goes on after the history of every service.
    pub fn new(tails: Vec<(Source, Tail)>, watch: Watch, query: &LogQuery) -> Self {
        Self { tails, watch, filter: Filter::new(query), out: VecDeque::new() }
    }

    /// Takes what has come to all of them, in the order of time.
    fn poll(&mut self) {
        let mut streams: Vec<LogStream<'static>> = Vec::new();
        for (source, tail) in &mut self.tails {
            let mut lines = VecDeque::new();
            let result = tail.poll(source, &mut lines);
            let error = result.err().map(|error| Err(failed(source, &error)));
            streams.push(Box::new(lines.into_iter().map(Ok).chain(error)));
        }
        let wanted = |line: &Result<LogLine>| line.as_ref().map_or(true, |l| self.filter.wants(l));
        self.out.extend(merge(streams).filter(wanted));
    }

    fn is_over(&self) -> bool {
        self.filter.until.is_some_and(|until| until < SystemTime::now())
    }
}

impl Iterator for Follow {
    type Item = Result<LogLine>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(line) = self.out.pop_front() {
                return Some(line);
            }
            let over = self.is_over();
            self.poll();
            if self.out.is_empty() {
                if over {
                    return None;
                }
                self.watch.wait(LONGEST);
            }
        }
    }
}
