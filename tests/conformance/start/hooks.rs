//! Hooks around the start.

use serde_json::json;

use super::ready_by_itself;
use crate::lab::{Lab, Service};
use crate::os;
use crate::outcome::Verdict;
use crate::poll::{in_time, seconds};

pub fn pre_start(lab: &Lab) -> Verdict {
    let service = lab
        .service("append @order main then sleep")
        .with_hook("pre-start", "sleep 300 then append @order pre-start");
    service.start()?;
    assert_eq!(service.marks("order", 2), ["pre-start", "main"]);
    Ok(())
}

fn failing_hook<'a>(lab: &'a Lab<'a>, required: bool) -> Service<'a> {
    let hook = json!({ "command": lab.command("count @hooks then exit 3"), "required": required });
    lab.service("count @starts then sleep").with("hooks.pre-start", hook)
}

pub fn required(lab: &Lab) -> Verdict {
    let service = failing_hook(lab, true);
    service.install(&[])?;
    service.verb("start", &[]).exits(1).says("pre-start");
    service.becomes("failed").is("failed", 5);
    assert_eq!((lab.lines("hooks").len(), lab.lines("starts").len()), (1, 0));
    Ok(())
}

pub fn optional(lab: &Lab) -> Verdict {
    let service = failing_hook(lab, false);
    service.start()?;
    service.status().is("running", 0);
    assert_eq!((service.marks("starts", 1).len(), lab.lines("hooks").len()), (1, 1));
    Ok(())
}

pub fn hangs(lab: &Lab) -> Verdict {
    let hook = json!({ "command": lab.command("count @hooks then ignore TERM then sleep"), "timeout": "1s" });
    let service = lab
        .service("count @starts then sleep")
        .with("hooks.pre-start", hook)
        .with("stop.timeout", "2s");
    service.install(&[])?;
    let start = |attempt: usize| {
        let ran = service.verb("start", &[]).fails();
        assert!(ran.took >= seconds(1.0), "{ran}");
        service.becomes("failed");
        Service::ends(service.pids("hooks", attempt)[attempt - 1]);
        assert!(lab.lines("starts").is_empty());
        ran.took
    };
    in_time(|took| *took < seconds(5.0), start);
    Ok(())
}

pub fn post_start(lab: &Lab) -> Verdict {
    let service = ready_by_itself(
        lab,
        "count @starts then sleep 500 then append @order main then READY then sleep",
        |service| service.with_hook("post-start", "append @order post-start"),
    )?;
    service.verb("start", &[]).exits(0);
    assert_eq!(service.marks("order", 2), ["main", "post-start"]);
    assert!(os::alive(service.pids("starts", 1)[0]));
    Ok(())
}
