//! What a verb asks of systemd in each state, and what its answer means. Pure; the talking is in `live`.

use std::time::Duration;

use crate::backend::Action;
use crate::backend::systemd::state::Raw;
use crate::error::{Error, ErrorKind};
use crate::state::State;

/// What is to be done to one unit.
#[derive(Debug)]
pub enum Decision {
    /// It is as it should be.
    Nothing,
    /// It is only to be forgotten that it failed.
    Forget,
    /// This method of the manager makes the job.
    Job(&'static str),
    /// It cannot be done.
    Refuse(Error),
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What the user should know although it succeeded.
    pub warnings: Vec<String>,
    /// Why it did not.
    pub error: Option<Error>,
    /// The unit is left `failed` although it was stopped as asked, which is to be forgotten.
    pub forget: bool,
}

/// What `action` asks of a service in this state.
pub fn decide(name: &str, action: Action, raw: &Raw) -> Decision {
    let state = raw.state();
    match (action, state) {
        (_, State::NotInstalled) => Decision::Refuse(not_installed(name, raw)),
        (Action::Start, State::Running | State::Reloading) => Decision::Nothing,
        // A start would wait until the pause before the next attempt is over.
        (Action::Start, State::Restarting) | (Action::Restart, _) => Decision::Job("RestartUnit"),
        // It has ended, and its host is about to: a start of what is active still would do nothing.
        (Action::Start, State::Stopping | State::Stopped | State::Failed)
            if raw.active == "active" && raw.job.is_empty() =>
        {
            Decision::Job("RestartUnit")
        }
        (Action::Start, _) => Decision::Job("StartUnit"),
        (Action::Stop, _) if raw.active == "failed" => Decision::Forget,
        (Action::Stop, State::Stopped) => Decision::Nothing,
        (Action::Stop, _) => Decision::Job("StopUnit"),
        (Action::Reload, State::Running | State::Reloading) => Decision::Job("ReloadUnit"),
        (Action::Reload, _) => Decision::Refuse(not_running(name, state)),
    }
}

fn not_installed(name: &str, raw: &Raw) -> Error {
    match raw.load.as_str() {
        "masked" => Error::new(ErrorKind::NoService, format!("{name} is masked"))
            .hint(format!("`systemctl unmask {name}` lets it be started again")),
        _ => Error::new(ErrorKind::NoService, format!("{name} is not installed"))
            .hint("`svcctl list --all` shows what is"),
    }
}

fn not_running(name: &str, state: State) -> Error {
    let message =
        format!("{name} is {}: only a running service can re-read its configuration", state.word());
    Error::system(message).hint(format!("`svcctl start {name}` starts it with the new one"))
}

/// The error that the refusal to make a job is.
pub fn refused(name: &str, action: Action, error: Error, kind: &str) -> Error {
    if action == Action::Reload && kind.ends_with(".JobTypeNotApplicable") {
        return Error::system(format!("{name} has no way to re-read its configuration"))
            .hint(format!("give its definition a [reload], or run `svcctl restart {name}`"));
    }
    error.context(format!("cannot {} {name}", action.word()))
}

/// What it means that the job of `action` ended with `result` and left the service like this.
pub fn judge(name: &str, action: Action, result: &str, raw: &Raw, took: Duration) -> Verdict {
    match action {
        Action::Start | Action::Restart => started(name, action, result, raw),
        Action::Stop => stopped(name, result, raw, took),
        Action::Reload => reloaded(name, result),
    }
}

fn started(name: &str, action: Action, result: &str, raw: &Raw) -> Verdict {
    let state = raw.state();
    match (result, state) {
        ("done" | "skipped", State::Running | State::Reloading)
            if raw.restarts == 0 || raw.hosted.is_some() =>
        {
            Verdict::default()
        }
        ("done" | "skipped", State::Stopped) if !raw.assert_failed => ended_well(name, raw),
        ("done" | "skipped", _) => failed(format!("{name} ended at once"), name, state, raw),
        ("failed", _) => failed(format!("cannot {} {name}", action.word()), name, state, raw),
        _ => Verdict { error: Some(job_error(name, action, result)), ..Verdict::default() },
    }
}

fn ended_well(name: &str, raw: &Raw) -> Verdict {
    let how = if raw.exit_kind == 0 {
        "a condition of its unit was not met, and it was not executed".to_owned()
    } else {
        "it ended at once, without a failure".to_owned()
    };
    Verdict { warnings: vec![format!("{name}: {how}")], ..Verdict::default() }
}

fn failed(message: String, name: &str, state: State, raw: &Raw) -> Verdict {
    let reason = raw.exit().and_then(|exit| exit.reason);
    let mut error = Error::system(message).hint(format!("`svcctl logs {name}` shows what it said"));
    error.causes.extend(reason);
    if matches!(state, State::Restarting | State::Starting | State::Running) {
        error.causes.push("systemd goes on trying, as the definition's [restart] says".into());
    }
    Verdict { error: Some(error), ..Verdict::default() }
}

fn stopped(name: &str, result: &str, raw: &Raw, took: Duration) -> Verdict {
    let state = raw.state();
    match (result, state) {
        ("done" | "skipped" | "failed", _) if raw.active == "failed" => {
            let killed = raw.result == "timeout" || (raw.exit_kind >= 2 && raw.exit_status == 9);
            let warning = format!("{name} had to be killed after {}s", took.as_secs());
            let warnings = if killed { vec![warning] } else { Vec::new() };
            Verdict { warnings, error: None, forget: true }
        }
        ("done" | "skipped", State::Stopped | State::NotInstalled) => Verdict::default(),
        ("done" | "skipped", _) => {
            let error = Error::system(format!("{name} was stopped, and is {} again", state.word()))
                .hint("something else starts it: `systemctl list-dependencies --reverse` may say what");
            Verdict { error: Some(error), ..Verdict::default() }
        }
        _ => Verdict { error: Some(job_error(name, Action::Stop, result)), ..Verdict::default() },
    }
}

fn reloaded(name: &str, result: &str) -> Verdict {
    match result {
        "done" | "skipped" => Verdict::default(),
        "failed" => {
            let error = Error::system(format!(
                "{name} did not re-read its configuration, and goes on as before"
            ))
            .hint(format!("`svcctl logs {name}` shows what it said"));
            Verdict { error: Some(error), ..Verdict::default() }
        }
        _ => Verdict { error: Some(job_error(name, Action::Reload, result)), ..Verdict::default() },
    }
}

fn job_error(name: &str, action: Action, result: &str) -> Error {
    let (why, hint) = match result {
        "dependency" => ("something that it requires did not start", "`svcctl doctor` says what"),
        "canceled" => {
            ("another command took it back meanwhile", "`svcctl status` shows what it does now")
        }
        "timeout" => ("its job waited too long", "`systemctl list-jobs` shows what it waited for"),
        "assert" => ("an assertion of its unit was not met", "`systemctl status` shows which"),
        "invalid" => ("it is in no state for that", "`svcctl status` shows what it does now"),
        "collected" | "once" | "unsupported" => {
            ("systemd refused the job", "`systemctl status` may say why")
        }
        other => (other, "`systemctl status` may say why"),
    };
    let mut error = Error::system(format!("cannot {} {name}", action.word())).hint(hint);
    error.causes.push(why.to_owned());
    error
}

/// The error of a wait that was too short.
pub fn too_late(name: &str, action: Action, waited: Duration) -> Error {
    let message = format!("{name}: {} is not done after {}", action.word(), words(waited));
    Error::new(ErrorKind::Timeout, message)
        .hint(format!("it goes on; `svcctl status {name}` shows how far it is"))
}

fn words(time: Duration) -> String {
    match time.as_millis() {
        millis if millis < 10_000 && !millis.is_multiple_of(1000) => format!("{millis}ms"),
        _ => format!("{}s", time.as_secs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::systemd::state::tests::snapshot;

    fn raw(active: &str, sub: &str, result: &str) -> Raw {
        Raw {
            load: "loaded".into(),
            active: active.into(),
            sub: sub.into(),
            result: result.into(),
            ..Raw::default()
        }
    }

    #[test]
    fn each_verb_does_what_the_state_asks_for() {
        let rows = [
            (Action::Start, "active", "running", "Nothing"),
            (Action::Start, "inactive", "dead", "Job(\"StartUnit\")"),
            (Action::Start, "failed", "failed", "Job(\"StartUnit\")"),
            (Action::Start, "activating", "auto-restart", "Job(\"RestartUnit\")"),
            (Action::Stop, "inactive", "dead", "Nothing"),
            (Action::Stop, "failed", "failed", "Forget"),
            (Action::Stop, "activating", "auto-restart", "Job(\"StopUnit\")"),
            (Action::Stop, "active", "running", "Job(\"StopUnit\")"),
            (Action::Restart, "inactive", "dead", "Job(\"RestartUnit\")"),
            (Action::Reload, "active", "running", "Job(\"ReloadUnit\")"),
        ];
        for (action, active, sub, expected) in rows {
            assert_eq!(format!("{:?}", decide("web", action, &raw(active, sub, ""))), expected);
        }
        assert!(matches!(
            decide("web", Action::Reload, &raw("inactive", "dead", "")),
            Decision::Refuse(_)
        ));
        let Decision::Refuse(error) = decide("web", Action::Start, &Raw::default()) else {
            panic!()
        };
        assert_eq!(error.kind, ErrorKind::NoService);
    }

    #[test]
    fn a_start_while_the_host_of_an_ended_service_is_about_to_end_makes_it_anew() {
        for (state, expected) in [
            (State::Failed, r#"Job("RestartUnit")"#),
            (State::Stopped, r#"Job("RestartUnit")"#),
            (State::Running, "Nothing"),
        ] {
            let hosted = Some(snapshot(state));
            let raw = Raw { main_pid: 7, hosted, ..raw("active", "running", "success") };
            assert_eq!(format!("{:?}", decide("web", Action::Start, &raw)), expected);
        }
    }

    fn judged(action: Action, result: &str, raw: &Raw) -> Verdict {
        judge("web", action, result, raw, Duration::from_secs(30))
    }

    #[test]
    fn a_start_counts_only_if_the_process_survives() {
        let running = raw("active", "running", "success");
        assert!(judged(Action::Start, "done", &running).error.is_none());
        let failed = Raw { exit_kind: 1, exit_status: 1, ..raw("failed", "failed", "exit-code") };
        let error = judged(Action::Start, "done", &failed).error.unwrap();
        assert!(error.to_string().contains("exit code 1"), "{error}");
        let again = Raw { restarts: 1, ..running };
        assert!(judged(Action::Start, "done", &again).error.is_some());
        let waiting = raw("activating", "auto-restart", "exit-code");
        assert!(judged(Action::Start, "done", &waiting).error.is_some());
    }

    #[test]
    fn a_start_that_ends_well_at_once_is_no_failure_and_is_said() {
        let ended = Raw { exit_kind: 1, ..raw("inactive", "dead", "success") };
        let verdict = judged(Action::Start, "done", &ended);
        assert!(verdict.error.is_none() && verdict.warnings.len() == 1, "{verdict:?}");
    }

    #[test]
    fn a_stop_that_had_to_kill_is_a_stop_with_a_warning() {
        let killed = Raw { exit_kind: 2, exit_status: 9, ..raw("failed", "failed", "timeout") };
        let verdict = judged(Action::Stop, "done", &killed);
        assert!(verdict.error.is_none() && verdict.forget);
        assert_eq!(verdict.warnings, ["web had to be killed after 30s"]);
        let code = Raw { exit_kind: 1, exit_status: 143, ..raw("failed", "failed", "exit-code") };
        let verdict = judged(Action::Stop, "done", &code);
        assert!(verdict.warnings.is_empty() && verdict.forget, "{verdict:?}");
    }

    #[test]
    fn a_job_that_did_not_get_done_says_why() {
        for result in ["dependency", "canceled", "timeout", "assert", "invalid", "new-word"] {
            let error = judged(Action::Start, result, &raw("inactive", "dead", "")).error.unwrap();
            assert!(!error.causes.is_empty() && error.hint.is_some(), "{result}");
        }
    }

    #[test]
    fn times_are_short_words() {
        assert_eq!(words(Duration::from_millis(500)), "500ms");
        assert_eq!(words(Duration::from_secs(5)), "5s");
    }
}
