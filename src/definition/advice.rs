//! What to say about a key or a value that does not fit, and what was probably meant.

use crate::definition::fault::{Fault, nearest};
use crate::definition::fields::{FIELDS, Field};
use crate::definition::kind::{Kind, Word};
use crate::definition::tree::{Node, Value};

/// What is wrong with a value of another type.
#[must_use]
pub fn wrong_type(kind: &Kind, key: &str, node: &Node) -> Fault {
    let found = node.value.described();
    let fault = Fault::new("wrong-type", format!("expects {}, found {found}", kind.expected()));
    let last = key.rsplit('.').next().unwrap_or(key);
    match (kind, &node.value, node.value.scalar_text()) {
        (Kind::Duration | Kind::Pause, Value::Integer(_), Some(number)) => {
            fault.hint(format!("write the unit: {last} = \"{number}s\""))
        }
        (Kind::Size, Value::Integer(_), Some(number)) => {
            fault.hint(format!("write the unit: {last} = \"{number}B\", or KiB, MiB, GiB"))
        }
        (Kind::Percent, Value::Integer(_), Some(number)) => {
            fault.hint(format!("write {last} = \"{number}%\""))
        }
        (Kind::Umask, Value::Integer(_), Some(number)) => {
            fault.hint(format!("write it in quotes: {last} = \"{number:0>3}\""))
        }
        (plain, _, Some(scalar)) if plain.is_string() => {
            fault.hint(format!("write it in quotes: \"{scalar}\""))
        }
        (Kind::Boolean | Kind::Integer(..), Value::String(text), _) => {
            fault.hint(format!("write it without quotes: {last} = {text}"))
        }
        (Kind::List(_), Value::String(text), _) => fault.hint(format!("write {last} = [{text:?}]")),
        _ => fault,
    }
}

/// What is wrong with a key that no table has.
#[must_use]
pub fn unknown(name: &str, known: &[&str]) -> Fault {
    let fault = Fault::new("unknown-key", "is no key of a definition");
    match nearest(name, known.iter().copied()) {
        Some(near) => fault.hint(format!("did you mean `{near}`?")),
        None => fault.hint(format!(
            "known here: {}",
            known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
        )),
    }
}

/// The same, for a key of a section; a key that lives elsewhere is named with its section.
#[must_use]
pub fn unknown_key(name: &str, section: &str) -> Fault {
    let siblings = siblings(section);
    if nearest(name, siblings.iter().copied()).is_some() {
        return unknown(name, &siblings);
    }
    let last = |field: &&'static Field| field.key.rsplit('.').next() == Some(name);
    match FIELDS.iter().find(last) {
        Some(field) => unknown(name, &[]).hint(format!("did you mean `{}`?", field.key)),
        None => unknown(name, &siblings),
    }
}

/// The keys that may stand next to each other in `section`.
fn siblings(section: &str) -> Vec<&'static str> {
    let inside = |field: &Field| match section {
        "" => Some(field.key),
        section => field.key.strip_prefix(section)?.strip_prefix('.'),
    };
    let mut names: Vec<_> =
        FIELDS.iter().filter_map(|field| inside(field)?.split('.').next()).collect();
    if section.is_empty() {
        names.extend(["on", "profile"]);
    }
    names.dedup();
    names
}

/// What is wrong with a word that is none of `words`.
#[must_use]
pub fn unknown_word(kind: &Kind, words: &[Word], typed: &str) -> Fault {
    let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
    Fault::value(format!("expects {}, found {typed:?}", kind.expected())).meant(typed, &known, "")
}
