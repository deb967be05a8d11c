//! Lines as they come, of several services.

use std::cell::RefCell;
use std::rc::Rc;
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

/// The end of a service's log.
type Followed = Rc<RefCell<(Source, Tail)>>;

/// Never ends, unless the query does.
pub struct Follow {
    tails: Vec<Followed>,
    watch: Watch,
    filter: Filter,
    /// What has come, in the order of time.
    round: LogStream<'static>,
    /// Whether nothing of it was wanted.
    silent: bool,
    /// Whether it began after the query's end.
    over: bool,
}

impl Follow {
    /// Goes on after the history of every service.
    pub fn new(tails: Vec<(Source, Tail)>, watch: Watch, query: &LogQuery) -> Self {
        let tails = tails.into_iter().map(|tail| Rc::new(RefCell::new(tail))).collect();
        let round = Box::new(std::iter::empty());
        Self { tails, watch, filter: Filter::new(query), round, silent: false, over: false }
    }

    /// Looks at all of them once.
    fn look(&mut self) {
        self.over = self.filter.until.is_some_and(|until| until < SystemTime::now());
        self.silent = true;
        let stream = |tail: &Followed| -> LogStream<'static> {
            let tail = Rc::clone(tail);
            Box::new(std::iter::from_fn(move || next(&tail)))
        };
        self.round = merge(self.tails.iter().map(stream).collect());
    }
}

fn next(tail: &RefCell<(Source, Tail)>) -> Option<Result<LogLine>> {
    let (source, tail) = &mut *tail.borrow_mut();
    tail.next(source).map_err(|error| failed(source, &error)).transpose()
}

impl Iterator for Follow {
    type Item = Result<LogLine>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(line) = self.round.next() {
                if line.as_ref().map_or(true, |line| self.filter.wants(line)) {
                    self.silent = false;
                    return Some(line);
                }
                continue;
            }
            if self.silent {
                if self.over {
                    return None;
                }
                self.watch.wait(LONGEST);
            }
            self.look();
        }
    }
}
