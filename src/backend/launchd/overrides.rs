//! Raw keys of a property list, from `[override.launchd.…]`: the last word, but for the keys that svcctl itself depends on.

use std::collections::BTreeMap;

use plist::{Dictionary, Value};

use crate::backend::launchd::plist::strings;
use crate::support::SupportReport;

/// What a raw key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Flag,
    List,
}

/// The keys that may be given raw, by their types in launchd.plist(5).
const KEYS: &[(&str, Kind)] = &[
    ("AbandonProcessGroup", Kind::Flag),
    ("AssociatedBundleIdentifiers", Kind::List),
    ("ExitTimeOut", Kind::Number),
    ("InitGroups", Kind::Flag),
    ("LegacyTimers", Kind::Flag),
    ("LimitLoadToSessionType", Kind::List),
    ("LowPriorityBackgroundIO", Kind::Flag),
    ("LowPriorityIO", Kind::Flag),
    ("MaterializeDatalessFiles", Kind::Flag),
    ("Nice", Kind::Number),
    ("ProcessType", Kind::Text),
    ("QueueDirectories", Kind::List),
    ("RootDirectory", Kind::Text),
    ("SessionCreate", Kind::Flag),
    ("StandardErrorPath", Kind::Text),
    ("StandardInPath", Kind::Text),
    ("StandardOutPath", Kind::Text),
    ("StartInterval", Kind::Number),
    ("StartOnMount", Kind::Flag),
    ("ThrottleInterval", Kind::Number),
    ("WatchPaths", Kind::List),
];

/// Section, key, values.
type Overrides = BTreeMap<String, BTreeMap<String, Vec<String>>>;

fn each(overrides: &Overrides) -> impl Iterator<Item = (&str, &[String])> {
    overrides.values().flatten().map(|(key, values)| (key.as_str(), values.as_slice()))
}

/// Whether the user has said where launchd is to write the output.
#[must_use]
pub fn names_logs(overrides: &Overrides) -> bool {
    each(overrides).any(|(key, _)| key == "StandardOutPath")
}

/// The answer for all of them.
pub fn answer(report: &mut SupportReport, overrides: &Overrides) {
    let fault = each(overrides).find_map(|(key, values)| fault(key, values));
    match fault {
        Some((reason, way_out)) => report.refused("override", reason, way_out),
        None if overrides.is_empty() => {}
        None => report.native("override"),
    }
}

fn fault(key: &str, values: &[String]) -> Option<(String, &'static str)> {
    match KEYS.iter().find(|(known, _)| *known == key) {
        None => Some((
            format!("{key} is none of the keys that may be given raw"),
            "remove it: svcctl writes what it needs, and what would undo its work is left out",
        )),
        Some((_, kind)) => match value(*kind, values) {
            Some(_) => None,
            None => Some((
                format!("{key} is not written like that"),
                "see launchd.plist(5) for its type",
            )),
        },
    }
}

fn value(kind: Kind, values: &[String]) -> Option<Value> {
    let one = || if let [one] = values { Some(one.as_str()) } else { None };
    match kind {
        Kind::Text => one().map(Value::from),
        Kind::Number => one()?.parse::<i64>().ok().map(Value::from),
        Kind::Flag => one()?.parse::<bool>().ok().map(Value::from),
        Kind::List => Some(strings(values.iter().map(String::as_str))),
    }
}

/// Writes them over what is there.
pub fn write(keys: &mut Dictionary, overrides: &Overrides) {
    for (key, values) in each(overrides) {
        let kind = KEYS.iter().find(|(known, _)| *known == key).map(|(_, kind)| *kind);
        if let Some(value) = kind.and_then(|kind| value(kind, values)) {
            keys.insert(key.to_owned(), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::Answer;

    fn overrides(key: &str, values: &[&str]) -> Overrides {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        BTreeMap::from([("Job".to_owned(), BTreeMap::from([(key.to_owned(), values)]))])
    }

    #[test]
    fn a_raw_key_is_written_by_its_type() {
        let mut keys = Dictionary::new();
        for (key, values) in
            [("Nice", &["-5"][..]), ("LowPriorityIO", &["true"]), ("WatchPaths", &["/a", "/b"])]
        {
            write(&mut keys, &overrides(key, values));
        }
        assert_eq!(keys.get("Nice").and_then(Value::as_signed_integer), Some(-5));
        assert_eq!(keys.get("LowPriorityIO"), Some(&Value::Boolean(true)));
        assert_eq!(keys.get("WatchPaths"), Some(&strings(["/a", "/b"])));
    }

    #[test]
    fn a_key_that_would_undo_svcctl_and_a_bad_value_are_refused() {
        for (key, value) in [
            ("Label", "x"),
            ("EnablePressuredExit", "true"),
            ("Nice", "much"),
            ("LowPriorityIO", "1"),
        ] {
            let mut report = SupportReport::default();
            answer(&mut report, &overrides(key, &[value]));
            assert!(matches!(report.get("override"), Some(Answer::Refused { .. })), "{key}");
        }
    }
}
