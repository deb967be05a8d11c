//! From systemd's words to svcctl's states. Pure.

use std::time::{Duration, UNIX_EPOCH};

use crate::backend::systemd::explain;
use crate::host::GIVE_UP_EXIT;
use crate::host::state::Snapshot;
use crate::spec::ServiceName;
use crate::state::{ExitInfo, ServiceState, State};
use crate::target::{ManagerId, Scope};

/// What systemd says of a service; empty or zero is what it says when there is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raw {
    /// `LoadState`.
    pub load: String,
    /// `ActiveState`.
    pub active: String,
    /// `SubState`.
    pub sub: String,
    /// What the unit's pending job does: `start`, `stop`, …
    pub job: String,
    /// `Description`.
    pub description: String,
    /// `Result`.
    pub result: String,
    /// `MainPID`.
    pub main_pid: u32,
    /// `ExecMainCode`: 1 exited, 2 killed, 3 dumped.
    pub exit_kind: i32,
    /// `ExecMainStatus`: exit code or signal.
    pub exit_status: i32,
    /// `NRestarts`.
    pub restarts: u32,
    /// When the state began, in microseconds of the epoch.
    pub since: u64,
    /// `MemoryCurrent`.
    pub memory: Option<u64>,
    /// `CPUUsageNSec`.
    pub cpu: Option<u64>,
    /// `StatusText`.
    pub status_text: String,
    /// `FragmentPath`.
    pub unit_file: String,
    /// `DropInPaths`.
    pub drop_ins: Vec<String>,
    /// `NeedDaemonReload`.
    pub needs_reload: bool,
    /// `AssertResult` of a start that was tried.
    pub assert_failed: bool,
    /// What a failure of systemd's own is about: the program, the working directory, the user or the group.
    pub subject: Option<String>,
    /// When it began to start, in microseconds of the boot.
    pub since_start: u64,
    /// Whether it had come up before it ended.
    pub was_active: bool,
    /// What the host last said of it.
    pub hosted: Option<Snapshot>,
    /// Whether a boot or login target wants it.
    pub enabled: bool,
}

/// systemd's three words as one of ours. `ActiveState` decides and `SubState` refines, as every release adds some of the latter.
#[must_use]
pub fn state(load: &str, active: &str, sub: &str) -> State {
    if matches!(sub, "auto-restart" | "auto-restart-queued")
        || sub.ends_with("-before-auto-restart")
    {
        return State::Restarting;
    }
    match active {
        "active" => State::Running,
        "activating" => State::Starting,
        "reloading" | "refreshing" => State::Reloading,
        "deactivating" | "maintenance" => State::Stopping,
        "failed" => State::Failed,
        _ => match load {
            "not-found" | "masked" => State::NotInstalled,
            "bad-setting" | "error" => State::Failed,
            _ => State::Stopped,
        },
    }
}

impl Raw {
    /// The state, with what is about to happen.
    #[must_use]
    pub fn state(&self) -> State {
        match (self.unit_state(), self.host()) {
            (State::Running | State::Starting, Some(host)) => host.state,
            (state, _) => state,
        }
    }

    /// What the host says of the service, as long as it is the one that runs.
    fn host(&self) -> Option<&Snapshot> {
        self.hosted.as_ref().filter(|host| host.host.pid == self.main_pid)
    }

    /// What the host said last, when it had given the service up or still runs it.
    fn last_words(&self) -> Option<&Snapshot> {
        let given_up = self.exit_kind == 1 && self.exit_status == i32::from(GIVE_UP_EXIT);
        if given_up { self.hosted.as_ref() } else { self.host() }
    }

    /// Automatic restarts since the last start by hand.
    fn all_restarts(&self) -> u32 {
        self.last_words().map_or(self.restarts, |host| host.restarts)
    }

