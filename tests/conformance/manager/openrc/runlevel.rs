//! The administrator's own ways: `rc-update`.

use crate::lab::{Lab, tool};
use crate::manager::boot::over_a_boot;
use crate::outcome::Verdict;

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
        assert_eq!(on.marks("order", 1), ["on"]);
    })
}
