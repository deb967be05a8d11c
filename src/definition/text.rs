//! Checks one string by its kind: what no manager and no operating system could carry, and what the target cannot.

use crate::definition::advice::unknown_word;
use crate::definition::fault::Fault;
use crate::definition::kind::Kind;
use crate::definition::{account, capability, path, value};
use crate::spec::ServiceName;
use crate::target::Os;

/// Checks `string`, which is the value of `key`. Without an operating system, what depends on one is passed over.
///
/// # Errors
/// What is wrong with it.
pub fn check(kind: &Kind, string: &str, key: &str, os: Option<Os>) -> Result<(), Fault> {
    if string.contains('\0') {
        return Err(Fault::new(
            "nul",
            "holds a NUL character, which ends a string for every operating system",
        ));
    }
    match kind {
        Kind::Name => ServiceName::new(string).map(drop).map_err(|rule| name(string, rule)),
        Kind::Line => one_line(string),
        Kind::Label => label(string),
        Kind::Link => value::link(string),
        Kind::Path => path::check(string, key, os),
        Kind::Account => account::check(string, key, os),
        Kind::Signal => signal(string, os),
        Kind::Duration => value::duration(string).map(drop),
        Kind::Pause => pause(string),
        Kind::Size => value::size(string).map(drop),
        Kind::Percent => value::percent(string).map(drop),
        Kind::Umask => value::umask(string).map(drop),
        Kind::Words(words) if words.iter().any(|(word, _)| *word == string) => Ok(()),
        Kind::Words(words) => Err(unknown_word(kind, words, string)),
        Kind::Address => value::address(string),
        Kind::Http => value::http(string),
        Kind::Capability => capability::check(string, os),
        Kind::Dependency => dependency(string),
        Kind::Text => Ok(()),
        Kind::Argv
        | Kind::Boolean
        | Kind::True
        | Kind::Integer(..)
        | Kind::List(_)
        | Kind::Variables
        | Kind::Credentials(_)
        | Kind::Table(_)
        | Kind::OneOf(_)
        | Kind::Either(..)
        | Kind::Raw => Ok(()),
    }
}

/// A signal that the target's system has, signal(7) and signal(3).
fn signal(string: &str, os: Option<Os>) -> Result<(), Fault> {
    let name = value::signal(string)?;
    let missing = match os {
        Some(Os::Linux) => name == "SIGINFO",
        Some(Os::Macos) => name == "SIGPWR" || name.starts_with("SIGRT"),
        Some(Os::Freebsd) => name == "SIGPWR",
        Some(Os::Windows) | None => false,
    };
    match os {
        Some(os) if missing => {
            let fault = format!("is {name}, a signal that {} does not have", os.title());
            Err(Fault::new("wrong-os", fault)
                .hint("write another under [on.…] of the other system"))
        }
        Some(_) | None => Ok(()),
    }
}

fn pause(string: &str) -> Result<(), Fault> {
    match value::duration(string)? {
        none if none.is_zero() => Err(Fault::value("must be more than nothing")),
        _ => Ok(()),
    }
}

fn name(string: &str, rule: &str) -> Fault {
    let fault = Fault::new("bad-name", format!("{rule}: {string:?}"));
    let fitting: String = string
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' })
        .skip_while(|c| !c.is_ascii_alphanumeric())
        .take(ServiceName::MAX)
        .collect();
    match ServiceName::new(fitting.trim_end_matches('-')) {
        Ok(name) => fault.hint(format!("\"{name}\" would do")),
        Err(_) => {
            fault.hint("up to 64 letters, digits, '.', '_' and '-', the first a letter or a digit")
        }
    }
}

fn one_line(string: &str) -> Result<(), Fault> {
    match string.chars().find(|c| c.is_control()) {
        Some('\n' | '\r') => Err(Fault::value("is one line, and holds a line break")),
        Some(other) => {
            Err(Fault::value(format!("holds the control character {}", other.escape_default())))
        }
        None => Ok(()),
    }
}

fn label(string: &str) -> Result<(), Fault> {
    let fine = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if !string.is_empty() && string.len() <= 128 && string.chars().all(fine) {
        return Ok(());
    }
    Err(Fault::value(format!("expects a label such as \"com.example.web\", found {string:?}"))
        .hint("letters, digits, '.', '_' and '-'"))
}

fn dependency(string: &str) -> Result<(), Fault> {
    let fine = |c: char| !c.is_control() && !"/\\,".contains(c);
    if !string.is_empty() && string.trim() == string && string.chars().all(fine) {
        return Ok(());
    }
    Err(Fault::value(format!("expects the name of a service, found {string:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(kind: &Kind, string: &str) -> Option<&'static str> {
        check(kind, string, "key", Some(Os::Linux)).err().map(|fault| fault.code)
    }

    #[test]
    fn nul_is_refused_everywhere() {
        for kind in [Kind::Text, Kind::Line, Kind::Path, Kind::Name, Kind::Account, Kind::Duration]
        {
            assert_eq!(code(&kind, "a\0b"), Some("nul"), "{kind:?}");
        }
    }

    #[test]
    fn a_newline_is_text_and_no_part_of_a_line_a_path_or_a_name() {
        assert_eq!(code(&Kind::Text, "a\nb"), None);
        assert_eq!(code(&Kind::Line, "a\nb"), Some("bad-value"));
        assert_eq!(code(&Kind::Path, "/a\nb"), Some("bad-value"));
        assert_eq!(code(&Kind::Name, "a\nb"), Some("bad-name"));
        assert_eq!(code(&Kind::Line, "a\u{1b}b"), Some("bad-value"));
    }

    #[test]
    fn a_bad_name_is_shown_a_good_one() {
        let hint = |name| check(&Kind::Name, name, "name", None).unwrap_err().hint.unwrap();
        assert_eq!(hint("my/web server"), "\"my-web-server\" would do");
        assert_eq!(hint("-web"), "\"web\" would do");
        assert!(hint("con").contains("up to 64"));
        assert!(hint("").contains("up to 64"));
    }

    #[test]
    fn a_signal_is_one_of_the_target() {
        let code =
            |name, os| check(&Kind::Signal, name, "stop.signal", Some(os)).err().map(|f| f.code);
        assert_eq!(code("SIGTERM", Os::Macos), None);
        assert_eq!(code("SIGRTMIN+3", Os::Linux), None);
        assert_eq!(code("SIGRTMIN+3", Os::Macos), Some("wrong-os"));
        assert_eq!(code("SIGINFO", Os::Linux), Some("wrong-os"));
        assert_eq!(code("SIGPWR", Os::Freebsd), Some("wrong-os"));
    }

    #[test]
    fn a_dependency_is_a_name() {
        for good in ["postgresql", "a@b.service", "MSSQL$X", "Windows Update"] {
            assert_eq!(code(&Kind::Dependency, good), None, "{good}");
        }
        for bad in ["", " a", "a/b", "a,b", "a\nb"] {
            assert_eq!(code(&Kind::Dependency, bad), Some("bad-value"), "{bad:?}");
        }
    }

    #[test]
    fn a_label_is_what_launchd_takes() {
        assert_eq!(code(&Kind::Label, "com.example.web"), None);
        for bad in ["", "a b", "a/b", &"x".repeat(129)] {
            assert_eq!(code(&Kind::Label, bad), Some("bad-value"), "{bad:?}");
        }
    }
}
