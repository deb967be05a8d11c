//! The project's examples with real programs: installed, killed, changed, reloaded, disabled, over a boot, removed.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use super::analyze::get;
use crate::lab::{Lab, Ran, Status};
use crate::lane::Boot;
use crate::os;
use crate::outcome::{Verdict, unseen};
use crate::poll::{SOON, until};

/// An example, and how one sees that it does its work.
struct Example {
    /// Its file, without `.toml`.
    file: &'static str,
    /// The name in it.
    name: &'static str,
    /// Panics unless it serves.
    serves: fn(),
}

pub fn redis(lab: &Lab) -> Verdict {
    tour(lab, &Example { file: "redis", name: "cache", serves: redis_serves })
}

pub fn nginx(lab: &Lab) -> Verdict {
    tour(lab, &Example { file: "nginx", name: "front", serves: nginx_serves })
}

pub fn python(lab: &Lab) -> Verdict {
    tour(lab, &Example { file: "python-http", name: "python-http", serves: python_serves })
}

fn redis_serves() {
    until("an answer of Redis", SOON, || {
        let output = Command::new("redis-cli").args(["-p", "6390", "ping"]).output().ok()?;
        (output.stdout == b"PONG\n").then_some(())
    });
}

fn nginx_serves() {
    assert!(get(8088, "/").ends_with("front\n"));
}

fn python_serves() {
    assert!(get(8000, "/").contains("200 OK"));
}

fn tour(lab: &Lab, example: &Example) -> Verdict {
    lab.own(example.name);
    match lab.lane.boot {
        Boot::Never => unseen("this lane cannot boot the machine"),
        Boot::Before => {
            before_the_boot(lab, example);
            lab.keep();
            Ok(())
        }
        Boot::After => {
            after_the_boot(lab, example);
            Ok(())
        }
    }
}

/// A copy of the examples that may be edited.
fn definition(lab: &Lab, example: &Example) -> PathBuf {
    let folder = lab.folder("examples");
    for entry in fs::read_dir(&lab.lane.examples).expect("the examples are there").flatten() {
        let to = folder.join(entry.file_name());
        if !to.exists() {
            fs::copy(entry.path(), to).expect("an example can be copied");
        }
    }
    folder.join(format!("{}.toml", example.file))
}

fn install(lab: &Lab, example: &Example) -> Ran {
    let file = definition(lab, example);
    lab.json(["install".as_ref(), file.as_os_str(), "--start".as_ref()]).exits(0)
}

fn edit(lab: &Lab, example: &Example, set: &str) -> Ran {
    let file = definition(lab, example);
    lab.json(["install".as_ref(), file.as_os_str(), "--set".as_ref(), set.as_ref()]).exits(0)
}

fn running(lab: &Lab, example: &Example) -> Status {
    let status = until(&format!("{} to run", example.name), SOON, || {
        Some(lab.status(example.name)).filter(|status| status.state() == "running")
    });
    (example.serves)();
    status
}

fn before_the_boot(lab: &Lab, example: &Example) {
    fs::write(lab.path("mark"), "").expect("a file can be made");
    install(lab, example);
    let installed = running(lab, example);
    os::kill(installed.pid(), "KILL");
    let restarted = until("a restart", SOON, || {
        Some(lab.status(example.name))
            .filter(|status| status.state() == "running" && status.pid() != installed.pid())
    });
    (example.serves)();
    assert!(!install(lab, example).changed());
    assert!(edit(lab, example, "description=Another text").changed());
    assert_eq!(
        running(lab, example).pid(),
        restarted.pid(),
        "a description is no reason for a restart"
    );
    assert!(edit(lab, example, "process.environment.ADDED=1").changed());
    let changed = running(lab, example);
    assert_ne!(changed.pid(), restarted.pid(), "a variable is");
    reload(lab, example, &changed);
    lab.json(["disable", example.name]).exits(0);
    assert!(!running(lab, example).flag("enabled"));
    lab.json(["enable", example.name]).exits(0);
}

/// Reloads it, if its definition says how.
fn reload(lab: &Lab, example: &Example, before: &Status) {
    let text = fs::read_to_string(definition(lab, example)).expect("an example can be read");
    if text.contains("[reload]") {
        lab.json(["reload", example.name]).exits(0);
        assert_eq!(running(lab, example).pid(), before.pid());
    }
}

fn after_the_boot(lab: &Lab, example: &Example) {
    let status = running(lab, example);
    assert_eq!((status.flag("enabled"), &status.entry["drift"]), (true, &json!([])));
    lab.json(["uninstall", example.name, "--purge"]).exits(0);
    lab.status(example.name).is("not-installed", 4);
    assert!(!os::alive(status.pid()));
    let left = newer(lab, example);
    assert!(left.is_empty(), "left behind: {left:?}");
}

/// Files that have been made or changed since before the install, but for what the machine does by itself.
fn newer(lab: &Lab, example: &Example) -> Vec<String> {
    let mark = lab.file("mark");
    let own = lab.lane.dir.to_str().expect("it is UTF-8").to_owned();
    let mut find = Command::new("find");
    find.args([
        "/",
        "-xdev",
        "(",
        "-path",
        &own,
        "-o",
        "-path",
        "/var/log/journal",
        "-o",
        "-path",
        "/var/lib/systemd",
        "-o",
        "-path",
        checkouts(),
    ]);
    find.args([")", "-prune", "-o", "-newer", &mark, "-print"]);
    let output = find.output().expect("find can be run");
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let ours = |line: &&str| line.contains(example.name) || line.contains("svcctl");
    let another =
        |line: &&str| NAMES.iter().any(|name| *name != example.name && line.contains(name));
    lines
        .lines()
        .filter(ours)
        .filter(|line| !another(line))
        .filter(|line| !KEPT.iter().any(|kept| line.ends_with(kept)))
        .map(str::to_owned)
        .collect()
}

/// The folder that the checkout is in: a build beside it is none of the service's business.
fn checkouts() -> &'static str {
    let checkout = env!("CARGO_MANIFEST_DIR");
    let parent = Path::new(checkout).parent().filter(|parent| parent.parent().is_some());
    parent.and_then(Path::to_str).unwrap_or(checkout)
}

/// The examples' services: the others are still installed while one is looked at.
const NAMES: &[&str] = &["cache", "front", "python-http"];

/// Folders and a lock that stay for the next service, below the folder of the scope.
const KEPT: &[&str] = &["/svcctl", "/svcctl/lock", "/svcctl/services"];
