//! A channel where the kernel cannot show the contents of a pipe: what is taken and not committed is in the host's memory, and is
//! lost with it.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::io::Errno;

/// A pipe's size as most systems have it.
const SIZE: usize = 1 << 16;

/// One stream's pipe.
#[derive(Debug)]
pub struct Channel {
    source: OwnedFd,
    writer: Writer,
    held: Vec<u8>,
}

#[derive(Debug)]
enum Writer {
    Fifo(PathBuf),
    Pipe(OwnedFd),
}

impl Channel {
    /// The first of the two FIFOs, which exists.
    pub fn named(source: &Path, _held: &Path) -> io::Result<Self> {
        let fd = super::open_fifo(source)?;
        Ok(Self { source: fd, writer: Writer::Fifo(source.to_owned()), held: Vec::new() })
    }

    /// A pipe without a name.
    pub fn anonymous() -> io::Result<Self> {
        let (source, writer) = rustix::pipe::pipe()?;
        for end in [&source, &writer] {
            rustix::io::fcntl_setfd(end, rustix::io::FdFlags::CLOEXEC)?;
        }
        rustix::io::ioctl_fionbio(&source, true)?;
        Ok(Self { source, writer: Writer::Pipe(writer), held: Vec::new() })
    }

    /// A blocking end for the service.
    pub fn writer(&self) -> io::Result<OwnedFd> {
        match &self.writer {
            Writer::Pipe(fd) => Ok(rustix::io::fcntl_dupfd_cloexec(fd, 3)?),
            Writer::Fifo(path) => {
                let fd = super::open_fifo(path)?;
                rustix::io::ioctl_fionbio(&fd, false)?;
                Ok(fd)
            }
        }
    }

    /// What is polled for input.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.source.as_fd()
    }

    /// Bytes that the service has written and nobody has taken.
    pub fn waiting(&self) -> io::Result<usize> {
        Ok(usize::try_from(rustix::io::ioctl_fionread(&self.source)?).unwrap_or(usize::MAX))
    }

    /// Bytes that are taken and not discarded.
    pub fn held(&self) -> io::Result<usize> {
        Ok(self.held.len())
    }

    /// Takes what the service has written; how many bytes. 0 when there is nothing.
    pub fn fill(&mut self) -> io::Result<usize> {
        let before = self.held.len();
        self.held.resize(before + SIZE, 0);
        let read =
            match rustix::io::read(&self.source, self.held.get_mut(before..).unwrap_or_default()) {
                Err(Errno::AGAIN | Errno::INTR) => Ok(0),
                read => read,
            };
        self.held.truncate(before + read.unwrap_or(0));
        Ok(read?)
    }

    /// Copies what is held into the front of `buffer`.
    pub fn show_held(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.held.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), self.held.get(..count)) {
            to.copy_from_slice(from);
        }
        Ok(count)
    }

    /// Forgets the first `bytes` of what is held.
    pub fn discard(&mut self, bytes: usize) -> io::Result<()> {
        self.held.drain(..bytes.min(self.held.len()));
        if self.held.is_empty() {
            self.held.shrink_to(SIZE);
        }
        Ok(())
    }

    /// Cannot be done here.
    pub fn transfer(&mut self, _file: &File, _offset: u64, _bytes: usize) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Whether [`Self::transfer`] can work at all.
    pub const fn transfers(&self) -> bool {
        false
    }

    /// Pipes have one size here.
    pub fn grow(&mut self) {}

    /// Gives memory back.
    pub fn shrink(&mut self) {
        self.held.shrink_to_fit();
    }

    /// Bytes that the service can write ahead.
    pub const fn capacity(&self) -> usize {
        SIZE
    }
}

/// Makes a FIFO that only its owner can open.
#[cfg(not(target_vendor = "apple"))]
pub fn make_fifo(path: &Path) -> Result<(), Errno> {
    rustix::fs::mkfifoat(rustix::fs::CWD, path, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR)
}

/// macOS has no `mkfifoat` before 13, and nothing here that would outlive the host.
#[cfg(target_vendor = "apple")]
pub fn make_fifo(_path: &Path) -> Result<(), Errno> {
    Err(Errno::NOTSUP)
}
