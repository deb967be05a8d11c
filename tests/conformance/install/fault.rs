//! Installs that fail or are killed at each of their points, by the switch that test builds have.
//!
//! `SVCCTL_FAULT` is `POINT:before` or `POINT:after` (it kills itself there) or `POINT:fail`; points count from 1.
//! `SVCCTL_FAULT_LOG` names a file that gets a line for each point as it is reached.

use std::fs;

use serde_json::json;

use super::remove::traces;
use crate::lab::{Lab, Ran, Service};
use crate::outcome::Verdict;
use crate::poll::{SOON, until};

/// `install --start` that fails or dies at a point; and how many points were reached.
fn install_with(lab: &Lab, service: &Service<'_>, fault: &str) -> (Ran, usize) {
    let _ = fs::remove_file(lab.path("points"));
    let mut command = lab.lane.svcctl();
    command.env("SVCCTL_FAULT", fault).env("SVCCTL_FAULT_LOG", lab.path("points"));
    let ran = Ran::run(command.args(["-o", "json", "install", "--start"]).arg(service.write()));
    (ran, lab.lines("points").len())
}

/// More points than any install has.
const MANY: usize = 60;

/// Which point an install reached as its last: its number and name.
fn last_point(lab: &Lab) -> String {
    lab.lines("points").pop().unwrap_or_default()
}

pub fn rolled_back(lab: &Lab) -> Verdict {
    let service = lab.service("sleep");
    let before = traces(lab, &service.name);
    for point in 1..MANY {
        let (ran, reached) = install_with(lab, &service, &format!("{point}:fail"));
        if reached < point {
            ran.exits(0);
            return rolled_back_to_running(lab, service);
        }
        all_or_nothing(lab, &service, &ran, &before);
        service.verb("uninstall", &["--purge"]);
    }
    panic!("an install has no end of points: {}", last_point(lab));
}

/// A failure before the commit leaves nothing; one after it leaves all, and says so.
fn all_or_nothing(lab: &Lab, service: &Service<'_>, ran: &Ran, before: &[std::path::PathBuf]) {
    let (status, point) = (service.status(), last_point(lab));
    if status.state() == "not-installed" {
        assert!(ran.code == 1, "it says that it failed at {point}: {ran}");
        assert_eq!(traces(lab, &service.name), before, "{point} was rolled back");
    } else {
        assert_eq!(status.entry["drift"], json!([]), "all of it is there: {point}");
    }
}

/// The same with a change of a service that runs: it still runs, the old or the new.
fn rolled_back_to_running(lab: &Lab, service: Service<'_>) -> Verdict {
    let mut changed = service;
    for point in 1..MANY {
        changed.set("process.environment", json!({ "A": point.to_string() }));
        let (ran, reached) = install_with(lab, &changed, &format!("{point}:fail"));
        if reached < point {
            ran.exits(0);
            return Ok(());
        }
        let point = last_point(lab);
        // After the commit it may have been restarted a moment ago.
        let what = format!("it to run again after {point}: {ran}");
        let status = until(&what, SOON, || {
            let status = changed.status();
            (status.state() == "running").then_some(status)
        });
        assert_eq!(status.entry["drift"], json!([]), "{point}: {ran}");
    }
    panic!("an install has no end of points: {}", last_point(lab));
}

pub fn recovered(lab: &Lab) -> Verdict {
    let service = lab.service("sleep");
    for point in 1..MANY {
        for when in ["before", "after"] {
            let (ran, reached) = install_with(lab, &service, &format!("{point}:{when}"));
            if reached < point {
                ran.exits(0);
                return Ok(());
            }
            is_mended(lab, &service, &ran, when);
        }
    }
    panic!("an install has no end of points: {}", last_point(lab));
}

/// After a kill the next run finds all or nothing, and mends it.
fn is_mended(lab: &Lab, service: &Service<'_>, ran: &Ran, when: &str) {
    let point = format!("{when} {}", last_point(lab));
    assert!(ran.code < 0, "it kills itself {point}: {ran}");
    service.try_install(&["--start"]).exits(0);
    let status = service.status();
    assert_eq!((status.state(), &status.entry["drift"]), ("running", &json!([])), "{point}");
    service.verb("uninstall", &["--purge"]).exits(0);
    let left = traces(lab, &service.name);
    assert!(left.is_empty(), "{point}: {left:?}");
}
