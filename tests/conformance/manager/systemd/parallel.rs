//! Many installs at the same time.

use std::process::Stdio;

use crate::lab::Lab;
use crate::outcome::Verdict;

const INSTALLS: usize = 50;

/// Fifty processes that each install and start a service of their own.
pub fn all_are_there(lab: &Lab) -> Verdict {
    let services: Vec<_> = (0..INSTALLS)
        .map(|index| lab.named(&format!("n{index}"), "count @starts then sleep"))
        .collect();
    let install = |file: std::path::PathBuf| {
        let mut command = lab.lane.svcctl();
        command.arg("install").arg(file).arg("--start").stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("svcctl can be run")
    };
    let running: Vec<_> = services.iter().map(|service| install(service.write())).collect();
    for child in running {
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    for service in &services {
        let status = service.status();
        status.is("running", 0);
        assert_eq!(status.entry["drift"], serde_json::json!([]));
    }
    assert_eq!(services[0].marks("starts", INSTALLS).len(), INSTALLS);
    Ok(())
}
