//! Restart and reload on request.

use crate::lab::{Lab, Service};
use crate::os;
use crate::outcome::Verdict;

pub fn new_pid(lab: &Lab) -> Verdict {
    let service = lab.service("count @starts then sleep");
    service.start()?;
    let before = service.status().pid();
    service.verb("restart", &[]).exits(0);
    let after = service.status();
    after.is("running", 0);
    assert!(after.pid() != before && !os::alive(before), "{before} became {}", after.pid());
    assert_eq!(service.marks("starts", 2).len(), 2);
    Ok(())
}

pub fn of_a_stopped_one(lab: &Lab) -> Verdict {
    let service = lab.service("count @starts then sleep");
    service.install(&[])?;
    service.verb("restart", &[]).exits(0);
    service.status().is("running", 0);
    assert_eq!(service.marks("starts", 1).len(), 1);
    Ok(())
}

/// Reloads a running service, which stays the same process.
fn reloads(service: &Service<'_>) -> Verdict {
    service.start()?;
    let pid = service.pids("starts", 1)[0];
    service.verb("reload", &[]).exits(0);
    assert_eq!(service.marks("order", 1), ["reloaded"]);
    let status = service.becomes("running");
    assert_eq!(status.pid(), pid);
    Ok(())
}

pub fn reload_by_signal(lab: &Lab) -> Verdict {
    let script = "on HUP append @order reloaded then count @starts then sleep";
    reloads(&lab.service(script).with("reload.signal", "SIGHUP"))
}

pub fn reload_by_command(lab: &Lab) -> Verdict {
    reloads(
        &lab.service("count @starts then sleep")
            .with_command("reload.command", "append @order reloaded"),
    )
}

pub fn reload_of_a_stopped_one(lab: &Lab) -> Verdict {
    let service = lab.service("sleep").with_command("reload.command", "append @order reloaded");
    service.install(&[])?;
    service.verb("reload", &[]).exits(1).says(&service.name);
    service.status().is("stopped", 3);
    assert!(lab.lines("order").is_empty());
    Ok(())
}
