//! What launchd and the host say, put into svcctl's words. Pure.

use serde_json::{Map, Value, json};

use crate::backend::launchd::domain::Domain;
use crate::backend::launchd::installed::Installed;
use crate::backend::launchd::print::Printed;
use crate::host::state::Snapshot;
use crate::spec::Spec;
use crate::state::{ExitInfo, ServiceState, State};
use crate::target::{ManagerId, Scope};

/// Everything that was seen of one service.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    /// What is on the disk.
    pub installed: &'a Installed,
    /// What launchd has, and where.
    pub loaded: Option<(Domain, Printed)>,
    /// What the host last said.
    pub snapshot: Option<Snapshot>,
    /// launchd's store keeps it from being loaded.
    pub disabled: bool,
}

/// The state of the service.
#[must_use]
pub fn state(seen: &Seen<'_>, scope: Scope) -> ServiceState {
    let printed = seen.loaded.as_ref().map(|(_, printed)| printed);
    let told = match printed {
        Some(printed) => fresh(seen, printed),
        // Its last word tells since when it is stopped, and how it ended.
        None => seen
            .snapshot
            .as_ref()
            .filter(|snapshot| seen.installed.hosted && snapshot.state == State::Stopped),
    };
    let word = word(seen, printed, told);
    let pid = match told {
        Some(snapshot) => snapshot.main.map(|main| main.pid),
        None => printed.filter(|_| !seen.installed.hosted).and_then(|printed| printed.pid),
    };
    let mut state = ServiceState::not_installed(&seen.installed.name, scope, ManagerId::Launchd);
    state.state = word;
    state.enabled =
        seen.installed.plist.as_ref().is_some_and(|(_, at_boot)| *at_boot) && !seen.disabled;
    state.pid = pid;
    state.since = told.map(|snapshot| since(snapshot.since));
    state.restarts = restarts(printed, told);
    state.exit = exit(seen, printed, told);
    state.health = told.and_then(|snapshot| snapshot.health);
    state.description = seen.installed.spec.as_ref().and_then(|spec| spec.description.clone());
    state.native = native(seen, told);
    state
}

/// What the host said counts if it said it itself: while it runs, the very process; once it has ended, its last word.
fn fresh<'a>(seen: &'a Seen<'_>, printed: &Printed) -> Option<&'a Snapshot> {
    let snapshot = seen.snapshot.as_ref().filter(|_| seen.installed.hosted)?;
    match printed.pid {
        Some(pid) => Some(snapshot).filter(|snapshot| snapshot.host.pid == pid),
        // Of an earlier load it says nothing: launchd forgets how a job ended when it is loaded anew.
        None if printed.exit.is_none() => None,
        None => Some(snapshot)
            .filter(|snapshot| matches!(snapshot.state, State::Failed | State::Stopped)),
    }
}

fn word(seen: &Seen<'_>, printed: Option<&Printed>, told: Option<&Snapshot>) -> State {
    let Some(printed) = printed else {
        return if seen.installed.exists() { State::Stopped } else { State::NotInstalled };
    };
    match (printed.pid, told) {
        _ if printed.is_dying() => State::Stopping,
        (_, Some(snapshot)) => snapshot.state,
        (Some(_), None)
            if seen.installed.hosted
                || ["xpcproxy", "spawning"].contains(&printed.state.as_str()) =>
        {
            State::Starting
        }
        (Some(_), None) => State::Running,
        (None, None) if printed.is_throttled() => State::Restarting,
        (None, None) if printed.penalty_box => State::Failed,
        // Registered, and about to be spawned, unless launchd says that it holds the start back.
        (None, None)
            if seen.installed.hosted && printed.runs == Some(0) && printed.pended.is_none() =>
        {
            State::Starting
        }
        (None, None) => ended(seen.installed.spec.as_ref(), printed.exit.as_ref()),
    }
}

/// Loaded and without a process: it ended, or it never began.
fn ended(spec: Option<&Spec>, exit: Option<&ExitInfo>) -> State {
    match exit {
        None => State::Stopped,
        Some(ExitInfo { code: Some(code), .. }) => {
            let good =
                spec.map_or(*code == 0, |spec| spec.restart.success_exit_codes.contains(code));
            if good { State::Stopped } else { State::Failed }
        }
        Some(ExitInfo { code: None, .. }) => State::Failed,
    }
}

/// launchd counts launches since the job was loaded, the first one included.
fn restarts(printed: Option<&Printed>, told: Option<&Snapshot>) -> Option<u32> {
    told.map(|snapshot| snapshot.restarts)
        .or_else(|| printed?.runs.map(|runs| runs.saturating_sub(1)))
}

fn exit(seen: &Seen<'_>, printed: Option<&Printed>, told: Option<&Snapshot>) -> Option<ExitInfo> {
    if let Some(snapshot) = told {
        let trouble = || {
            snapshot
                .trouble
                .clone()
                .map(|reason| ExitInfo { reason: Some(reason), ..ExitInfo::default() })
        };
        return snapshot.exit.clone().or_else(trouble);
    }
    let mut exit =
        printed.filter(|_| !seen.installed.hosted).and_then(|printed| printed.exit.clone())?;
    if printed.is_some_and(|printed| printed.penalty_box) {
        exit.reason = Some(
            "launchd could not execute it: the program, its folder or a log file cannot be opened"
                .into(),
        );
    }
    Some(exit)
}

/// RFC 3339 in UTC from milliseconds since 1970.
fn since(millis: u64) -> String {
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_millis(millis);
    humantime::format_rfc3339_millis(time).to_string()
}

fn native(seen: &Seen<'_>, told: Option<&Snapshot>) -> Map<String, Value> {
    let mut words = Map::new();
    words.insert("label".into(), json!(seen.installed.label));
    if let Some(status) = told.and_then(|told| told.status.as_ref()) {
        words.insert("status".into(), json!(status));
    }
    if let Some((domain, printed)) = &seen.loaded {
        words.insert("domain".into(), json!(domain.to_string()));
        words.insert("state".into(), json!(printed.state));
        words.insert("runs".into(), json!(printed.runs));
        words.insert("minimum-runtime".into(), json!(printed.minimum_runtime));
        if let Some(why) = &printed.pended {
            words.insert("pended".into(), json!(why));
        }
    }
    if seen.disabled {
        words.insert("override".into(), json!("disabled"));
    }
    words
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
