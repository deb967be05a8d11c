//! A plan as text: what would change in each file.

use similar::TextDiff;

use crate::plan::machine::Thing;
use crate::plan::{Planned, Step};

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
        Step::Manager(step) if !step.value.is_null() => {
            Some((step.target.clone(), change, step.value.to_string()))
        }
        Step::Manager(_) | Step::CreateDir { .. } | Step::RemoveDir { .. } => None,
    }
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
