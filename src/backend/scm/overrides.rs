//! `[override.scm.Service]`: settings of the manager that no key of the definition stands for.

use std::collections::BTreeMap;

use crate::backend::scm::service::{ActionKind, FailureAction, Service, SidType, StartType};
use crate::definition::diagnostic::Problem;

/// The only section.
const SECTION: &str = "Service";

type Setter = fn(&mut Service, &[String]) -> Option<()>;

/// Key, what it takes, and how it is set.
const KEYS: &[(&str, &str, Setter)] = &[
    ("DelayedAutostart", "true or false", delayed),
    ("DependOnGroup", "names of groups", |service, names| {
        service.depend_on_group = names.to_vec();
        Some(())
    }),
    (
        "FailureActions",
        "actions such as \"restart/60000\", \"run/0\", \"reboot/60000\" or \"none/0\"",
        actions,
    ),
    ("FailureCommand", "a command line", |service, words| {
        one(words).map(|line| service.failure_actions.command = line.to_owned())
    }),
    ("FailureResetPeriod", "seconds", |service, words| {
        number(words).map(|seconds| service.failure_actions.reset_period = seconds)
    }),
    ("FailureActionsOnNonCrashFailures", "true or false", |service, words| {
        boolean(words).map(|flag| service.failure_actions_on_non_crash_failures = flag)
    }),
    ("PreshutdownTimeout", "milliseconds", |service, words| {
        number(words).map(|time| service.preshutdown_timeout = time)
    }),
    ("SecurityDescriptor", "a security descriptor as SDDL", |service, words| {
        one(words).map(|text| service.security_descriptor = Some(text.to_owned()))
    }),
    ("SidType", "none, unrestricted or restricted", sid_type),
];

/// Applies them; what cannot be applied is a problem.
pub fn apply(
    overrides: &BTreeMap<String, BTreeMap<String, Vec<String>>>,
    service: &mut Service,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (section, keys) in overrides {
        for (key, words) in keys {
            let path = format!("override.scm.{section}.{key}");
            let problem = if section == SECTION {
                set(service, key, words)
            } else {
                Some(format!(
                    "there is no section `{section}` for scm: its keys are in [override.scm.{SECTION}]"
                ))
            };
            problems.extend(problem.map(|text| Problem::error("bad-override", text).key(path)));
        }
    }
    problems
}

fn set(service: &mut Service, key: &str, words: &[String]) -> Option<String> {
    let Some((_, takes, setter)) = KEYS.iter().find(|(known, ..)| *known == key) else {
        let known: Vec<&str> = KEYS.iter().map(|(known, ..)| *known).collect();
        return Some(format!(
            "`{key}` is no key of [override.scm.{SECTION}]: it has {}",
            known.join(", ")
        ));
    };
    match setter(service, words) {
        Some(()) => None,
        None => Some(format!("`{key}` takes {takes}, found {words:?}")),
    }
}

fn one(words: &[String]) -> Option<&str> {
    match words {
        [word] => Some(word),
        _ => None,
    }
}

fn number(words: &[String]) -> Option<u32> {
    one(words)?.parse().ok()
}

fn boolean(words: &[String]) -> Option<bool> {
    match one(words)? {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// A service that is not started at boot is not started late either.
fn delayed(service: &mut Service, words: &[String]) -> Option<()> {
    if boolean(words)? && service.start == StartType::Automatic {
        service.start = StartType::AutomaticDelayed;
    }
    Some(())
}

fn sid_type(service: &mut Service, words: &[String]) -> Option<()> {
    service.sid_type = match one(words)? {
        "none" => SidType::None,
        "unrestricted" => SidType::Unrestricted,
        "restricted" => SidType::Restricted,
        _ => return None,
    };
    Some(())
}

fn actions(service: &mut Service, words: &[String]) -> Option<()> {
    let action = |word: &String| {
        let (kind, delay) = word.split_once('/')?;
        let (kind, ..) = ActionKind::ALL.iter().find(|(_, _, known)| *known == kind)?;
        Some(FailureAction { kind: *kind, delay: delay.parse().ok()? })
    };
    service.failure_actions.actions = words.iter().map(action).collect::<Option<_>>()?;
    // Who says what the manager is to do about a failure means one that the host has given up, too.
    service.failure_actions_on_non_crash_failures = true;
    Some(())
}
