//! A channel that loses nothing when the host is killed.
//!
//! `splice` moves what the service wrote into a second pipe that only the host fills, `tee` and a third pipe show it without
//! consuming it, and only what has been committed to the log is discarded. A killed host leaves every byte in a pipe or in the log.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, SpliceFlags};

/// A pipe's size when it is busy: what the caches of a CPU hold besides. Four times as much is slower.
const LARGE: usize = 1 << 18;
/// A pipe's size as it is made.
const SMALL: usize = 1 << 16;

/// One stream's pipes.
#[derive(Debug)]
pub struct Channel {
    /// What the service has written.
    source: OwnedFd,
    /// Where its end comes from.
    writer: Writer,
    /// What has been taken from the source and not committed to the log.
    held: Pipe,
    /// Where the held bytes are duplicated to, to be read.
    shown: Pipe,
    null: OwnedFd,
    large: bool,
}

#[derive(Debug)]
enum Writer {
    Fifo(PathBuf),
    Pipe(OwnedFd),
}

#[derive(Debug)]
struct Pipe {
    read: OwnedFd,
    /// None where `read` is open for both.
    write: Option<OwnedFd>,
}

impl Pipe {
    fn new() -> io::Result<Self> {
        let (read, write) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        Ok(Self { read, write: Some(write) })
    }

    fn input(&self) -> &OwnedFd {
        self.write.as_ref().unwrap_or(&self.read)
    }
}

impl Channel {
    /// The two FIFOs, which exist.
    pub fn named(source: &Path, held: &Path) -> io::Result<Self> {
        let held = Pipe { read: super::open_fifo(held)?, write: None };
        Self::new(super::open_fifo(source)?, Writer::Fifo(source.to_owned()), held)
    }

    /// Pipes without a name.
    pub fn anonymous() -> io::Result<Self> {
        let (source, writer) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC)?;
        rustix::io::ioctl_fionbio(&source, true)?;
        Self::new(source, Writer::Pipe(writer), Pipe::new()?)
    }

    fn new(source: OwnedFd, writer: Writer, held: Pipe) -> io::Result<Self> {
        let null = rustix::fs::open("/dev/null", OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
        let mut channel = Self { source, writer, held, shown: Pipe::new()?, null, large: false };
        if rustix::pipe::fcntl_getpipe_size(&channel.source)? > SMALL {
            // An earlier host made them large.
            channel.grow();
        }
        Ok(channel)
    }

    /// A blocking end for the service.
    pub fn writer(&self) -> io::Result<OwnedFd> {
        match &self.writer {
            Writer::Pipe(fd) => Ok(rustix::io::fcntl_dupfd_cloexec(fd, 3)?),
            // Open for reading too: while no host is there, the service waits instead of getting a signal.
            Writer::Fifo(path) => {
                let flags = OFlags::RDWR | OFlags::CLOEXEC | OFlags::NOFOLLOW;
                Ok(rustix::fs::open(path, flags, Mode::empty())?)
            }
        }
    }

    /// What is polled for input.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.source.as_fd()
    }

    /// Bytes that the service has written and nobody has taken.
    pub fn waiting(&self) -> io::Result<usize> {
        count(&self.source)
    }

    /// Bytes that are taken and not discarded.
    pub fn held(&self) -> io::Result<usize> {
        count(&self.held.read)
    }

    /// Takes what the service has written; how many bytes. 0 when there is nothing, or no room: then something has to be
    /// discarded first.
    pub fn fill(&mut self) -> io::Result<usize> {
        none_if_again(splice(&self.source, self.held.input(), LARGE))
    }

    /// Reads what is held, without discarding it, into the front of `buffer`.
    pub fn show_held(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let flags = SpliceFlags::NONBLOCK;
        let (from, to) = (&self.held.read, self.shown.input());
        let shown = none_if_again(rustix::pipe::tee(from, to, buffer.len(), flags))?;
        let mut done = 0;
        while let Some(rest) = buffer.get_mut(done..shown).filter(|rest| !rest.is_empty()) {
            done += rustix::io::read(&self.shown.read, rest)?;
        }
        Ok(done)
    }

    /// Forgets the first `bytes` of what is held.
    pub fn discard(&mut self, bytes: usize) -> io::Result<()> {
        let mut left = bytes;
        while left > 0 {
            left -= splice(&self.held.read, &self.null, left)?.max(1);
        }
        Ok(())
    }

    /// Moves at most `bytes` of what is held into a file, at `offset`; how many. At every instant a byte is in the pipe or in
    /// the file, never in both or none: a kill does not interrupt the kernel between the two.
    pub fn transfer(&mut self, file: &File, offset: u64, bytes: usize) -> io::Result<usize> {
        let mut offset = offset;
        let flags = SpliceFlags::NONBLOCK | SpliceFlags::MOVE;
        let moved =
            rustix::pipe::splice(&self.held.read, None, file, Some(&mut offset), bytes, flags);
        none_if_again(moved)
    }

    /// Whether [`Self::transfer`] can work at all.
    pub const fn transfers(&self) -> bool {
        true
    }

    /// Makes the pipes large. An ordinary user's share of large pipes may be used up: then they stay as they are.
    pub fn grow(&mut self) {
        if !self.large {
            self.large = self.resize(LARGE);
        }
    }

    /// Gives the share of large pipes back.
    pub fn shrink(&mut self) {
        if self.large {
            self.resize(SMALL);
            self.large = false;
        }
    }

    /// Bytes that the service can write ahead.
    pub const fn capacity(&self) -> usize {
        if self.large { LARGE } else { SMALL }
    }

    fn resize(&self, size: usize) -> bool {
        // The one that bytes are shown through comes first: it must never be smaller than those that it shows.
        [self.shown.input(), self.held.input(), &self.source]
            .into_iter()
            .all(|pipe| rustix::pipe::fcntl_setpipe_size(pipe, size).is_ok())
    }
}

/// Makes a FIFO that only its owner can open.
pub fn make_fifo(path: &Path) -> Result<(), Errno> {
    rustix::fs::mkfifoat(CWD, path, Mode::RUSR | Mode::WUSR)
}

fn splice(from: &OwnedFd, to: &OwnedFd, bytes: usize) -> Result<usize, Errno> {
    rustix::pipe::splice(from, None, to, None, bytes, SpliceFlags::NONBLOCK | SpliceFlags::MOVE)
}

fn count(pipe: &OwnedFd) -> io::Result<usize> {
    Ok(usize::try_from(rustix::io::ioctl_fionread(pipe)?).unwrap_or(usize::MAX))
}

fn none_if_again(result: Result<usize, Errno>) -> io::Result<usize> {
    match result {
        Err(Errno::AGAIN | Errno::INTR) => Ok(0),
        result => Ok(result?),
    }
}
