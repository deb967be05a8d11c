//! What is svcctl's, what is not, and what was changed behind its back.

use serde_json::json;

use crate::lab::{Lab, Service};
use crate::outcome::{Stop, Verdict};

fn tampered<'a>(lab: &'a Lab<'a>) -> Result<Service<'a>, Stop> {
    let service = lab.service("sleep");
    service.start()?;
    assert_eq!(service.status().entry["drift"], json!([]));
    service.verb("diff", &[]).exits(0);
    lab.lane.manager.tamper(&service.name);
    Ok(service)
}

pub fn drift_is_seen(lab: &Lab) -> Verdict {
    let service = tampered(lab)?;
    let status = service.status();
    assert!(
        status.entry["drift"].as_array().is_some_and(|drift| !drift.is_empty()),
        "{}",
        status.entry
    );
    status.is("running", 0);
    service.verb("diff", &[]).exits(3);
    lab.svcctl(["status", &service.name]).exits(0).says("drift");
    Ok(())
}

pub fn drift_is_mended(lab: &Lab) -> Verdict {
    let service = tampered(lab)?;
    assert!(service.install(&[])?.changed());
    assert_eq!(service.status().entry["drift"], json!([]));
    service.verb("diff", &[]).exits(0);
    service.status().is("running", 0);
    Ok(())
}

pub fn foreign_is_refused(lab: &Lab) -> Verdict {
    let name = lab.foreign("sleep");
    let before = lab.lane.manager.foreign_definition(&name);
    let service = lab.named("foreign", "count @starts then sleep");
    let error = service.try_install(&["--start"]).exits(1).error();
    assert_eq!(error["kind"], "foreign");
    assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("--adopt")), "{error}");
    assert_eq!(lab.lane.manager.foreign_definition(&name), before);
    assert!(lab.lines("starts").is_empty());
    Ok(())
}

pub fn adopted(lab: &Lab) -> Verdict {
    let name = lab.foreign("sleep");
    let service = lab.named("foreign", "count @starts then sleep");
    service.install(&["--start", "--adopt"])?;
    service.marks("starts", 1);
    let status = lab.status(&name);
    status.is("running", 0);
    assert_eq!(status.entry["drift"], json!([]));
    assert!(!service.install(&[])?.changed(), "it is ours now");
    service.verb("uninstall", &["--purge"]).exits(0);
    Ok(())
}
