//! The pipes between a service and its log.
//!
//! Where the log tells the streams apart there is a pipe for each, and lines of the two are in the order of their arrival; elsewhere
//! both share one pipe, and the order is exact.
//!
//! Named channels are FIFOs in a folder of the service's own. What is in them outlives the host as long as anybody holds them
//! open: the service itself does (its ends are open for reading too, so that it gets no `SIGPIPE` while no host is there), and the
//! supervisor should, with [`Channels::hold`]. Anonymous channels end with the host.

#[cfg_attr(target_os = "linux", path = "channels/linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "channels/portable.rs")]
mod channel;

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::Owner;
use crate::backend::Stream;
pub use channel::Channel;

/// The pipes of one service.
#[derive(Debug)]
pub struct Channels {
    /// Standard output, or both streams.
    pub(super) out: Channel,
    /// Standard error, where it has a pipe of its own.
    pub(super) err: Option<Channel>,
    /// The folder of named ones.
    pub(super) folder: Option<PathBuf>,
}

/// Names of the FIFOs in the folder: what the service writes to, and what the host has taken but not committed.
const NAMES: [[&str; 2]; 2] = [["out", "out.held"], ["err", "err.held"]];

impl Channels {
    /// The FIFOs in `folder`, which exists and is the host's own; those of an earlier host are taken over with what is in them.
    /// `owner` is the service's account, which may then reopen `/dev/stdout`.
    ///
    /// # Errors
    /// When they cannot be made or opened, or something else has their names.
    pub fn named(folder: &Path, two: bool, owner: Option<Owner>) -> io::Result<Self> {
        let channel = |names: [&str; 2]| {
            let [source, held] = names.map(|name| folder.join(name));
            fifo(&source, owner)?;
            fifo(&held, None)?;
            Channel::named(&source, &held)
        };
        let [out, err] = NAMES;
        Ok(Self {
            out: channel(out)?,
            err: two.then(|| channel(err)).transpose()?,
            folder: Some(folder.to_owned()),
        })
    }

    /// Pipes without a name.
    ///
    /// # Errors
    /// When there are too many open files.
    pub fn anonymous(two: bool) -> io::Result<Self> {
        Ok(Self {
            out: Channel::anonymous()?,
            err: two.then(Channel::anonymous).transpose()?,
            folder: None,
        })
    }

    /// The end that the service gets as its standard output or error: blocking, closed on exec unless duplicated.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn writer(&self, stream: Stream) -> io::Result<OwnedFd> {
        match (&self.err, stream) {
            (Some(err), Stream::Stderr) => err.writer(),
            _ => self.out.writer(),
        }
    }

    /// Does it to every pipe.
    pub(super) fn each(&mut self, work: impl FnMut(&mut Channel)) {
        [Some(&mut self.out), self.err.as_mut()].into_iter().flatten().for_each(work);
    }

    /// Descriptors that keep what is in the FIFOs of `folder` alive while no host is; for the supervisor.
    ///
    /// # Errors
    /// When one of those that exist cannot be opened.
    pub fn hold(folder: &Path) -> io::Result<Vec<OwnedFd>> {
        let paths = NAMES.iter().flatten().map(|name| folder.join(name));
        paths.filter(|path| path.exists()).map(|path| open_fifo(&path)).collect()
    }
}

/// Opens a FIFO for reading and writing, without blocking.
fn open_fifo(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let fd = rustix::fs::open(path, flags, Mode::empty())?;
    let kind = rustix::fs::FileType::from_raw_mode(rustix::fs::fstat(&fd)?.st_mode);
    if kind.is_fifo() {
        Ok(fd)
    } else {
        Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{} is no FIFO", path.display())))
    }
}

/// Makes a FIFO unless it is there.
fn fifo(path: &Path, owner: Option<Owner>) -> io::Result<()> {
    match channel::make_fifo(path) {
        Err(Errno::EXIST) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(()) => owner.map_or(Ok(()), |owner| give(&open_fifo(path)?, owner)),
    }
}

/// Gives an open file to an account.
pub(super) fn give(file: impl AsFd, owner: Owner) -> io::Result<()> {
    let user = rustix::fs::Uid::from_raw(owner.uid);
    let group = rustix::fs::Gid::from_raw(owner.gid);
    Ok(rustix::fs::fchown(file, Some(user), Some(group))?)
}
