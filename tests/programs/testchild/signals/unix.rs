//! Signals of Unix, through a pipe from the handler.

use std::io::{Error, PipeReader, Read, Result};
use std::os::fd::IntoRawFd;
use std::sync::atomic::{AtomicI32, Ordering};

const SIGNALS: &[(&str, i32)] = &[
    ("SIGABRT", libc::SIGABRT),
    ("SIGHUP", libc::SIGHUP),
    ("SIGINT", libc::SIGINT),
    ("SIGKILL", libc::SIGKILL),
    ("SIGPIPE", libc::SIGPIPE),
    ("SIGQUIT", libc::SIGQUIT),
    ("SIGSEGV", libc::SIGSEGV),
    ("SIGTERM", libc::SIGTERM),
    ("SIGUSR1", libc::SIGUSR1),
    ("SIGUSR2", libc::SIGUSR2),
    ("SIGWINCH", libc::SIGWINCH),
];

/// The write end of a signal's pipe, by the signal's number; 0: none.
static PIPES: [AtomicI32; 32] = [const { AtomicI32::new(0) }; 32];

fn number(name: &str) -> Result<i32> {
    let found = SIGNALS.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, number)| *number)
        .ok_or_else(|| Error::other(format!("not a signal here: {name}")))
}

/// Sends this process a signal whose default action is back in place.
pub fn raise(name: &str) -> Result<()> {
    let number = number(name)?;
    // SAFETY: both calls take plain numbers and touch no memory of ours.
    unsafe {
        libc::signal(number, libc::SIG_DFL);
        libc::raise(number);
    }
    Ok(())
}

/// Ignores a signal from now on.
pub fn ignore(name: &str) -> Result<()> {
    set(number(name)?, libc::SIG_IGN)
}

fn set(number: i32, handler: libc::sighandler_t) -> Result<()> {
    // SAFETY: `handler` is SIG_IGN or `note`, which only does what a handler may do.
    let before = unsafe { libc::signal(number, handler) };
    if before == libc::SIG_ERR { Err(Error::last_os_error()) } else { Ok(()) }
}

/// One item for each time the signal comes, without end.
pub fn arrivals(name: &str) -> Result<impl Iterator<Item = ()> + Send + 'static> {
    let number = number(name)?;
    let (reader, writer) = std::io::pipe()?;
    let slot = usize::try_from(number).ok().and_then(|index| PIPES.get(index));
    slot.ok_or_else(|| Error::other("not a signal"))?.store(writer.into_raw_fd(), Ordering::SeqCst);
    set(number, note as extern "C" fn(i32) as libc::sighandler_t)?;
    Ok(bytes(reader))
}

fn bytes(mut reader: PipeReader) -> impl Iterator<Item = ()> + Send + 'static {
    std::iter::from_fn(move || reader.read_exact(&mut [0]).ok())
}

extern "C" fn note(number: i32) {
    let Some(slot) = usize::try_from(number).ok().and_then(|index| PIPES.get(index)) else {
        return;
    };
    // SAFETY: write(2) is async-signal-safe, and the descriptor is never closed.
    unsafe { libc::write(slot.load(Ordering::SeqCst), [1_u8].as_ptr().cast(), 1) };
}
