//! Points at which a test lets the process be killed or a step fail, in builds for tests only.
//!
//! Everything durable that a change does is counted from 1: the journal, the stop, each step, each flush, each of the manager's
//! steps, the commit, what follows, the removal of the journal, and likewise everything that a recovery does before.
//! `SVCCTL_FAULT=N:before` and `N:after` kill the process there with SIGKILL, `N:fail` lets it fail with an I/O error.
//! `SVCCTL_FAULT_LOG=FILE` writes each point's number and name to a file, so that a test knows where the end is.

use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::{Error, Result};
use crate::system::System;

/// Counts what is done.
#[derive(Debug)]
pub struct Faults {
    done: AtomicU32,
    fault: Option<(u32, Kind)>,
    log: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Before,
    After,
    Fail,
}

impl Faults {
    pub(super) fn from_env(system: &dyn System) -> Self {
        let wanted = system.env("SVCCTL_FAULT".as_ref());
        let fault = wanted.and_then(|text| parse(&text.to_string_lossy()));
        let log = system.env("SVCCTL_FAULT_LOG".as_ref()).map(PathBuf::from);
        Self { done: AtomicU32::new(0), fault, log }
    }

    /// Does it, unless it is its turn to fail.
    pub(super) fn act<T>(&self, what: &str, act: impl FnOnce() -> Result<T>) -> Result<T> {
        let number = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.note(number, what);
        let turn = self.fault.filter(|(at, _)| *at == number).map(|(_, kind)| kind);
        match turn {
            Some(Kind::Before) => die(),
            Some(Kind::Fail) => {
                let error = std::io::Error::from_raw_os_error(EIO);
                return Err(Error::io(format!("{what} (point {number})"), &error));
            }
            Some(Kind::After) | None => {}
        }
        let result = act();
        if turn == Some(Kind::After) {
            die();
        }
        result
    }

    fn note(&self, number: u32, what: &str) {
        let Some(path) = &self.log else { return };
        let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
        let _ = file.and_then(|mut file| writeln!(file, "{number} {what}"));
    }
}

/// An I/O error: EIO, or ERROR_IO_DEVICE.
const EIO: i32 = if cfg!(windows) { 1117 } else { 5 };

fn parse(text: &str) -> Option<(u32, Kind)> {
    let (number, kind) = text.split_once(':')?;
    let kind = match kind {
        "before" => Kind::Before,
        "after" => Kind::After,
        "fail" => Kind::Fail,
        _ => return None,
    };
    Some((number.parse().ok()?, kind))
}

#[cfg(unix)]
fn die() -> ! {
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::abort()
}

#[cfg(not(unix))]
fn die() -> ! {
    std::process::abort()
}
