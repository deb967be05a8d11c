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

/// One reload, however many services changed.
#[must_use]
pub fn settle(names: &[ServiceName], target: &Target) -> Vec<ManagerStep> {
    match names.is_empty() {
        true => Vec::new(),
        false => vec![step(RELOAD, manager_name(target.scope))],
    }
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
