//! An action on many services: round after round, and all of a round at once.

use std::collections::BTreeMap;

use crate::backend::order::{self, Known, Needs, Planned};
use crate::backend::{Action, Context, Outcome};
use crate::error::{Error, ErrorKind};
use crate::operations::installed::{Record, load_receipts};
use crate::spec::ServiceName;

/// What came of each service so far: nothing wrong, or why it failed.
type Results = BTreeMap<ServiceName, Option<String>>;

/// What does it to one service.
pub type Run<'a> = dyn Fn(&ServiceName, Action) -> Outcome + Sync + 'a;

/// Does it to all of them, and starts what they require. The outcomes are in the order of the names.
pub fn control(
    names: &[ServiceName],
    action: Action,
    known: &Known,
    run: &Run<'_>,
) -> Vec<Outcome> {
    let mut results = Results::new();
    let mut outcomes = Vec::new();
    for round in order::rounds(names, action, known) {
        let done = in_parallel(&round, |planned| one(planned, action, &results, run));
        for (planned, outcome) in round.iter().zip(done) {
            results.insert(
                planned.name.clone(),
                outcome.error.as_ref().map(|error| error.message.clone()),
            );
            outcomes.extend(planned.asked.then_some(outcome));
        }
    }
    outcomes.sort_by_key(|outcome| names.iter().position(|name| *name == outcome.name));
    outcomes
}

/// What the receipts of the scope say. Where they cannot be read there is no order to keep.
#[must_use]
pub fn known(context: &Context<'_>) -> Known {
    let records: Vec<Record> =
        load_receipts(&context.target.dirs, context.system).unwrap_or_default();
    let receipts = records.iter().filter_map(Record::receipt);
    receipts.map(|receipt| (receipt.name.clone(), Needs::from(&receipt.spec))).collect()
}

fn in_parallel(round: &[Planned], work: impl Fn(&Planned) -> Outcome + Sync) -> Vec<Outcome> {
    if let [alone] = round {
        return vec![work(alone)];
    }
    std::thread::scope(|scope| {
        let work = &work;
        let runs: Vec<_> =
            round.iter().map(|planned| (planned, scope.spawn(move || work(planned)))).collect();
        let join = |(planned, run): (&Planned, std::thread::ScopedJoinHandle<'_, Outcome>)| {
            let panicked = || {
                failed(
                    planned,
                    Error::system(format!("svcctl failed while it worked on {}", planned.name)),
                )
            };
            run.join().unwrap_or_else(|_| panicked())
        };
        runs.into_iter().map(join).collect()
    })
}

fn one(planned: &Planned, action: Action, results: &Results, run: &Run<'_>) -> Outcome {
    if let Some(why) = obstacle(planned, results) {
        let message = format!("cannot {} {}: it requires {why}", action.word(), planned.name);
        return failed(
            planned,
            Error::new(ErrorKind::System, message).hint("see `start.requires` in its definition"),
        );
    }
    // What was not asked for is only to run: a restart of one service is none of what it requires.
    let action = if planned.asked { action } else { Action::Start };
    run(&planned.name, action)
}

fn obstacle(planned: &Planned, results: &Results) -> Option<String> {
    let missing = planned.missing.as_ref().map(|name| format!("'{name}', which is not installed"));
    let fallen = || {
        let name =
            planned.requires.iter().find(|name| matches!(results.get(*name), Some(Some(_))))?;
        let why = results.get(name).cloned().flatten().unwrap_or_default();
        Some(format!("{name}, which does not run: {why}"))
    };
    missing.or_else(fallen)
}

fn failed(planned: &Planned, error: Error) -> Outcome {
    Outcome { name: planned.name.clone(), changed: false, warnings: Vec::new(), error: Some(error) }
}
