//! Processes on Linux: `/proc` and pidfds.

use std::fs;
use std::io::{self, Read, Write as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::{Exit, Stat};
use crate::host::state::Process;

/// A process that is held: its number cannot be mistaken while this lives.
#[derive(Debug)]
pub struct Handle {
    process: Process,
    pidfd: OwnedFd,
}

impl Handle {
    /// Takes hold of a process; none if it is gone, or its number is another's now.
    #[must_use]
    pub fn open(process: Process) -> Option<Self> {
        let pid = Pid::from_raw(i32::try_from(process.pid).ok()?)?;
        let pidfd = pidfd_open(pid, PidfdFlags::empty()).ok()?;
        // The number may have passed to another process before it was opened; it cannot since.
        (stat(process.pid)?.started == process.started).then_some(Self { process, pidfd })
    }

    /// Which process.
    #[must_use]
    pub const fn process(&self) -> Process {
        self.process
    }

    /// Readable when the process has ended.
    #[must_use]
    pub fn poll_fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.pidfd.as_fd())
    }

    /// Whether it has ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.poll(PollFlags::IN, Duration::ZERO)
    }

    /// Sends it a signal.
    ///
    /// # Errors
    /// When it is gone, or another's.
    pub fn signal(&self, number: i32) -> io::Result<()> {
        // SAFETY: the number only travels to the kernel, which checks it.
        let signal = unsafe { rustix::process::Signal::from_raw_unchecked(number) };
        Ok(rustix::process::pidfd_send_signal(&self.pidfd, signal)?)
    }

    /// How it ended. Where only who has waited for it knows, that is waited for at most so long: since Linux 6.15 the kernel tells then.
    #[must_use]
    pub fn exit(&self, patience: Duration) -> Option<Exit> {
        if !self.has_ended() {
            return None;
        }
        let deadline = Instant::now() + patience;
        loop {
            let told = exit_info(&self.pidfd);
            if let Ok(Some(exit)) = told {
                return Some(exit);
            }
            if let Some(exit) = self.unreaped() {
                return Some(exit);
            }
            if told.is_err() || Instant::now() >= deadline {
                return Some(Exit::Unknown);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// How it ended, as long as nobody has waited for it. The kernel says 0 to those who may not know, too: that says nothing.
    fn unreaped(&self) -> Option<Exit> {
        let stat = stat(self.process.pid)?;
        let ended = stat.zombie && stat.started == self.process.started && stat.status != 0;
        ended.then(|| Exit::from_raw(stat.status))
    }

    fn poll(&self, flags: PollFlags, time: Duration) -> bool {
        let timeout = rustix::event::Timespec::try_from(time).ok();
        let mut fds = [PollFd::new(&self.pidfd, flags)];
        poll(&mut fds, timeout.as_ref()).is_ok_and(|ready| ready > 0)
    }
}

/// `struct pidfd_info` of linux/pidfd.h, as far as its first version goes.
#[repr(C)]
#[derive(Default)]
struct PidfdInfo {
    mask: u64,
    cgroup: u64,
    ids: [u32; 11],
    exit_code: i32,
}

/// `PIDFD_INFO_EXIT`
const INFO_EXIT: u64 = 1 << 3;
/// `PIDFD_GET_INFO`: `_IOWR(0xFF, 11, struct pidfd_info)`
const GET_INFO: rustix::ioctl::Opcode = rustix::ioctl::opcode::read_write::<PidfdInfo>(0xff, 11);

fn exit_info(pidfd: &OwnedFd) -> io::Result<Option<Exit>> {
    let mut info = PidfdInfo { mask: INFO_EXIT, ..PidfdInfo::default() };
    // SAFETY: the operation reads and writes one `pidfd_info` of the size that its number holds, and keeps nothing.
    unsafe {
        rustix::ioctl::ioctl(pidfd, rustix::ioctl::Updater::<GET_INFO, PidfdInfo>::new(&mut info))
    }?;
    Ok((info.mask & INFO_EXIT != 0).then(|| Exit::from_raw(info.exit_code)))
}

/// A file below /proc. The kernel makes it up anew for every read, so a few large ones are better than the growing ones of
/// `fs::read`, which takes the length of zero that such files have for a beginning.
fn read(path: &str) -> io::Result<Vec<u8>> {
    let mut file = fs::File::open(path)?;
    let mut text = vec![0; 4096];
    let mut length = 0;
    loop {
        let free = text.get_mut(length..).unwrap_or_default();
        let room = free.len();
        let count = file.read(free)?;
        length += count;
        if count < room {
            text.truncate(length);
            return Ok(text);
        }
        text.resize(length * 2, 0);
    }
}

/// Longer than any `/proc/PID/stat`: 52 fields of at most 20 digits, and a name of at most 64 bytes.
const STAT: usize = 2048;

/// What the kernel tells of a process; none if it is gone. Allocates nothing, for a child that shares memory asks it of itself.
#[must_use]
pub fn stat(pid: u32) -> Option<Stat> {
    let mut path = *b"/proc/0000000000/stat";
    let mut rest = path.get_mut(6..)?;
    write!(rest, "{pid}/stat").ok()?;
    let unused = rest.len();
    let path = path.get(..path.len() - unused)?;
    let file = rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok()?;
    let mut text = [0; STAT];
    let length = rustix::io::read(file, &mut text).ok()?;
    parse_stat(pid, text.get(..length)?)
}

fn parse_stat(pid: u32, text: &[u8]) -> Option<Stat> {
    // The name is in parentheses and may hold anything, parentheses too.
    let end = text.iter().rposition(|byte| *byte == b')')?;
    let mut fields = std::str::from_utf8(text.get(end + 1..)?).ok()?.split_ascii_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    // The others by how many of no interest come before: proc_pid_stat(5).
    let mut number = |skipped| fields.nth(skipped)?.parse::<u64>().ok();
    Some(Stat {
        pid,
        zombie: matches!(state, "Z" | "X"),
        parent,
        ticks: number(9)? + number(0)?,
        threads: number(4)?,
        started: number(1)?,
        pages: number(1)?,
        status: number(27).and_then(|status| status.try_into().ok()).unwrap_or_default(),
    })
}

/// Its children, of all its threads.
#[must_use]
pub fn children(pid: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let threads = threads.flatten().filter_map(|thread| thread.file_name().into_string().ok());
    threads.flat_map(|thread| children_of_thread(pid, &thread)).collect()
}

/// The children of a process that was just looked at: where it had one thread, no others are looked for.
#[must_use]
pub fn children_of(stat: &Stat) -> Vec<u32> {
    match stat.threads {
        1 => children_of_thread(stat.pid, &stat.pid.to_string()),
        _ => children(stat.pid),
    }
}

fn children_of_thread(pid: u32, thread: &str) -> Vec<u32> {
    let list = read(&format!("/proc/{pid}/task/{thread}/children")).unwrap_or_default();
    let list = String::from_utf8_lossy(&list);
    list.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

/// The numbers of all processes.
#[must_use]
pub fn all() -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// Whether a process was given this variable (`NAME=value`); one of another account's cannot be asked.
#[must_use]
pub fn carries(pid: u32, variable: &str) -> bool {
    fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environment| {
        environment.split(|byte| *byte == 0).any(|one| one == variable.as_bytes())
    })
}

/// Which boot this is.
#[must_use]
pub fn boot() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    id.trim_end().to_owned()
}

/// Orphans below this process become its children; `false` takes that back.
///
/// # Errors
/// As `prctl(2)`.
pub fn be_subreaper(on: bool) -> io::Result<()> {
    Ok(nix::sys::prctl::set_child_subreaper(on)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields of proc_pid_stat(5) from the third on, each its own number but for the state's letter.
    fn line(name: &str, state: &str) -> String {
        let numbers: Vec<String> = (4..=52).map(|field: u32| field.to_string()).collect();
        format!("7 ({name}) {state} {}\n", numbers.join(" "))
    }

    #[test]
    fn each_field_is_the_one_that_the_manual_names() {
        let expected = Stat {
            pid: 7,
            zombie: false,
            parent: 4,
            ticks: 14 + 15,
            threads: 20,
            started: 22,
            pages: 24,
            status: 52,
        };
        assert_eq!(parse_stat(7, line("sh", "S").as_bytes()), Some(expected));
    }

    #[test]
    fn a_name_may_hold_what_looks_like_fields() {
        let stat = parse_stat(7, line("a) R 1 (b", "Z").as_bytes());
        assert_eq!(stat.map(|stat| (stat.zombie, stat.parent)), Some((true, 4)));
        assert_eq!(parse_stat(7, b"7 (sh) S 1"), None);
        assert_eq!(parse_stat(7, b""), None);
    }

    #[test]
    fn the_largest_number_of_a_process_has_its_path() {
        assert_eq!(stat(u32::MAX), None);
        assert_eq!(stat(std::process::id()).map(|stat| stat.pid), Some(std::process::id()));
    }
}
