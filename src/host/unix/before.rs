//! Before a service is started: its host waits for what the service names, and says so, and can be told to stop meanwhile.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use nix::sys::signal::Signal;

use super::process;
use super::runner::milliseconds;
use super::signals::Signals;
use crate::backend::awaiting;
use crate::host::Hosted;
use crate::host::state::{self, Snapshot};
use crate::state::State;
use crate::system::Native;

/// Between two looks.
const POLL: Duration = Duration::from_millis(20);

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

/// Waits for the service's turn, if it has to.
#[must_use]
pub fn wait(hosted: &Hosted) -> Turn {
    if !awaiting::waits(hosted) {
        return Turn::Go;
    }
    // Without signals it cannot be told to stop, and without a file nobody sees that it waits: neither is a reason not to start.
    let signals = Signals::take(&[Signal::SIGTERM, Signal::SIGINT]).ok();
    let _ = publish(hosted, State::Starting);
    let service = Arc::new(hosted.clone());
    let waiting = std::thread::spawn(move || awaiting::obstacle(&service, &Native::new()));
    while !waiting.is_finished() {
        if signals.as_ref().is_some_and(|signals| !signals.read().is_empty()) {
            let _ = publish(hosted, State::Stopped);
            return Turn::Stopped;
        }
        std::thread::sleep(POLL);
    }
    match waiting.join() {
        Ok(Some(why)) => Turn::Refused(why),
        Ok(None) | Err(_) => Turn::Go,
    }
}

/// Says that the service is in this state, and nothing of it runs.
fn publish(hosted: &Hosted, state: State) -> io::Result<()> {
    let folder = Path::new(&hosted.runtime);
    fs::create_dir_all(folder)?;
    let waits = || "waits for the services that it names".to_owned();
    let snapshot = Snapshot {
        schema: Snapshot::SCHEMA.to_owned(),
        state,
        main: None,
        host: process::this(),
        since: milliseconds(),
        restarts: 0,
        exit: None,
        trouble: None,
        health: None,
        status: (state == State::Starting).then(waits),
    };
    let fresh = state::file(folder).with_extension("new");
    fs::write(&fresh, serde_json::to_vec(&snapshot)?)?;
    fs::rename(fresh, state::file(folder))
}
