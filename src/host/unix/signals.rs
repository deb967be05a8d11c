//! Signals: their names, and their way into the event loop through a pipe.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicI32, Ordering};

use nix::libc;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};

/// The number of a signal by its name: `SIGTERM`, `SIGRTMIN+3`.
#[must_use]
pub fn number(name: &str) -> Option<i32> {
    if let Ok(signal) = name.parse::<Signal>() {
        return Some(signal as i32);
    }
    real_time(name)
}

#[cfg(target_os = "linux")]
fn real_time(name: &str) -> Option<i32> {
    let offset = name.strip_prefix("SIGRTMIN")?;
    let offset =
        if offset.is_empty() { 0 } else { offset.strip_prefix('+')?.parse::<i32>().ok()? };
    let number = libc::SIGRTMIN().checked_add(offset)?;
    (number <= libc::SIGRTMAX()).then_some(number)
}

#[cfg(not(target_os = "linux"))]
const fn real_time(_name: &str) -> Option<i32> {
    None
}

/// The name of a signal by its number.
#[must_use]
pub fn name(number: i32) -> String {
    Signal::try_from(number)
        .map_or_else(|_| format!("signal {number}"), |signal| signal.to_string())
}

/// Where the handler writes to; -1 while nobody listens.
static PIPE: AtomicI32 = AtomicI32::new(-1);

extern "C" fn forward(number: libc::c_int) {
    let byte = [u8::try_from(number).unwrap_or_default()];
    let saved = nix::errno::Errno::last_raw();
    // SAFETY: `write` may be called in a signal handler; the buffer lives on this stack. A full pipe loses nothing that matters:
    // its reader is about to wake anyway.
    unsafe { libc::write(PIPE.load(Ordering::Relaxed), byte.as_ptr().cast(), 1) };
    nix::errno::Errno::set_raw(saved);
}

/// The signals of this process as bytes of a pipe.
#[derive(Debug)]
pub struct Signals {
    pipe: OwnedFd,
    _writer: OwnedFd,
}

impl Signals {
    /// Takes these signals; SIGPIPE is ignored beside them. A forked process calls it again to have a pipe of its own.
    ///
    /// # Errors
    /// When there are too many open files.
    pub fn take(wanted: &[Signal]) -> io::Result<Self> {
        let (pipe, writer) = pipe()?;
        PIPE.store(writer.as_raw_fd(), Ordering::Relaxed);
        let forwarded =
            SigAction::new(SigHandler::Handler(forward), SaFlags::SA_RESTART, SigSet::empty());
        for signal in wanted {
            // SAFETY: the handler does nothing but what is allowed in one.
            unsafe { sigaction(*signal, &forwarded) }?;
        }
        let ignored = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
        // SAFETY: ignoring a signal calls nothing.
        unsafe { sigaction(Signal::SIGPIPE, &ignored) }?;
        Ok(Self { pipe, _writer: writer })
    }

    /// Readable when a signal has come.
    #[must_use]
    pub const fn fd(&self) -> &OwnedFd {
        &self.pipe
    }

    /// The signals that have come, each once.
    #[must_use]
    pub fn read(&self) -> Vec<Signal> {
        let mut buffer = [0_u8; 64];
        let mut found = Vec::new();
        while let Ok(count @ 1..) = rustix::io::read(&self.pipe, &mut buffer) {
            let numbers = buffer.iter().take(count).map(|byte| i32::from(*byte));
            for signal in numbers.filter_map(|number| Signal::try_from(number).ok()) {
                if !found.contains(&signal) {
                    found.push(signal);
                }
            }
        }
        found
    }
}

/// A pipe that does not block, and is closed on exec.
#[cfg(target_os = "linux")]
fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    use rustix::pipe::PipeFlags;
    Ok(rustix::pipe::pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?)
}

#[cfg(not(target_os = "linux"))]
fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let pair = rustix::pipe::pipe()?;
    for fd in [&pair.0, &pair.1] {
        rustix::io::fcntl_setfd(fd, rustix::io::FdFlags::CLOEXEC)?;
        rustix::io::ioctl_fionbio(fd, true)?;
    }
    Ok(pair)
}

/// Puts every signal back to what a program expects that is started afresh: nothing ignored, nothing blocked.
pub fn reset() {
    let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    for signal in Signal::iterator() {
        // SAFETY: the default action calls nothing. SIGKILL and SIGSTOP are refused, and need none.
        let _ = unsafe { sigaction(signal, &default) };
    }
    let _ = SigSet::empty().thread_set_mask();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_are_found_by_name_and_named_by_number() {
        assert_eq!(number("SIGTERM"), Some(15));
        assert_eq!(name(9), "SIGKILL");
        assert_eq!(number("SIGNONE"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn real_time_signals_count_from_the_first() {
        assert_eq!(number("SIGRTMIN+3"), Some(libc::SIGRTMIN() + 3));
        assert_eq!(number("SIGRTMIN+99"), None);
    }
}
