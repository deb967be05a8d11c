//! The table of every key of a definition.
//!
//! It drives the check for unknown keys, the type check, the defaults, the JSON Schema, the reference page, the text of
//! `svcctl init`, the support matrix and the decision whether a change needs a restart.

mod about;
mod bounds;
mod process;
mod restart;
mod start;

pub use restart::HOOK;

use crate::definition::kind::Kind;

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// With dots, as in `process.command`.
    pub key: &'static str,
    /// What its value looks like.
    pub kind: Kind,
    /// What it is when it is not written, as TOML; or in words, in brackets.
    pub default: &'static str,
    /// What it does, in one or two sentences.
    pub doc: &'static str,
    /// Definitions of it that every operating system can read, for the support matrix; the first is the usual one.
    pub samples: &'static [&'static str],
    /// What an installed service needs when it changes.
    pub change: Change,
}

/// What an installed, running service needs when a key changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It must be started anew.
    Restart,
    /// Nothing where the manager does it; a start anew where `svcctl host` does it.
    IfHosted,
    /// Nothing.
    Nothing,
}

impl Field {
    /// Whether a running service must be started anew for a change of this key to take effect.
    #[must_use]
    pub const fn needs_restart(&self, hosted: bool) -> bool {
        match self.change {
            Change::Restart => true,
            Change::IfHosted => hosted,
            Change::Nothing => false,
        }
    }
}

/// The row of `key`.
#[must_use]
pub fn find(key: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.key == key)
}

/// Whether `key` is a table that keys of the table live in, as `process` is.
#[must_use]
pub fn is_section(key: &str) -> bool {
    FIELDS.iter().any(|field| field.key.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')))
}

/// What a section is about, for the schema and the reference page.
pub const SECTIONS: &[(&str, &str)] = &[
    ("process", "What is executed, as whom and where."),
    ("start", "When the service is started, and when it counts as started."),
    ("stop", "How it is stopped."),
    ("reload", "How it re-reads its configuration. A service without it cannot be reloaded."),
    ("restart", "What happens when it ends by itself."),
    ("hooks", "Commands around its life, run as the service's user with its environment."),
    ("health", "How it is asked whether it is well: exactly one of `http`, `tcp` and `command`."),
    ("logs", "Where its standard output and standard error go."),
    ("limits", "What it may use."),
    ("security", "What it may do."),
];

const fn sub(key: &'static str, kind: Kind, default: &'static str, doc: &'static str) -> Field {
    Field { key, kind, default, doc, samples: &[], change: Change::Restart }
}

const fn top(
    key: &'static str,
    kind: Kind,
    default: &'static str,
    samples: &'static [&'static str],
    doc: &'static str,
) -> Field {
    Field { key, kind, default, doc, samples, change: Change::Restart }
}

/// The same, for a key that the manager takes up while the service runs.
const fn live(
    key: &'static str,
    kind: Kind,
    default: &'static str,
    samples: &'static [&'static str],
    doc: &'static str,
) -> Field {
    Field { key, kind, default, doc, samples, change: Change::IfHosted }
}

/// The same, for a key that means nothing to a service that runs.
const fn idle(
    key: &'static str,
    kind: Kind,
    default: &'static str,
    samples: &'static [&'static str],
    doc: &'static str,
) -> Field {
    Field { key, kind, default, doc, samples, change: Change::Nothing }
}

/// The rows of the files below, in the order of the reference page.
const GROUPS: [&[Field]; 5] =
    [about::ROWS, process::ROWS, start::ROWS, restart::ROWS, bounds::ROWS];

const COUNT: usize =
    GROUPS[0].len() + GROUPS[1].len() + GROUPS[2].len() + GROUPS[3].len() + GROUPS[4].len();

/// Every key, in the order of the reference page.
pub static FIELDS: &[Field] = &concatenated();

