//! Before a service is started: its host waits for what the service names, and says so, and can be told to stop meanwhile.

use std::fs;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use nix::sys::signal::Signal;
use rustix::event::{PollFd, PollFlags, poll};

use super::child::read_record;
use super::process;
use super::runner::milliseconds;
use super::signals::Signals;
use crate::backend::awaiting;
use crate::host::Hosted;
use crate::host::state::{self, Snapshot};
use crate::state::State;
use crate::system::Native;

/// What would end the process, were it not taken.
const SIGNALS: [Signal; 4] = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP, Signal::SIGUSR1];

/// What came of the waiting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The service can be started.
    Go,
    /// It cannot: why.
    Refused(String),
    /// It is not to be started any more.
    Stopped,
}

/// What came of the waiting, and who listens for signals until the host itself does.
#[derive(Debug)]
pub struct Waited {
    turn: Turn,
    signals: Option<Signals>,
}

impl Waited {
    const fn go(signals: Option<Signals>) -> Self {
        Self { turn: Turn::Go, signals }
    }

    /// What is to be done, asked once the host takes the signals: one that came between the two is not lost.
    #[must_use]
    pub fn turn(self) -> Turn {
        let stopped = self.signals.as_ref().is_some_and(is_told_to_stop);
        if stopped { Turn::Stopped } else { self.turn }
    }
}

/// Waits for the service's turn, if it has to. The caller is the one host that the service has.
#[must_use]
pub fn wait(hosted: &Hosted) -> Waited {
    if !awaiting::waits(hosted) || lives_on(Path::new(&hosted.runtime)) {
        return Waited::go(None);
    }
    // Without signals it cannot be told to stop, which is no reason not to start.
    let signals = Signals::take(&SIGNALS).ok();
    let notice = Arc::new(Notice::new(hosted.clone()));
    let Ok((end, ended)) = UnixStream::pair() else { return Waited::go(signals) };
    let teller = Arc::clone(&notice);
    let waiting = thread::Builder::new().spawn(move || {
        let _ended = ended;
        awaiting::obstacle(&teller.hosted, &Native::new(), &|words| teller.say(words))
    });
    let Ok(waiting) = waiting else { return Waited::go(signals) };
    let turn = if is_stopped_before(&end, signals.as_ref()) {
        notice.close();
        Turn::Stopped
    } else {
        waiting.join().ok().flatten().map_or(Turn::Go, Turn::Refused)
    };
    Waited { turn, signals }
}

/// A service that lives on is taken over, whatever has become of the others. One that was just made is not in the state file yet.
fn lives_on(folder: &Path) -> bool {
    let told = state::read(folder).ok().flatten().and_then(|snapshot| snapshot.main);
    let recorded = fs::read_to_string(folder.join("main")).ok();
    let recorded = recorded.and_then(|text| read_record(&text));
    [told, recorded].into_iter().flatten().any(process::lives)
}

/// Waits for the first of the two: the end of the waiting, or a signal to stop.
fn is_stopped_before(end: &UnixStream, signals: Option<&Signals>) -> bool {
    loop {
        let fds = signals.map(|signals| PollFd::new(signals.fd(), PollFlags::IN));
        let mut fds: Vec<_> = [PollFd::new(end, PollFlags::IN)].into_iter().chain(fds).collect();
        match poll(&mut fds, None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
        let ended = fds.first().is_some_and(|fd| !fd.revents().is_empty());
        if signals.is_some_and(is_told_to_stop) {
            return true;
        }
        if ended {
            return false;
        }
    }
}

/// A reload, or a rotation, of what does not run yet has nothing to do.
fn is_told_to_stop(signals: &Signals) -> bool {
    signals.read().iter().any(|signal| matches!(signal, Signal::SIGTERM | Signal::SIGINT))
}

/// What everybody may know of a service that waits. Whoever cannot be told does not keep it from starting.
struct Notice {
    hosted: Hosted,
    since: u64,
    said: Mutex<Said>,
}

#[derive(Default)]
struct Said {
    words: Option<String>,
    /// From here on the state is somebody else's to tell.
    over: bool,
}

impl Notice {
    fn new(hosted: Hosted) -> Self {
        let notice = Self { hosted, since: milliseconds(), said: Mutex::default() };
        let _ = notice.publish(None);
        notice
    }

    /// Says what is waited for, once.
    fn say(&self, words: &str) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if !said.over && said.words.as_deref() != Some(words) {
            let _ = self.publish(Some(words));
            said.words = Some(words.to_owned());
        }
    }

    fn close(&self) {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).over = true;
    }

    fn publish(&self, status: Option<&str>) -> io::Result<()> {
        let folder = Path::new(&self.hosted.runtime);
        let snapshot = Snapshot {
            schema: Snapshot::SCHEMA.to_owned(),
            state: State::Starting,
            main: None,
            host: process::this(),
            since: self.since,
            restarts: 0,
            exit: None,
            trouble: None,
            health: None,
            status: status.map(str::to_owned),
        };
        let fresh = state::file(folder).with_extension("new");
        fs::write(&fresh, serde_json::to_vec(&snapshot)?)?;
        fs::rename(fresh, state::file(folder))
    }
}
