//! launchd's domains: where a job lives, and which one a scope means.

use std::fmt;

use crate::target::{Scope, Target};

/// A set of jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// The machine's.
    System,
    /// A user's, while logged in at the screen.
    Gui(u32),
    /// A user's, from the first login of any kind on.
    User(u32),
}

impl Domain {
    /// `gui/501/com.example.web`. A label is never empty: a target without one is the whole domain, and a `bootout` of that
    /// ends the user's session.
    #[must_use]
    pub fn service(self, label: &str) -> String {
        debug_assert!(!label.is_empty(), "a target without a label is the whole domain");
        format!("{self}/{label}")
    }

    /// The domains in which a service of this target may be loaded, the one to prefer first. Root has no login session, and so no
    /// services of a user.
    #[must_use]
    pub fn of(target: &Target) -> Vec<Self> {
        match (target.scope, target.owner.uid) {
            (Scope::System, _) => vec![Self::System],
            (Scope::User, 0) => Vec::new(),
            (Scope::User, uid) => vec![Self::Gui(uid), Self::User(uid)],
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("system"),
            Self::Gui(uid) => write!(f, "gui/{uid}"),
            Self::User(uid) => write!(f, "user/{uid}"),
        }
    }
}
