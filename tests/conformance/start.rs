//! Start: what counts as started, hooks around it, and what a failed start tells.

mod failures;
mod hooks;
mod ready;

use std::fs;

use crate::case::{Case, case};
use crate::lab::{Lab, Service};
use crate::outcome::{Stop, Verdict};
use crate::poll::{always, seconds};

/// Cases 31 to 51.
pub const CASES: &[Case] = &[
    case(31, "returns when executed", returns_when_executed),
    case(32, "no such file", failures::no_such_file),
    case(33, "not executable", failures::not_executable),
    case(34, "missing interpreter", failures::missing_interpreter),
    case(35, "ready: tcp", ready::tcp),
    case(36, "ready: http", ready::http),
    case(37, "ready: file", ready::file),
    case(38, "ready: notify", ready::notify),
    case(39, "ready: after", ready::after),
    case(40, "never ready: failed within the timeout, nothing left", ready::never),
    case(41, "exits 0 at once: stopped", failures::exits_0),
    case(42, "exits 1 at once: failed, with its last lines", failures::exits_1),
    case(43, "start of a running one changes nothing", start_of_a_running_one),
    case(44, "start of a failed one works at once", start_of_a_failed_one),
    case(45, "--no-wait", ready::no_wait),
    case(46, "pre-start first", hooks::pre_start),
    case(47, "a required hook that fails", hooks::required),
    case(48, "an optional hook that fails", hooks::optional),
    case(49, "a hook that hangs", hooks::hangs),
    case(50, "post-start", hooks::post_start),
    case(51, "two starts at once: one instance", two_starts_at_once),
];

/// Installs the first of several services whose definition is not refused.
pub fn first_accepted<'a>(
    services: impl IntoIterator<Item = Service<'a>>,
) -> Result<Service<'a>, Stop> {
    let mut refusal = None;
    for service in services {
        match service.install(&[]) {
            Ok(_) => return Ok(service),
            Err(stop) => refusal = Some(stop),
        }
    }
    Err(refusal.expect("there is a service to try"))
}

/// A service that says by itself when it is ready: by the first of two ways that this manager takes. `words` is the
/// script; `READY` in it stands for saying so.
pub fn ready_by_itself<'a>(
    lab: &'a Lab<'a>,
    words: &str,
    adapt: impl Fn(Service<'a>) -> Service<'a>,
) -> Result<Service<'a>, Stop> {
    let notify = lab.service(&words.replace("READY", "notify-ready")).with("start.ready", "notify");
    let file = lab.service(&words.replace("READY", "touch @ready"));
    let file = file.with("start.ready", serde_json::json!({ "file": lab.file("ready") }));
    first_accepted([adapt(notify), adapt(file)])
}

fn returns_when_executed(lab: &Lab) -> Verdict {
    let service = lab.service("dump @dump then sleep");
    service.start()?;
    let status = service.status();
    status.is("running", 0);
    if cfg!(target_os = "linux") {
        let program =
            fs::read_link(format!("/proc/{}/exe", status.pid())).expect("the process is there");
        assert_eq!(program, lab.lane.child());
    }
    assert_eq!(service.dump().number("pid"), status.pid());
    Ok(())
}

fn start_of_a_running_one(lab: &Lab) -> Verdict {
    let service = lab.service("count @starts then sleep");
    service.start()?;
    let before = service.status();
    assert!(!service.verb("start", &[]).exits(0).changed());
    assert_eq!(service.status().pid(), before.pid());
    assert_eq!(service.marks("starts", 1).len(), 1);
    Ok(())
}

/// More often than any manager's own limit of starts.
const TIMES: usize = 8;

fn start_of_a_failed_one(lab: &Lab) -> Verdict {
    let service = lab.service("count @starts then exit-unless @cured 3 then sleep");
    service.install(&[])?;
    for _ in 0..TIMES {
        service.verb("start", &[]);
        service.becomes("failed");
    }
    assert_eq!(service.marks("starts", TIMES).len(), TIMES);
    fs::write(lab.path("cured"), "").expect("a file can be made");
    service.verb("start", &[]).exits(0);
    service.status().is("running", 0);
    Ok(())
}

fn two_starts_at_once(lab: &Lab) -> Verdict {
    let service = lab.service("count @starts then sleep");
    service.install(&[])?;
    let start =
        || lab.lane.svcctl().args(["start", &service.name]).output().expect("svcctl can be run");
    let codes = std::thread::scope(|scope| {
        let both = [scope.spawn(start), scope.spawn(start)];
        both.map(|one| one.join().expect("it ran").status.code())
    });
    assert!(
        codes.iter().all(|code| matches!(code, Some(0 | 1))) && codes.contains(&Some(0)),
        "{codes:?}"
    );
    service.marks("starts", 1);
    always("one instance", seconds(0.5), || lab.lines("starts").len() == 1);
    service.status().is("running", 0);
    Ok(())
}
