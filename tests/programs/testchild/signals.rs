//! Commands about signals.

#[cfg_attr(unix, path = "signals/unix.rs")]
#[cfg_attr(not(unix), path = "signals/windows.rs")]
mod os;

use std::ffi::OsString;
use std::io::{Error, Result};
use std::thread;

use crate::script::{self, Words};

/// `crash SIGNAL`: ends itself by a signal.
pub fn crash(words: &mut Words<'_>) -> Result<()> {
    os::raise(&signal(words)?)
}

/// `ignore SIGNAL`
pub fn ignore(words: &mut Words<'_>) -> Result<()> {
    os::ignore(&signal(words)?)
}

/// `on SIGNAL COMMAND… [and COMMAND…]`: does the commands each time the signal comes.
pub fn on(words: &mut Words<'_>) -> Result<()> {
    let arrivals = os::arrivals(&signal(words)?)?;
    let commands: Vec<OsString> = words.rest().to_vec();
    thread::spawn(move || {
        for () in arrivals {
            if let Err(error) = script::run_separated(&commands, "and") {
                eprintln!("svcctl-testchild: {error}");
            }
        }
    });
    Ok(())
}

/// The name of a signal with its `SIG`.
fn signal(words: &mut Words<'_>) -> Result<String> {
    let word = words.word()?.to_str().ok_or_else(|| Error::other("not a signal"))?;
    Ok(if word.starts_with("SIG") { word.to_owned() } else { format!("SIG{word}") })
}
