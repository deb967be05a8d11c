//! The memory of a service where the kernel's control groups do not count it: what its processes hold, added up.

use std::fs;

/// Where a group's processes are listed, by the layout of the groups: unified, hybrid, legacy.
const ROOTS: [&str; 3] = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"];

/// Bytes of all processes of the group; none where they cannot be seen.
pub fn of_group(group: &str) -> Option<u64> {
    let list = |root: &&str| fs::read_to_string(format!("{root}{group}/cgroup.procs")).ok();
    let processes = ROOTS.iter().find_map(list)?;
    let total: u64 = processes.lines().filter_map(of_process).sum();
    (total > 0).then_some(total)
}

/// The resident part, without what it shares with others through files.
fn of_process(pid: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = |name: &str| status.lines().find_map(|line| kibibytes(line.strip_prefix(name)?));
    Some(line("RssAnon:")?.saturating_add(line("RssShmem:").unwrap_or(0)).saturating_mul(1024))
}

fn kibibytes(rest: &str) -> Option<u64> {
    rest.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_very_process_holds_memory() {
        assert!(of_process("self").unwrap() > 10_000);
        assert_eq!(kibibytes("\t   12 kB"), Some(12));
        assert_eq!(kibibytes("12 MB"), None);
    }
}
