//! How a process ended, in the numbers of Linux and the words of macOS.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

/// The last end of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Code(i32),
    Signal(i32),
}

/// The exit status of a job that could not be executed.
pub const EX_CONFIG: i32 = 78;

/// Linux's number, the short name, macOS's number and text.
const SIGNALS: &[(i32, &str, i32, &str)] = &[
    (1, "HUP", 1, "Hangup"),
    (2, "INT", 2, "Interrupt"),
    (3, "QUIT", 3, "Quit"),
    (4, "ILL", 4, "Illegal instruction"),
    (5, "TRAP", 5, "Trace/BPT trap"),
    (6, "ABRT", 6, "Abort trap"),
    (8, "FPE", 8, "Floating point exception"),
    (9, "KILL", 9, "Killed"),
    (7, "BUS", 10, "Bus error"),
    (11, "SEGV", 11, "Segmentation fault"),
    (31, "SYS", 12, "Bad system call"),
    (13, "PIPE", 13, "Broken pipe"),
    (14, "ALRM", 14, "Alarm clock"),
    (15, "TERM", 15, "Terminated"),
    (19, "STOP", 17, "Suspended (signal)"),
    (18, "CONT", 19, "Continued"),
    (10, "USR1", 30, "User defined signal 1"),
    (12, "USR2", 31, "User defined signal 2"),
    (28, "WINCH", 28, "Window size changes"),
];

/// The signals that count as a crash: SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGBUS, SIGSEGV, SIGSYS, in Linux's numbers.
const CRASHES: [i32; 7] = [4, 5, 6, 8, 7, 11, 31];

const SYSEXITS: [&str; 15] = [
    "EX_USAGE",
    "EX_DATAERR",
    "EX_NOINPUT",
    "EX_NOUSER",
    "EX_NOHOST",
    "EX_UNAVAILABLE",
    "EX_SOFTWARE",
    "EX_OSERR",
    "EX_OSFILE",
    "EX_CANTCREAT",
    "EX_IOERR",
    "EX_TEMPFAIL",
    "EX_PROTOCOL",
    "EX_NOPERM",
    "EX_CONFIG",
];

impl Outcome {
    /// From what `wait` said.
    pub fn of(status: ExitStatus) -> Self {
        status.signal().map_or_else(|| Self::Code(status.code().unwrap_or(EX_CONFIG)), Self::Signal)
    }

    /// Whether it counts as `SuccessfulExit`.
    pub fn is_clean(self) -> bool {
        self == Self::Code(0)
    }

    /// Whether it counts as `Crashed`.
    pub fn is_crash(self) -> bool {
        matches!(self, Self::Signal(number) if CRASHES.contains(&number))
    }

    /// The line that `print` has for it.
    pub fn line(self) -> String {
        match self {
            Self::Code(code) => format!("last exit code = {}", code_words(code)),
            Self::Signal(number) => format!("last terminating signal = {}", signal_words(number)),
        }
    }

    /// The status column of `list`.
    pub fn column(self) -> String {
        match self {
            Self::Code(code) => code.to_string(),
            Self::Signal(number) => format!("-{}", mac_number(number)),
        }
    }

    /// The raw wait status, as `LastExitStatus` has it.
    pub fn raw(self) -> i32 {
        match self {
            Self::Code(code) => code << 8,
            Self::Signal(number) => mac_number(number),
        }
    }
}

fn code_words(code: i32) -> String {
    let name = usize::try_from(code - 64).ok().and_then(|at| SYSEXITS.get(at));
    name.map_or_else(|| code.to_string(), |name| format!("{code}: {name}"))
}

fn row(linux: i32) -> Option<&'static (i32, &'static str, i32, &'static str)> {
    SIGNALS.iter().find(|(number, ..)| *number == linux)
}

fn mac_number(linux: i32) -> i32 {
    row(linux).map_or(linux, |(_, _, mac, _)| *mac)
}

/// `Terminated: 15`, `Bus error: 10`.
pub fn signal_words(linux: i32) -> String {
    row(linux).map_or_else(
        || format!("Unknown signal: {linux}"),
        |(_, _, mac, text)| format!("{text}: {mac}"),
    )
}

/// `SIGTERM`, as the log has it.
pub fn signal_name(linux: i32) -> String {
    row(linux).map_or_else(|| linux.to_string(), |(_, name, ..)| format!("SIG{name}"))
}

/// Reads `SIGTERM`, `TERM`, `15` and `-15` in any case into Linux's number. A number below 2 is looked up as a name, and fails.
pub fn parse_signal(text: &str) -> Option<i32> {
    let bare = text.strip_prefix('-').unwrap_or(text).to_ascii_uppercase();
    if let Some(number) = bare.parse::<i32>().ok().filter(|number| *number >= 2) {
        return SIGNALS.iter().find(|(_, _, mac, _)| *mac == number).map(|(linux, ..)| *linux);
    }
    let name = bare.strip_prefix("SIG").unwrap_or(&bare);
    SIGNALS.iter().find(|(_, known, ..)| *known == name).map(|(linux, ..)| *linux)
}

#[cfg(test)]
mod tests {
    use super::{Outcome, parse_signal};

    #[test]
    fn signals_are_read_as_launchctl_reads_them() {
        for text in ["SIGTERM", "TERM", "term", "15", "-15", "-TERM"] {
            assert_eq!(parse_signal(text), Some(15), "{text}");
        }
        assert_eq!(parse_signal("10"), Some(7), "10 is SIGBUS on macOS, which is 7 here");
        for text in ["1", "0", "SIGFOO", ""] {
            assert_eq!(parse_signal(text), None, "{text}");
        }
    }

    #[test]
    fn outcomes_have_the_words_of_macos() {
        assert_eq!(Outcome::Code(1).line(), "last exit code = 1");
        assert_eq!(Outcome::Code(78).line(), "last exit code = 78: EX_CONFIG");
        assert_eq!(Outcome::Signal(7).line(), "last terminating signal = Bus error: 10");
    }
}
