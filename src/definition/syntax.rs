//! Errors of the TOML parser as problems.

use crate::definition::diagnostic::Problem;

/// Words of the parser's messages, and what was probably meant. The first that fits is shown.
const HINTS: [(&str, &str); 9] = [
    ("escape", PATHS),
    ("unicode value", PATHS),
    ("string values must be quoted", "write the value in quotes: key = \"value\""),
    ("basic string", QUOTES),
    ("literal string", QUOTES),
    ("unclosed array", "a list ends with ']', and its items are separated by commas"),
    ("unclosed table", "the name of a table stands in brackets: [process]"),
    ("key with no value", "write key = value"),
    ("unexpected key or value", "write one key = value on each line, and strings in quotes"),
];

const PATHS: &str =
    "a backslash begins an escape in \"…\"; write paths of Windows in single quotes: 'C:\\…'";
const QUOTES: &str = "a string ends with the quote that it began with, on the same line";

/// Whether it says that a key is there twice; the rest of the document can be read all the same.
#[must_use]
pub fn is_duplicate(error: &toml::de::Error) -> bool {
    error.message() == "duplicate key"
}

/// The problem that an error of the parser is.
#[must_use]
pub fn problem(error: &toml::de::Error, text: &str) -> Problem {
    if is_duplicate(error) {
        let key = error.span().and_then(|span| text.get(span)).unwrap_or_default();
        return Problem::error("duplicate-key", format!("`{key}` is written twice"))
            .hint("remove one of them; a [table] too begins only once");
    }
    let problem = Problem::error("syntax", format!("this is not TOML: {}", error.message()));
    match HINTS.iter().find(|(words, _)| error.message().contains(words)) {
        Some((_, hint)) => problem.hint(*hint),
        None => problem,
    }
}

#[cfg(test)]
mod tests {
    use crate::definition::fixture::problems;

    /// The hint of the first problem.
    fn hint(text: &str) -> String {
        let found = problems(text);
        assert_eq!(found[0].code, "syntax", "{text}");
        assert!(found[0].line.is_some() && found[0].column.is_some(), "{text}");
        found[0].hint.clone().unwrap_or_default()
    }

    #[test]
    fn the_usual_slips_are_told_what_to_write() {
        assert!(hint("name = web").contains("in quotes"));
        assert!(hint("command = [\"C:\\Program Files\"]").contains("single quotes"));
        assert!(hint("command = [\"C:\\x.exe\"]").contains("single quotes"));
        assert!(hint("[process\nuser = \"x\"").contains("brackets"));
        assert!(hint("name \"web\"").contains("key = value"));
        assert!(hint("name = \"web\n").contains("same line"));
    }

    #[test]
    fn a_key_that_is_there_twice_does_not_hide_the_rest() {
        let found = problems(
            "name = \"web\"\nname = \"web\"\n[process]\ncommand = [\"web\"]\n[process]\nuser = 1\n",
        );
        let codes: Vec<_> = found.iter().map(|problem| (problem.code, problem.line)).collect();
        assert_eq!(
            codes,
            [
                ("duplicate-key", Some(2)),
                ("relative-path", Some(4)),
                ("duplicate-key", Some(5)),
                ("wrong-type", Some(6)),
            ]
        );
    }

    #[test]
    fn nesting_without_end_is_an_error() {
        let text = format!("a = {}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(!problems(&text).is_empty());
        let text = "a.".repeat(50_000) + "b = 1";
        assert!(!problems(&text).is_empty());
    }
}
