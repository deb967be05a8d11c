//! Collects problems with their places.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use crate::definition::diagnostic::{Problem, Severity};
use crate::definition::fault::Fault;
use crate::definition::source::Source;
use crate::definition::tree::At;

/// The problems of one definition, as they are found.
#[derive(Clone, Debug)]
pub struct Report {
    source: Arc<Source>,
    problems: Vec<Problem>,
}

impl Report {
    /// No problem yet.
    #[must_use]
    pub const fn new(source: Arc<Source>) -> Self {
        Self { source, problems: Vec::new() }
    }

    /// A fault of `key`, which was written there.
    pub fn fault(&mut self, at: &At, key: &str, fault: Fault) {
        self.add(at, fault.into_problem(key));
    }

    /// A problem at a place.
    pub fn add(&mut self, at: &At, problem: Problem) {
        self.problems.push(placed(problem, at, &self.source));
    }

    /// A problem with no place but the file.
    pub fn add_nowhere(&mut self, mut problem: Problem) {
        problem.file = Some(self.source.path.clone());
        self.problems.push(problem);
    }

    /// Problems that have their places already.
    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        self.problems.extend(problems);
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
