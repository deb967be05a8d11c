//! No descendant outlives a stop.

use super::BUDGET;
use crate::lab::Lab;
use crate::os;
use crate::outcome::Verdict;

/// Stops a service with processes that try to get away, all of which `count @tree`.
fn none_left(lab: &Lab, escape: &str, processes: usize) -> Verdict {
    let script = format!("{escape} @tree then spawn 2 @tree then sleep");
    let service = lab.service(&script).with("stop.timeout", "2s");
    service.start()?;
    let pids = service.pids("tree", processes + 2);
    let ran = service.verb("stop", &[]).exits(0);
    assert!(ran.took <= BUDGET * 4, "{ran}");
    for pid in pids {
        assert!(!os::alive(pid), "process {pid} was left behind");
    }
    service.status().is("stopped", 3);
    Ok(())
}

pub fn double_fork(lab: &Lab) -> Verdict {
    none_left(lab, "fork-twice", 1)
}

pub fn own_session(lab: &Lab) -> Verdict {
    none_left(lab, "setsid-child", 1)
}
