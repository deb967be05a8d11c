//! inotify. A folder that does not exist yet is looked at from time to time.

use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};

use crate::logs::files::Source;

/// The changes since the last wait.
pub struct Watch(Option<OwnedFd>);

impl Watch {
    /// Watches the folders of `sources`.
    pub fn new(sources: &[Source]) -> Self {
        let fd = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).ok();
        let events = WatchFlags::MODIFY | WatchFlags::CREATE | WatchFlags::MOVED_TO;
        let watched = fd.filter(|fd| {
            sources.iter().all(|source| inotify::add_watch(fd, &source.directory, events).is_ok())
        });
        Self(watched)
    }

    /// Returns at the next change, or after `longest`, or a little sooner where changes cannot be watched.
    pub fn wait(&self, longest: Duration) {
        let Some(fd) = &self.0 else {
            return std::thread::sleep(longest / 2);
        };
        let timeout = Timespec::try_from(longest).ok();
        let mut fds = [PollFd::new(fd, PollFlags::IN)];
        if poll(&mut fds, timeout.as_ref()).is_ok_and(|ready| ready > 0) {
            let mut buffer = [MaybeUninit::uninit(); 4096];
            let mut reader = inotify::Reader::new(fd, &mut buffer);
            while reader.next().is_ok() {}
        }
    }
}
