//! The rows of the table, and svcctl in a world of its own.

mod crash;
mod fifty;
mod memory;
mod peers;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::support::{named, time};

/// The program, installed: a file as the linker leaves it is in smaller pieces in the page cache, and starts more slowly.
const SVCCTL: &str = "svcctl";

/// Measures and prints: all, or the parts that the command line names: crash, start, status, idle.
pub fn run() {
    let named = named();
    let wanted = |part: &str| named.is_empty() || named.iter().any(|name| name == part);
    let work = std::env::temp_dir().join(format!("svcctl-bench-{}", std::process::id()));
    fs::create_dir_all(work.join("run")).expect("a folder to work in");
    fs::copy(env!("CARGO_BIN_EXE_svcctl"), work.join(SVCCTL)).expect("a copy of the program");
    println!("| what | svcctl | beside it |\n|---|---|---|");
    if wanted("crash") {
        crash::measure(&work);
    }
    fifty::measure(&work, &wanted);
    fs::remove_dir_all(&work).expect("the folder can be removed");
}

fn row(what: &str, ours: &str, beside: &str) {
    println!("| {what} | {ours} | {beside} |");
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

/// svcctl in a world of its own.
fn svcctl(work: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(work.join(SVCCTL));
    command.env_clear().env("HOME", work).env("XDG_RUNTIME_DIR", work.join("run"));
    command.args(["--user", "--manager", "embedded", "-q"]).args(words);
    command
}

fn install(work: &Path, name: &str, command: &[&str]) {
    let file = work.join(format!("{name}.toml"));
    let restart = "[restart]\ndelay = \"0s\"\nattempts = \"unlimited\"\n";
    fs::write(&file, format!("name = {name:?}\n[process]\ncommand = {command:?}\n{restart}"))
        .expect("a definition");
    time(&mut svcctl(work, &["install", &file.display().to_string()]));
}
