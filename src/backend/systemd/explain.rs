//! Why a service ended, in words: systemd's results, its own exit codes of a set-up that failed, signals. One place for all of
//! svcctl that speaks of it.

/// A failure of systemd's own between `fork` and `exec`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetupFailure {
    /// The exit code.
    pub code: i32,
    /// systemd's word for it.
    pub word: &'static str,
    /// What it means, completing "it could not be started: …".
    pub meaning: &'static str,
    /// What to look at.
    pub way_out: &'static str,
}

const fn setup(
    code: i32,
    word: &'static str,
    meaning: &'static str,
    way_out: &'static str,
) -> SetupFailure {
    SetupFailure { code, word, meaning, way_out }
}

/// From systemd.exec(5), "Process Exit Codes".
static SETUP: &[SetupFailure] = &[
    setup(
        200,
        "CHDIR",
        "its working directory is not there or cannot be entered",
        "process.working-directory",
    ),
    setup(201, "NICE", "its priority could not be set", "process.priority"),
    setup(202, "FDS", "its open files could not be passed on", "the unit's sockets"),
    setup(
        203,
        "EXEC",
        "its program could not be executed: it, or the interpreter in its first line, is missing, not executable or for another CPU",
        "process.command",
    ),
    setup(204, "MEMORY", "there was no memory for it", "the machine's memory"),
    setup(205, "LIMITS", "a limit could not be set", "[limits]"),
    setup(
        206,
        "OOM_ADJUST",
        "its place in the order of memory kills could not be set",
        "override.systemd.Service.OOMScoreAdjust",
    ),
    setup(207, "SIGNAL_MASK", "its signals could not be set up", "the unit"),
    setup(208, "STDIN", "its standard input could not be opened", "the unit"),
    setup(209, "STDOUT", "its standard output could not be opened", "[logs]"),
    setup(
        210,
        "CHROOT",
        "its root folder could not be entered",
        "override.systemd.Service.RootDirectory",
    ),
    setup(211, "IOPRIO", "its I/O priority could not be set", "process.priority"),
    setup(214, "SETSCHEDULER", "its CPU scheduling could not be set", "process.priority"),
    setup(216, "GROUP", "its group does not exist or could not be taken on", "process.group"),
    setup(217, "USER", "its user does not exist or could not be taken on", "process.user"),
    setup(218, "CAPABILITIES", "its capabilities could not be set", "security.capabilities"),
    setup(219, "CGROUP", "its control group could not be set up", "[limits]"),
    setup(222, "STDERR", "its standard error could not be opened", "[logs]"),
    setup(224, "PAM", "PAM refused its session", "override.systemd.Service.PAMName"),
    setup(225, "NETWORK", "its network namespace could not be made", "[security]"),
    setup(
        226,
        "NAMESPACE",
        "its view of the file system could not be made: a folder of security.writable-paths is missing, or namespaces are forbidden here",
        "[security]",
    ),
    setup(
        227,
        "NO_NEW_PRIVILEGES",
        "new privileges could not be forbidden",
        "security.no-new-privileges",
    ),
    setup(228, "SECCOMP", "its system calls could not be filtered", "security.profile"),
    setup(
        229,
        "SELINUX_CONTEXT",
        "its SELinux context could not be set",
        "override.systemd.Service.SELinuxContext",
    ),
    setup(
        231,
        "APPARMOR_PROFILE",
        "its AppArmor profile could not be set",
        "override.systemd.Service.AppArmorProfile",
    ),
    setup(
        232,
        "ADDRESS_FAMILIES",
        "its address families could not be restricted",
        "security.profile",
    ),
    setup(
        233,
        "RUNTIME_DIRECTORY",
        "its runtime folder could not be made",
        "override.systemd.Service.RuntimeDirectory",
    ),
    setup(235, "CHOWN", "the owner of its folders could not be set", "process.user"),
    setup(
        238,
        "STATE_DIRECTORY",
        "its state folder could not be made",
        "override.systemd.Service.StateDirectory",
    ),
    setup(
        239,
        "CACHE_DIRECTORY",
        "its cache folder could not be made",
        "override.systemd.Service.CacheDirectory",
    ),
    setup(
        240,
        "LOGS_DIRECTORY",
        "its log folder could not be made",
        "override.systemd.Service.LogsDirectory",
    ),
    setup(
        241,
        "CONFIGURATION_DIRECTORY",
        "its configuration folder could not be made",
        "override.systemd.Service.ConfigurationDirectory",
    ),
    setup(243, "CREDENTIALS", "a credential's file is missing or cannot be read", "[credentials]"),
];

