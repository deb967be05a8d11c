//! The capture of a service's output: bytes from its pipes into log files that rotate.
//!
//! ```text
//! service ─▶ pipe ─▶ Channels ─▶ format ─▶ active file ─▶ rotated files ─▶ compressed, then removed by count, total and age
//! ```
//!
//! The event loop polls [`Capture::fds`] for input until [`Capture::deadline`], calls [`Capture::on_readable`] or
//! [`Capture::on_timer`], and [`Capture::finish`] when the service's last process has ended. Nothing here ever fails because of a
//! full or broken disk: lines that cannot be written are counted, and a line in the log says how many when writing works again.

// The core knows no OS; so far only the host on Unix feeds it.
mod buffer;
#[cfg(unix)]
mod capture;
#[cfg(unix)]
mod channels;
mod compress;
mod format;
#[cfg(unix)]
mod ledger;
mod log;
mod loss;
#[cfg(unix)]
mod pace;
mod retain;
#[cfg(any(windows, test))]
#[cfg_attr(not(windows), allow(dead_code))]
mod sink;

use std::path::{Path, PathBuf};
use std::time::Duration;

#[cfg(unix)]
pub use capture::{Capture, Counters};
#[cfg(unix)]
pub use channels::Channels;

#[cfg(windows)]
pub use sink::Sink;

pub use crate::logs::disk::Owner;
use crate::spec::{LogFormat, LogTo, Logs, ServiceName};

/// What becomes of a service's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The folder of the files; made if missing.
    pub directory: PathBuf,
    /// The service, from which the files have their names.
    pub service: String,
    /// What a line looks like.
    pub format: LogFormat,
    /// Bytes at which a file is rotated; a single longer line makes a longer file.
    pub max_size: u64,
    /// Rotated files that are kept.
    pub max_files: u32,
    /// Bytes of all files together.
    pub max_total: u64,
    /// A file is rotated when its first line, and removed when its last line is older.
    pub max_age: Duration,
    /// Whether rotated files are compressed.
    pub compress: bool,
    /// Whether both streams share a pipe, so that their lines are in the order in which they were written and of neither is known
    /// whose it is, as in a manager's own log.
    pub together: bool,
    /// Whom new files are given to, when the host has the right to.
    pub owner: Option<Owner>,
}

impl Config {
    /// Whether each stream has a pipe of its own.
    #[must_use]
    pub fn has_two(&self) -> bool {
        self.format != LogFormat::Raw && !self.together
    }

    /// The configuration of a service, with the documented defaults for what is unset. `directory` is the scope's, for a service
    /// that names none.
    #[must_use]
    pub fn new(service: &ServiceName, logs: &Logs, directory: &Path) -> Self {
        let directory = logs.directory.as_deref().map_or(directory, Path::new);
        Self {
            directory: directory.to_owned(),
            service: service.as_str().to_owned(),
            format: logs.format.unwrap_or(LogFormat::Timestamped),
            max_size: logs.max_size.unwrap_or(10 << 20),
            max_files: logs.max_files.unwrap_or(7),
            max_total: logs.max_total.unwrap_or(200 << 20),
            max_age: logs.max_age.unwrap_or(Duration::from_secs(30 * 24 * 60 * 60)),
            compress: logs.compress.unwrap_or(true),
            together: logs.to == LogTo::Manager,
            owner: None,
        }
    }
}
