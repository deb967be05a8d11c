//! Memory, CPU time and age of services, from one call of `ps` for all of them. macOS accounts for processes, not for services, so the tree
//! of each service is added up.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::state::ServiceState;
use crate::system::{Invocation, System};

/// A process as `ps` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Process {
    parent: u32,
    kilobytes: u64,
    cpu_ns: u64,
    age: Duration,
}

/// Fills in memory, CPU time and, where no host knows it better, the start of what has a process. Where `ps` says nothing of use, they stay unknown.
pub fn add(states: &mut [ServiceState], system: &dyn System) {
    if states.iter().all(|state| state.pid.is_none()) {
        return;
    }
    let invocation = Invocation {
        program: PathBuf::from("/bin/ps"),
        args: ["-axo", "pid=,ppid=,rss=,time=,etime="].map(Into::into).to_vec(),
        timeout: Some(Duration::from_secs(10)),
        ..Invocation::default()
    };
    let Ok(output) = system.run(&invocation) else { return };
    let processes = parse(&String::from_utf8_lossy(&output.stdout));
    for state in states {
        let found = state.pid.and_then(|pid| Some((pid, processes.get(&pid)?)));
        if let Some((pid, process)) = found {
            let (kilobytes, cpu_ns) = tree(&processes, pid);
            state.memory_bytes = Some(kilobytes * 1024);
            state.cpu_ns = Some(cpu_ns);
            let began = || system.now().checked_sub(process.age);
            state.since = state
                .since
                .take()
                .or_else(|| Some(humantime::format_rfc3339_seconds(began()?).to_string()));
        }
    }
}

fn parse(text: &str) -> HashMap<u32, Process> {
    text.lines().filter_map(line).collect()
}

fn line(line: &str) -> Option<(u32, Process)> {
    let mut words = line.split_whitespace();
    let pid = words.next()?.parse().ok()?;
    let parent = words.next()?.parse().ok()?;
    let kilobytes = words.next()?.parse().ok()?;
    let cpu_ns = u64::try_from(time(words.next()?)?.as_nanos()).ok()?;
    Some((pid, Process { parent, kilobytes, cpu_ns, age: time(words.next()?)? }))
}

/// `[[days-]hours:]minutes:seconds[.hundredths]`.
fn time(text: &str) -> Option<Duration> {
    let (days, clock) = text.split_once('-').unwrap_or(("0", text));
    let mut parts = clock.rsplit(':');
    let mut seconds = parts.next()?.parse::<f64>().ok()?;
    for (part, factor) in parts.zip([60.0, 3600.0]) {
        seconds += part.parse::<f64>().ok()? * factor;
    }
    seconds += days.parse::<f64>().ok()? * 86400.0;
    Duration::try_from_secs_f64(seconds).ok()
}

/// Memory and time of a process and all below it.
fn tree(processes: &HashMap<u32, Process>, root: u32) -> (u64, u64) {
    let mut todo = vec![root];
    let mut sum = (0, 0);
    let mut seen = std::collections::HashSet::new();
    while let Some(pid) = todo.pop().filter(|_| seen.len() < processes.len()) {
        if let Some(process) = processes.get(&pid).filter(|_| seen.insert(pid)) {
            sum = (sum.0 + process.kilobytes, sum.1 + process.cpu_ns);
            todo.extend(
                processes.iter().filter(|(_, child)| child.parent == pid).map(|(child, _)| *child),
            );
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_all_their_forms() {
        for (text, seconds) in [
            ("0:01.50", 1.5),
            ("2:03", 123.0),
            ("01:02:03", 3723.0),
            ("1-00:00:01", 86401.0),
            ("100:00.00", 6000.0),
        ] {
            assert_eq!(time(text), Some(Duration::from_secs_f64(seconds)), "{text}");
        }
        assert_eq!(time("never"), None);
    }

    #[test]
    fn a_tree_is_added_up_and_nothing_else() {
        let processes = parse(
            "  1 0 100 0:01.00 1:00\n 5 1 10 0:02.00 1:00\n 6 5 20 0:03.00 1:00\n 7 1 1000 9:00.00 1:00\nbad\n",
        );
        assert_eq!(tree(&processes, 5), (30, 5_000_000_000));
        assert_eq!(tree(&processes, 9), (0, 0));
    }
}
