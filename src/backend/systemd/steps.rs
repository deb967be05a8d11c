//! What systemd itself has to be told after files have changed.

use crate::plan::ManagerStep;
use crate::spec::ServiceName;
use crate::target::{Scope, Target};

/// Has systemd read all units anew.
pub const RELOAD: &str = "reload";

/// Lets the user's manager run without a session.
pub const LINGER: &str = "linger";

/// Takes [`LINGER`] back.
pub const NO_LINGER: &str = "no-linger";

/// One reload, however many services changed. Those of them that are gone afterwards are forgotten: one that had failed would
/// stay listed.
#[must_use]
pub fn settle(names: &[ServiceName], target: &Target) -> Vec<ManagerStep> {
    match names.is_empty() {
        true => Vec::new(),
        false => {
            let names = names.iter().map(|name| serde_json::Value::from(name.as_str())).collect();
            vec![ManagerStep { value: names, ..step(RELOAD, manager_name(target.scope)) }]
        }
    }
}

/// The services of a [`RELOAD`].
#[must_use]
pub fn names_of(step: &ManagerStep) -> Vec<ServiceName> {
    let names = step.value.as_array().map(Vec::as_slice).unwrap_or_default();
    names.iter().filter_map(|name| ServiceName::new(name.as_str()?).ok()).collect()
}

/// Turns lingering on for the owner of the user scope; taking it back turns it off.
#[must_use]
pub fn linger(target: &Target) -> ManagerStep {
    let owner = target.owner.name.as_str();
    ManagerStep { undo: Some(Box::new(no_linger(target))), ..step(LINGER, owner) }
}

/// Turns lingering off again.
#[must_use]
pub fn no_linger(target: &Target) -> ManagerStep {
    step(NO_LINGER, &target.owner.name)
}

/// The manager of a scope, in words.
pub const fn manager_name(scope: Scope) -> &'static str {
    match scope {
        Scope::System => "the system manager",
        Scope::User => "the user manager",
    }
}

fn step(action: &str, target: &str) -> ManagerStep {
    ManagerStep {
        action: action.into(),
        target: target.into(),
        value: serde_json::Value::Null,
        undo: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::systemd::samples::target;

    #[test]
    fn one_reload_knows_all_the_services_it_is_for() {
        let names = ["a", "b"].map(|name| ServiceName::new(name).unwrap());
        let steps = settle(&names, &target(Scope::System, None));
        assert_eq!(steps.len(), 1);
        assert_eq!(names_of(&steps[0]), names);
        assert!(settle(&[], &target(Scope::System, None)).is_empty());
    }

    #[test]
    fn lingering_is_taken_back_by_its_opposite() {
        let step = linger(&target(Scope::User, None));
        assert_eq!((step.action.as_str(), step.target.as_str()), (LINGER, "ann"));
        assert_eq!(step.undo.unwrap().action, NO_LINGER);
    }
}
