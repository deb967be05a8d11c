//! The ready rules: started means that the rule has passed.

use std::fs;
use std::net::TcpStream;
use std::time::Instant;

use serde_json::json;

use super::ready_by_itself;
use crate::lab::{Lab, Ran, Service};
use crate::os;
use crate::outcome::Verdict;
use crate::poll::{SOON, in_time, seconds, until};

/// Starts a service that is not ready before it is let: the start waits for that, and the state says `starting` meanwhile.
fn starts_late(service: &Service<'_>, let_it: impl FnOnce()) -> Ran {
    let mut let_at = None;
    let (ran, ended) = Service::meanwhile(
        || (service.verb("start", &[]).exits(0), Instant::now()),
        || {
            let starting = until("it to be starting", SOON, || {
                Some(service.status()).filter(|status| status.state() != "stopped")
            });
            starting.is("starting", 6);
            let_at = Some(Instant::now());
            let_it();
        },
    );
    assert!(let_at.is_some_and(|at| ended >= at), "{ran}");
    service.status().is("running", 0);
    ran
}

fn go(lab: &Lab) {
    fs::write(lab.path("go"), "").expect("a file can be made");
}

pub fn tcp(lab: &Lab) -> Verdict {
    let port = lab.port();
    let service = lab
        .service(&format!("await @go then listen {port} then sleep"))
        .with("start.ready", json!({ "tcp": format!("127.0.0.1:{port}") }));
    service.install(&[])?;
    starts_late(&service, || go(lab));
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
    Ok(())
}

pub fn http(lab: &Lab) -> Verdict {
    let port = lab.port();
    fs::write(lab.path("failing"), "").expect("a file can be made");
    let service = lab
        .service(&format!("http {port} @failing then sleep"))
        .with("start.ready", json!({ "http": format!("http://127.0.0.1:{port}/ready") }));
    service.install(&[])?;
    starts_late(&service, || {
        fs::remove_file(lab.path("failing")).expect("the file can be removed");
    });
    Ok(())
}

pub fn file(lab: &Lab) -> Verdict {
    let service = lab
        .service("await @go then touch @ready then sleep")
        .with("start.ready", json!({ "file": lab.file("ready") }));
    service.install(&[])?;
    starts_late(&service, || go(lab));
    assert!(lab.path("ready").exists());
    Ok(())
}

pub fn notify(lab: &Lab) -> Verdict {
    let service =
        lab.service("await @go then notify-ready then sleep").with("start.ready", "notify");
    service.install(&[])?;
    starts_late(&service, || go(lab));
    Ok(())
}

pub fn after(lab: &Lab) -> Verdict {
    let service = lab.service("sleep").with("start.ready", json!({ "after": "4s" }));
    service.install(&[])?;
    let ran = starts_late(&service, || ());
    assert!(ran.took >= seconds(4.0), "{ran}");
    Ok(())
}

pub fn never(lab: &Lab) -> Verdict {
    // READY comes after the end of all patience.
    let service = ready_by_itself(
        lab,
        "count @starts then spawn 1 @starts then sleep 60000 then READY then sleep",
        |service| service.with("start.timeout", "2s"),
    )?;
    let start = |attempt| {
        let begin = Instant::now();
        service.verb("start", &[]).fails();
        let took = begin.elapsed();
        assert!(took >= seconds(2.0), "{took:?}");
        service.becomes("failed").is("failed", 5);
        for pid in service.pids("starts", attempt * 2) {
            assert!(!os::alive(pid), "process {pid} was left behind");
        }
        took
    };
    in_time(|took| *took < seconds(4.0), start);
    Ok(())
}

pub fn no_wait(lab: &Lab) -> Verdict {
    let service = ready_by_itself(lab, "sleep 8000 then READY then sleep", |service| service)?;
    let start = |attempt| {
        if attempt > 1 {
            service.verb("stop", &[]).exits(0);
        }
        service.verb("start", &["--no-wait"]).exits(0).took
    };
    in_time(|took| *took < seconds(2.0), start);
    service.becomes("starting").is("starting", 6);
    service.becomes("running");
    Ok(())
}