    fn unit_state(&self) -> State {
        match (state(&self.load, &self.active, &self.sub), self.job.as_str()) {
            _ if self.load.is_empty() => State::NotInstalled,
            (State::Stopped | State::Failed, "start" | "restart") => State::Starting,
            (State::Running | State::Reloading, "stop") => State::Stopping,
            // systemd calls it failed when a stop had to kill.
            (State::Failed, _) if self.was_killed() => State::Stopped,
            (state, _) => state,
        }
    }

    /// Whether it was stopped, and did not go in time.
    #[must_use]
    pub fn was_killed(&self) -> bool {
        self.active == "failed" && self.result == "timeout" && self.was_active
    }

    /// How it ended, if it did.
    #[must_use]
    pub fn exit(&self) -> Option<ExitInfo> {
        if let Some(host) = self.last_words() {
            let exit = host.exit.clone().unwrap_or_default();
            let reason = host.trouble.clone().or(exit.reason);
            return reason.map(|reason| ExitInfo { reason: Some(reason), ..exit });
        }
        let code = (self.exit_kind == 1).then_some(self.exit_status);
        let signal = (self.exit_kind >= 2).then(|| explain::signal_name(self.exit_status));
        let reason = if self.assert_failed {
            Some("an assertion of its unit was not met".to_owned())
        } else if self.was_killed() {
            Some("killed, as it did not stop in time".to_owned())
        } else {
            explain::reason(&self.result, code, signal.as_deref(), self.subject.as_deref())
        };
        reason.map(|reason| ExitInfo { code, signal, reason: Some(reason) })
    }
}

/// The property that tells when the state began.
#[must_use]
pub fn since_property(active: &str) -> &'static str {
    match active {
        "active" => "ActiveEnterTimestamp",
        "inactive" | "failed" => "InactiveEnterTimestamp",
        _ => "StateChangeTimestamp",
    }
}

/// Everything that `status` shows.
#[must_use]
pub fn service(name: &ServiceName, scope: Scope, raw: &Raw) -> ServiceState {
    let state = raw.state();
    let host = raw.host();
    let unit_pid = (raw.main_pid != 0).then_some(raw.main_pid);
    let pid = host.map_or(unit_pid, |host| host.main.map(|main| main.pid));
    let since = host.map_or(raw.since, |host| host.since.saturating_mul(1000));
    let alive =
        matches!(state, State::Running | State::Reloading | State::Starting | State::Stopping);
    ServiceState {
        state,
        enabled: raw.enabled,
        pid,
        since: timestamp(since),
        restarts: (state != State::NotInstalled).then(|| raw.all_restarts()),
        health: host.and_then(|host| host.health),
        exit: exit(raw, state),
        memory_bytes: raw.memory.filter(|_| alive),
        cpu_ns: raw.cpu.filter(|_| alive),
        description: (state != State::NotInstalled).then(|| raw.description.clone()),
        native: native(raw),
        ..ServiceState::not_installed(name, scope, ManagerId::Systemd)
    }
}

fn timestamp(micros: u64) -> Option<String> {
    let time = (micros != 0).then(|| UNIX_EPOCH.checked_add(Duration::from_micros(micros)))??;
    Some(humantime::format_rfc3339_millis(time).to_string())
}

fn exit(raw: &Raw, state: State) -> Option<ExitInfo> {
    if matches!(raw.load.as_str(), "bad-setting" | "error") && state == State::Failed {
        let reason =
            "systemd cannot read its unit; `svcctl diff` shows what was changed".to_owned();
        return Some(ExitInfo { reason: Some(reason), ..ExitInfo::default() });
    }
    let mut exit = raw.exit()?;
    exit.reason = exit.reason.map(|reason| given_up(reason, raw, state));
    Some(exit)
}

fn given_up(reason: String, raw: &Raw, state: State) -> String {
    match (state, raw.restarts) {
        _ if raw.hosted.is_some() => reason,
        (State::Failed, 1) => format!("{reason}; given up after 1 restart"),
        (State::Failed, count @ 2..) => format!("{reason}; given up after {count} restarts"),
        _ => reason,
    }
}

