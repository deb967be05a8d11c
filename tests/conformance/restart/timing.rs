//! When, and how often.

use std::time::Duration;

use super::policy::restarting;
use crate::lab::Lab;
use crate::outcome::Verdict;
use crate::poll::{always, seconds};

/// What a start takes on a busy machine.
const SLACK: Duration = Duration::from_millis(900);

/// A gap between two starts is that pause: never shorter by more than a tenth (jitter), hardly longer.
#[track_caller]
fn is_about(gap: Duration, pause: f64) {
    let pause = seconds(pause);
    assert!(
        gap >= pause.mul_f64(0.9) && gap <= pause.mul_f64(1.1) + SLACK,
        "a gap of {gap:?} for a pause of {pause:?}"
    );
}

pub fn delay(lab: &Lab) -> Verdict {
    let service =
        restarting(lab, "on-failure", "count @starts then fail-first 1 @starts 1 then sleep")
            .with("restart.delay", "2s");
    service.install(&[])?;
    service.verb("start", &["--no-wait"]).exits(0);
    is_about(service.gaps("starts", 2)[0], 2.0);
    Ok(())
}

pub fn doubling(lab: &Lab) -> Verdict {
    let service =
        restarting(lab, "on-failure", "count @starts then fail-first 4 @starts 1 then sleep")
            .with("restart.delay", "400ms")
            .with("restart.max-delay", "1600ms");
    service.install(&[])?;
    service.verb("start", &["--no-wait"]).exits(0);
    let gaps = service.gaps("starts", 5);
    for (gap, pause) in gaps.into_iter().zip([0.4, 0.8, 1.6, 1.6]) {
        is_about(gap, pause);
    }
    Ok(())
}

pub fn reset_after(lab: &Lab) -> Verdict {
    // Two failures at once, then a life of two seconds, then one more.
    let script = "count @starts then fail-first 2 @starts 1 then sleep 2000 then fail-first 3 @starts 1 then sleep";
    let service = restarting(lab, "on-failure", script)
        .with("restart.delay", "500ms")
        .with("restart.max-delay", "30s")
        .with("restart.reset-after", "1s");
    service.install(&[])?;
    service.verb("start", &["--no-wait"]).exits(0);
    let gaps = service.gaps("starts", 4);
    is_about(gaps[0], 0.5);
    is_about(gaps[1], 1.0);
    is_about(gaps[2].saturating_sub(seconds(2.0)), 0.5);
    Ok(())
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
