//! The supervisor's event loop.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::time::Duration;

use nix::sys::signal::Signal;
use rustix::event::{PollFd, PollFlags, poll};

use super::hosts::HostEntry;
use super::verbs::Batch;
use super::{Folders, lock, make_runtime};
use crate::host::unix::link::{Link, Program, ToSupervisor};
use crate::host::unix::process;
use crate::host::unix::run::this_program;
use crate::host::unix::runner::now;
use crate::host::unix::signals::Signals;
use crate::spec::ServiceName;

/// How long a detached supervisor stays when there is nothing to supervise.
const LINGER: Duration = Duration::from_secs(2);
/// How often a host that has lost its link is looked after.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(5);
/// How long one waits for a supervisor that is about to end.
const MAKE_WAY: Duration = Duration::from_secs(5);

/// The supervisor of one scope.
#[derive(Debug)]
pub struct Supervisor {
    pub(super) folders: Folders,
    pub(super) program: Program,
    pub(super) hosts: BTreeMap<ServiceName, HostEntry>,
    pub(super) peers: BTreeMap<u64, Link>,
    pub(super) batches: BTreeMap<u64, Batch>,
    /// Children that were waited for and were no host: number and end.
    pub(super) orphans: VecDeque<(u32, process::Exit)>,
    pub(super) next: u64,
    pub(super) ending: bool,
    pub(super) upgrading: bool,
    listener: UnixListener,
    signals: Signals,
    lock: OwnedFd,
    detached: bool,
    idle_until: Option<Duration>,
}

/// Who has something to say.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Signals,
    Listener,
    Host(ServiceName),
    Peer(u64),
}

/// How it came to be a supervisor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beginning {
    /// In the background; it ends when there is nothing left to do.
    pub detached: bool,
    /// The lock that an older program handed down.
    pub inherited_lock: Option<i32>,
}

impl Supervisor {
    /// Becomes the supervisor of a scope; none if another is.
    ///
    /// # Errors
    /// When its folder, its socket or its signals cannot be had.
    pub fn open(folders: Folders, beginning: Beginning) -> io::Result<Option<Self>> {
        make_runtime(&folders.runtime)?;
        let lock = match beginning.inherited_lock {
            Some(number) => Some(inherited(number)?),
            None => wait_for_lock(&folders)?,
        };
        let Some(lock) = lock else { return Ok(None) };
        let listener = listen(&folders)?;
        Ok(Some(Self {
            folders,
            program: this_program(),
            hosts: BTreeMap::new(),
            peers: BTreeMap::new(),
            batches: BTreeMap::new(),
            orphans: VecDeque::new(),
            next: 0,
            ending: false,
            upgrading: false,
            listener,
            signals: Signals::take(&[])?,
            lock,
            detached: beginning.detached,
            idle_until: None,
        }))
    }

    /// Serves until it is told to end, or there is nothing left to do; starts these services first.
    ///
    /// # Errors
    /// When the kernel does not let it wait.
    pub fn serve(mut self, names: &[ServiceName]) -> io::Result<()> {
        self.signals =
            Signals::take(&[Signal::SIGCHLD, Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP])?;
        process::be_subreaper(true)?;
        raise_open_files();
        self.adopt_hosts();
        self.start_all(names);
        loop {
            self.advance();
            if self.upgrading {
                return self.upgrade().map(|never| match never {});
            }
            if self.is_done() {
                let _ = std::fs::remove_file(self.folders.runtime.join("control"));
                return Ok(());
            }
            for source in self.wait()? {
                self.take(source);
            }
            self.look_after_lost_hosts();
        }
    }

    fn is_done(&mut self) -> bool {
        let idle = self.hosts.is_empty() && self.batches.is_empty();
        if idle && self.ending {
            return true;
        }
        if !(idle && self.detached && self.peers.is_empty()) {
            self.idle_until = None;
            return false;
        }
        let until = *self.idle_until.get_or_insert(now() + LINGER);
        until <= now()
    }

    fn wait(&mut self) -> io::Result<Vec<Source>> {
        let lost = self.hosts.values().any(|host| host.link.is_none());
        let timeout = match (lost, self.idle_until) {
            (true, _) => Some(LOOK_AGAIN),
            (false, Some(until)) => Some(until.saturating_sub(now())),
            (false, None) => None,
        };
        let timeout = timeout.and_then(|time| rustix::event::Timespec::try_from(time).ok());
        let sources = self.sources();
        let mut fds: Vec<_> =
            sources.iter().map(|(_, fd)| PollFd::from_borrowed_fd(*fd, PollFlags::IN)).collect();
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let ready = sources.iter().zip(&fds).filter(|(_, fd)| !fd.revents().is_empty());
        Ok(ready.map(|((source, _), _)| source.clone()).collect())
    }

