//! What `status` tells beside the state.

use std::time::{Duration, SystemTime};

use crate::lab::Lab;
use crate::manager::Feature;
use crate::outcome::{Verdict, unseen};
use crate::poll::{SOON, until};

pub fn pid(lab: &Lab) -> Verdict {
    let service = lab.service("dump @dump then sleep").with_hook("pre-start", "sleep 100");
    service.start()?;
    assert_eq!(service.status().pid(), service.dump().number("pid"));
    Ok(())
}

pub fn since(lab: &Lab) -> Verdict {
    let service = lab.service("sleep");
    service.install(&[])?;
    let before = SystemTime::now() - Duration::from_millis(50);
    service.verb("start", &[]).exits(0);
    let started = service.status().since();
    assert!(
        started >= before && started <= SystemTime::now(),
        "{started:?} is not after {before:?}"
    );
    assert_eq!(service.status().since(), started, "it stays the same");
    service.verb("stop", &[]).exits(0);
    assert!(service.status().since() > started);
    Ok(())
}

pub fn exit_in_words(lab: &Lab) -> Verdict {
    let code = lab.named("code", "sleep 200 then exit 7");
    code.install(&[])?;
    code.verb("start", &["--no-wait"]).exits(0);
    let status = code.becomes("failed");
    assert_eq!(status.entry["exit"]["code"], 7);
    assert!(
        status.entry["exit"]["signal"].is_null() && status.reason().contains('7'),
        "{}",
        status.entry
    );
    if cfg!(windows) {
        return Ok(());
    }
    let signal = lab.named("signal", "sleep 200 then crash SEGV");
    signal.install(&[])?;
    signal.verb("start", &["--no-wait"]).exits(0);
    let status = signal.becomes("failed");
    assert_eq!(status.entry["exit"]["signal"], "SIGSEGV");
    assert!(
        status.entry["exit"]["code"].is_null() && status.reason().len() > "SIGSEGV".len(),
        "{}",
        status.entry
    );
    lab.svcctl(["status", &signal.name]).exits(5).says("SIGSEGV");
    Ok(())
}

const MEMORY: u64 = 64 * 1024 * 1024;
const CPU: u64 = 400_000_000;

pub fn usage(lab: &Lab) -> Verdict {
    let service = lab.service("alloc 64 then burn 600 then touch @burnt then sleep");
    service.start()?;
    until("the work", SOON, || lab.path("burnt").exists().then_some(()));
    let status = service.status();
    let memory = status.number("memory_bytes");
    assert!((MEMORY..2 * MEMORY).contains(&memory), "{memory} bytes");
    if let Some(reason) = lab.lane.manager.cannot_show(Feature::CpuTime) {
        return unseen(reason);
    }
    let cpu = status.number("cpu_ns");
    assert!((CPU..5 * CPU).contains(&cpu), "{cpu} ns");
    Ok(())
}
