//! What each release of systemd knows. An unknown key or value is only a warning to systemd, and what it asked for is not
//! done; so svcctl has to know by itself.

use crate::target::Target;

/// The oldest release that svcctl works with: states, restarts and quoting are reliable from here on.
pub const OLDEST: u32 = 237;

/// The release that is assumed where the target's is not known.
pub const BASELINE: u32 = 252;

/// The release that runs the target.
#[must_use]
pub fn of(target: &Target) -> u32 {
    target.version.unwrap_or(BASELINE)
}

/// The release that first knew a directive. What is not listed is as old as [`OLDEST`].
#[must_use]
pub fn since(directive: &str) -> u32 {
    SINCE.iter().find(|(name, _)| *name == directive).map_or(OLDEST, |(_, version)| *version)
}

/// From the directive table of every release, up to what svcctl writes.
const SINCE: &[(&str, u32)] = &[
    ("PrivateUsers", 232),
    ("LogRateLimitBurst", 240),
    ("LogRateLimitIntervalSec", 240),
    ("ProtectHostname", 242),
    ("RestrictSUIDSGID", 242),
    ("OOMPolicy", 243),
    ("ProtectKernelLogs", 244),
    ("ProtectClock", 245),
    ("LoadCredential", 247),
    ("ProcSubset", 247),
    ("ProtectProc", 247),
    ("RestartMaxDelaySec", 254),
    ("RestartSteps", 254),
];

/// From here on `Type=exec` waits until the program has been executed.
pub const TYPE_EXEC: u32 = 240;

/// From here on a user manager can give a service a user namespace, without which it isolates nothing.
pub const USER_NAMESPACES: u32 = 245;

/// These releases refuse a word of more than 4095 bytes in `Exec*=`.
pub const SHORT_WORDS: [u32; 2] = [249, 250];

/// Whether control characters other than tab and newline survive in `Environment=`; newline does from 239 on.
pub const CONTROL_IN_ENVIRONMENT: u32 = 248;

/// These releases keep `\\` doubled in an environment file.
#[must_use]
pub fn doubles_backslash_in_files(version: u32) -> bool {
    (241..=246).contains(&version)
}
