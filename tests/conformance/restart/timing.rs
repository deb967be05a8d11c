//! When, and how often.

use std::fs;
use std::time::Duration;

use super::policy::restarting;
use crate::lab::{Lab, Service};
use crate::outcome::Verdict;
use crate::poll::{always, in_time, seconds};

/// What a start takes on a busy machine.
const SLACK: Duration = Duration::from_millis(900);

/// Starts a service that lives and pauses for so many seconds, time and again: a pause is never shorter by more than a tenth
/// (jitter), hardly longer.
#[track_caller]
fn pauses(lab: &Lab, service: &Service<'_>, expected: &[(f64, f64)]) -> Verdict {
    service.install(&[])?;
    let start = |attempt| {
        if attempt > 1 {
            service.verb("stop", &[]).exits(0);
            fs::remove_file(lab.path("starts")).expect("the marks can be removed");
        }
        service.verb("start", &["--no-wait"]).exits(0);
        let gaps = service.gaps("starts", expected.len() + 1);
        for (gap, (life, pause)) in gaps.iter().zip(expected) {
            assert!(*gap >= seconds(life + pause * 0.9), "gaps of {gaps:?} for {expected:?}");
        }
        gaps
    };
    let is_in_time = |(gap, (life, pause)): (&Duration, &(f64, f64))| {
        *gap <= seconds(life + pause * 1.1) + SLACK
    };
    in_time(|gaps| gaps.iter().zip(expected).all(is_in_time), start);
    Ok(())
}

pub fn delay(lab: &Lab) -> Verdict {
    let service =
        restarting(lab, "on-failure", "count @starts then fail-first 1 @starts 1 then sleep")
            .with("restart.delay", "2s");
    pauses(lab, &service, &[(0.0, 2.0)])
}

pub fn doubling(lab: &Lab) -> Verdict {
    let service =
        restarting(lab, "on-failure", "count @starts then fail-first 4 @starts 1 then sleep")
            .with("restart.delay", "400ms")
            .with("restart.max-delay", "1600ms");
    pauses(lab, &service, &[(0.0, 0.4), (0.0, 0.8), (0.0, 1.6), (0.0, 1.6)])
}

pub fn reset_after(lab: &Lab) -> Verdict {
    // Two failures at once, then a life of two seconds, then one more.
    let script = "count @starts then fail-first 2 @starts 1 then sleep 2000 then fail-first 3 @starts 1 then sleep";
    let service = restarting(lab, "on-failure", script)
        .with("restart.delay", "500ms")
        .with("restart.max-delay", "30s")
        .with("restart.reset-after", "1s");
    pauses(lab, &service, &[(0.0, 0.5), (0.0, 1.0), (2.0, 0.5)])
}

pub fn attempts(lab: &Lab) -> Verdict {
    let service = restarting(lab, "on-failure", "count @starts then sleep 100 then exit 1")
        .with("restart.attempts", 3)
        .with("restart.window", "1m");
    service.install(&[])?;
    service.verb("start", &["--no-wait"]).exits(0);
    // The first start, and three attempts to mend it.
    service.marks("starts", 4);
    service.becomes("failed").is("failed", 5);
    always("it was given up", seconds(1.5), || lab.lines("starts").len() == 4);
    assert_eq!(service.status().restarts(), 3);
    Ok(())
}

pub fn giving_up(lab: &Lab) -> Verdict {
    let service = restarting(lab, "on-failure", "count @starts then sleep 100 then exit 1")
        .with("restart.attempts", 2)
        .with("restart.window", "1m")
        .with_hook(
            "on-failure",
            "count @hooks then append-env @reason SVCCTL_EXIT_CODE SVCCTL_EXIT_REASON",
        );
    service.install(&[])?;
    service.verb("start", &["--no-wait"]).exits(0);
    service.marks("hooks", 1);
    service.becomes("failed");
    always("the hook ran once", seconds(1.0), || {
        lab.lines("hooks").len() == 1 && lab.lines("starts").len() == 3
    });
    assert!(service.marks("reason", 1)[0].contains("SVCCTL_EXIT_CODE=1"));
    Ok(())
}
