//! What is wrong with one value, before anybody knows which key it belongs to.

use crate::definition::diagnostic::Problem;

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The stable word of the [`Problem`].
    pub code: &'static str,
    /// Completes "`the.key` …".
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl Fault {
    /// A fault of the given kind.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None }
    }

    /// A value that its grammar does not allow.
    pub fn value(message: impl Into<String>) -> Self {
        Self::new("bad-value", message)
    }

    /// Adds what to write instead.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds "did you mean" if `typed` is near to one of `words`, which are shown with `prefix` before them.
    #[must_use]
    pub fn meant(self, typed: &str, words: &[&str], prefix: &str) -> Self {
        match nearest(typed, words.iter().copied()) {
            Some(word) => self.hint(format!("did you mean \"{prefix}{word}\"?")),
            None => self,
        }
    }

    /// The problem that it is for `key`.
    #[must_use]
    pub fn into_problem(self, key: &str) -> Problem {
        let problem = Problem::error(self.code, format!("`{key}` {}", self.message)).key(key);
        Problem { hint: self.hint, ..problem }
    }
}

/// Words longer than this are nobody's slip, and comparing them would cost time.
const LONGEST: usize = 64;

/// How alike two words are; a word that goes on where the other ends is alike, as CAP_NET_BIND and CAP_NET_BIND_SERVICE.
fn likeness(typed: &str, word: &str) -> f64 {
    if typed.len() >= 4 && (word.starts_with(typed) || typed.starts_with(word) && word.len() >= 4) {
        return 0.99;
    }
    strsim::jaro_winkler(typed, word)
}

/// The word that was most likely meant, by the distance that clap uses for its own suggestions.
pub fn nearest<'a>(typed: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if typed.len() > LONGEST {
        return None;
    }
    let typed = typed.to_lowercase();
    let scored = words.map(|word| (likeness(&typed, &word.to_lowercase()), word));
    let best = scored.max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    (best.0 > 0.8).then_some(best.1)
}
