//! Each of the eight states, with its exit code.

use crate::lab::{Lab, Service};
use crate::outcome::Verdict;
use crate::poll::{SOON, seconds, until};
use crate::start::ready_by_itself;

pub fn not_installed(lab: &Lab) -> Verdict {
    let service = lab.service("sleep");
    service.status().is("not-installed", 4);
    lab.svcctl(["status", &service.name]).exits(4).says(&service.name);
    Ok(())
}

pub fn stopped(lab: &Lab) -> Verdict {
    let service = lab.service("sleep");
    service.install(&[])?;
    let status = service.status();
    status.is("stopped", 3);
    assert!(status.entry["pid"].is_null(), "{}", status.entry);
    assert!(status.entry["exit"]["code"].is_null(), "it has never run: {}", status.entry);
    Ok(())
}

pub fn starting(lab: &Lab) -> Verdict {
    let service = ready_by_itself(lab, "sleep 60000 then READY", |service| service)?;
    service.verb("start", &["--no-wait"]).exits(0);
    service.becomes("starting").is("starting", 6);
    // A start that a manager has only queued is `starting` too, and has no process yet.
    let status = until("its process", SOON, || {
        Some(service.status()).filter(|status| !status.entry["pid"].is_null())
    });
    status.is("starting", 6);
    assert!(status.pid() > 0);
    Ok(())
}

pub fn running(lab: &Lab) -> Verdict {
    let service = lab.service("sleep");
    service.start()?;
    service.status().is("running", 0);
    let text = lab.svcctl(["status", &service.name]).exits(0);
    assert!(
        text.stdout.contains("running")
            && text.stdout.contains(&service.status().pid().to_string()),
        "{text}"
    );
    Ok(())
}

pub fn reloading(lab: &Lab) -> Verdict {
    let service = lab.service("sleep").with_command("reload.command", "await @go");
    service.start()?;
    service.verb("reload", &["--no-wait"]).exits(0);
    service.becomes("reloading").is("reloading", 0);
    std::fs::write(lab.path("go"), "").expect("a file can be made");
    service.becomes("running").is("running", 0);
    Ok(())
}

pub fn stopping(lab: &Lab) -> Verdict {
    let service =
        lab.service("ignore TERM then count @starts then sleep").with("stop.timeout", "8s");
    service.start()?;
    service.marks("starts", 1);
    let stop = || service.verb("stop", &[]).exits(0);
    let ran = Service::meanwhile(stop, || service.becomes("stopping").is("stopping", 6));
    // As long after its budget as anything may take.
    assert!(ran.took < seconds(15.0), "{ran}");
    service.status().is("stopped", 3);
    Ok(())
}

pub fn restarting(lab: &Lab) -> Verdict {
    let service = lab
        .service("sleep 300 then exit 7")
        .with("restart.policy", "on-failure")
        .with("restart.delay", "20s");
    service.install(&[])?;
    service.verb("start", &["--no-wait"]).exits(0);
    let status = service.becomes("restarting");
    status.is("restarting", 6);
    assert_eq!(status.entry["exit"]["code"], 7);
    assert!(status.entry["pid"].is_null(), "{}", status.entry);
    Ok(())
}

pub fn failed(lab: &Lab) -> Verdict {
    let service = lab.service("sleep 300 then exit 7");
    service.install(&[])?;
    service.verb("start", &["--no-wait"]).exits(0);
    let status = service.becomes("failed");
    status.is("failed", 5);
    assert_eq!(status.entry["exit"]["code"], 7);
    assert!(status.entry["pid"].is_null(), "{}", status.entry);
    Ok(())
}
