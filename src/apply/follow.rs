//! What is done once a change is made: services are started, restarted, stopped, or purged.

use crate::apply::lock::Hold;
use crate::backend::{Action, Backend, Outcome};
use crate::error::Result;
use crate::plan::Follow;
use crate::spec::{ServiceName, Spec};

/// Does all of it; each service has an outcome of its own.
pub(super) fn follow(what: &[Follow], hold: &Hold<'_>) -> Result<Vec<Outcome>> {
    follow_with(what, hold.site().backend, hold)
}

/// The same, by the backend of an interrupted change.
pub(super) fn follow_with(
    what: &[Follow],
    backend: &dyn Backend,
    hold: &Hold<'_>,
) -> Result<Vec<Outcome>> {
    let site = hold.site();
    let mut outcomes = Vec::new();
    for action in [Action::Stop, Action::Restart, Action::Start] {
        let names: Vec<ServiceName> = what
            .iter()
            .filter(|one| action_of(one) == Some(action))
            .map(Follow::name)
            .cloned()
            .collect();
        if !names.is_empty() {
            outcomes.extend(hold.faults().act(action.word(), || {
                Ok(backend.control(&names, action, site.deadline, &site.context()))
            })?);
        }
    }
    for spec in what.iter().filter_map(purged) {
        outcomes.push(hold.faults().act("purge", || Ok(purge(spec, backend, hold)))?);
    }
    Ok(outcomes)
}

const fn action_of(follow: &Follow) -> Option<Action> {
    match follow {
        Follow::Start(_) => Some(Action::Start),
        Follow::Stop(_) => Some(Action::Stop),
        Follow::Restart(..) => Some(Action::Restart),
        Follow::Purge(_) => None,
    }
}

fn purged(follow: &Follow) -> Option<&Spec> {
    match follow {
        Follow::Purge(spec) => Some(spec),
        Follow::Start(_) | Follow::Stop(_) | Follow::Restart(..) => None,
    }
}

fn purge(spec: &Spec, backend: &dyn Backend, hold: &Hold<'_>) -> Outcome {
    let done = backend.purge(spec, &hold.site().context());
    let (changed, error) = match done {
        Ok(removed) => (!removed.is_empty(), None),
        Err(error) => (false, Some(error)),
    };
    Outcome { name: spec.name.clone(), changed, warnings: Vec::new(), error }
}
