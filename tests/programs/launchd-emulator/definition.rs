//! A plist as launchd understands it: the keys that the emulator plays, read from the parsed value.

use crate::code;
use crate::keepalive::KeepAlive;
use plist::{Dictionary, Value};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The snapshot that is taken when a job is loaded. A later edit of the file does not reach it.
#[derive(Clone, Debug)]
pub struct Definition {
    pub path: PathBuf,
    pub label: String,
    pub program: Option<String>,
    pub arguments: Vec<String>,
    pub keep_alive: KeepAlive,
    pub run_at_load: bool,
    pub launch_only_once: bool,
    pub throttle_secs: u64,
    /// `None` is for ever.
    pub exit_timeout_secs: Option<u64>,
    pub abandon_process_group: bool,
    pub user: Option<String>,
    pub group: Option<String>,
    pub init_groups: bool,
    pub environment: BTreeMap<String, String>,
    pub working_directory: Option<String>,
    pub umask: Option<u32>,
    pub nice: Option<i32>,
    pub soft_limits: BTreeMap<String, u64>,
    pub hard_limits: BTreeMap<String, u64>,
    pub standard_in: Option<String>,
    pub standard_out: Option<String>,
    pub standard_error: Option<String>,
    pub process_type: Option<String>,
    pub sessions: Vec<String>,
    pub disabled: bool,
}

/// The default of `ThrottleInterval`.
const THROTTLE_SECS: u64 = 10;
/// The "system-defined" `ExitTimeOut` that every modern `print` shows.
const EXIT_TIMEOUT_SECS: u64 = 5;

impl Definition {
    /// Reads the keys, or says with which code launchd refuses them.
    pub fn read(path: PathBuf, value: &Value) -> Result<Self, u8> {
        let dict = value.as_dictionary().ok_or(109)?;
        let label =
            string(dict, "Label").filter(|label| !label.is_empty()).ok_or(code::NO_LABEL)?;
        let program = string(dict, "Program");
        let arguments = strings(dict, "ProgramArguments");
        if program.is_none() && arguments.is_empty() {
            return Err(code::NO_PROGRAM);
        }
        Ok(Self {
            path,
            label,
            program,
            arguments,
            keep_alive: KeepAlive::of(dict.get("KeepAlive")),
            run_at_load: flag(dict, "RunAtLoad"),
            launch_only_once: flag(dict, "LaunchOnlyOnce"),
            throttle_secs: integer(dict, "ThrottleInterval")
                .filter(|secs| *secs > 0)
                .unwrap_or(THROTTLE_SECS),
            exit_timeout_secs: match integer(dict, "ExitTimeOut") {
                Some(0) => None,
                given => Some(given.unwrap_or(EXIT_TIMEOUT_SECS)),
            },
            abandon_process_group: flag(dict, "AbandonProcessGroup"),
            user: string(dict, "UserName"),
            group: string(dict, "GroupName"),
            init_groups: dict.get("InitGroups").and_then(Value::as_boolean).unwrap_or(true),
            environment: environment(dict),
            working_directory: string(dict, "WorkingDirectory"),
            umask: dict.get("Umask").and_then(umask),
            nice: dict
                .get("Nice")
                .and_then(Value::as_signed_integer)
                .and_then(|n| i32::try_from(n).ok()),
            soft_limits: limits(dict, "SoftResourceLimits"),
            hard_limits: limits(dict, "HardResourceLimits"),
            standard_in: string(dict, "StandardInPath"),
            standard_out: string(dict, "StandardOutPath"),
            standard_error: string(dict, "StandardErrorPath"),
            process_type: string(dict, "ProcessType"),
            sessions: sessions(dict),
            disabled: flag(dict, "Disabled"),
        })
    }

    /// The program as launchd names it: `Program`, else the first argument.
    pub fn executable(&self) -> &str {
        self.program
            .as_deref()
            .or_else(|| self.arguments.first().map(String::as_str))
            .unwrap_or_default()
    }
}

fn string(dict: &Dictionary, key: &str) -> Option<String> {
    dict.get(key)?.as_string().map(str::to_owned)
}

fn strings(dict: &Dictionary, key: &str) -> Vec<String> {
    let items = dict.get(key).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| item.as_string().map(str::to_owned)).collect()
}

fn flag(dict: &Dictionary, key: &str) -> bool {
    dict.get(key).and_then(Value::as_boolean).unwrap_or(false)
}

fn integer(dict: &Dictionary, key: &str) -> Option<u64> {
    dict.get(key)?.as_unsigned_integer()
}

/// Values that are not strings are ignored in silence.
fn environment(dict: &Dictionary) -> BTreeMap<String, String> {
    let entries =
        dict.get("EnvironmentVariables").and_then(Value::as_dictionary).into_iter().flatten();
    entries
        .filter_map(|(name, value)| Some((name.clone(), value.as_string()?.to_owned())))
        .collect()
}

fn limits(dict: &Dictionary, key: &str) -> BTreeMap<String, u64> {
    let entries = dict.get(key).and_then(Value::as_dictionary).into_iter().flatten();
    entries.filter_map(|(name, value)| Some((name.clone(), value.as_unsigned_integer()?))).collect()
}

/// An integer is decimal; a string goes through `strtoul`, so that `"027"` is octal.
fn umask(value: &Value) -> Option<u32> {
    match value.as_string() {
        Some(text) if text.starts_with('0') => u32::from_str_radix(text, 8).ok(),
        Some(text) => text.parse().ok(),
        None => u32::try_from(value.as_unsigned_integer()?).ok(),
    }
}

fn sessions(dict: &Dictionary) -> Vec<String> {
    let one = string(dict, "LimitLoadToSessionType").into_iter().collect::<Vec<_>>();
    let given = if one.is_empty() { strings(dict, "LimitLoadToSessionType") } else { one };
    if given.is_empty() { vec!["Aqua".to_owned()] } else { given }
}
