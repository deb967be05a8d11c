//! Installs that fail or are killed at each of their steps, by the switch that test builds have.

use serde_json::json;

use super::remove::traces;
use crate::lab::{Lab, Ran, Service};
use crate::outcome::Verdict;

/// The variable that makes `svcctl` fail at a step: `STEP:before`, `STEP:after` (it kills itself) or `STEP:fail`.
const FAULT: &str = "SVCCTL_FAULT";

/// How many steps an install of the service takes.
fn steps(service: &Service<'_>) -> usize {
    let ran = service.try_install(&["--dry-run"]).exits(0);
    ran.output()["services"][0]["steps"].as_array().map_or(0, Vec::len)
}

fn install_with(lab: &Lab, service: &Service<'_>, fault: &str) -> Ran {
    let mut command = lab.lane.svcctl();
    Ran::run(command.env(FAULT, fault).args(["-o", "json", "install"]).arg(service.write()))
}

pub fn rolled_back(lab: &Lab) -> Verdict {
    let service = lab.service("sleep");
    let before = traces(lab, &service.name);
    for step in 0..steps(&service) {
        install_with(lab, &service, &format!("{step}:fail")).exits(1).error();
        service.status().is("not-installed", 4);
        assert_eq!(traces(lab, &service.name), before, "step {step} was rolled back");
    }
    service.start()?;
    let pid = service.status().pid();
    let changed = service.with("process.environment", json!({ "A": "new" }));
    for step in 0..steps(&changed) {
        install_with(lab, &changed, &format!("{step}:fail")).exits(1).error();
        let status = changed.status();
        assert_eq!((status.state(), status.pid()), ("running", pid), "step {step} was rolled back");
        assert_eq!(status.entry["drift"], json!([]));
    }
    Ok(())
}

pub fn recovered(lab: &Lab) -> Verdict {
    let service = lab.service("sleep");
    for step in 0..steps(&service) {
        for when in ["before", "after"] {
            killed_at(lab, &service, &format!("{step}:{when}"));
        }
    }
    Ok(())
}

/// Kills an install at a step; the next run finds all or nothing, and mends it.
fn killed_at(lab: &Lab, service: &Service<'_>, fault: &str) {
    let ran = install_with(lab, service, fault);
    assert_eq!(ran.code, -1, "it kills itself at {fault}: {ran}");
    service.try_install(&["--start"]).exits(0);
    let status = service.status();
    status.is("running", 0);
    assert_eq!(status.entry["drift"], json!([]), "after {fault}");
    service.verb("uninstall", &["--purge"]).exits(0);
    assert!(
        traces(lab, &service.name).is_empty(),
        "after {fault}: {:?}",
        traces(lab, &service.name)
    );
}
