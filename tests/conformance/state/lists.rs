//! Several services, and those of others.

use serde_json::Value;

use crate::lab::Lab;
use crate::outcome::Verdict;

fn names(output: &Value) -> Vec<&str> {
    let services = output["services"].as_array().expect("a list of services");
    services.iter().filter_map(|entry| entry["name"].as_str()).collect()
}

pub fn many(lab: &Lab) -> Verdict {
    let folder = lab.folder("definitions");
    let services: Vec<_> = (0..10).map(|index| lab.named(&format!("n{index}"), "sleep")).collect();
    for service in &services {
        service.definition.write(&folder.join(format!("{}.toml", service.name)));
    }
    lab.json(["install".as_ref(), folder.as_os_str(), "--start".as_ref()]).exits(0);
    let wanted: Vec<&str> = services.iter().rev().map(|service| service.name.as_str()).collect();
    let ran = lab.json(["status"].iter().chain(&wanted)).exits(0);
    assert_eq!(names(&ran.output()), wanted, "in the order in which they were asked for");
    services[3].verb("stop", &[]).exits(0);
    lab.json(["status"].iter().chain(&wanted)).exits(3);
    lab.json(["status"].iter().chain(&wanted).chain(&["sc118-nothing"])).exits(4);
    lab.json(["stop"].iter().chain(&wanted)).exits(0);
    Ok(())
}

pub fn list(lab: &Lab) -> Verdict {
    let service = lab.service("sleep").with("description", "A service to be listed");
    service.install(&[])?;
    let foreign = lab.foreign("sleep");
    let ran = lab.json(["list"]).exits(0);
    let output = ran.output();
    assert_eq!(output["schema"], "svcctl.status.v1");
    assert!(
        names(&output).contains(&service.name.as_str())
            && !names(&output).contains(&foreign.as_str()),
        "{ran}"
    );
    let entry = output["services"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|entry| entry["name"] == service.name.as_str());
    assert_eq!(entry.expect("it is there")["description"], "A service to be listed");
    lab.svcctl(["list"]).exits(0).says(&service.name);
    Ok(())
}

pub fn foreign(lab: &Lab) -> Verdict {
    let name = lab.foreign("count @starts then sleep");
    lab.status(&name).is("stopped", 3);
    lab.json(["start", &name]).exits(0);
    let status = lab.status(&name);
    status.is("running", 0);
    assert!(status.entry["drift"].is_null() && status.pid() > 0, "{}", status.entry);
    let all = lab.json(["list", "--all"]).exits(0);
    assert!(names(&all.output()).contains(&name.as_str()));
    lab.json(["stop", &name]).exits(0);
    lab.status(&name).is("stopped", 3);
    lab.json(["uninstall", &name]).exits(1);
    lab.status(&name).is("stopped", 3);
    Ok(())
}
