//! Raw variables of an init script, from `[override.openrc.…]`: those of openrc-run(8) that svcctl does not depend on itself.

use std::collections::BTreeMap;

use crate::backend::script::quote;
use crate::support::SupportReport;

/// How often supervise-daemon starts a host again that falls; whole numbers.
const NUMBERS: [&str; 3] = ["respawn_delay", "respawn_max", "respawn_period"];

/// Section, key, values.
type Overrides = BTreeMap<String, BTreeMap<String, Vec<String>>>;

fn each(overrides: &Overrides) -> impl Iterator<Item = (&str, &[String])> {
    overrides.values().flatten().map(|(key, values)| (key.as_str(), values.as_slice()))
}

/// The answer for all of them.
pub fn answer(report: &mut SupportReport, overrides: &Overrides) {
    if overrides.is_empty() {
        return;
    }
    match each(overrides).find_map(|(key, values)| fault(key, values)) {
        Some(reason) => report.refused(
            "override",
            reason,
            "leave it out: rc_… variables and respawn_delay, respawn_max and respawn_period are what can be set raw",
        ),
        None => report.native("override"),
    }
}

fn fault(key: &str, values: &[String]) -> Option<String> {
    let digits = |value: &String| !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    if NUMBERS.contains(&key) {
        let number = matches!(values, [value] if digits(value));
        return (!number).then(|| format!("{key} is one whole number"));
    }
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let raw =
        key.strip_prefix("rc_").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(plain));
    (!raw).then(|| format!("{key} is no variable of a script that svcctl leaves to others"))
}

/// Assignments, after svcctl's own. Several values are several lines of one, as `rc_cgroup_settings` wants them.
#[must_use]
pub fn lines(overrides: &Overrides) -> Vec<String> {
    each(overrides).map(|(key, values)| format!("{key}={}", quote(&values.join("\n")))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_svcctl_depends_on_cannot_be_set_raw() {
        let words = |text: &str| vec![text.to_owned()];
        for (key, value) in [("rc_ulimit", "-n 1024"), ("respawn_max", "3")] {
            assert_eq!(fault(key, &words(value)), None, "{key}");
        }
        for (key, value) in
            [("command", "/bin/sh"), ("respawn_max", "$(id)"), ("rc_", "x"), ("rc_a;id", "x")]
        {
            assert!(fault(key, &words(value)).is_some(), "{key}");
        }
    }
}
