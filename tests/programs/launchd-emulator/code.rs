//! The error numbers of launchd and XPC, and their texts: one table.

/// The codes that the emulator itself answers with.
pub const NOT_PERMITTED: u8 = 1;
pub const NO_SUCH_PROCESS: u8 = 3;
pub const IO: u8 = 5;
pub const IN_PROGRESS: u8 = 36;
pub const ALREADY: u8 = 37;
pub const USAGE: u8 = 64;
pub const NO_LABEL: u8 = 110;
pub const NO_PROGRAM: u8 = 111;
pub const NO_DOMAIN: u8 = 112;
pub const NO_SERVICE: u8 = 113;
pub const NO_USER: u8 = 114;
pub const NO_GROUP: u8 = 115;
pub const DISABLED: u8 = 119;
pub const BAD_MODE: u8 = 122;
pub const UNSUPPORTED: u8 = 125;
pub const WRONG_SESSION: u8 = 134;

const TEXTS: &[(u8, &str)] = &[
    (NOT_PERMITTED, "Operation not permitted"),
    (2, "No such file or directory"),
    (NO_SUCH_PROCESS, "No such process"),
    (IO, "Input/output error"),
    (17, "File exists"),
    (IN_PROGRESS, "Operation now in progress"),
    (ALREADY, "Operation already in progress"),
    (107, "Malformed bundle"),
    (108, "Invalid path"),
    (109, "Invalid property list"),
    (NO_LABEL, "Invalid or missing service identifier"),
    (NO_PROGRAM, "Invalid or missing Program/ProgramArguments"),
    (NO_DOMAIN, "Could not find specified domain"),
    (NO_SERVICE, "Could not find specified service"),
    (NO_USER, "The specified username does not exist"),
    (NO_GROUP, "The specified group does not exist"),
    (116, "Routine not yet implemented"),
    (118, "Bad response from server"),
    (DISABLED, "Service is disabled"),
    (121, "Path not searched for services"),
    (BAD_MODE, "Path had bad ownership/permissions"),
    (123, "Path is whitelisted for domain"),
    (124, "Domain is tearing down"),
    (UNSUPPORTED, "Domain does not support specified action"),
    (126, "request type no longer supported"),
    (133, "Multiple errors were returned; see stderr"),
    (WRONG_SESSION, "Service cannot load in requested session"),
    (135, "Process is not managed"),
    (146, "Domain is in on-demand-only mode"),
    (150, "Operation not permitted while System Integrity Protection is engaged"),
    (161, "Service cannot be launched because of BTM policy"),
];

/// The words for `code`, as `launchctl error` prints them.
pub fn text(code: u8) -> &'static str {
    TEXTS.iter().find(|(number, _)| *number == code).map_or("unknown error code", |(_, text)| text)
}
