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

#[cfg(test)]
mod tests {
    use crate::definition::fixture::{minimal, problems};

    /// The only problem's code and hint.
    fn only(rest: &str) -> (&'static str, String) {
        let mut found = problems(&minimal(rest));
        assert_eq!(found.len(), 1, "{rest}: {found:#?}");
        let problem = found.remove(0);
        (problem.code, problem.hint.unwrap_or_default())
    }

    #[test]
    fn a_slip_in_a_key_is_told_what_was_meant() {
        assert_eq!(only("descripton = \"x\"").1, "did you mean `description`?");
        assert_eq!(only("[stpo]").1, "did you mean `stop`?");
        assert_eq!(only("[stop]\ntimout = \"1s\"").1, "did you mean `timeout`?");
        assert_eq!(
            only("hooks.pre-start = { comand = [], command = [\"/x\"] }").1,
            "did you mean `command`?"
        );
    }

    #[test]
    fn a_key_in_the_wrong_place_is_told_where_it_lives() {
        assert_eq!(only("umask = \"027\"").1, "did you mean `process.umask`?");
        assert_eq!(only("process.memory = \"1MiB\"").1, "did you mean `limits.memory`?");
    }

    #[test]
    fn a_key_like_none_is_told_what_there_is() {
        assert_eq!(only("[reload]\nxyz = 1").1, "known here: `signal`, `command`");
        assert_eq!(only("\"process.user\" = \"web\"").0, "unknown-key");
    }

    #[test]
    fn a_value_of_the_wrong_type_is_shown_in_the_right_one() {
        let cases = [
            ("stop.timeout = 30", "write the unit: timeout = \"30s\""),
            ("limits.memory = 512", "write the unit: memory = \"512B\", or KiB, MiB, GiB"),
            ("limits.cpu = 150", "write cpu = \"150%\""),
            ("process.umask = 27", "write it in quotes: umask = \"027\""),
            ("process.environment.PORT = 8080", "write it in quotes: \"8080\""),
            ("start.autostart = \"true\"", "write it without quotes: autostart = true"),
            ("start.after = \"redis\"", "write after = [\"redis\"]"),
            ("start.ready = \"tcp\"", "write ready = { tcp = … }"),
            ("stop.command = \"/x y\"", "write command = [\"/x\", \"y\"]"),
            ("stop = 5", "begin it with [stop]"),
        ];
        for (rest, hint) in cases {
            assert_eq!(only(rest).1, hint, "{rest}");
        }
    }

    #[test]
    fn numbers_out_of_bounds_are_refused() {
        for bad in [
            "health.retries = 0",
            "restart.success-exit-codes = [256]",
            "restart.attempts = 0",
            "limits.processes = -1",
            "limits.open-files = 99999999999999999999",
        ] {
            let bad = bad.replace("health.retries", "health.tcp = \"h:1\"\nhealth.retries");
            assert_eq!(only(&bad).0, "bad-value", "{bad}");
        }
    }

    #[test]
    fn what_is_twice_in_a_list_is_refused() {
        assert_eq!(only("start.after = [\"a\", \"b\", \"a\"]").0, "duplicate");
        assert_eq!(only("restart.prevent-exit-codes = [1, 2, 1]").0, "duplicate");
        let files = "process.environment-files = [{ path = \"/a\" }, { path = \"/a\" }]";
        assert_eq!(only(files).0, "duplicate");
    }

    #[test]
    fn a_credential_has_exactly_one_source() {
        assert_eq!(only("credentials.a = {}").0, "conflict");
        assert_eq!(only("credentials.a = { file = \"/x\", prompt = true }").0, "conflict");
        assert_eq!(only("credentials.a = { prompt = false }").0, "wrong-type");
        assert_eq!(only("credentials.\"../a\" = { prompt = true }").0, "bad-value");
    }
}
