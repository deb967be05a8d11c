//! Raw variables of an rc.d script, from `[override.rcd.…]`: those of rc.subr(8) that begin with the service's name, without it.

use std::collections::BTreeMap;

use crate::backend::script::quote;
use crate::support::SupportReport;

/// The variables that rc.subr puts around the command, and that no other key of a definition stands for.
const KEYS: [&str; 8] =
    ["cpuset", "facility", "fib", "limits", "login_class", "offcmd", "oomprotect", "svcj_options"];

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
    match each(overrides).find(|(key, _)| !KEYS.contains(key)) {
        Some((key, _)) => report.refused(
            "override",
            format!("{key} is no variable of a script that svcctl leaves to others"),
            format!("leave it out: {} are what can be set raw", KEYS.join(", ")),
        ),
        None => report.native("override"),
    }
}

/// Assignments for the variables of a service, after svcctl's own.
#[must_use]
pub fn lines(overrides: &Overrides, variable: &str) -> Vec<String> {
    let line =
        |(key, values): (&str, &[String])| format!("{variable}_{key}={}", quote(&values.join(" ")));
    each(overrides).map(line).collect()
}
