//! `{name}`, `{env:HOME}` and their like in strings.
//!
//! A string is expanded once: what a placeholder stands for is never looked at again.

use crate::definition::fault::Fault;

/// Placeholders without an argument, and what they stand for.
pub const PLACEHOLDERS: &[(&str, &str)] = &[
    ("name", "the service's name"),
    ("definition-dir", "the folder of the definition, absolute"),
    ("data-dir", "the service's folder for data that it keeps"),
    ("log-dir", "the service's folder for logs"),
    ("config-dir", "the service's folder for configuration"),
    ("runtime-dir", "the service's folder for what lives until the next boot"),
];

/// A piece of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    /// Stands for itself.
    Literal(&'a str),
    /// The word between the braces.
    Placeholder(&'a str),
}

/// Whether there is anything to expand.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    !text.contains(['{', '}'])
}

/// The string with every placeholder replaced by what `lookup` says.
///
/// # Errors
/// A brace that is neither doubled nor part of a placeholder, and whatever `lookup` refuses.
pub fn expand(text: &str, lookup: &dyn Fn(&str) -> Result<String, Fault>) -> Result<String, Fault> {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((piece, after)) = next(rest)? {
        match piece {
            Piece::Literal(literal) => expanded.push_str(literal),
            Piece::Placeholder(word) => expanded.push_str(&lookup(word)?),
        }
        rest = after;
    }
    Ok(expanded)
}

/// The string that expands to `text`.
#[must_use]
pub fn escape(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// The first piece and what follows it.
fn next(text: &str) -> Result<Option<(Piece<'_>, &str)>, Fault> {
    let Some(brace) = text.find(['{', '}']) else {
        return Ok((!text.is_empty()).then_some((Piece::Literal(text), "")));
    };
    let (before, from) = text.split_at(brace);
    if !before.is_empty() {
        return Ok(Some((Piece::Literal(before), from)));
    }
    for double in ["{{", "}}"] {
        if let Some(after) = from.strip_prefix(double) {
            return Ok(Some((Piece::Literal(double.get(1..).unwrap_or_default()), after)));
        }
    }
    match from.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
        Some((word, after)) => Ok(Some((Piece::Placeholder(word), after))),
        None => Err(lone_brace(from)),
    }
}

fn lone_brace(from: &str) -> Fault {
    let brace = from.get(..1).unwrap_or("{");
    Fault::new("placeholder", format!("has a '{brace}' that belongs to no placeholder"))
        .hint(format!("write '{brace}{brace}' for one brace"))
}

/// Whether `word` is a placeholder at all, whatever it stands for.
///
/// # Errors
/// When it is not.
pub fn known(word: &str) -> Result<(), Fault> {
    match word.strip_prefix("env:") {
        Some("") => Err(Fault::new("placeholder", "has a placeholder {env:} without a variable")),
        Some(_) => Ok(()),
        None if PLACEHOLDERS.iter().any(|(name, _)| *name == word) => Ok(()),
        None => Err(unknown(word)),
    }
}

fn unknown(word: &str) -> Fault {
    let names = PLACEHOLDERS.iter().map(|(name, _)| *name);
    let fault = Fault::new("placeholder", format!("has an unknown placeholder {{{word}}}"));
    match crate::definition::fault::nearest(word, names) {
        Some(name) => fault.hint(format!("did you mean {{{name}}}? Write '{{{{' for a brace")),
        None => fault.hint(
            "write '{{' for '{' and '}}' for '}'; the placeholders are {name}, {definition-dir}, {data-dir}, {log-dir}, \
             {config-dir}, {runtime-dir} and {env:NAME}",
        ),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lookup(word: &str) -> Result<String, Fault> {
        known(word).map(|()| format!("<{word}>"))
    }

    #[test]
    fn placeholders_are_replaced_and_doubled_braces_are_braces() {
        let expanded = expand("{name}-{{x}}-{env:HOME}", &lookup);
        assert_eq!(expanded.as_deref(), Ok("<name>-{x}-<env:HOME>"));
    }

    #[test]
    fn what_a_placeholder_stands_for_is_not_looked_at_again() {
        assert_eq!(expand("{name}", &|_| Ok("{name}".to_owned())).as_deref(), Ok("{name}"));
    }

    #[test]
    fn a_brace_of_no_placeholder_is_an_error() {
        for bad in ["{", "}", "a{b", "a}b", "{nam}", "{}", "{env:}", "{{}", "{\"json\": 1}"] {
            assert_eq!(expand(bad, &lookup).unwrap_err().code, "placeholder", "{bad:?}");
        }
        assert!(
            expand("{nam}", &lookup).unwrap_err().hint.unwrap().contains("did you mean {name}?")
        );
    }

    proptest! {
        #[test]
        fn an_escaped_text_expands_to_itself(text in any::<String>()) {
            prop_assert_eq!(expand(&escape(&text), &lookup), Ok(text));
        }

        #[test]
        fn expanding_never_panics(text in "[{}a-z:]{0,20}") {
            let _ = expand(&text, &lookup);
        }
    }
}
