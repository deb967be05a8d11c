//! What an install changes, and what it leaves alone.

use serde_json::json;

use crate::lab::{Lab, Service};
use crate::outcome::Verdict;

fn running<'a>(lab: &'a Lab<'a>) -> Result<(Service<'a>, i64), crate::outcome::Stop> {
    let service = lab
        .service("dump @dump then sleep")
        .with("process.environment", json!({ "A": "old" }))
        .with("description", "The old one");
    service.start()?;
    service.dump();
    let pid = service.status().pid();
    Ok((service, pid))
}

pub fn twice(lab: &Lab) -> Verdict {
    let (service, pid) = running(lab)?;
    assert!(!service.install(&["--start"])?.changed());
    assert!(!service.install(&[])?.changed());
    assert_eq!(service.status().pid(), pid);
    let file = service.write();
    lab.json(["diff".as_ref(), file.as_os_str()]).exits(0);
    Ok(())
}

pub fn environment(lab: &Lab) -> Verdict {
    let (service, pid) = running(lab)?;
    let service = service.with("process.environment", json!({ "A": "new" }));
    let file = service.write();
    lab.json(["diff".as_ref(), file.as_os_str()]).exits(3).says("environment");
    std::fs::remove_file(lab.path("dump")).expect("the dump can be removed");
    assert!(service.install(&[])?.changed());
    assert_ne!(service.status().pid(), pid);
    assert_eq!(service.dump().environment()["A"], "new");
    Ok(())
}

pub fn description(lab: &Lab) -> Verdict {
    let (service, pid) = running(lab)?;
    let service = service.with("description", "The new one");
    assert!(service.install(&[])?.changed());
    let status = service.status();
    assert_eq!((status.pid(), &status.entry["description"]), (pid, &json!("The new one")));
    Ok(())
}

pub fn no_restart(lab: &Lab) -> Verdict {
    let (service, pid) = running(lab)?;
    let service = service.with("process.environment", json!({ "A": "new" }));
    assert!(service.install(&["--no-restart"])?.changed());
    assert_eq!(service.status().pid(), pid);
    std::fs::remove_file(lab.path("dump")).expect("the dump can be removed");
    service.verb("restart", &[]).exits(0);
    assert_eq!(service.dump().environment()["A"], "new");
    Ok(())
}

pub fn dry_run(lab: &Lab) -> Verdict {
    let service = lab.service("count @starts then sleep");
    let before = super::remove::traces(lab, &service.name);
    let ran = service.install(&["--start", "--dry-run"])?;
    assert!(ran.changed(), "it tells what would change: {ran}");
    let steps = &ran.output()["services"][0]["steps"];
    assert!(steps.as_array().is_some_and(|steps| !steps.is_empty()), "{ran}");
    assert_eq!(super::remove::traces(lab, &service.name), before);
    service.status().is("not-installed", 4);
    assert!(lab.lines("starts").is_empty());
    Ok(())
}

pub fn two_at_once(lab: &Lab) -> Verdict {
    let service = lab.service("count @starts then sleep");
    service.install(&[])?;
    service.verb("uninstall", &[]).exits(0);
    let file = service.write();
    let install = || {
        lab.lane
            .svcctl()
            .arg("install")
            .arg(&file)
            .arg("--start")
            .output()
            .expect("svcctl can be run")
    };
    let both = std::thread::scope(|scope| {
        let both = [scope.spawn(install), scope.spawn(install)];
        both.map(|one| one.join().expect("it ran"))
    });
    let codes = both.each_ref().map(|output| output.status.code());
    assert!(
        codes.iter().all(|code| matches!(code, Some(0 | 1))) && codes.contains(&Some(0)),
        "{both:?}"
    );
    service.status().is("running", 0);
    assert_eq!(service.status().entry["drift"], json!([]));
    assert_eq!(service.marks("starts", 1).len(), 1);
    assert!(!service.install(&[])?.changed());
    Ok(())
}
