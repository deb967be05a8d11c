//! Processes, by what `/proc` tells of them.

use std::fs;
use std::time::{Duration, Instant};

/// The processes whose name and command line, its words separated by blanks, are so.
pub fn find(is_one: impl Fn(&str, &str) -> bool) -> Vec<u32> {
    let pids = fs::read_dir("/proc").expect("/proc").flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_one = |pid: &u32| {
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        command_line(*pid).is_some_and(|line| is_one(name.trim_end(), &line))
    };
    pids.filter(is_one).collect()
}

fn command_line(pid: u32) -> Option<String> {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let line = String::from_utf8_lossy(&bytes).replace('\0', " ");
    (!line.is_empty()).then_some(line)
}

/// Sends signals to processes.
pub fn signal(pids: &[u32], signal: rustix::process::Signal) {
    let pids = pids.iter().filter_map(|pid| i32::try_from(*pid).ok());
    for pid in pids.filter_map(rustix::process::Pid::from_raw) {
        // It may have ended by itself.
        let _ = rustix::process::kill_process(pid, signal);
    }
}

/// Waits until something is so, for at most ten seconds; whether it came to be.
pub fn eventually(mut is_so: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !is_so() {
        if Instant::now() > deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}
