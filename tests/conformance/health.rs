//! Health: checks, and what follows from them.

use std::fs;
use std::time::Instant;

use serde_json::json;

use crate::case::{Case, case};
use crate::lab::{Lab, Service};
use crate::outcome::Verdict;
use crate::poll::{SOON, always, in_time, seconds, until};

/// Cases 82 to 88.
pub const CASES: &[Case] = &[
    case(82, "http", http),
    case(83, "tcp", tcp),
    case(84, "command", command),
    case(85, "fails: restarted after the retries", restarted),
    case(86, "report only: unhealthy, exit 5", reported),
    case(87, "start period", start_period),
    case(88, "timeout of a check", timeout),
];

/// A service with an HTTP server that fails as long as `@failing` exists.
fn server<'a>(lab: &'a Lab<'a>) -> Service<'a> {
    let port = lab.port();
    with_pace(lab.service(&format!("count @starts then http {port} @failing then sleep")))
        .with("health.http", format!("http://127.0.0.1:{port}/healthz"))
}

fn with_pace(service: Service<'_>) -> Service<'_> {
    service
        .with("health.interval", "200ms")
        .with("health.timeout", "500ms")
        .with("health.retries", 3)
        .with("health.start-period", "0s")
}

/// Waits until the checks say so.
fn is_found(service: &Service<'_>, health: &str) {
    until(&format!("it to be {health}"), SOON, || {
        (service.status().health() == health).then_some(())
    });
}

fn fail(lab: &Lab, how: &str) {
    fs::write(lab.path("failing"), how).expect("a file can be made");
}

fn is_healthy_and_then_not(lab: &Lab, service: Service<'_>) -> Verdict {
    let service = service.with("health.on-failure", "report");
    service.start()?;
    is_found(&service, "healthy");
    service.status().is("running", 0);
    fail(lab, "");
    is_found(&service, "unhealthy");
    service.status().is("running", 5);
    Ok(())
}

fn http(lab: &Lab) -> Verdict {
    is_healthy_and_then_not(lab, server(lab))
}

fn tcp(lab: &Lab) -> Verdict {
    let port = lab.port();
    let service = with_pace(lab.service(&format!("sleep 600 then listen {port} then sleep")))
        .with("health.tcp", format!("127.0.0.1:{port}"))
        .with("health.on-failure", "report");
    service.start()?;
    is_found(&service, "healthy");
    let closed = lab.port();
    let other = with_pace(lab.named("closed", "sleep"))
        .with("health.tcp", format!("127.0.0.1:{closed}"))
        .with("health.on-failure", "report");
    other.start()?;
    is_found(&other, "unhealthy");
    Ok(())
}

fn command(lab: &Lab) -> Verdict {
    let service = with_pace(lab.service("sleep"))
        .with("health.timeout", "10s")
        .with_command("health.command", "count @checks then exit-if @failing 1");
    is_healthy_and_then_not(lab, service)?;
    let checks = lab.lines("checks").len();
    until("more checks", SOON, || (lab.lines("checks").len() > checks).then_some(()));
    Ok(())
}

fn restarted(lab: &Lab) -> Verdict {
    let service = server(lab)
        .with("health.on-failure", "restart")
        .with("restart.policy", "on-failure")
        .with("restart.delay", "100ms")
        // Until it listens.
        .with("health.start-period", "30s");
    service.start()?;
    is_found(&service, "healthy");
    let (before, starts) = (service.status().pid(), lab.lines("starts").len());
    fail(lab, "");
    service.marks("starts", starts + 1);
    fs::remove_file(lab.path("failing")).expect("the file can be removed");
    is_found(&service, "healthy");
    let after = service.status();
    after.is("running", 0);
    assert_ne!(after.pid(), before);
    Ok(())
}

fn reported(lab: &Lab) -> Verdict {
    let service = server(lab).with("health.on-failure", "report");
    fail(lab, "");
    service.start()?;
    is_found(&service, "unhealthy");
    service.status().is("running", 5);
    let pid = service.status().pid();
    always("it is left alone", seconds(1.5), || service.status().pid() == pid);
    lab.svcctl(["status", &service.name]).exits(5).says("unhealthy");
    fs::remove_file(lab.path("failing")).expect("the file can be removed");
    is_found(&service, "healthy");
    Ok(())
}

fn start_period(lab: &Lab) -> Verdict {
    let service =
        server(lab).with("health.on-failure", "restart").with("health.start-period", "30s");
    fail(lab, "");
    service.start()?;
    always("failures do not count yet", seconds(2.5), || {
        let status = service.status();
        status.health() == "starting" && lab.lines("starts").len() <= 1
    });
    fs::remove_file(lab.path("failing")).expect("the file can be removed");
    is_found(&service, "healthy");
    assert_eq!(lab.lines("starts").len(), 1);
    Ok(())
}

fn timeout(lab: &Lab) -> Verdict {
    let service = server(lab).with("health.on-failure", "report").with("health.retries", json!(1));
    service.start()?;
    let hang = |_| {
        is_found(&service, "healthy");
        fail(lab, "hang");
        let before = Instant::now();
        is_found(&service, "unhealthy");
        let took = before.elapsed();
        fs::remove_file(lab.path("failing")).expect("the file can be removed");
        took
    };
    in_time(|took| *took < seconds(4.0), hang);
    Ok(())
}
