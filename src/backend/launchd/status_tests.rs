use super::*;
use crate::backend::launchd::print::parse;
use crate::backend::launchd::samples::spec;
use crate::host::state::Process;
use crate::spec::ServiceName;

fn installed(hosted: bool) -> Installed {
    Installed {
        name: ServiceName::new("web").unwrap(),
        label: "com.example.web".into(),
        plist: Some(("/Library/LaunchDaemons/com.example.web.plist".into(), true)),
        spec: Some(spec()),
        hosted,
        standard_out: None,
    }
}

fn printed(lines: &str) -> Option<(Domain, Printed)> {
    Some((Domain::System, parse(&format!("system/com.example.web = {{\n{lines}\n}}\n")).unwrap()))
}

fn word_of(hosted: bool, lines: &str, snapshot: Option<Snapshot>) -> ServiceState {
    let installed = installed(hosted);
    let seen = Seen { installed: &installed, loaded: printed(lines), snapshot, disabled: false };
    state(&seen, Scope::System)
}

fn snapshot(state: State, host: u32) -> Option<Snapshot> {
    Some(Snapshot {
        schema: Snapshot::SCHEMA.into(),
        state,
        main: Some(Process { pid: 77, started: 1 }),
        host: Process { pid: host, started: 1 },
        since: 1_000,
        restarts: 3,
        exit: None,
        trouble: None,
        health: None,
        status: None,
    })
}

#[test]
fn words_of_launchd_become_states() {
    for (lines, expected) in [
        ("\tstate = running\n\tpid = 5\n\truns = 1", State::Running),
        ("\tstate = vigorous\n\tpid = 5\n\truns = 1", State::Running),
        ("\tstate = xpcproxy\n\tpid = 5\n\truns = 1", State::Starting),
        ("\tstate = SIGTERMed\n\tpid = 5", State::Stopping),
        ("\tstate = spawn scheduled\n\truns = 2\n\tlast exit code = 1", State::Restarting),
        (
            "\tstate = spawn scheduled\n\tlast exit code = 78: EX_CONFIG\n\tproperties = penalty box",
            State::Failed,
        ),
        ("\tstate = not running\n\truns = 0\n\tlast exit code = (never exited)", State::Stopped),
        ("\tstate = not running\n\truns = 1\n\tlast exit code = 0", State::Stopped),
        ("\tstate = not running\n\truns = 1\n\tlast exit code = 1", State::Failed),
        ("\tstate = not running\n\truns = 1\n\tlast terminating signal = Killed: 9", State::Failed),
    ] {
        assert_eq!(word_of(false, lines, None).state, expected, "{lines}");
    }
}

#[test]
fn the_host_speaks_for_its_service_while_it_is_the_one_that_runs() {
    let lines = "\tstate = running\n\tpid = 5\n\truns = 1";
    let state = word_of(true, lines, snapshot(State::Running, 5));
    assert_eq!((state.state, state.pid, state.restarts), (State::Running, Some(77), Some(3)));
    assert_eq!(state.since.as_deref(), Some("1970-01-01T00:00:01.000Z"));
    let stale = word_of(true, lines, snapshot(State::Running, 4));
    assert_eq!((stale.state, stale.pid), (State::Starting, None));
}

#[test]
fn the_last_word_of_a_host_that_gave_up_counts_until_it_is_loaded_anew() {
    let ended = "\tstate = not running\n\truns = 1\n\tlast exit code = 0";
    assert_eq!(word_of(true, ended, snapshot(State::Failed, 5)).state, State::Failed);
    let anew = "\tstate = not running\n\truns = 0\n\tlast exit code = (never exited)";
    assert_eq!(word_of(true, anew, snapshot(State::Failed, 5)).state, State::Starting);
}

#[test]
fn what_is_not_loaded_is_stopped_or_not_there() {
    let mut installed = installed(true);
    let seen = Seen {
        installed: &installed,
        loaded: None,
        snapshot: snapshot(State::Running, 5),
        disabled: true,
    };
    let found = state(&seen, Scope::System);
    assert_eq!((found.state, found.enabled, found.pid), (State::Stopped, false, None));
    (installed.plist, installed.spec) = (None, None);
    let seen = Seen { installed: &installed, loaded: None, snapshot: None, disabled: false };
    assert_eq!(state(&seen, Scope::System).state, State::NotInstalled);
}