    fn sources(&self) -> Vec<(Source, BorrowedFd<'_>)> {
        let mut sources = vec![(Source::Signals, self.signals.fd().as_fd())];
        sources.push((Source::Listener, self.listener.as_fd()));
        let hosts = self.hosts.iter().filter_map(|(name, host)| Some((name, host.link.as_ref()?)));
        sources.extend(hosts.map(|(name, link)| (Source::Host(name.clone()), link.as_fd())));
        sources.extend(self.peers.iter().map(|(id, link)| (Source::Peer(*id), link.as_fd())));
        sources
    }

    fn take(&mut self, source: Source) {
        match source {
            Source::Signals => self.take_signals(),
            Source::Listener => self.accept(),
            Source::Host(name) => self.take_from_host(&name),
            Source::Peer(id) => self.take_from_peer(id),
        }
    }

    fn take_signals(&mut self) {
        for signal in self.signals.read() {
            match signal {
                Signal::SIGCHLD => self.reap(),
                Signal::SIGHUP => {}
                _ => self.end(),
            }
        }
    }

    fn accept(&mut self) {
        while let Ok((stream, _)) = self.listener.accept() {
            if !may_connect(&stream) {
                continue;
            }
            if let Ok(link) = Link::new(stream) {
                self.next += 1;
                self.peers.insert(self.next, link);
            }
        }
    }

    fn take_from_peer(&mut self, id: u64) {
        let Some(link) = self.peers.get_mut(&id) else { return };
        let messages = link.receive::<ToSupervisor>();
        let closed = link.is_closed();
        for message in messages {
            match message {
                ToSupervisor::Host(name, process, program) => {
                    if let Some(link) = self.peers.remove(&id) {
                        self.host_is_back(&name, process, &program, link);
                    }
                }
                ToSupervisor::Verb { wish, names, wait, program } => {
                    self.verb(id, wish, &names, wait, &program);
                }
                ToSupervisor::Answer(id, answer) => self.answered(id, answer),
            }
        }
        if closed {
            self.forget_peer(id);
        }
    }

    /// Executes the newer program in this process, so that the hosts keep their parent.
    fn upgrade(&self) -> io::Result<Infallible> {
        rustix::io::fcntl_setfd(&self.lock, rustix::io::FdFlags::empty())?;
        let mut arguments: Vec<String> = std::env::args().skip(1).collect();
        if let Some(at) = arguments.iter().position(|argument| argument == "--inherited-lock") {
            arguments.drain(at..arguments.len().min(at + 2));
        }
        arguments.extend(["--inherited-lock".to_owned(), self.lock.as_raw_fd().to_string()]);
        Err(std::process::Command::new(&self.program.path).args(arguments).exec())
    }
}

fn listen(folders: &Folders) -> io::Result<UnixListener> {
    let path = folders.runtime.join("control");
    let _ = std::fs::remove_file(&path);
    // Nobody else may connect, not even for the moment before its mode could be changed.
    let before = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o177));
    let listener = UnixListener::bind(&path);
    rustix::process::umask(before);
    let listener = listener?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// The lock; none when another supervisor answers. One that is about to end is waited for.
fn wait_for_lock(folders: &Folders) -> io::Result<Option<OwnedFd>> {
    let deadline = now() + MAKE_WAY;
    loop {
        if let Some(lock) = lock(&folders.runtime.join("supervisor.lock"))? {
            return Ok(Some(lock));
        }
        if super::connect(&folders.runtime).is_ok() || now() > deadline {
            return Ok(None);
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

fn inherited(number: i32) -> io::Result<OwnedFd> {
    // SAFETY: the older program left this descriptor open for this one, and nobody else here knows its number.
    let lock = unsafe { OwnedFd::from_raw_fd(number) };
    rustix::io::fcntl_setfd(&lock, rustix::io::FdFlags::CLOEXEC)?;
    Ok(lock)
}

/// A thousand services need some thousand descriptors. What the services get is not changed by this: they inherit it, but it is
/// what they may raise theirs to anyway.
fn raise_open_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    let _ = setrlimit(Resource::Nofile, limit);
}

#[cfg(target_os = "linux")]
fn may_connect(stream: &std::os::unix::net::UnixStream) -> bool {
    let owner = rustix::process::geteuid();
    rustix::net::sockopt::socket_peercred(stream)
        .is_ok_and(|peer| peer.uid == owner || peer.uid.is_root())
}

#[cfg(not(target_os = "linux"))]
const fn may_connect(_stream: &std::os::unix::net::UnixStream) -> bool {
    true
}
