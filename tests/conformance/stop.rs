//! Stop: by the asked means, within one budget, with nothing left, and for good.

mod tree;

use std::time::Duration;

use crate::case::{Case, case, case_alone};
use crate::lab::{Lab, Service};
use crate::os;
use crate::outcome::Verdict;
use crate::poll::{always, in_time, seconds};
use crate::start::ready_by_itself;

/// Cases 52 to 63.
pub const CASES: &[Case] = &[
    case(52, "its signal", its_signal),
    case(53, "another signal", another_signal),
    case_alone(54, "ignored: killed at the budget", ignored),
    case(55, "stop command", command),
    case_alone(56, "a stop command that hangs", hanging_command),
    case(57, "double fork", tree::double_fork),
    case(58, "setsid", tree::own_session),
    case(59, "stays stopped under always", stays_stopped),
    case(60, "while starting", while_starting),
    case(61, "while backing off: at once", while_backing_off),
    case(62, "stop of a stopped one changes nothing", of_a_stopped_one),
    case(63, "pre-stop and post-stop, with the reason", hooks),
];

/// The budget of stops that take all of it, and what a stop may take on top.
const BUDGET: Duration = Duration::from_secs(2);
const GRACE: Duration = Duration::from_secs(1);

/// Stops a service that takes all of its budget.
#[track_caller]
fn stops_at_the_budget(service: &Service<'_>) {
    let stop = |attempt| {
        if attempt > 1 {
            service.verb("start", &[]).exits(0);
        }
        service.marks("starts", attempt);
        let ran = service.verb("stop", &[]).exits(0);
        service.status().is("stopped", 3);
        assert!(ran.took >= BUDGET, "{ran}");
        ran.took
    };
    in_time(|took| *took <= BUDGET + GRACE, stop);
}

fn ends_by(lab: &Lab, signal: &str, other: &str) -> Verdict {
    let script = format!(
        "on {signal} append @order {signal} and exit 0 then on {other} append @order wrong then count @starts then sleep"
    );
    let service = lab.service(&script).with("stop.signal", format!("SIG{signal}"));
    service.start()?;
    let pid = service.pids("starts", 1)[0];
    service.verb("stop", &[]).exits(0);
    service.status().is("stopped", 3);
    assert!(!os::alive(pid));
    assert_eq!(service.marks("order", 1), [signal]);
    Ok(())
}

/// What asks a program to end where there are no signals: Ctrl-C on its console.
fn ends_by_an_event(lab: &Lab) -> Verdict {
    let script = "on INT append @order asked and exit 0 then count @starts then sleep";
    let service = lab.service(script);
    service.start()?;
    let pid = service.pids("starts", 1)[0];
    service.verb("stop", &[]).exits(0);
    service.status().is("stopped", 3);
    assert!(!os::alive(pid));
    assert_eq!(service.marks("order", 1), ["asked"]);
    Ok(())
}

fn its_signal(lab: &Lab) -> Verdict {
    if cfg!(windows) {
        return ends_by_an_event(lab);
    }
    ends_by(lab, "TERM", "INT")
}

fn another_signal(lab: &Lab) -> Verdict {
    ends_by(lab, "USR1", "TERM")
}

fn ignored(lab: &Lab) -> Verdict {
    let service =
        lab.service("ignore TERM then count @starts then sleep").with("stop.timeout", "2s");
    service.start()?;
    let pid = service.pids("starts", 1)[0];
    stops_at_the_budget(&service);
    assert!(!os::alive(pid));
    Ok(())
}

fn command(lab: &Lab) -> Verdict {
    let service = lab
        .service("on TERM append @order signal and exit 0 then count @starts then sleep")
        .with_command("stop.command", "sleep 300 then append @order command");
    service.start()?;
    let pid = service.pids("starts", 1)[0];
    service.verb("stop", &[]).exits(0);
    assert_eq!(service.marks("order", 2), ["command", "signal"]);
    assert!(!os::alive(pid));
    service.status().is("stopped", 3);
    Ok(())
}

fn hanging_command(lab: &Lab) -> Verdict {
    let service = lab
        .service("count @starts then sleep")
        .with_command("stop.command", "count @commands then ignore TERM then sleep")
        .with("stop.timeout", "2s");
    service.start()?;
    let pid = service.pids("starts", 1)[0];
    stops_at_the_budget(&service);
    assert!(!os::alive(pid));
    Service::ends(service.pids("commands", 1)[0]);
    Ok(())
}

fn stays_stopped(lab: &Lab) -> Verdict {
    let service = lab
        .service("count @starts then sleep")
        .with("restart.policy", "always")
        .with("restart.delay", "100ms");
    service.start()?;
    service.marks("starts", 1);
    service.verb("stop", &[]).exits(0);
    always("it is stopped", seconds(2.0), || service.status().state() == "stopped");
    assert_eq!(lab.lines("starts").len(), 1);
    Ok(())
}

fn while_starting(lab: &Lab) -> Verdict {
    let service =
        ready_by_itself(lab, "count @starts then sleep 60000 then READY", |service| service)?;
    let stop = |attempt: usize| {
        service.verb("start", &["--no-wait"]).exits(0);
        let pid = service.pids("starts", attempt)[attempt - 1];
        service.status().is("starting", 6);
        let ran = service.verb("stop", &[]).exits(0);
        service.status().is("stopped", 3);
        assert!(!os::alive(pid));
        ran.took
    };
    in_time(|took| *took < seconds(3.0), stop);
    Ok(())
}

fn while_backing_off(lab: &Lab) -> Verdict {
    let service = lab
        .service("count @starts then exit 1")
        .with("restart.policy", "on-failure")
        .with("restart.delay", "20s");
    service.install(&[])?;
    let stop = |attempt| {
        service.verb("start", &["--no-wait"]).exits(0);
        service.becomes("restarting");
        let ran = service.verb("stop", &[]).exits(0);
        service.status().is("stopped", 3);
        assert_eq!(lab.lines("starts").len(), attempt);
        ran.took
    };
    in_time(|took| *took < seconds(2.0), stop);
    Ok(())
}

fn of_a_stopped_one(lab: &Lab) -> Verdict {
    let service = lab.service("sleep");
    service.install(&[])?;
    assert!(!service.verb("stop", &[]).exits(0).changed());
    service.status().is("stopped", 3);
    Ok(())
}

fn hooks(lab: &Lab) -> Verdict {
    let variables = "SVCCTL_EXIT_CODE SVCCTL_EXIT_SIGNAL SVCCTL_EXIT_REASON";
    let service = lab
        .service("on TERM append @order main and exit 3 then count @starts then sleep")
        .with_hook("pre-stop", "append @order pre-stop")
        .with_hook(
            "post-stop",
            &format!("append @order post-stop then append-env @reason {variables}"),
        );
    service.start()?;
    service.marks("starts", 1);
    service.verb("stop", &[]).exits(0);
    assert_eq!(service.marks("order", 3), ["pre-stop", "main", "post-stop"]);
    let reason = &service.marks("reason", 1)[0];
    assert!(
        reason.contains("SVCCTL_EXIT_CODE=3") && reason.contains("SVCCTL_EXIT_REASON="),
        "{reason}"
    );
    Ok(())
}
