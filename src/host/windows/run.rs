//! A host from its beginning to its end.

use std::io;
use std::sync::mpsc;
use std::thread;

use super::runner::{Host, Wake};
use super::{console, service};
use crate::error::{Error, ErrorKind, Result};
use crate::host::{GIVE_UP_EXIT, Hosted, Supervision, stop_event};
use crate::windows::event::Event;

/// Whoever may end services may set the event that ends one while it starts: SYSTEM and administrators.
const MAY_STOP: &str = "D:P(A;;GA;;;SY)(A;;GA;;;BA)(A;;GA;;;OW)";

/// Runs a service for the manager, which has started this process; what the process exits with.
///
/// # Errors
/// When it has not.
pub fn for_manager(hosted: Hosted) -> Result<u8> {
    let name = hosted.spec.name.clone();
    let (wake, wakes) = mpsc::channel();
    listen_for_a_stop(&name.to_string(), &wake);
    let to_host = wake.clone();
    let main = move || {
        let _ = console::survive_interrupts();
        match Host::open(hosted, to_host, wakes).and_then(|mut host| host.run()) {
            Ok(failure) => failure,
            Err(_) => Some(u32::from(GIVE_UP_EXIT)),
        }
    };
    service::run(wake, main).map(|()| 0).map_err(|error| {
        Error::io(format!("{name} is started by the Service Control Manager only"), &error)
            .hint(format!("start it: svcctl start {name}"))
    })
}

/// The manager passes no stop on to a service that starts; this way one arrives.
fn listen_for_a_stop(name: &str, wake: &mpsc::Sender<Wake>) {
    let Ok(event) = Event::named(&stop_event(name), MAY_STOP) else { return };
    let wake = wake.clone();
    let listen = move || {
        event.wait();
        service::report(service::Report::Stopping);
        let _ = wake.send(Wake::Stop);
    };
    let _: io::Result<_> = thread::Builder::new().stack_size(64 << 10).spawn(listen);
}

fn unavailable<T>(what: &str) -> Result<T> {
    Err(Error::new(ErrorKind::ManagerUnavailable, format!("svcctl cannot {what} on Windows")))
}

/// Runs a service in the foreground.
///
/// # Errors
/// Always.
pub fn at_terminal(_hosted: Hosted) -> Result<u8> {
    unavailable("run a service in the foreground")
}

/// Runs the supervisor of the embedded manager.
///
/// # Errors
/// Always.
pub fn supervise(_supervision: &Supervision) -> Result<()> {
    unavailable("supervise services by itself")
}
