//! What a value of a definition may look like.

use crate::definition::fields::Field;

/// A word that a key takes, and what it means.
pub type Word = (&'static str, &'static str);

/// What a value may look like. Composed in the [field table](crate::definition::fields::FIELDS).
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A service's name.
    Name,
    /// launchd's label.
    Label,
    /// One line of text.
    Line,
    /// Any text without NUL.
    Text,
    /// An address of documentation.
    Link,
    /// An absolute path of the target's operating system.
    Path,
    /// A program and its arguments.
    Argv,
    /// A user or a group.
    Account,
    /// A signal by name.
    Signal,
    /// "30s".
    Duration,
    /// "30s", but not "0s".
    Pause,
    /// "512MiB".
    Size,
    /// "150%".
    Percent,
    /// "027".
    Umask,
    /// true or false.
    Boolean,
    /// true, and nothing else.
    True,
    /// A whole number within these bounds.
    Integer(i64, i64),
    /// One of these words.
    Words(&'static [Word]),
    /// HOST:PORT.
    Address,
    /// http://….
    Http,
    /// A Linux capability or a Windows privilege.
    Capability,
    /// A word of ours or a service's name.
    Dependency,
    /// Any number of them, no two alike.
    List(&'static Self),
    /// Variables by name.
    Variables,
    /// Tables by the name of a credential.
    Credentials(&'static Self),
    /// A table with these keys.
    Table(&'static [Field]),
    /// A table with exactly one of these keys.
    OneOf(&'static [Field]),
    /// A plain value, or a table.
    Either(&'static Self, &'static Self),
    /// Raw keys of the managers.
    Raw,
}

impl Kind {
    /// What it is, for "expects …".
    #[must_use]
    pub fn expected(&self) -> String {
        match self {
            Self::Words(words) => one_of(words.iter().map(|(word, _)| format!("\"{word}\""))),
            Self::Integer(min, i64::MAX) => format!("a whole number, {min} or more"),
            Self::Integer(min, max) => format!("a whole number from {min} to {max}"),
            Self::List(item) => format!("a list, each {}", item.expected()),
            Self::Credentials(item) => format!("a table of credentials, each {}", item.expected()),
            Self::Table(fields) => format!("a table of {}", listed(fields)),
            Self::OneOf(fields) => format!("a table with one of {}", listed(fields)),
            Self::Either(plain, table) => format!("{} or {}", plain.expected(), table.expected()),
            plain => plain.expected_plain().to_owned(),
        }
    }

    const fn expected_plain(&self) -> &'static str {
        match self {
            Self::Name => "a name such as \"web\"",
            Self::Label => "a label such as \"com.example.web\"",
            Self::Line => "one line of text",
            Self::Text => "a string",
            Self::Link => "an address such as \"https://example.com/docs\" or \"man:web(8)\"",
            Self::Path => "an absolute path",
            Self::Argv => {
                "a list of the program and its arguments, such as [\"/opt/web/bin/web\", \"--port\", \"8080\"]"
            }
            Self::Account => "the name of an account",
            Self::Signal => "a signal such as \"SIGTERM\"",
            Self::Duration => "a duration such as \"30s\" or \"5m\"",
            Self::Pause => "a duration such as \"30s\" or \"5m\"",
            Self::Size => "a size such as \"512MiB\" or \"10MB\"",
            Self::Percent => "a share such as \"150%\"",
            Self::Umask => "an octal mask in quotes such as \"027\"",
            Self::Boolean => "true or false",
            Self::True => "true",
            Self::Address => "HOST:PORT such as \"127.0.0.1:8080\"",
            Self::Http => "an address such as \"http://127.0.0.1:8080/healthz\"",
            Self::Capability => "a capability such as \"CAP_NET_BIND_SERVICE\"",
            Self::Dependency => {
                "\"network\", \"network-online\", \"filesystem\", \"time-sync\" or the name of a service"
            }
            Self::Variables => "a table of variables such as { RUST_LOG = \"info\" }",
            Self::Raw => "tables such as [override.systemd.Service]",
            Self::Integer(..)
            | Self::Words(_)
            | Self::List(_)
            | Self::Credentials(_)
            | Self::Table(_)
            | Self::OneOf(_)
            | Self::Either(..) => "",
        }
    }

    /// Whether a value of it is written as a string.
    #[must_use]
    pub const fn is_string(&self) -> bool {
        match self {
            Self::Name
            | Self::Label
            | Self::Line
            | Self::Text
            | Self::Link
            | Self::Path
            | Self::Account
            | Self::Signal
            | Self::Duration
            | Self::Pause
            | Self::Size
            | Self::Percent
            | Self::Umask
            | Self::Words(_)
            | Self::Address
            | Self::Http
            | Self::Capability
            | Self::Dependency => true,
            Self::Argv
            | Self::Boolean
            | Self::True
            | Self::Integer(..)
            | Self::List(_)
            | Self::Variables
            | Self::Credentials(_)
            | Self::Table(_)
            | Self::OneOf(_)
            | Self::Either(..)
            | Self::Raw => false,
        }
    }
}

/// "`a`, `b` and `c`".
fn listed(fields: &[Field]) -> String {
    join(fields.iter().map(|field| format!("`{}`", field.key)), "and")
}

/// "a, b or c".
pub fn one_of(words: impl Iterator<Item = String>) -> String {
    join(words, "or")
}

fn join(words: impl Iterator<Item = String>, last: &str) -> String {
    let mut words: Vec<String> = words.collect();
    match words.pop() {
        Some(end) if !words.is_empty() => format!("{} {last} {end}", words.join(", ")),
        Some(only) => only,
        None => String::new(),
    }
}
