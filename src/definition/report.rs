//! Collects problems with their places.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use crate::definition::diagnostic::{Problem, Severity};
use crate::definition::fault::Fault;
use crate::definition::source::Source;
use crate::definition::tree::At;

/// Problems that are kept of one definition. With so many the file is not what it was taken for.
const MOST: usize = 1_000;

/// The problems of one definition, as they are found.
#[derive(Clone, Debug)]
pub struct Report {
    source: Arc<Source>,
    problems: Vec<Problem>,
    /// Whether there were more.
    more: bool,
}

impl Report {
    /// No problem yet.
    #[must_use]
    pub const fn new(source: Arc<Source>) -> Self {
        Self { source, problems: Vec::new(), more: false }
    }

    /// A fault of `key`, which was written there.
    pub fn fault(&mut self, at: &At, key: &str, fault: Fault) {
        self.add(at, fault.into_problem(key));
    }

    /// A problem at a place.
    pub fn add(&mut self, at: &At, problem: Problem) {
        self.keep(placed(problem, at, &self.source));
    }

    /// A problem with no place but the file.
    pub fn add_nowhere(&mut self, mut problem: Problem) {
        problem.file = Some(self.source.path.clone());
        self.keep(problem);
    }

    fn keep(&mut self, problem: Problem) {
        if self.problems.len() < MOST {
            self.problems.push(problem);
        } else {
            self.more = true;
        }
    }

    /// Whether it takes no more, so that looking on is of no use.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.more
    }

    /// Problems that have their places already.
    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        problems.into_iter().for_each(|problem| self.keep(problem));
    }

    /// Whether a problem of `key`, or of something in it, has been found.
    #[must_use]
    pub fn concerns(&self, key: &str) -> bool {
        self.problems.iter().filter_map(|problem| problem.key.as_deref()).any(|known| {
            known
                .strip_prefix(key)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }

    /// All problems in the order of the file, each once, with line and column.
    #[must_use]
    pub fn finish(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| {
            (problem.span.is_none(), problem.span.as_ref().map(|span| (span.start, span.end)))
        });
        let mut seen = HashSet::new();
        self.problems.retain(|problem| seen.insert(identity(problem)));
        number(&mut self.problems, &self.source.text);
        if self.more {
            let message = format!("there are more than {MOST} problems");
            let mut problem = Problem::error("too-many", message).hint("is this the right file?");
            problem.file = Some(self.source.path.clone());
            self.problems.push(problem);
        }
        self.problems
    }

    /// Whether anything stands in the way.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }
}

/// What makes two findings the same finding.
fn identity(problem: &Problem) -> (Option<Range<usize>>, Option<String>, String) {
    (problem.span.clone(), problem.file.clone(), problem.message.clone())
}

/// `problem`, with the place `at`; its line and column are still to be counted.
fn placed(mut problem: Problem, at: &At, source: &Arc<Source>) -> Problem {
    match at {
        At::File(span) => {
            problem.file = Some(source.path.clone());
            problem.span = Some(span.clone());
            problem.source = Some(Arc::clone(source));
        }
        At::Set(argument) => problem.file = Some(format!("--set {argument}")),
    }
    problem
}

/// `problem` with its place, line and column and all.
#[must_use]
pub fn locate(problem: Problem, at: &At, source: &Arc<Source>) -> Problem {
    let mut one = [placed(problem, at, source)];
    number(&mut one, &source.text);
    let [problem] = one;
    problem
}

/// Counts lines and columns for problems that are in the order of their spans, in one pass over the text.
fn number(problems: &mut [Problem], text: &str) {
    let (mut line, mut line_start, mut at) = (1, 0, 0);
    for problem in problems {
        let Some(span) = &problem.span else { continue };
        for (offset, byte) in
            text.as_bytes().get(at..span.start).unwrap_or_default().iter().enumerate()
        {
            if *byte == b'\n' {
                line += 1;
                line_start = at + offset + 1;
            }
        }
        at = at.max(span.start);
        let before = text.get(line_start..span.start).unwrap_or_default();
        problem.line = Some(line);
        problem.column = Some(before.chars().count() + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(text: &str) -> Report {
        Report::new(Arc::new(Source::from_text("app.toml", "/srv", text)))
    }

    #[test]
    fn lines_are_counted_from_one_and_columns_in_characters() {
        let mut report = report("a\n\u{e9}\u{e9} = 1\n");
        report.fault(&At::File(9..10), "later", Fault::value("x"));
        report.fault(&At::File(0..1), "first", Fault::value("x"));
        let places: Vec<_> = report.finish().iter().map(|p| (p.line, p.column)).collect();
        assert_eq!(places, [(Some(1), Some(1)), (Some(2), Some(6))]);
    }

    #[test]
    fn the_same_finding_is_reported_once() {
        let mut report = report("a = 1");
        for _ in 0..3 {
            report.fault(&At::File(0..1), "a", Fault::value("x"));
        }
        report.fault(&At::File(0..1), "a", Fault::value("y"));
        assert_eq!(report.finish().len(), 2);
    }

    #[test]
    fn a_span_beyond_the_text_is_no_panic() {
        let mut report = report("\u{e9}");
        report.fault(&At::File(1..900), "a", Fault::value("x"));
        report.fault(&At::File(700..900), "b", Fault::value("x"));
        assert_eq!(report.finish().len(), 2);
    }

    #[test]
    fn a_key_concerns_what_is_in_it_and_nothing_that_begins_alike() {
        let mut report = report("");
        report.fault(&At::File(0..0), "restart.delay[1]", Fault::value("x"));
        assert!(report.concerns("restart.delay") && report.concerns("restart"));
        assert!(!report.concerns("restart.del"));
    }
}
