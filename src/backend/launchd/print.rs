//! Reads what `launchctl print` says of a service. Its manual calls that "not API in any sense", so the reader is tolerant: it
//! takes what it knows from lines with exactly one leading tab, in any order, and ignores all else.
//!
//! A job runs if it has a `pid` line; the word after `state` is for people.

use crate::state::ExitInfo;

/// What is known of a loaded job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// Launchd's own word: "running", "spawn scheduled", "`SIGTERMed`".
    pub state: String,
    /// Path of the property list that was loaded.
    pub path: Option<String>,
    /// The process.
    pub pid: Option<u32>,
    /// The argv as it was loaded.
    pub arguments: Vec<String>,
    /// How often it was started since it was loaded.
    pub runs: Option<u32>,
    /// How the process before this one ended.
    pub exit: Option<ExitInfo>,
    /// Seconds between two launches.
    pub minimum_runtime: Option<u64>,
    /// Seconds from SIGTERM to SIGKILL.
    pub exit_timeout: Option<u64>,
    /// Why a start is held back.
    pub pended: Option<String>,
    /// It is started when it is loaded.
    pub starts_at_load: bool,
    /// It could not be executed, and launchd has stopped trying.
    pub penalty_box: bool,
}

impl Printed {
    /// Whether it was told to end and has not yet ended.
    #[must_use]
    pub fn is_dying(&self) -> bool {
        ["SIGTERMed", "SIGKILLed", "languishing", "exited"].contains(&self.state.as_str())
    }

    /// Whether launchd will start it again by itself.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        self.pid.is_none() && self.state == "spawn scheduled" && !self.penalty_box
    }
}

/// Reads the text; none if it is not the print of one service.
#[must_use]
pub fn parse(text: &str) -> Option<Printed> {
    let body = text.trim_end().strip_suffix("\n}")?;
    let (header, body) = body.split_once('\n')?;
    header.strip_suffix(" = {")?;
    let mut printed = Printed::default();
    let mut lines = body.lines();
    while let Some(line) = lines.next() {
        let Some((key, value)) = key_line(line) else { continue };
        if value == "{" {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "\t}").collect();
            if key == "arguments" {
                printed.arguments = block
                    .iter()
                    .map(|line| line.strip_prefix("\t\t").unwrap_or(line).to_owned())
                    .collect();
            }
        } else {
            take(&mut printed, key, value);
        }
    }
    Some(printed)
}

/// `key = value` behind exactly one tab.
fn key_line(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix('\t').filter(|rest| !rest.starts_with('\t'))?;
    rest.split_once(" = ")
}

fn take(printed: &mut Printed, key: &str, value: &str) {
    match key {
        "state" => value.clone_into(&mut printed.state),
        "path" => printed.path = Some(value.to_owned()),
        "pid" => printed.pid = value.parse().ok().filter(|pid| *pid > 0),
        "runs" => printed.runs = value.parse().ok(),
        "minimum runtime" => printed.minimum_runtime = value.parse().ok(),
        "exit timeout" => printed.exit_timeout = value.parse().ok(),
        "pended nondemand spawn" => printed.pended = Some(value.to_owned()),
        "properties" => {
            let has = |wanted: &[&str]| value.split(" | ").any(|word| wanted.contains(&word));
            printed.penalty_box = has(&["penalty box"]);
            printed.starts_at_load = has(&["runatload", "keepalive"]);
        }
        "last exit code" => printed.exit = exit_code(value),
        "last terminating signal" => printed.exit = Some(signal(value)),
        "last exit reason" => printed.exit = Some(reason(value)),
        _ => {}
    }
}

/// `0`, `78: EX_CONFIG`, `(never exited)`.
fn exit_code(value: &str) -> Option<ExitInfo> {
    let code: i32 = value.split(':').next()?.parse().ok()?;
    Some(ExitInfo {
        code: Some(code),
        signal: None,
        reason: Some(format!("exited with {}", value.trim())),
    })
}

/// `Terminated: 15`: macOS's text and number.
fn signal(value: &str) -> ExitInfo {
    let number = value.rsplit(' ').next().and_then(|number| number.parse::<i32>().ok());
    let name = number.and_then(signal_name).unwrap_or(value);
    ExitInfo {
        code: None,
        signal: Some(name.to_owned()),
        reason: Some(format!("killed by {name}")),
    }
}

/// `OS_REASON_CODESIGNING`, `JETSAM_REASON_MEMORY_IDLE_EXIT`.
fn reason(value: &str) -> ExitInfo {
    let words = match value {
        "OS_REASON_CODESIGNING" => "killed by macOS: its code signature is not valid",
        "OS_REASON_DYLD" => "killed by macOS: a library is missing",
        "OS_REASON_TCC" => "killed by macOS: it may not use what is protected by privacy settings",
        _ if value.starts_with("JETSAM_") => "killed by macOS: memory ran low",
        other => other,
    };
    ExitInfo {
        code: None,
        signal: Some("SIGKILL".into()),
        reason: Some(format!("{words} ({value})")),
    }
}

/// Signals by macOS's numbers.
fn signal_name(number: i32) -> Option<&'static str> {
    const NAMES: [&str; 31] = [
        "SIGHUP",
        "SIGINT",
        "SIGQUIT",
        "SIGILL",
        "SIGTRAP",
        "SIGABRT",
        "SIGEMT",
        "SIGFPE",
        "SIGKILL",
        "SIGBUS",
        "SIGSEGV",
        "SIGSYS",
        "SIGPIPE",
        "SIGALRM",
        "SIGTERM",
        "SIGURG",
        "SIGSTOP",
        "SIGTSTP",
        "SIGCONT",
        "SIGCHLD",
        "SIGTTIN",
        "SIGTTOU",
        "SIGIO",
        "SIGXCPU",
        "SIGXFSZ",
        "SIGVTALRM",
        "SIGPROF",
        "SIGWINCH",
        "SIGINFO",
        "SIGUSR1",
        "SIGUSR2",
    ];
    NAMES.get(usize::try_from(number).ok()?.checked_sub(1)?).copied()
}

/// Whether `print-disabled` says that `label` is disabled: `=> disabled` from macOS 13 on, `=> true` before.
#[must_use]
pub fn is_disabled(text: &str, label: &str) -> bool {
    let line = |line: &str| {
        let rest = line.trim().strip_prefix('"')?.strip_prefix(label)?.strip_prefix("\" => ")?;
        Some(matches!(rest, "disabled" | "true"))
    };
    text.lines().find_map(line).unwrap_or(false)
}

#[cfg(test)]
#[path = "print_tests.rs"]
mod tests;
