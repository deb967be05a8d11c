//! The order at a boot, which the manager or the hosts keep, and no verb of svcctl.

use serde_json::json;

use crate::lab::Lab;
use crate::lane::Boot;
use crate::outcome::{Verdict, unseen};
use crate::poll::{always, seconds};

/// What is done before a boot, and what is seen after it.
pub fn over_a_boot(lab: &Lab, before: impl FnOnce() -> Verdict, after: impl FnOnce()) -> Verdict {
    match lab.lane.boot {
        Boot::Never => return unseen("this lane cannot boot the machine"),
        Boot::Before => {
            before()?;
            lab.keep();
        }
        Boot::After => after(),
    }
    Ok(())
}

/// The name of the one that requires the other sorts before it, so that only the order can put it behind.
pub fn waits_for_ready(lab: &Lab) -> Verdict {
    let second = lab
        .named("a-second", "append @order second then sleep")
        .with("start.requires", json!([lab.name("b-first")]));
    let first = lab
        .named("b-first", "append @order begun then sleep 1500 then append @order ready then touch @ready then sleep")
        .with("start.ready", json!({ "file": lab.file("ready") }));
    let before = || {
        first.install(&[])?;
        second.install(&[])?;
        Ok(())
    };
    over_a_boot(lab, before, || {
        second.becomes("running").is("running", 0);
        first.becomes("running").is("running", 0);
        assert_eq!(second.marks("order", 3), ["begun", "ready", "second"]);
    })
}

pub fn does_without_failed(lab: &Lab) -> Verdict {
    let broken = lab.named("b-broken", "exit 1").with("restart.policy", "never");
    let needs = lab
        .named("a-needs", "append @order needs then sleep")
        .with("start.requires", json!([broken.name]));
    let follows = lab
        .named("a-follows", "append @order follows then sleep")
        .with("start.after", json!([broken.name]));
    let before = || {
        for service in [&broken, &needs, &follows] {
            service.install(&[])?;
        }
        Ok(())
    };
    over_a_boot(lab, before, || {
        follows.becomes("running").is("running", 0);
        follows.marks("order", 1);
        broken.status().is("failed", 5);
        let status = needs.becomes("failed");
        status.is("failed", 5);
        always("it is not started", seconds(1.0), || lab.lines("order") == ["follows"]);
    })
}
