//! Field × manager over the whole field table: what `managers` counts and the page of the support matrix shows.

pub mod page;

use crate::backend::Backend;
use crate::definition::fields::{FIELDS, Field};
use crate::definition::{Definition, Request, sample};
use crate::selection;
use crate::support::Answer;
use crate::target::Scope;

/// The answers of one manager for a field, one a sample of the field table.
#[derive(Clone, Debug)]
pub struct Row {
    /// The field.
    pub field: &'static Field,
    /// Sample and answer; none for a sample that is no definition on this manager's operating system.
    pub answers: Vec<(&'static str, Option<Answer>)>,
}

/// What a manager makes of every sample of every field, in the order of the table.
#[must_use]
pub fn column(backend: &dyn Backend, scope: Scope) -> Vec<Row> {
    FIELDS
        .iter()
        .map(|field| Row {
            field,
            answers: field
                .samples
                .iter()
                .map(|sample| (*sample, answer(backend, scope, field, sample)))
                .collect(),
        })
        .collect()
}

fn answer(backend: &dyn Backend, scope: Scope, field: &Field, snippet: &str) -> Option<Answer> {
    let target = selection::typical(backend.id(), scope);
    let definition = Definition::parse(sample::source(snippet, target.os)).ok()?;
    let request = Request { target: &target, profile: None, sets: &[], env: &|_| None };
    let spec = definition.resolve(&request).ok()?.spec;
    backend.support(&spec, &target).get(field.key).cloned()
}

/// How many fields have this answer for their usual sample.
#[must_use]
pub fn count(rows: &[Row], word: &str) -> usize {
    let usual = |row: &&Row| {
        row.answers
            .first()
            .and_then(|(_, answer)| answer.as_ref())
            .is_some_and(|answer| answer.word() == word)
    };
    rows.iter().filter(usual).count()
}
