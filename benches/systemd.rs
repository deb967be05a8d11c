//! svcctl beside systemctl, on a machine that systemd booted: `cargo bench --bench systemd`, as root. Prints a table; judges
//! nothing. `tests/lanes/boot-systemd` gives such a machine where there is none.

// A benchmark that cannot prepare what it measures has nothing to say.
#![allow(clippy::expect_used)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use support::{Pair, pair, print, time};

const SVCCTL: &str = env!("CARGO_BIN_EXE_svcctl");
const RUNS: usize = 20;
const MANY: usize = 1_000;
const HUNDRED: usize = 100;

fn main() {
    if !Path::new("/run/systemd/system").exists() {
        println!("not measured: systemd did not boot this machine");
        return;
    }
    let work = std::env::temp_dir().join(format!("svcctl-bench-{}", std::process::id()));
    fs::create_dir_all(&work).expect("a folder to work in");
    let pairs = [one_status(&work), many_status(&work), install(&work)];
    print(&pairs);
    fs::remove_dir_all(&work).expect("the folder can be removed");
}

fn svcctl(args: &[&str]) -> Command {
    let mut command = Command::new(SVCCTL);
    command.args(args);
    command
}

fn systemctl(args: &[&str]) -> Command {
    let mut command = Command::new("systemctl");
    command.args(args);
    command
}

/// Writes `count` definitions into a folder and returns the names.
fn definitions(folder: &Path, prefix: &str, count: usize) -> Vec<String> {
    fs::create_dir_all(folder).expect("a folder for definitions");
    (0..count)
        .map(|number| {
            let name = format!("{prefix}-{number}");
            let text = format!(
                "name = \"{name}\"\ndescription = \"benchmark\"\n[process]\ncommand = [\"/bin/sleep\", \"infinity\"]\nuser = \"root\"\n"
            );
            fs::write(folder.join(format!("{name}.toml")), text).expect("a definition");
            name
        })
        .collect()
}

fn run(command: &mut Command) {
    let _: Duration = time(command);
}

fn one_status(work: &Path) -> Pair {
    let folder = work.join("one");
    let names = definitions(&folder, "bench-one", 1);
    run(svcctl(&["install", "--start"]).arg(&folder));
    let unit = format!("{}.service", names[0]);
    let pair = pair(
        "`status NAME -o json` : `systemctl show NAME`",
        0.6,
        RUNS * 3,
        || time(&mut svcctl(&["status", &names[0], "-o", "json"])),
        || time(&mut systemctl(&["show", &unit])),
    );
    run(svcctl(&["uninstall"]).args(&names));
    pair
}

fn many_status(work: &Path) -> Pair {
    let folder = work.join("many");
    let names = definitions(&folder, "bench-many", MANY);
    run(svcctl(&["install", "--start"]).arg(&folder));
    let units: Vec<_> = names.iter().map(|name| format!("{name}.service")).collect();
    let pair = pair(
        "`status` of 1,000 : `systemctl show` of the same",
        0.6,
        RUNS,
        || time(svcctl(&["status", "-o", "json"]).args(&names)),
        || time(systemctl(&["show"]).args(&units)),
    );
    run(svcctl(&["uninstall"]).args(&names));
    pair
}

fn install(work: &Path) -> Pair {
    let folder = work.join("hundred");
    let names = definitions(&folder, "bench-ours", HUNDRED);
    let units = ready_units();
    let pair = pair(
        "`install` of 100 : `systemctl enable` of 100 and a daemon-reload",
        1.5,
        RUNS,
        || {
            let time = time(svcctl(&["install"]).arg(&folder));
            run(svcctl(&["uninstall"]).args(&names));
            time
        },
        || {
            let enabled = time(systemctl(&["enable", "-q"]).args(&units));
            let reloaded = time(&mut systemctl(&["daemon-reload"]));
            run(systemctl(&["disable", "-q"]).args(&units));
            enabled + reloaded
        },
    );
    for unit in &units {
        fs::remove_file(unit_path(unit)).expect("a unit that was made here");
    }
    run(&mut systemctl(&["daemon-reload"]));
    pair
}

fn unit_path(unit: &str) -> PathBuf {
    Path::new("/etc/systemd/system").join(unit)
}

/// A hundred units that only need to be enabled.
fn ready_units() -> Vec<String> {
    let units: Vec<_> = (0..HUNDRED).map(|number| format!("bench-peer-{number}.service")).collect();
    let text = "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n";
    for unit in &units {
        fs::write(unit_path(unit), text).expect("a unit");
    }
    run(&mut systemctl(&["daemon-reload"]));
    units
}
