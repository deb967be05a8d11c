//! No descendant outlives a stop.

use super::{BUDGET, GRACE};
use crate::lab::Lab;
use crate::os;
use crate::outcome::Verdict;
use crate::poll::in_time;

/// Stops a service with processes that try to get away, all of which `count @tree`.
fn none_left(lab: &Lab, escape: &str, processes: usize) -> Verdict {
    let script = format!("{escape} @tree then spawn 2 @tree then sleep");
    let service = lab.service(&script).with("stop.timeout", "2s");
    service.start()?;
    let stop = |attempt| {
        if attempt > 1 {
            service.verb("start", &[]).exits(0);
        }
        let pids = service.pids("tree", attempt * (processes + 2));
        let ran = service.verb("stop", &[]).exits(0);
        for pid in pids {
            assert!(!os::alive(pid), "process {pid} was left behind");
        }
        service.status().is("stopped", 3);
        ran.took
    };
    in_time(|took| *took <= BUDGET + GRACE, stop);
    Ok(())
}

pub fn double_fork(lab: &Lab) -> Verdict {
    none_left(lab, "fork-twice", 1)
}

pub fn own_session(lab: &Lab) -> Verdict {
    none_left(lab, "setsid-child", 1)
}
