//! What `launchctl` exits with, in words, and the way out. Its own texts are short and say the same of many causes.

use crate::error::{Error, ErrorKind};

/// Not permitted: the caller is not the one who may.
pub const NOT_PERMITTED: i32 = 1;
/// `bootout` of what is not loaded; `kill` of what has no process.
pub const NO_SUCH_PROCESS: i32 = 3;
/// The catch-all of callers who are not root: loaded already, still dying, disabled, bad mode, bad plist, wrong session.
pub const IO: i32 = 5;
/// Loaded already, up to macOS 10.14.
pub const EXISTS: i32 = 17;
/// `bootout` of a live job up to macOS 11: it works all the same.
pub const IN_PROGRESS: i32 = 36;
/// Loaded or running already, or still dying.
pub const ALREADY: i32 = 37;
/// No login of that user at all.
pub const NO_DOMAIN: i32 = 112;
/// Not loaded in that domain.
pub const NO_SERVICE: i32 = 113;
/// The override store says that it is disabled.
pub const DISABLED: i32 = 119;
/// The plist belongs to somebody else, or others may write it.
pub const BAD_MODE: i32 = 122;
/// The user is not logged in at the screen.
pub const UNSUPPORTED: i32 = 125;

/// Code, kind, what it means, what to do.
type Row = (i32, ErrorKind, &'static str, &'static str);

const ROWS: &[Row] = &[
    (
        NOT_PERMITTED,
        ErrorKind::Privilege,
        "launchd does not let this account change the domain",
        "run it with sudo, or say --user",
    ),
    (
        IO,
        ErrorKind::System,
        "launchd gave its catch-all code 5",
        "run it with sudo for a clearer code, or read `log show --last 5m --predicate 'process == \"launchd\"'`",
    ),
    (
        IN_PROGRESS,
        ErrorKind::System,
        "launchd is still at work on the service",
        "wait until the old copy has ended, then try again",
    ),
    (
        ALREADY,
        ErrorKind::System,
        "launchd still holds an old copy of the service",
        "wait until the old copy has ended, then try again",
    ),
    (
        EXISTS,
        ErrorKind::System,
        "launchd holds another service of that label",
        "give the definition a `label` of its own",
    ),
    (
        109,
        ErrorKind::System,
        "launchd cannot read the property list",
        "install the definition again",
    ),
    (
        110,
        ErrorKind::System,
        "launchd finds no label in the property list",
        "install the definition again",
    ),
    (
        111,
        ErrorKind::System,
        "launchd finds no program in the property list",
        "install the definition again",
    ),
    (
        NO_DOMAIN,
        ErrorKind::ManagerUnavailable,
        "launchd has no session of that user",
        "log in as the user once, at the screen or over SSH, or install with --system",
    ),
    (
        114,
        ErrorKind::Definition,
        "launchd does not know the user",
        "name an account that `dscl . -list /Users` shows",
    ),
    (
        115,
        ErrorKind::Definition,
        "launchd does not know the group",
        "name a group that `dscl . -list /Groups` shows",
    ),
    (
        DISABLED,
        ErrorKind::System,
        "the service is switched off in launchd's store",
        "run `svcctl enable` for it",
    ),
    (
        121,
        ErrorKind::System,
        "launchd does not take property lists from that folder",
        "run `svcctl enable` for it",
    ),
    (
        BAD_MODE,
        ErrorKind::System,
        "the property list belongs to somebody else, or others may write it",
        "install the definition again",
    ),
    (124, ErrorKind::System, "the session is ending", "try again after the next login"),
    (
        UNSUPPORTED,
        ErrorKind::ManagerUnavailable,
        "the user is not logged in at the screen",
        "log in there, or install with --system",
    ),
    (
        134,
        ErrorKind::System,
        "the service does not fit the session: an agent of the login session cannot run in the background",
        "log in at the screen, or install with --system",
    ),
    (
        155,
        ErrorKind::System,
        "macOS keeps the program in quarantine",
        "run `xattr -d com.apple.quarantine` on the program if you trust it",
    ),
    (
        161,
        ErrorKind::System,
        "the service is switched off in System Settings",
        "switch it on under General > Login Items & Extensions",
    ),
];

fn row(code: i32) -> Option<&'static Row> {
    ROWS.iter().find(|(known, ..)| *known == code)
}

/// The error that a failed call is: `what` ("cannot load web"), the meaning of the code, and what `launchctl` said.
#[must_use]
pub fn error(what: &str, code: i32, said: &str) -> Error {
    let raw = format!("launchctl exited with {code}{}", said_of(said));
    match row(code) {
        Some((_, kind, meaning, way_out)) => {
            let mut error = Error::new(*kind, format!("{what}: {meaning}")).hint(*way_out);
            error.causes.push(raw);
            error
        }
        None => Error::system(format!("{what}: {raw}"))
            .hint(format!("`launchctl error {code}` may say more")),
    }
}

/// The first line that says something; the rest is advice for people at a prompt.
fn said_of(said: &str) -> String {
    let mut lines = said.lines().filter(|line| !line.is_empty() && *line != "Bad request.");
    lines.next().map_or_else(String::new, |line| format!(" ({line})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_code_has_words_and_a_way_out() {
        for (code, ..) in ROWS {
            let error = error("cannot load web", *code, "Bad request.\nBootstrap failed\n");
            assert!(error.hint.is_some_and(|hint| !hint.is_empty()), "{code}");
            assert_eq!(error.causes, [format!("launchctl exited with {code} (Bootstrap failed)")]);
        }
    }

    #[test]
    fn an_unknown_code_is_shown_as_it_is() {
        assert_eq!(
            error("cannot load web", 200, "").to_string(),
            "cannot load web: launchctl exited with 200"
        );
    }
}
