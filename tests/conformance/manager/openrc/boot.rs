//! The order at a boot, which OpenRC keeps and no svcctl.

use serde_json::json;

use super::openrc_says;
use crate::lab::{Lab, tool};
use crate::lane::Boot;
use crate::outcome::{Verdict, unseen};
use crate::poll::{always, seconds};

/// What is done before a boot, and what is seen after it.
fn over_a_boot(lab: &Lab, before: impl FnOnce() -> Verdict, after: impl FnOnce()) -> Verdict {
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
        assert_eq!(lab.lines("order"), ["begun", "ready", "second"]);
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
        broken.status().is("failed", 5);
        always("it is not started", seconds(1.0), || {
            openrc_says(&needs.name) == "stopped" && lab.lines("order") == ["follows"]
        });
    })
}

pub fn by_rc_update(lab: &Lab) -> Verdict {
    let on = lab.named("on", "append @order on then sleep");
    let off = lab.named("off", "append @order off then sleep");
    let before = || {
        on.install(&["--no-enable"])?;
        off.install(&[])?;
        tool("rc-update", &["add", &on.name, "default"]);
        tool("rc-update", &["del", &off.name, "default"]);
        // What svcctl was told is one thing, and what is on the machine another.
        assert!(
            off.verb("status", &[]).says("drift").exits(3).output()["services"][0]["drift"]
                .is_array()
        );
        Ok(())
    };
    over_a_boot(lab, before, || {
        on.becomes("running").is("running", 0);
        off.status().is("stopped", 3);
        assert_eq!(lab.lines("order"), ["on"]);
    })
}
