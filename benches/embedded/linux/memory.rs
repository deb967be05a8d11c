//! What processes take while nothing happens.

use std::fs;
use std::path::Path;
use std::time::Duration;

/// How long nothing happens.
const IDLE: Duration = Duration::from_secs(30);

/// The memory of all processes whose command line is so, and how often they woke up in half a minute; none
/// if there is no such process.
pub fn idle(services: f64, is_one: &dyn Fn(&str) -> bool) -> Option<String> {
    let found = processes(is_one);
    if found.is_empty() {
        return None;
    }
    let kib: Vec<f64> = found.iter().filter_map(|at| pss(at)).collect();
    let total: f64 = kib.iter().sum::<f64>() / 1024.0;
    let before: u64 = found.iter().filter_map(|at| switches(at)).sum();
    std::thread::sleep(IDLE);
    let wakes = found.iter().filter_map(|at| switches(at)).sum::<u64>() - before;
    Some(format!(
        "{:.2} MiB a service, {total:.1} in all, {} processes, {wakes} wake-ups in {IDLE:?}",
        total / services,
        kib.len()
    ))
}

fn processes(is_one: &dyn Fn(&str) -> bool) -> Vec<std::path::PathBuf> {
    let all = fs::read_dir("/proc").expect("/proc").flatten().map(|entry| entry.path());
    all.filter(|at| fs::read_to_string(at.join("cmdline")).is_ok_and(|line| is_one(&line)))
        .collect()
}

/// KiB.
fn pss(at: &Path) -> Option<f64> {
    field(&fs::read_to_string(at.join("smaps_rollup")).ok()?, "Pss:")?.parse().ok()
}

/// How often it has slept until something happened.
fn switches(at: &Path) -> Option<u64> {
    field(&fs::read_to_string(at.join("status")).ok()?, "voluntary_ctxt_switches:")?.parse().ok()
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()
}