fn native(raw: &Raw) -> serde_json::Map<String, serde_json::Value> {
    let mut map = serde_json::Map::new();
    let mut put = |key: &str, value: serde_json::Value| map.insert(key.to_owned(), value);
    put("load_state", raw.load.as_str().into());
    put("active_state", raw.active.as_str().into());
    put("sub_state", raw.sub.as_str().into());
    if !raw.result.is_empty() {
        put("result", raw.result.as_str().into());
    }
    if !raw.status_text.is_empty() {
        put("status_text", raw.status_text.as_str().into());
    }
    if !raw.unit_file.is_empty() {
        put("unit_file", raw.unit_file.as_str().into());
    }
    if !raw.drop_ins.is_empty() {
        put("drop_ins", raw.drop_ins.clone().into());
    }
    if raw.needs_reload {
        put("needs_reload", true.into());
    }
    map
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::host::state::Process;
    use crate::state::HealthState;

    /// The rows of systemd's states, each as it was seen.
    #[test]
    fn every_state_of_systemd_has_one_of_ours() {
        let rows = [
            ("loaded", "active", "running", State::Running),
            ("loaded", "active", "exited", State::Running),
            ("loaded", "active", "running-revalidating", State::Running),
            ("loaded", "activating", "condition", State::Starting),
            ("loaded", "activating", "start-pre", State::Starting),
            ("loaded", "activating", "start", State::Starting),
            ("loaded", "activating", "start-post", State::Starting),
            ("loaded", "activating", "auto-restart", State::Restarting),
            ("loaded", "activating", "auto-restart-queued", State::Restarting),
            ("loaded", "failed", "failed-before-auto-restart", State::Restarting),
            ("loaded", "inactive", "dead-before-auto-restart", State::Restarting),
            ("loaded", "reloading", "reload", State::Reloading),
            ("loaded", "reloading", "reload-notify", State::Reloading),
            ("loaded", "refreshing", "refresh-extensions", State::Reloading),
            ("loaded", "deactivating", "stop-sigterm", State::Stopping),
            ("loaded", "deactivating", "final-sigkill", State::Stopping),
            ("loaded", "maintenance", "cleaning", State::Stopping),
            ("loaded", "inactive", "dead", State::Stopped),
            ("loaded", "inactive", "dead-resources-pinned", State::Stopped),
            ("loaded", "failed", "failed", State::Failed),
            ("not-found", "inactive", "dead", State::NotInstalled),
            ("masked", "inactive", "dead", State::NotInstalled),
            ("masked", "active", "running", State::Running),
            ("not-found", "active", "running", State::Running),
            ("not-found", "failed", "failed", State::Failed),
            ("bad-setting", "inactive", "dead", State::Failed),
            ("error", "inactive", "dead", State::Failed),
        ];
        for (load, active, sub, expected) in rows {
            assert_eq!(state(load, active, sub), expected, "{load} {active} {sub}");
        }
    }

    fn shown(raw: &Raw) -> ServiceState {
        service(&ServiceName::new("web").unwrap(), Scope::System, raw)
    }

    fn raw(active: &str, sub: &str) -> Raw {
        Raw { load: "loaded".into(), active: active.into(), sub: sub.into(), ..Raw::default() }
    }

    #[test]
    fn a_running_service_shows_pid_time_and_use() {
        let shown = shown(&Raw {
            main_pid: 42,
            since: 1_700_000_000_123_456,
            memory: Some(1),
            cpu: Some(2),
            result: "success".into(),
            ..raw("active", "running")
        });
        assert_eq!((shown.state, shown.pid), (State::Running, Some(42)));
        assert_eq!(shown.since.as_deref(), Some("2023-11-14T22:13:20.123Z"));
        assert_eq!((shown.memory_bytes, shown.cpu_ns, shown.exit), (Some(1), Some(2), None));
    }

    #[test]
    fn a_failed_service_says_why_and_that_it_was_given_up() {
        let shown = shown(&Raw {
            result: "exit-code".into(),
            exit_kind: 1,
            exit_status: 3,
            restarts: 5,
            memory: Some(1),
            ..raw("failed", "failed")
        });
        let exit = shown.exit.unwrap();
        assert_eq!((exit.code, exit.signal), (Some(3), None));
        assert_eq!(exit.reason.as_deref(), Some("exit code 3; given up after 5 restarts"));
        assert_eq!(shown.memory_bytes, None);
    }

    pub fn snapshot(state: State) -> Snapshot {
        Snapshot {
            schema: Snapshot::SCHEMA.into(),
            state,
            main: Some(Process { pid: 8, started: 1 }),
            host: Process { pid: 7, started: 1 },
            since: 1_700_000_000_123,
            restarts: 2,
            exit: Some(ExitInfo { code: Some(3), ..ExitInfo::default() }),
            trouble: Some("it was not ready in time".into()),
            health: Some(HealthState::Unhealthy),
            status: None,
        }
    }

    #[test]
    fn a_hosted_service_is_what_its_host_says_while_that_host_runs() {
        let hosted = Raw {
            main_pid: 7,
            hosted: Some(snapshot(State::Restarting)),
            ..raw("active", "running")
        };
        let seen = shown(&hosted);
        assert_eq!((seen.state, seen.pid, seen.restarts), (State::Restarting, Some(8), Some(2)));
        assert_eq!(seen.health, Some(HealthState::Unhealthy));
        assert_eq!(seen.exit.unwrap().reason.as_deref(), Some("it was not ready in time"));
        let stale = shown(&Raw { main_pid: 9, ..hosted });
        assert_eq!((stale.state, stale.pid), (State::Running, Some(9)));
    }

    #[test]
    fn what_a_host_gave_up_keeps_its_last_words() {
        let given_up = Raw {
            result: "exit-code".into(),
            exit_kind: 1,
            exit_status: i32::from(GIVE_UP_EXIT),
            hosted: Some(snapshot(State::Failed)),
            ..raw("failed", "failed")
        };
        let exit = shown(&given_up).exit.unwrap();
        assert_eq!(
            (exit.code, exit.reason.as_deref()),
            (Some(3), Some("it was not ready in time"))
        );
    }

    #[test]
    fn a_pending_job_is_what_it_is_about_to_do() {
        let queued = Raw { job: "start".into(), ..raw("inactive", "dead") };
        assert_eq!(queued.state(), State::Starting);
        let ending = Raw { job: "stop".into(), ..raw("active", "running") };
        assert_eq!(ending.state(), State::Stopping);
        let waiting = Raw { job: "restart".into(), ..raw("activating", "auto-restart") };
        assert_eq!(waiting.state(), State::Restarting);
    }

    #[test]
    fn a_stop_that_had_to_kill_is_a_stop_and_a_start_that_took_too_long_is_none() {
        let timeout = Raw {
            result: "timeout".into(),
            exit_kind: 2,
            exit_status: 9,
            ..raw("failed", "failed")
        };
        assert_eq!(timeout.state(), State::Failed);
        let killed = Raw { was_active: true, ..timeout };
        assert_eq!(killed.state(), State::Stopped);
        assert!(killed.exit().unwrap().reason.unwrap().contains("did not stop in time"));
    }

    #[test]
    fn a_signal_has_its_name_and_a_failure_without_a_process_its_reason() {
        let killed = shown(&Raw {
            result: "signal".into(),
            exit_kind: 2,
            exit_status: 9,
            ..raw("failed", "failed")
        });
        assert_eq!(killed.exit.unwrap().signal.as_deref(), Some("SIGKILL"));
        let unset = shown(&Raw { result: "resources".into(), ..raw("failed", "failed") });
        assert!(unset.exit.unwrap().reason.is_some());
        assert_eq!(shown(&Raw { result: "success".into(), ..raw("inactive", "dead") }).exit, None);
    }
}
