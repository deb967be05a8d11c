//! Other processes: told apart from those that later get their number, signalled, and asked how they ended.

#[cfg_attr(target_os = "linux", path = "process/linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "process/other.rs")]
mod os;

use crate::host::state::Process;
pub use os::{Handle, all, be_subreaper, boot, carries, children, children_of, stat};

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// With this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// Nobody was there to see it, and the kernel does not tell.
    Unknown,
}

impl Exit {
    /// The exit that a raw wait status tells of.
    #[must_use]
    pub const fn from_raw(status: i32) -> Self {
        let signal = status & 0x7f;
        if signal == 0 { Self::Code((status >> 8) & 0xff) } else { Self::Signal(signal) }
    }

    /// The raw wait status that tells of this exit; nobody asks for that of an unknown one.
    #[must_use]
    pub const fn to_raw(self) -> i32 {
        match self {
            Self::Code(code) => code << 8,
            Self::Signal(number) => number,
            Self::Unknown => 0xff << 8,
        }
    }
}

/// What the kernel tells of a process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stat {
    /// Its number.
    pub pid: u32,
    /// Whether it has ended and was not waited for.
    pub zombie: bool,
    /// Its parent.
    pub parent: u32,
    /// When it began, in ticks since boot.
    pub started: u64,
    /// CPU time, in ticks.
    pub ticks: u64,
    /// How many threads it has.
    pub threads: u64,
    /// Resident memory, in pages.
    pub pages: u64,
    /// Of a zombie, how it ended: a wait status (proc_pid_stat(5), field 52).
    pub status: i32,
}

/// The process that has this number now.
#[must_use]
pub fn identify(pid: u32) -> Process {
    Process { pid, started: stat(pid).map_or(0, |stat| stat.started) }
}

/// This process.
#[must_use]
pub fn this() -> Process {
    identify(std::process::id())
}

/// What the kernel tells of a process that lives: the same one, not a later one with its number, and no zombie.
#[must_use]
pub fn living(process: Process) -> Option<Stat> {
    stat(process.pid).filter(|stat| !stat.zombie && stat.started == process.started)
}

/// Whether it lives.
#[must_use]
pub fn lives(process: Process) -> bool {
    living(process).is_some()
}

/// Ends of children that nobody has waited for.
pub fn reap() -> impl Iterator<Item = (u32, Exit)> {
    std::iter::from_fn(|| {
        let ended = rustix::process::wait(rustix::process::WaitOptions::NOHANG).ok()??;
        let pid = u32::try_from(ended.0.as_raw_pid()).unwrap_or_default();
        Some((pid, Exit::from_raw(ended.1.as_raw())))
    })
}

/// All descendants of a process, the nearest first.
#[must_use]
pub fn descendants(pid: u32) -> Vec<u32> {
    let mut found = children(pid);
    let mut next = 0;
    while let Some(pid) = found.get(next).copied() {
        found.extend(children(pid));
        next += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_status_tells_code_and_signal_apart() {
        assert_eq!(Exit::from_raw(0), Exit::Code(0));
        assert_eq!(Exit::from_raw(3 << 8), Exit::Code(3));
        assert_eq!(Exit::from_raw(9), Exit::Signal(9));
        assert_eq!(Exit::from_raw(11 | 0x80), Exit::Signal(11));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_lives_and_one_that_began_at_another_time_does_not() {
        assert!(lives(this()));
        assert!(!lives(Process { started: 1, ..this() }));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_handle_tells_how_a_process_ended_that_nobody_has_waited_for() {
        for (script, exit) in [("exit 7", Exit::Code(7)), ("kill -9 $$", Exit::Signal(9))] {
            let mut child =
                std::process::Command::new("/bin/sh").args(["-c", script]).spawn().unwrap();
            let handle = Handle::open(identify(child.id())).unwrap();
            let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
            while !handle.has_ended() && std::time::Instant::now() < deadline {
                std::thread::yield_now();
            }
            assert_eq!(handle.exit(std::time::Duration::ZERO), Some(exit));
            child.wait().unwrap();
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_handle_tells_how_a_process_ended_that_somebody_else_waited_for() {
        let mut child =
            std::process::Command::new("/bin/sh").args(["-c", "exit 7"]).spawn().unwrap();
        let handle = Handle::open(identify(child.id())).unwrap();
        child.wait().unwrap();
        let exit = handle.exit(std::time::Duration::from_secs(1));
        assert!(matches!(exit, Some(Exit::Code(7) | Exit::Unknown)), "{exit:?}");
    }
}
