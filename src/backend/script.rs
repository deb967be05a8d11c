//! What the managers have in common that run shell scripts, OpenRC and rc.d: the grammar of sh, the mark, the verbs.
//!
//! A script only starts `svcctl host` below the manager's own supervisor. What the definition says is in the hosted file, so that no
//! byte of it passes through a shell; what the script itself names is quoted by [`quote`].

pub mod control;
pub mod gate;
#[cfg(test)]
#[path = "script/tests.rs"]
mod rendered;
pub mod turn;

use std::path::Path;

use crate::host::Hosted;
use crate::spec::{Dependency, ServiceName};

use crate::backend::Context;
use crate::host;

/// A word of sh that stands for exactly these bytes, newlines included.
#[must_use]
pub fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The line by which svcctl knows what it wrote.
#[must_use]
pub fn mark(name: &ServiceName) -> String {
    format!("# svcctl service: {name}")
}

/// Whether the file carries the mark for this service.
#[must_use]
pub fn marks(contents: &[u8], name: &ServiceName) -> bool {
    let mark = mark(name);
    String::from_utf8_lossy(contents).lines().any(|line| line == mark)
}

/// What a reader of the file should know.
#[must_use]
pub fn notice(name: &ServiceName) -> String {
    format!(
        "{}\n# Written by svcctl: change the definition and install it again. `svcctl diff {name}` shows what was changed here.\n",
        mark(name)
    )
}

/// The names of other services in a list of dependencies.
pub fn services(list: &[Dependency]) -> impl Iterator<Item = &str> {
    list.iter().filter_map(|dependency| match dependency {
        Dependency::Service(name) => Some(name.as_str()),
        Dependency::Network
        | Dependency::NetworkOnline
        | Dependency::Filesystem
        | Dependency::TimeSync => None,
    })
}

/// What svcctl knows of a service that it installed; none of any other.
#[must_use]
pub fn hosted(name: &ServiceName, context: &Context<'_>) -> Option<Hosted> {
    let path = host::path(context.target, name);
    Hosted::parse(&path, &context.system.read(Path::new(&path)).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_ends_the_word_and_begins_it_again() {
        assert_eq!(quote("it's"), r"'it'\''s'");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("$HOME `x` \\ \"\n"), "'$HOME `x` \\ \"\n'");
    }

    #[test]
    #[cfg(unix)]
    fn sh_reads_every_character_back() {
        let ascii: String = (1..=127_u8).map(char::from).collect();
        for text in [ascii.as_str(), "it's", "a  b\n\nc\t", "é日😀\u{85}", "-n", "''", "\\"] {
            let script = format!("printf %s {}", quote(text));
            let output =
                std::process::Command::new("/bin/sh").args(["-c", &script]).output().unwrap();
            assert_eq!(output.stdout, text.as_bytes(), "{text:?}");
        }
    }

    #[test]
    fn the_mark_is_a_line_of_its_own_for_this_service_alone() {
        let [web, other] = ["web", "web2"].map(|name| ServiceName::new(name).unwrap());
        let script = format!("#!/sbin/openrc-run\n{}", notice(&web));
        assert!(marks(script.as_bytes(), &web));
        assert!(!marks(script.as_bytes(), &other));
        assert!(!marks(b"#!/sbin/openrc-run\n", &web));
    }
}
