//! The ready rules: started means that the rule has passed.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use super::ready_by_itself;
use crate::lab::{Lab, Service};
use crate::os;
use crate::outcome::Verdict;
use crate::poll::{seconds, until};

/// How long the program takes to be ready.
const LATE: &str = "700";
const LATE_TIME: Duration = Duration::from_millis(700);

/// Starts a service that is late: the start takes that long, and the state says `starting` meanwhile.
fn starts_late(service: &Service<'_>) {
    let ran = Service::meanwhile(
        || service.verb("start", &[]).exits(0),
        || {
            let starting = until("it to be starting", seconds(5.0), || {
                Some(service.status()).filter(|status| status.state() != "stopped")
            });
            starting.is("starting", 6);
        },
    );
    assert!(ran.took >= LATE_TIME, "{ran}");
    service.status().is("running", 0);
}

pub fn tcp(lab: &Lab) -> Verdict {
    let port = lab.port();
    let service = lab
        .service(&format!("sleep {LATE} then listen {port} then sleep"))
        .with("start.ready", json!({ "tcp": format!("127.0.0.1:{port}") }));
    service.install(&[])?;
    starts_late(&service);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
    Ok(())
}

pub fn http(lab: &Lab) -> Verdict {
    let port = lab.port();
    std::fs::write(lab.path("failing"), "").expect("a file can be made");
    let service = lab
        .service(&format!("http {port} @failing then sleep {LATE} then remove @failing then sleep"))
        .with("start.ready", json!({ "http": format!("http://127.0.0.1:{port}/ready") }));
    service.install(&[])?;
    starts_late(&service);
    Ok(())
}

pub fn file(lab: &Lab) -> Verdict {
    let service = lab
        .service(&format!("sleep {LATE} then touch @ready then sleep"))
        .with("start.ready", json!({ "file": lab.file("ready") }));
    service.install(&[])?;
    starts_late(&service);
    assert!(lab.path("ready").exists());
    Ok(())
}

pub fn notify(lab: &Lab) -> Verdict {
    let service =
        lab.service(&format!("notify-ready {LATE} then sleep")).with("start.ready", "notify");
    service.install(&[])?;
    starts_late(&service);
    Ok(())
}

pub fn after(lab: &Lab) -> Verdict {
    let service = lab.service("sleep").with("start.ready", json!({ "after": "700ms" }));
    service.install(&[])?;
    starts_late(&service);
    Ok(())
}

pub fn never(lab: &Lab) -> Verdict {
    // READY comes after the end of all patience.
    let service = ready_by_itself(
        lab,
        "count @starts then spawn 1 @starts then sleep 60000 then READY then sleep",
        |service| service.with("start.timeout", "2s"),
    )?;
    let begin = Instant::now();
    service.verb("start", &[]).fails();
    let took = begin.elapsed();
    assert!(took >= seconds(2.0) && took < seconds(4.0), "{took:?}");
    service.becomes("failed").is("failed", 5);
    for pid in service.pids("starts", 2) {
        assert!(!os::alive(pid), "process {pid} was left behind");
    }
    Ok(())
}

pub fn no_wait(lab: &Lab) -> Verdict {
    let service = ready_by_itself(lab, "sleep 3000 then READY then sleep", |service| service)?;
    let ran = service.verb("start", &["--no-wait"]).exits(0);
    assert!(ran.took < seconds(2.0), "{ran}");
    service.becomes("starting").is("starting", 6);
    service.becomes("running");
    Ok(())
}
