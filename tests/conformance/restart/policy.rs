//! When a service that ended by itself is started again.

use serde_json::json;

use crate::lab::{Lab, Service};
use crate::os;
use crate::outcome::Verdict;
use crate::poll::{always, seconds};

/// A service with a policy and a short delay.
pub fn restarting<'a>(lab: &'a Lab<'a>, policy: &str, script: &str) -> Service<'a> {
    lab.service(script).with("restart.policy", policy).with("restart.delay", "100ms")
}

/// Installs and starts a service that may end at any time.
fn run(service: &Service<'_>) -> Verdict {
    service.install(&[])?;
    service.verb("start", &["--no-wait"]).exits(0);
    Ok(())
}

/// It ends in that state, having been started that often, and stays so.
fn settles(lab: &Lab, service: &Service<'_>, state: &str, code: i32, starts: usize) {
    service.marks("starts", starts);
    service.becomes(state);
    always(state, seconds(1.5), || service.status().state() == state);
    service.status().is(state, code);
    assert_eq!(lab.lines("starts").len(), starts);
}

pub fn on_failure_after_1(lab: &Lab) -> Verdict {
    let service =
        restarting(lab, "on-failure", "count @starts then fail-first 1 @starts 1 then sleep");
    run(&service)?;
    service.marks("starts", 2);
    settles(lab, &service, "running", 0, 2);
    Ok(())
}

pub fn on_failure_not_after_0(lab: &Lab) -> Verdict {
    let service = restarting(lab, "on-failure", "count @starts then sleep 300 then exit 0");
    run(&service)?;
    settles(lab, &service, "stopped", 3, 1);
    Ok(())
}

pub fn on_failure_after_a_signal(lab: &Lab) -> Verdict {
    let service = restarting(lab, "on-failure", "count @starts then sleep");
    run(&service)?;
    // A signal that svcctl did not send is a failure, however politely it is meant.
    for (index, signal) in ["KILL", "TERM", "SEGV"].iter().enumerate() {
        let pids = service.pids("starts", index + 1);
        service.becomes("running");
        os::kill(pids[index], signal);
        service.marks("starts", index + 2);
    }
    settles(lab, &service, "running", 0, 4);
    Ok(())
}

pub fn always_after_0(lab: &Lab) -> Verdict {
    let service = restarting(lab, "always", "count @starts then fail-first 2 @starts 0 then sleep");
    run(&service)?;
    service.marks("starts", 3);
    settles(lab, &service, "running", 0, 3);
    Ok(())
}

pub fn never(lab: &Lab) -> Verdict {
    let service = restarting(lab, "never", "count @starts then sleep 300 then exit 1");
    run(&service)?;
    settles(lab, &service, "failed", 5, 1);
    Ok(())
}

pub fn success_codes(lab: &Lab) -> Verdict {
    let service = restarting(lab, "on-failure", "count @starts then sleep 300 then exit 3")
        .with("restart.success-exit-codes", json!([0, 3]));
    run(&service)?;
    settles(lab, &service, "stopped", 3, 1);
    Ok(())
}

pub fn prevented_codes(lab: &Lab) -> Verdict {
    let service = restarting(lab, "always", "count @starts then sleep 300 then exit 79")
        .with("restart.prevent-exit-codes", json!([78, 79]));
    run(&service)?;
    settles(lab, &service, "failed", 5, 1);
    Ok(())
}

pub fn count(lab: &Lab) -> Verdict {
    let service =
        restarting(lab, "on-failure", "count @starts then fail-first 2 @starts 1 then sleep");
    run(&service)?;
    service.marks("starts", 3);
    assert_eq!(service.becomes("running").restarts(), 2);
    service.verb("restart", &[]).exits(0);
    assert_eq!(service.status().restarts(), 0, "a restart by hand begins anew");
    Ok(())
}
