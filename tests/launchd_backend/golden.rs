//! `docs/launchd.md`: for each state of a job and each verb the calls of `launchctl`, in order, as the emulator saw them, each with its
//! reason. `UPDATE=1` writes it.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;
use svcctl::backend::Action;
use svcctl::operations::{EnableOptions, InstallOptions, UninstallOptions, set_enabled, uninstall};
use svcctl::state::State;

use crate::recorder::{Machine, web};

const T: &str = "system/com.example.web";
const DOMAIN: &str = "system";
const KEPT: &str = "<key>KeepAlive</key><true/><key>ThrottleInterval</key><integer>600</integer>";
const FOREVER: &str = "trap : HUP; while :; do sleep 0.2; done";

const HEAD: &str = "\
# What svcctl asks of launchd

For each state of a job and each verb: the calls of `launchctl`, in order, and why. This page is written by a test, from what svcctl
called on an emulator of launchd that is built from documented facts; real launchd has *not yet been seen*. Looks that repeat stand
here once. The service is a daemon that needs no host, which is in `system`; an agent of uid 501 is in `gui/501`, or in `user/501`
where that user is not logged in at the screen, and svcctl looks into both.

`T` is `system/com.example.web`, `P` its property list.

## Why each call

| call | why |
|---|---|
";

/// The beginning of a call, and its reason.
const REASONS: &[(&str, &str)] = &[
    (
        "print T",
        "Exit 0: loaded, and with a pid it has a process; 113: not loaded in that domain. There is no other way to learn both. After a `bootout` it is asked until it says 113: a `bootstrap` before that fails with 5 or 37",
    ),
    (
        "print-disabled system",
        "The override store is no part of `print`, and keeps a label from loading at the next boot",
    ),
    (
        "enable T",
        "A record of the override store outlives every uninstall and reinstall, and `bootstrap` of a disabled label fails with 5, for root with 119. It is silent for a label that needs none",
    ),
    (
        "bootstrap system P",
        "Registers the property list as it is on the disk; `load` exits 0 even if it fails. 5, 17, 36 and 37 may mean that it is there already or still ends: `print` decides, and it is tried again until the old copy's time is up",
    ),
    (
        "kickstart -p T",
        "Only for what nothing else starts: a domain in on-demand-only mode holds every other start back. 37 says that it runs already",
    ),
    (
        "bootout T",
        "The one stop that `KeepAlive` does not undo. It returns while the process still ends; 3 and 113 say that it was not loaded, 36 that it is under way",
    ),
    ("kill SIGHUP T", "The signal that the definition names, to the main process alone"),
];

/// Brings a service into a state.
type Reach = fn() -> Machine;

/// Carries a verb out.
type Verb = fn(&Machine);

/// The states, and how a service gets there.
const STATES: [(&str, Reach); 5] = [
    ("not loaded", not_loaded),
    ("loaded, ended", ended),
    ("loaded, running", running),
    ("loaded, throttled", throttled),
    ("disabled in launchd's store, not loaded", disabled),
];

/// The verbs, and how each is carried out.
const VERBS: [(&str, Verb); 10] = [
    ("install, unchanged", |machine| install(machine, FOREVER)),
    ("install, changed", |machine| install(machine, "exec sleep 61")),
    ("enable", |machine| switch(machine, true)),
    ("disable", |machine| switch(machine, false)),
    ("start", |machine| control(machine, Action::Start)),
    ("stop", |machine| control(machine, Action::Stop)),
    ("restart", |machine| control(machine, Action::Restart)),
    ("reload", |machine| reload(machine)),
    ("status", |machine| look(machine)),
    ("uninstall", |machine| remove(machine)),
];

fn install(machine: &Machine, script: &str) {
    machine.install(&definition(script), &InstallOptions::default()).unwrap();
}

fn control(machine: &Machine, action: Action) {
    machine.done(action);
}

/// What has no process cannot be reloaded.
fn reload(machine: &Machine) {
    let running = machine.state().state == State::Running;
    machine.calls();
    assert_eq!(machine.control(Action::Reload).error.is_none(), running);
}

fn look(machine: &Machine) {
    machine.state();
}

fn remove(machine: &Machine) {
    uninstall(&[web()], &UninstallOptions::default(), &machine.site()).unwrap();
}

