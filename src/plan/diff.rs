//! A plan as text: what would change in each file.

use serde_json::Value;
use similar::TextDiff;

use crate::plan::machine::Thing;
use crate::plan::{ManagerStep, Planned, Step};

/// One artifact's difference: its place, `add`, `change` or `remove`, and the text of it.
#[must_use]
pub fn of_step(planned: &Planned) -> Option<(String, &'static str, String)> {
    let Planned { step, before, .. } = planned;
    let change = if *before == Thing::Missing { "add" } else { "change" };
    match step {
        Step::WriteFile(file) => {
            Some((file.path.clone(), change, file_text(&file.path, before, Some(&file.contents))))
        }
        Step::WriteSecret(secret) => {
            Some((secret.path.clone(), change, "a credential, not shown".to_owned()))
        }
        Step::Link { path, target } => {
            let text = format!("{path} -> {target}");
            let was = if *before == Thing::Missing {
                text
            } else {
                format!("{text} (is {})", before.words())
            };
            Some((path.clone(), change, was))
        }
        Step::Remove { path } => Some((path.clone(), "remove", file_text(path, before, None))),
        Step::Manager(step) => of_object(step),
        Step::CreateDir { .. } | Step::RemoveDir { .. } => None,
    }
}

/// What the manager keeps by itself, setting by setting; a step without settings changes none.
fn of_object(step: &ManagerStep) -> Option<(String, &'static str, String)> {
    let undo = step.undo.as_deref().map_or(&Value::Null, |undo| &undo.value);
    let (change, was, is) = match (undo.is_null(), step.value.is_null()) {
        (true, true) => return None,
        (true, false) => ("add", String::new(), settings(&step.value)),
        (false, true) => ("remove", settings(undo), String::new()),
        (false, false) => ("change", settings(undo), settings(&step.value)),
    };
    let name = |text: &str| if text.is_empty() { "/dev/null" } else { step.target.as_str() };
    let text = unified(&was, &is, name(&was), name(&is));
    Some((step.target.clone(), change, text))
}

/// A line for each setting.
fn settings(value: &Value) -> String {
    let line = |(key, value): (&String, &Value)| format!("{key}: {value}\n");
    value.as_object().map_or_else(|| format!("{value}\n"), |map| map.iter().map(line).collect())
}

fn file_text(path: &str, before: &Thing, after: Option<&str>) -> String {
    let old = match before {
        Thing::File { contents, .. } => String::from_utf8_lossy(contents).into_owned(),
        Thing::Link { target } => format!("(a link to {target})\n"),
        Thing::Missing | Thing::Dir { .. } | Thing::Other => String::new(),
    };
    let name = |there: bool| if there { path } else { "/dev/null" };
    unified(&old, after.unwrap_or_default(), name(*before != Thing::Missing), name(after.is_some()))
}

/// A unified diff with three lines around each change.
#[must_use]
pub fn unified(old: &str, new: &str, old_name: &str, new_name: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    diff.unified_diff().context_radius(3).header(old_name, new_name).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_shown_with_its_surroundings() {
        let text = unified("a\nb\nc\n", "a\nB\nc\n", "/x", "/x");
        assert_eq!(text, "--- /x\n+++ /x\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
    }
}
