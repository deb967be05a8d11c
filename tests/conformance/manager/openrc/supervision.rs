//! Who keeps whom alive: supervise-daemon the host, the host the service; and people at their keyboards.

use std::fs;
use std::process::Command;

use super::{openrc_says, rc_service};
use crate::lab::{Lab, Service, tool};
use crate::manager::waiting::Pair;
use crate::outcome::Verdict;
use crate::poll::{SOON, until};

fn kill(pid: u64) {
    tool("kill", &["-KILL", &pid.to_string()]);
}

fn host(service: &Service<'_>) -> Option<u64> {
    service.status().entry["native"]["host-pid"].as_u64()
}

/// It writes its pid file after it has started the host.
fn supervisor(name: &str, but: Option<u64>) -> u64 {
    let file = format!("/run/supervise-{name}.pid");
    let number = || fs::read_to_string(&file).ok()?.trim().parse().ok();
    until("the supervisor's pid file", SOON, || number().filter(|pid| Some(*pid) != but))
}

pub fn host_is_back(lab: &Lab) -> Verdict {
    let service = lab.service("count @starts then sleep");
    service.start()?;
    let before = service.status().pid();
    for _ in 0..3 {
        let killed = host(&service).expect("it has a host");
        kill(killed);
        let successor = || host(&service).filter(|pid| *pid != killed);
        until("another host", SOON, successor);
        assert_eq!(service.status().pid(), before);
    }
    assert_eq!(lab.lines("starts").len(), 1);
    assert_eq!(openrc_says(&service.name), "started");
    service.verb("stop", &[]).exits(0);
    Service::ends(before);
    assert_eq!(openrc_says(&service.name), "stopped");
    Ok(())
}

pub fn stop_reaches_orphans(lab: &Lab) -> Verdict {
    for (by_hand, host_too) in [(false, false), (false, true), (true, false)] {
        let service = lab
            .named(
                "orphan",
                "on TERM append @order stopped and exit 0 then touch @listens then sleep",
            )
            .with_hook("post-stop", "append @order post-stop");
        service.start()?;
        until("it to listen", SOON, || fs::remove_file(lab.path("listens")).ok());
        let pid = service.status().pid();
        let host = host(&service).expect("it has a host");
        kill(supervisor(&service.name, None));
        if host_too {
            kill(host);
        }
        service.status().is("running", 0);
        if by_hand {
            assert!(rc_service(&[&service.name, "stop"]));
        } else {
            service.verb("stop", &[]).exits(0);
        }
        Service::ends(pid);
        assert_eq!(service.marks("order", 2), ["stopped", "post-stop"]);
        assert_eq!(openrc_says(&service.name), "stopped");
        service.status().is("stopped", 3);
        fs::remove_file(lab.path("order")).expect("the marks can be removed");
    }
    Ok(())
}

pub fn by_hand(lab: &Lab) -> Verdict {
    let service = lab
        .service("on HUP append @reloads now then count @starts then sleep")
        .with("reload.signal", "SIGHUP");
    service.install(&["--no-enable"])?;
    let name = service.name.as_str();
    assert!(rc_service(&[name, "start"]));
    service.becomes("running").is("running", 0);
    let first = service.marks("starts", 1);
    assert!(rc_service(&[name, "reload"]));
    service.marks("reloads", 1);
    assert!(rc_service(&[name, "restart"]));
    assert_ne!(service.marks("starts", 2)[1..], first);
    assert_eq!(openrc_says(name), "started");
    let pid = service.becomes("running").pid();
    let killed = supervisor(name, None);
    kill(killed);
    // OpenRC thinks that it has stopped it, and starts it: the service is taken over, and supervised again.
    assert!(rc_service(&["--nodeps", name, "zap"]) && rc_service(&[name, "start"]));
    let supervisor = supervisor(name, Some(killed));
    let taken_over = || {
        let host = host(&service)?;
        let parent = fs::read_to_string(format!("/proc/{host}/stat")).ok()?;
        (parent.split(' ').nth(3)? == supervisor.to_string()).then_some(())
    };
    until("a host below the new supervisor", SOON, taken_over);
    assert_eq!(service.status().pid(), pid);
    assert!(rc_service(&[name, "stop"]));
    Service::ends(pid);
    service.status().is("stopped", 3);
    Ok(())
}

pub fn ends_by_itself(lab: &Lab) -> Verdict {
    for (script, state, code) in
        [("exit 0", "stopped", 3), ("exit 1", "failed", 5), ("sleep 100 then exit 0", "stopped", 3)]
    {
        let service = lab.named("quick", script).with("restart.policy", "never");
        for _ in 0..5 {
            let _ = service.try_install(&["--start"]);
            let _ = service.verb("start", &["--no-wait"]);
            service.becomes(state).is(state, code);
            until("OpenRC's word", SOON, || {
                (openrc_says(&service.name) == "stopped").then_some(())
            });
        }
        let output = Command::new("rc-status").args(["--all", "--nocolor"]).output();
        let text =
            String::from_utf8_lossy(&output.expect("rc-status can be run").stdout).into_owned();
        assert!(!text.contains("crashed"), "{text}");
    }
    Ok(())
}

/// OpenRC counts a service as started while its host waits, and as stopped once that was told to stop.
pub fn waits_by_the_manager(lab: &Lab) -> Verdict {
    let pair = Pair::begin(lab)?;
    assert_eq!(openrc_says(&pair.waits.name), "started");
    assert!(rc_service(&[&pair.waits.name, "stop"]));
    assert_eq!(openrc_says(&pair.waits.name), "stopped");
    pair.waits.status().is("stopped", 3);
    assert!(rc_service(&[&pair.waits.name, "start"]));
    pair.is_waiting();
    let killed = host(&pair.waits).expect("it has a host");
    kill(killed);
    until("another host", SOON, || host(&pair.waits).filter(|pid| *pid != killed));
    pair.is_waiting();
    pair.ends_well();
    Ok(())
}

pub fn foreign_logs(lab: &Lab) -> Verdict {
    let name = lab.foreign("sleep");
    lab.json(["logs", &name]).exits(1).says("openrc keeps no log");
    Ok(())
}

pub fn no_user_scope(lab: &Lab) -> Verdict {
    let service = lab.service("sleep");
    let file = service.write();
    let mut command = lab.lane.plain_svcctl();
    command.args(["check", "--user", "--for", "openrc"]).arg(&file);
    let ran = crate::lab::Ran::run(&mut command).exits(65);
    ran.says("OpenRC runs services of the machine only").says("--manager embedded");
    let mut command = lab.lane.plain_svcctl();
    command.args(["install", "--user", "--manager", "openrc"]).arg(file);
    crate::lab::Ran::run(&mut command).exits(69).says("--manager embedded");
    lab.forget();
    Ok(())
}
