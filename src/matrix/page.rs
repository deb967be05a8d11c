//! The page of the support matrix, docs/support.md, written from what the backends answer.

use std::collections::BTreeMap;

use super::{Row, column};
use crate::backend;
use crate::definition::fields::FIELDS;
use crate::support::Answer;
use crate::target::{ManagerId, Scope};

const HEAD: &str = "\
# What each manager makes of each key

For every key of a definition and every manager there is one answer: **native**, the manager does it; **hosted**, `svcctl host` does it
below the manager; **refused**, nobody does it, and an install says so with the line, the reason and the way out. Two words: it depends on
the value. `–`: the key has no meaning there. This is the system scope; `svcctl check --for all FILE` asks the same of a definition, in the
scope that it is for. OpenRC and rc.d have no other scope.
";

/// What the machine at hand has a say in: the page must not depend on where it is written.
const UP_TO_THE_MACHINE: (ManagerId, &str) = (ManagerId::Embedded, "security.private-tmp");
const UP_TO_THE_MACHINE_NOTE: &str = "hosted where the machine lets svcctl make a mount namespace, as containers often do not; refused elsewhere";

/// The page. It is the same wherever the embedded manager has the same host: on every Linux.
#[must_use]
pub fn page() -> String {
    let columns: Vec<(ManagerId, Vec<Row>)> = backend::all()
        .iter()
        .map(|backend| (backend.id(), column(*backend, Scope::System)))
        .collect();
    format!("{HEAD}\n{}\n## Why, and what to write instead\n{}", table(&columns), reasons(&columns))
}

fn table(columns: &[(ManagerId, Vec<Row>)]) -> String {
    let names: Vec<_> = columns.iter().map(|(id, _)| id.name()).collect();
    let mut text =
        format!("| key | {} |\n|{}\n", names.join(" | "), "---|".repeat(names.len() + 1));
    for (at, field) in FIELDS.iter().enumerate() {
        let cells: Vec<_> =
            columns.iter().map(|(id, rows)| cell(*id, field.key, rows.get(at))).collect();
        text += &format!("| `{}` | {} |\n", field.key, cells.join(" | "));
    }
    text
}

fn cell(manager: ManagerId, key: &str, row: Option<&Row>) -> String {
    if (manager, key) == UP_TO_THE_MACHINE {
        return "hosted, refused".to_owned();
    }
    let mut words: Vec<&str> = Vec::new();
    for (_, answer) in row.into_iter().flat_map(|row| &row.answers) {
        let word = answer.as_ref().map_or("", Answer::word);
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    if words.is_empty() { "–".to_owned() } else { words.join(", ") }
}

/// Each reason once, with the keys that it is given for.
fn reasons(columns: &[(ManagerId, Vec<Row>)]) -> String {
    let mut text = String::new();
    for (manager, rows) in columns {
        let lines = lines(*manager, rows);
        if !lines.is_empty() {
            text += &format!("\n### {manager}\n\n{lines}");
        }
    }
    text
}

fn lines(manager: ManagerId, rows: &[Row]) -> String {
    let mut order: Vec<(&str, String)> = Vec::new();
    let mut keys: BTreeMap<(&str, String), Vec<&str>> = BTreeMap::new();
    for (key, answer) in rows.iter().flat_map(|row| answers(manager, row)) {
        let known = keys.entry(answer.clone()).or_default();
        if known.is_empty() {
            order.push(answer);
        }
        if !known.contains(&key) {
            known.push(key);
        }
    }
    let most = keys.values().map(Vec::len).max().unwrap_or(0);
    let line = |answer: &(&str, String)| {
        let keys = &keys[answer];
        let (word, why) = answer;
        // A manager that hosts nearly everything has one reason for it.
        let named = if keys.len() == most && most > FIELDS.len() / 2 {
            "everything else".to_owned()
        } else {
            keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
        };
        format!("- **{word}** {named}: {why}\n")
    };
    order.iter().map(line).collect()
}

fn answers(manager: ManagerId, row: &Row) -> Vec<(&'static str, (&'static str, String))> {
    let key = row.field.key;
    if (manager, key) == UP_TO_THE_MACHINE {
        return vec![(key, ("hosted, refused", UP_TO_THE_MACHINE_NOTE.to_owned()))];
    }
    let answer = |answer: &Answer| match answer {
        Answer::Native => None,
        Answer::Hosted(why) => Some((key, ("hosted", why.clone()))),
        Answer::Refused { reason, way_out } => {
            Some((key, ("refused", format!("{reason}; {way_out}"))))
        }
    };
    row.answers.iter().filter_map(|(_, given)| given.as_ref().and_then(answer)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_row_and_every_manager_a_column() {
        let page = page();
        let rows: Vec<_> = page.lines().filter(|line| line.starts_with("| ")).collect();
        assert_eq!(rows.len(), FIELDS.len() + 1);
        for manager in ManagerId::ALL {
            assert!(rows[0].contains(manager.name()), "{}", rows[0]);
        }
        for row in rows {
            assert_eq!(row.matches('|').count(), ManagerId::ALL.len() + 2, "{row}");
        }
    }
}
