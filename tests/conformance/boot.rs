//! Boot: what comes up by itself.

use crate::case::{Case, case, case_over_a_boot};
use crate::lab::Lab;
use crate::lane::Boot;
use crate::outcome::{Verdict, unseen};
use crate::poll::{always, seconds};

/// Cases 123 to 127.
pub const CASES: &[Case] = &[
    case(123, "enable", enable),
    case(124, "disable leaves it running", disable),
    case(125, "enable and disable --now", now),
    case_over_a_boot(126, "comes back after a boot", comes_back),
    case_over_a_boot(127, "disabled: does not", stays_away),
];

fn enable(lab: &Lab) -> Verdict {
    let service = lab.service("sleep");
    service.install(&["--no-enable"])?;
    assert!(!service.status().flag("enabled"));
    assert!(service.verb("enable", &[]).exits(0).changed());
    assert!(service.status().flag("enabled"));
    service.status().is("stopped", 3);
    assert!(!service.verb("enable", &[]).exits(0).changed());
    Ok(())
}

fn disable(lab: &Lab) -> Verdict {
    let service = lab.service("sleep");
    service.start()?;
    let before = service.status();
    assert!(before.flag("enabled"), "an install enables: {}", before.entry);
    assert!(service.verb("disable", &[]).exits(0).changed());
    let after = service.status();
    after.is("running", 0);
    assert!(!after.flag("enabled") && after.pid() == before.pid());
    assert!(!service.verb("disable", &[]).exits(0).changed());
    Ok(())
}

fn now(lab: &Lab) -> Verdict {
    let service = lab.service("sleep");
    service.install(&["--no-enable"])?;
    service.verb("enable", &["--now"]).exits(0);
    service.status().is("running", 0);
    assert!(service.status().flag("enabled"));
    service.verb("disable", &["--now"]).exits(0);
    service.status().is("stopped", 3);
    assert!(!service.status().flag("enabled"));
    Ok(())
}

/// A service that runs before the boot, and what is to be seen after it.
fn over_a_boot(lab: &Lab, prepare: &[&str], after: impl FnOnce()) -> Verdict {
    let service = lab.service("count @starts then sleep");
    match lab.lane.boot {
        Boot::Never => return unseen("this lane cannot boot the machine"),
        Boot::Before => {
            service.start()?;
            for verb in prepare {
                service.verb(verb, &[]).exits(0);
            }
            service.status().is("running", 0);
            service.marks("starts", 1);
            lab.keep();
        }
        Boot::After => after(),
    }
    Ok(())
}

fn comes_back(lab: &Lab) -> Verdict {
    over_a_boot(lab, &[], || {
        let service = lab.service("");
        service.becomes("running").is("running", 0);
        assert_eq!(service.marks("starts", 2).len(), 2);
    })
}

fn stays_away(lab: &Lab) -> Verdict {
    over_a_boot(lab, &["disable"], || {
        let service = lab.service("");
        always("it is stopped", seconds(2.0), || service.status().state() == "stopped");
        assert_eq!(lab.lines("starts").len(), 1);
    })
}