fn why(state: &str, verb: &str) -> &'static str {
    let (ended, running, throttled, disabled) = (
        state.contains("ended"),
        state.contains("running"),
        state.contains("throttled"),
        state.contains("disabled"),
    );
    match verb {
        "install, unchanged" if disabled => {
            "the store is part of what is installed: what somebody switched off is switched on again"
        }
        "install, unchanged" => {
            "a look only: nobody else may have the label loaded, and nothing has drifted"
        }
        "install, changed" if disabled => {
            "the store is part of what is installed; what does not run is not started"
        }
        "install, changed" if running || throttled => {
            "a `kickstart` knows only the old property list: it is unloaded, and loaded anew"
        }
        "install, changed" => {
            "what does not run is not started; the next start reads the new property list"
        }
        "enable" if disabled => {
            "a record against the label would win over the property list's place"
        }
        "enable" => "the property list is where launchd looks at a boot already",
        "disable" if disabled => {
            "the place of the property list says it from now on; the store's record would outlive the service"
        }
        "disable" => {
            "the property list is moved to where launchd does not look at a boot; `launchctl disable` would outlive the service"
        }
        "start" if running => "it runs",
        "start" if ended || throttled => {
            "a `kickstart` would wait out the throttle, and read no changed property list"
        }
        "stop" | "reload" if !ended && !running && !throttled => "it does not run",
        "stop" if ended => "nothing runs; unloaded, it is as any other service that was stopped",
        "stop" => "a signal would not keep down what launchd keeps alive",
        "restart" if ended || running || throttled => "as a stop and a start",
        "start" | "restart" => "`enable` comes before every `bootstrap`",
        "reload" if running => "launchd has no reload",
        "reload" => "it has no process",
        "status" => "one look, and one into the store",
        "uninstall" if ended || running || throttled => {
            "stopped first, then the files go; the last look sees that nothing is left"
        }
        "uninstall" => {
            "nothing is loaded; what the store has against the label is taken out, or it would hinder a later install"
        }
        _ => panic!("{state}, {verb}: no reason"),
    }
}

fn definition(script: &str) -> String {
    format!(
        "name = \"com.example.web\"\nprocess = {{ command = [\"/bin/sh\", \"-c\", \"{script}\"] }}\nrestart = {{ policy = \"never\" }}\n\
         reload = {{ signal = \"SIGHUP\" }}\noverride = {{ launchd = {{ Job = {{ StandardOutPath = \"/dev/null\" }} }} }}\n"
    )
}

fn installed(script: &str) -> Machine {
    let machine = Machine::system(&json!({}));
    machine.install(&definition(script), &InstallOptions::default()).unwrap();
    machine
}

fn not_loaded() -> Machine {
    installed(FOREVER)
}

/// It has done its work; the definition that is there now would not end.
fn ended() -> Machine {
    let machine = installed("exit 0");
    assert!(machine.done(Action::Start));
    machine.install(&definition(FOREVER), &InstallOptions::default()).unwrap();
    assert_eq!(machine.state().state, State::Stopped);
    machine
}

fn running() -> Machine {
    let machine = installed(FOREVER);
    assert!(machine.done(Action::Start));
    machine
}

/// It was loaded from another property list, which has launchd wait for the rest of ten minutes.
fn throttled() -> Machine {
    let machine = installed(FOREVER);
    let path = Path::new(&machine.target.dirs.units).join("com.example.web.plist");
    let ours = std::fs::read(&path).unwrap();
    let plist = machine.plist("exit 1", KEPT);
    machine.mac.ok(&["bootstrap", DOMAIN, &plist]);
    machine.mac.until("throttled", || (machine.state().state == State::Restarting).then_some(()));
    std::fs::write(&path, ours).unwrap();
    machine
}

fn disabled() -> Machine {
    let machine = installed(FOREVER);
    machine.mac.ok(&["disable", T]);
    machine
}

fn switch(machine: &Machine, on: bool) {
    set_enabled(&[web()], on, &EnableOptions::default(), &machine.site()).unwrap();
}

/// The calls of a verb in a state, in the words of the page.
fn calls(reach: Reach, verb: Verb) -> Vec<String> {
    let machine = reach();
    machine.calls();
    verb(&machine);
    let calls = machine.calls().into_iter();
    calls.map(|call| in_short(&call)).collect()
}

fn in_short(call: &str) -> String {
    let words = call.split(' ').map(|word| match word {
        T => "T",
        word if word.ends_with("/com.example.web.plist") => "P",
        word => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

fn section(state: &str, reach: Reach) -> String {
    let mut text = format!("\n## {state}\n\n| verb | calls | why |\n|---|---|---|\n");
    for (word, verb) in VERBS {
        let calls = calls(reach, verb);
        for call in &calls {
            assert!(REASONS.iter().any(|(known, _)| known == call), "{call} has no reason");
        }
        let shown: Vec<_> = calls.iter().map(|call| format!("`{call}`")).collect();
        let shown = if shown.is_empty() { "none".to_owned() } else { shown.join(" · ") };
        writeln!(text, "| {word} | {shown} | {} |", why(state, word)).unwrap();
    }
    text
}

#[test]
fn the_page_of_calls_says_what_each_verb_asks_in_each_state() {
    let mut page = HEAD.to_owned();
    for (call, why) in REASONS {
        writeln!(page, "| `{call}` | {why} |").unwrap();
    }
    std::thread::scope(|scope| {
        let sections = STATES.map(|(state, reach)| scope.spawn(move || section(state, reach)));
        sections.into_iter().for_each(|section| page += &section.join().unwrap());
    });
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/launchd.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(committed, page, "UPDATE=1 writes docs/launchd.md anew");
}
