//! Dependencies between services.

use serde_json::json;

use crate::lab::{Lab, Service};
use crate::outcome::Verdict;
use crate::poll::{always, seconds};

/// Two services that note when they start and stop; the second depends on the first by `key`.
fn pair<'a>(lab: &'a Lab<'a>, key: &str) -> Result<[Service<'a>; 2], crate::outcome::Stop> {
    let script = |name: &str| {
        format!(
            "on TERM append @order -{name} and exit 0 then sleep 200 then append @order +{name} then sleep"
        )
    };
    let named = |name: &str| lab.named(name, &script(name));
    let first = named("first");
    let second = named("second").with(key, json!([first.name]));
    first.install(&["--no-enable"])?;
    second.install(&["--no-enable"])?;
    Ok([first, second])
}

pub fn requires(lab: &Lab) -> Verdict {
    let [first, second] = pair(lab, "start.requires")?;
    second.verb("start", &[]).exits(0);
    assert_eq!(first.becomes("running").code, 0);
    assert_eq!(second.marks("order", 2).len(), 2);
    let since = |service: &Service<'_>| service.status().since();
    assert!(since(&first) <= since(&second), "{:?} {:?}", since(&first), since(&second));
    Ok(())
}

pub fn after(lab: &Lab) -> Verdict {
    let [first, second] = pair(lab, "start.after")?;
    second.verb("start", &[]).exits(0);
    always("the other is not started", seconds(0.6), || first.status().state() == "stopped");
    second.verb("stop", &[]).exits(0);
    lab.json(["start", &second.name, &first.name]).exits(0);
    let since = |service: &Service<'_>| service.status().since();
    assert!(since(&first) <= since(&second), "{:?} {:?}", since(&first), since(&second));
    Ok(())
}

pub fn missing(lab: &Lab) -> Verdict {
    let service = lab
        .service("count @starts then sleep")
        .with("start.requires", json!(["no-such-service-at-all"]));
    let installed = service.try_install(&[]);
    if installed.code == 0 {
        service.verb("start", &[]).fails().says("no-such-service-at-all");
    } else {
        installed.exits(65).says("no-such-service-at-all");
    }
    assert!(lab.lines("starts").is_empty());
    Ok(())
}

pub fn stop_in_reverse(lab: &Lab) -> Verdict {
    let [first, second] = pair(lab, "start.requires")?;
    second.verb("start", &[]).exits(0);
    second.marks("order", 2);
    lab.json(["stop", &first.name, &second.name]).exits(0);
    let order = second.marks("order", 4);
    assert_eq!(order[2..], ["-second", "-first"]);
    first.status().is("stopped", 3);
    second.status().is("stopped", 3);
    Ok(())
}