const fn concatenated() -> [Field; COUNT] {
    let mut all = [GROUPS[0][0]; COUNT];
    let (mut group, mut row, mut next) = (0, 0, 0);
    while group < GROUPS.len() {
        while row < GROUPS[group].len() {
            all[next] = GROUPS[group][row];
            row += 1;
            next += 1;
        }
        row = 0;
        group += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::definition::fixture::{resolve, target};
    use crate::definition::{Definition, Request, change, sample};
    use crate::target::ManagerId;

    /// The keys of a serialised spec, as deep as the table goes.
    fn keys_of(value: &Value, prefix: &str, keys: &mut BTreeSet<String>) {
        for (name, inner) in value.as_object().into_iter().flatten() {
            let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            let known = FIELDS.iter().any(|field| change::path_in_spec(field.key) == key);
            if !known && inner.is_object() {
                keys_of(inner, &key, keys);
            } else {
                keys.insert(key);
            }
        }
    }

    #[test]
    fn every_field_of_the_spec_has_a_row_and_every_row_a_field() {
        let everything = include_str!("testdata/everything.toml");
        let other = everything
            .replace("signal = \"SIGHUP\"", "command = [\"/opt/reload\"]")
            .replace("http = \"http://127.0.0.1:8080/healthz\"", "tcp = \"127.0.0.1:80\"");
        let third = everything
            .replace("http = \"http://127.0.0.1:8080/healthz\"", "command = [\"/opt/ping\"]");
        let mut keys = BTreeSet::new();
        for text in [everything, &other, &third] {
            keys_of(&serde_json::to_value(resolve(text).unwrap().spec).unwrap(), "", &mut keys);
        }
        let rows: BTreeSet<_> = FIELDS
            .iter()
            .filter(|field| field.key != "scope")
            .map(|field| change::path_in_spec(field.key))
            .collect();
        assert_eq!(rows, keys);
    }

    #[test]
    fn every_sample_resolves_on_every_manager() {
        for field in FIELDS {
            assert!(!field.samples.is_empty(), "{} has no sample", field.key);
            for sample in field.samples {
                for manager in ManagerId::ALL {
                    let target = target(manager, manager.os());
                    let definition = Definition::parse(sample::source(sample, target.os)).unwrap();
                    let sets = [];
                    let request =
                        Request { target: &target, profile: None, sets: &sets, env: &|_| None };
                    if let Err(error) = definition.resolve(&request) {
                        panic!("{sample} on {manager}: {:#?}", error.problems);
                    }
                }
            }
        }
    }

    #[test]
    fn every_key_is_there_once_and_has_its_section_and_its_words() {
        let keys: BTreeSet<_> = FIELDS.iter().map(|field| field.key).collect();
        assert_eq!(keys.len(), FIELDS.len());
        for field in FIELDS {
            assert!(field.doc.ends_with('.'), "{}: {}", field.key, field.doc);
            let section = field.key.split_once('.').map(|(section, _)| section);
            let known = |name| SECTIONS.iter().any(|(section, _)| *section == name);
            assert!(section.is_none_or(known), "{}", field.key);
        }
    }

    #[test]
    fn every_default_that_is_toml_is_what_an_unwritten_key_means() {
        let unwritten =
            resolve(&crate::definition::fixture::minimal("health.tcp = \"h:1\"")).unwrap();
        let toml = FIELDS.iter().filter(|field| !field.default.starts_with('('));
        for field in toml.filter(|field| !field.key.starts_with("logs.") || field.key == "logs.to")
        {
            let text = format!("{} = {}", field.key, field.default);
            let base = crate::definition::fixture::minimal("health.tcp = \"h:1\"");
            let written = resolve(&format!("{base}{text}\n")).unwrap();
            assert_eq!(written.spec, unwritten.spec, "{text}");
        }
    }

    #[test]
    fn a_restart_is_needed_for_what_a_process_is_born_with() {
        let needs = |key, hosted| find(key).unwrap().needs_restart(hosted);
        assert!(needs("process.environment", false) && needs("limits.memory", false));
        assert!(!needs("description", true) && !needs("start.autostart", true));
        assert!(!needs("restart.delay", false) && needs("restart.delay", true));
    }

    #[test]
    fn samples_name_no_path_of_one_system() {
        for sample in FIELDS.iter().flat_map(|field| field.samples) {
            assert!(
                !sample.contains("\"/") || sample.contains("https://"),
                "{sample}: use a placeholder"
            );
        }
    }
}
