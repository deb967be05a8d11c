//! `KeepAlive`: which end of a process brings it back.

use crate::outcome::Outcome;
use plist::Value;

/// One key of the dictionary. They are joined by "or".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    SuccessfulExit(bool),
    Crashed(bool),
    PathState(String, bool),
    OtherJobEnabled(String, bool),
    AfterInitialDemand(bool),
}

/// The key as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeepAlive {
    Never,
    Always,
    When(Vec<Condition>),
}

/// What conditions ask of the world.
pub trait World {
    fn path_exists(&self, path: &str) -> bool;
    fn is_loaded(&self, label: &str) -> bool;
}

impl KeepAlive {
    /// Reads the key; a value of another type is ignored, as launchd ignores it.
    pub fn of(value: Option<&Value>) -> Self {
        match value {
            Some(Value::Boolean(true)) => Self::Always,
            Some(Value::Dictionary(dict)) => {
                Self::When(dict.iter().flat_map(|(key, value)| conditions(key, value)).collect())
            }
            _ => Self::Never,
        }
    }

    /// Whether the job starts when it is loaded, without `RunAtLoad`. Conditions on the world must hold for that.
    pub fn starts(&self, world: &dyn World) -> bool {
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::When(conditions) if self.waits_for_demand() => conditions.is_empty(),
            Self::When(conditions) => {
                conditions.iter().all(|c| c.holds_now(world).is_none()) || self.wanted_now(world)
            }
        }
    }

    /// Whether a condition on the world asks for the job at this moment.
    pub fn wanted_now(&self, world: &dyn World) -> bool {
        matches!(self, Self::When(conditions) if conditions.iter().any(|c| c.holds_now(world) == Some(true)))
    }

    /// Whether the job comes back after `outcome`.
    pub fn respawns(&self, outcome: Outcome, world: &dyn World) -> bool {
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::When(conditions) => conditions.iter().any(|c| c.respawns(outcome, world)),
        }
    }

    /// `AfterInitialDemand`: neither starts nor restarts before the first demand.
    pub fn waits_for_demand(&self) -> bool {
        matches!(self, Self::When(conditions) if conditions.contains(&Condition::AfterInitialDemand(true)))
    }
}

impl Condition {
    fn respawns(&self, outcome: Outcome, world: &dyn World) -> bool {
        match self {
            Self::SuccessfulExit(wanted) => outcome.is_clean() == *wanted,
            Self::Crashed(wanted) => outcome.is_crash() == *wanted,
            Self::AfterInitialDemand(wanted) => *wanted,
            Self::PathState(..) | Self::OtherJobEnabled(..) => self.holds_now(world) == Some(true),
        }
    }

    fn holds_now(&self, world: &dyn World) -> Option<bool> {
        match self {
            Self::PathState(path, wanted) => Some(world.path_exists(path) == *wanted),
            Self::OtherJobEnabled(label, wanted) => Some(world.is_loaded(label) == *wanted),
            Self::SuccessfulExit(_) | Self::Crashed(_) | Self::AfterInitialDemand(_) => None,
        }
    }
}

fn conditions(key: &str, value: &Value) -> Vec<Condition> {
    let flag = value.as_boolean();
    let each = |make: fn(String, bool) -> Condition| {
        let entries = value.as_dictionary().into_iter().flatten();
        entries.filter_map(|(name, on)| Some(make(name.clone(), on.as_boolean()?))).collect()
    };
    match key {
        "SuccessfulExit" => flag.map(Condition::SuccessfulExit).into_iter().collect(),
        "Crashed" => flag.map(Condition::Crashed).into_iter().collect(),
        "AfterInitialDemand" => flag.map(Condition::AfterInitialDemand).into_iter().collect(),
        "PathState" => each(Condition::PathState),
        "OtherJobEnabled" => each(Condition::OtherJobEnabled),
        _ => Vec::new(),
    }
}