/// The failure of systemd's own that this exit code is.
#[must_use]
pub fn setup_failure(code: i32) -> Option<&'static SetupFailure> {
    SETUP.iter().find(|one| one.code == code)
}

/// How the main process ended, in words.
#[must_use]
pub fn reason(
    result: &str,
    code: Option<i32>,
    signal: Option<&str>,
    subject: Option<&str>,
) -> Option<String> {
    let ended = how_it_ended(code, signal, subject);
    Some(match result {
        "" | "success" | "exit-code" if code.is_some() || signal.is_none() => return ended,
        "" | "success" | "exit-code" => format!("ended by {}", signal.unwrap_or("a signal")),
        "signal" => return ended.or_else(|| Some("killed by a signal".into())),
        "core-dump" => {
            format!("crashed with {}, and left a core dump", signal.unwrap_or("a signal"))
        }
        "oom-kill" => "killed because memory ran out: its own limit, or the machine's".into(),
        "timeout" => format!("not ready or not stopped in time{}", with(ended.as_deref())),
        "watchdog" => "killed because it did not report to the watchdog in time".into(),
        "protocol" => format!("it ended before it was ready{}", with(ended.as_deref())),
        "resources" => {
            "it could not be set up: a file of variables is missing, or a resource".into()
        }
        "start-limit-hit" => {
            format!("given up: it was started too often in a short time{}", with(ended.as_deref()))
        }
        "exec-condition" => "a condition of its unit said that it should not run".into(),
        other => format!("{other}{}", with(ended.as_deref())),
    })
}

fn with(ended: Option<&str>) -> String {
    ended.map(|ended| format!(" ({ended})")).unwrap_or_default()
}

fn how_it_ended(code: Option<i32>, signal: Option<&str>, subject: Option<&str>) -> Option<String> {
    match (code, signal) {
        (Some(code), _) => Some(match setup_failure(code) {
            Some(failure) => {
                let subject = subject.map(|subject| format!("{subject}: ")).unwrap_or_default();
                format!("{subject}{} ({code}/{})", failure.meaning, failure.word)
            }
            None => format!("exit code {code}"),
        }),
        (None, Some(signal)) => Some(format!("killed by {signal}")),
        (None, None) => None,
    }
}

/// Linux's signals by number, from 1; those of real time have no name of their own.
const SIGNALS: [&str; 31] = [
    "SIGHUP",
    "SIGINT",
    "SIGQUIT",
    "SIGILL",
    "SIGTRAP",
    "SIGABRT",
    "SIGBUS",
    "SIGFPE",
    "SIGKILL",
    "SIGUSR1",
    "SIGSEGV",
    "SIGUSR2",
    "SIGPIPE",
    "SIGALRM",
    "SIGTERM",
    "SIGSTKFLT",
    "SIGCHLD",
    "SIGCONT",
    "SIGSTOP",
    "SIGTSTP",
    "SIGTTIN",
    "SIGTTOU",
    "SIGURG",
    "SIGXCPU",
    "SIGXFSZ",
    "SIGVTALRM",
    "SIGPROF",
    "SIGWINCH",
    "SIGIO",
    "SIGPWR",
    "SIGSYS",
];

/// The name of a signal of Linux.
#[must_use]
pub fn signal_name(number: i32) -> String {
    let name = usize::try_from(number).ok().and_then(|number| SIGNALS.get(number.checked_sub(1)?));
    name.map_or_else(|| format!("signal {number}"), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setup_failure_says_what_is_wrong_and_keeps_systemd_s_word() {
        let reason = reason("exit-code", Some(217), None, Some("web")).unwrap();
        assert!(reason.starts_with("web: its user") && reason.ends_with("(217/USER)"), "{reason}");
        assert!(setup_failure(1).is_none());
    }

    #[test]
    fn an_end_is_told_by_code_signal_or_result() {
        let said = |result, code, signal| reason(result, code, signal, None);
        assert_eq!(said("exit-code", Some(3), None).unwrap(), "exit code 3");
        assert_eq!(said("signal", None, Some("SIGKILL")).unwrap(), "killed by SIGKILL");
        assert_eq!(said("success", None, Some("SIGTERM")).unwrap(), "ended by SIGTERM");
        assert!(said("oom-kill", None, Some("SIGKILL")).unwrap().contains("memory"));
        assert_eq!(said("success", None, None), None);
    }

    #[test]
    fn signals_have_their_numbers() {
        for (number, name) in
            [(1, "SIGHUP"), (9, "SIGKILL"), (11, "SIGSEGV"), (15, "SIGTERM"), (31, "SIGSYS")]
        {
            assert_eq!(signal_name(number), name);
        }
        assert_eq!((signal_name(0), signal_name(40)), ("signal 0".into(), "signal 40".into()));
    }
}
