//! Uninstall.

use std::path::PathBuf;

use serde_json::json;

use crate::lab::{Lab, named_below};
use crate::os;
use crate::outcome::Verdict;
use crate::poll::{SOON, until};

/// Everything of a service that is in a folder of the manager or of svcctl.
pub fn traces(lab: &Lab, name: &str) -> Vec<PathBuf> {
    lab.lane.manager.roots().iter().flat_map(|root| named_below(root, name)).collect()
}

pub fn stops_first(lab: &Lab) -> Verdict {
    let service =
        lab.service("on TERM append @order asked and exit 0 then count @starts then sleep");
    service.start()?;
    let pid = service.pids("starts", 1)[0];
    service.verb("uninstall", &[]).exits(0);
    assert!(!os::alive(pid));
    assert_eq!(service.marks("order", 1), ["asked"]);
    service.status().is("not-installed", 4);
    Ok(())
}

pub fn twice(lab: &Lab) -> Verdict {
    let service = lab.service("sleep");
    service.install(&[])?;
    assert!(service.verb("uninstall", &[]).exits(0).changed());
    let error = service.verb("uninstall", &[]).exits(4).error();
    assert!(
        error["message"].as_str().is_some_and(|message| message.contains(&service.name)),
        "{error}"
    );
    Ok(())
}

pub fn nothing_left(lab: &Lab) -> Verdict {
    let service = lab
        .service("text out hello then sleep")
        .with("process.environment", json!({ "A": "b" }))
        .with("description", "Soon gone");
    assert!(traces(lab, &service.name).is_empty());
    service.start()?;
    assert!(!traces(lab, &service.name).is_empty());
    service.verb("restart", &[]).exits(0);
    service.verb("disable", &[]).exits(0);
    service.verb("enable", &[]).exits(0);
    service.verb("uninstall", &["--purge"]).exits(0);
    until("everything to be gone", SOON, || traces(lab, &service.name).is_empty().then_some(()));
    service.status().is("not-installed", 4);
    Ok(())
}
