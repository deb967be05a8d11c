//! The exit codes that scripts rely on.

use serde_json::json;

use crate::lab::{Lab, Ran, Service};
use crate::os;
use crate::outcome::Verdict;
use crate::poll::{in_time, seconds};
use crate::start::ready_by_itself;

pub fn all(lab: &Lab) -> Verdict {
    let running = lab.named("running", "sleep");
    running.start()?;
    running.verb("status", &[]).exits(0);
    running.verb("wait", &["--for", "stopped", "--timeout", "300ms"]).exits(75).error();
    let failing = lab.named("failing", "sleep 100 then exit 1");
    failing.install(&[])?;
    failing.verb("start", &["--no-wait"]).exits(0);
    failing.becomes("failed");
    failing.verb("status", &[]).exits(5);
    failing.verb("reload", &[]).exits(1);
    lab.json(["status", "--no-such-option"]).exits(2);
    lab.json(["start", "a/b"]).exits(2);
    running.verb("stop", &[]).exits(0);
    running.verb("status", &[]).exits(3);
    lab.json(["start", "sc121-nothing"]).exits(4).error();
    lab.json(["status", "sc121-nothing"]).exits(4);
    let waiting = lab
        .named("waiting", "exit 1")
        .with("restart.policy", "always")
        .with("restart.delay", "20s");
    waiting.install(&[])?;
    waiting.verb("start", &["--no-wait"]).exits(0);
    waiting.becomes("restarting");
    waiting.verb("status", &[]).exits(6);
    of_errors(lab, &running);
    Ok(())
}

fn of_errors(lab: &Lab, stopped: &Service<'_>) {
    let bad = lab.named("bad", "sleep").with("no-such-key", 1);
    let error = bad.try_install(&[]).exits(65).error();
    assert_eq!(error["problems"][0]["key"], "no-such-key");
    let mut absent = lab.lane.plain_svcctl();
    absent.args(["--manager", lab.lane.manager.absent(), "-o", "json", "install"]);
    Ran::run(absent.arg(stopped.write())).exits(69).error();
    if cfg!(unix) {
        let mut weak = lab.lane.plain_svcctl();
        weak.args(["--manager", lab.lane.manager.name(), "--system", "-o", "json", "install"])
            .arg(stopped.write());
        os::lower(&mut weak);
        Ran::run(&mut weak).exits(77).says("root");
    }
}

pub fn wait(lab: &Lab) -> Verdict {
    let service = ready_by_itself(lab, "sleep 4000 then READY then sleep", |service| service)?;
    service.verb("start", &["--no-wait"]).exits(0);
    let ran = service.verb("wait", &["--for", "running", "--timeout", "30s"]).exits(0);
    assert!(ran.took >= seconds(0.4), "{ran}");
    service.status().is("running", 0);
    let in_vain = |_| {
        let ran = service.verb("wait", &["--for", "stopped", "--timeout", "500ms"]).exits(75);
        assert!(ran.took >= seconds(0.5), "{ran}");
        ran.took
    };
    in_time(|took| *took < seconds(3.0), in_vain);
    let ran = Service::meanwhile(
        || service.verb("wait", &["--for", "stopped", "--timeout", "10s"]),
        || drop(service.verb("stop", &[]).exits(0)),
    );
    ran.exits(0);
    another_state(lab)?;
    healthy(lab)
}

/// Who waits for `running` need not wait longer when it has failed.
fn another_state(lab: &Lab) -> Verdict {
    let service = lab.named("failing", "sleep 100 then exit 1");
    service.install(&[])?;
    service.verb("start", &["--no-wait"]).exits(0);
    service.becomes("failed");
    service.verb("wait", &["--for", "running", "--timeout", "10s"]).exits(3);
    Ok(())
}

fn healthy(lab: &Lab) -> Verdict {
    let port = lab.port();
    let health = json!({ "tcp": format!("127.0.0.1:{port}"), "interval": "200ms" });
    let service = lab
        .named("healthy", &format!("sleep 500 then listen {port} then sleep"))
        .with("health", health);
    service.start()?;
    service.verb("wait", &["--for", "healthy", "--timeout", "10s"]).exits(0);
    assert_eq!(service.status().health(), "healthy");
    Ok(())
}
