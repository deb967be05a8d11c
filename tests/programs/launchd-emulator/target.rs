//! Domain and service targets, split as `launchctl` splits them.

use std::fmt;

/// A domain: a set of jobs of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Domain {
    System,
    User(u32),
    Gui(u32),
}

/// The audit session of a graphical login, made from the uid.
pub const FIRST_ASID: u32 = 100_000;

impl Domain {
    /// The user of the domain, if it has one.
    pub fn uid(self) -> Option<u32> {
        match self {
            Self::System => None,
            Self::User(uid) | Self::Gui(uid) => Some(uid),
        }
    }

    /// The words of "Could not find service … in domain for …".
    pub fn in_words(self) -> String {
        match self {
            Self::System => "system".into(),
            Self::User(uid) => format!("uid: {uid}"),
            Self::Gui(uid) => format!("user gui: {uid}"),
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("system"),
            Self::User(uid) => write!(f, "user/{uid}"),
            Self::Gui(uid) => write!(f, "gui/{uid}"),
        }
    }
}

/// What an argument names.
#[derive(Debug, PartialEq, Eq)]
pub enum Target {
    Domain(Domain),
    Service(Domain, String),
}

/// Splits at `/` into at most three parts, so that a label with `/` is cut, and an empty last part means the domain.
pub fn parse(text: &str) -> Option<Target> {
    let mut parts = text.split('/');
    let kind = parts.next()?;
    let domain = if kind == "system" { Domain::System } else { numbered(kind, parts.next()?)? };
    Some(match parts.next() {
        Some(label) if !label.is_empty() => Target::Service(domain, label.to_owned()),
        Some(_) | None => Target::Domain(domain),
    })
}

fn numbered(kind: &str, number: &str) -> Option<Domain> {
    let number: u32 = number.parse().ok()?;
    match kind {
        "user" => Some(Domain::User(number)),
        "gui" => Some(Domain::Gui(number)),
        "login" => number.checked_sub(FIRST_ASID).map(Domain::Gui),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Domain, Target, parse};

    #[test]
    fn targets_split_into_at_most_three_parts() {
        assert_eq!(parse("system"), Some(Target::Domain(Domain::System)));
        assert_eq!(parse("system/"), Some(Target::Domain(Domain::System)));
        assert_eq!(parse("gui/501"), Some(Target::Domain(Domain::Gui(501))));
        assert_eq!(parse("user/501/a/b"), Some(Target::Service(Domain::User(501), "a".into())));
        assert_eq!(parse("login/100501/a"), Some(Target::Service(Domain::Gui(501), "a".into())));
        assert_eq!(parse("com.example.web"), None);
        assert_eq!(parse("gui/me"), None);
    }
}
