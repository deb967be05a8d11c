//! The manager's error codes in words, with the way out.

use crate::backend::scm::api::Code;
use crate::error::{Error, ErrorKind};

/// Code, what it means, and what to do; an empty way out where there is none but the message.
const KNOWN: &[(u32, &str, &str)] = &[
    (5, "access is denied", "run it as an administrator"),
    (6, "the manager does not know the handle any more", ""),
    (
        1051,
        "other services that run need it",
        "stop those first: sc.exe enumdepend NAME lists them",
    ),
    (1052, "it takes no such control", ""),
    (1053, "it did not answer the manager in time", "see what it wrote: svcctl logs NAME"),
    (1055, "the manager's database is locked", "try again in a moment"),
    (1056, "it runs already", ""),
    (
        1057,
        "there is no such account, or its password is wrong",
        "check process.user and its password",
    ),
    (1058, "it is disabled", "svcctl enable NAME"),
    (1060, "there is no such service", ""),
    (1061, "it takes no controls while it starts or stops", "try again when it has started"),
    (1062, "it does not run", ""),
    (1068, "a service that it depends on cannot be started", "see its `requires`"),
    (
        1069,
        "its account cannot log on as a service",
        "give it the right \"Log on as a service\", and check the password",
    ),
    (
        1072,
        "it is marked for deletion",
        "close the Services console, Task Manager and the Event Viewer, then try again",
    ),
    (1073, "there is such a service already", ""),
    (1075, "a service that it depends on does not exist", "see its `requires`"),
    (1078, "another service has this name as its display name", "choose another display-name"),
    (1115, "the machine is shutting down", ""),
    (1722, "the manager does not answer", ""),
];

/// In words: the manager's own number is always named.
#[must_use]
pub fn words(code: Code) -> String {
    let known = KNOWN.iter().find(|(known, ..)| *known == code.0);
    known.map_or_else(
        || format!("error {}", code.0),
        |(number, text, _)| format!("{text} (error {number})"),
    )
}

/// The error that a code is for whoever wanted `what`.
#[must_use]
pub fn error(code: Code, what: &str) -> Error {
    let kind = match code {
        Code::ACCESS_DENIED => ErrorKind::Privilege,
        Code::NO_SERVICE => ErrorKind::NoService,
        Code::REQUEST_TIMEOUT => ErrorKind::Timeout,
        Code(1722) => ErrorKind::ManagerUnavailable,
        _ => ErrorKind::System,
    };
    let error = Error::new(kind, format!("{what}: {}", words(code)));
    match KNOWN.iter().find(|(known, _, way)| *known == code.0 && !way.is_empty()) {
        Some((_, _, way)) => error.hint(*way),
        None => error,
    }
}
