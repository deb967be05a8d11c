//! What the client and the daemon say to each other: one JSON value each way over a Unix socket.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// One call of `launchctl`, or of the emulator's own controls.
#[derive(Serialize, Deserialize)]
pub struct Request {
    /// The arguments after the program's name.
    pub args: Vec<String>,
    /// Against which relative plist paths are made absolute.
    pub cwd: PathBuf,
    /// The caller's effective user.
    pub uid: u32,
    /// Whether standard output is a terminal, which changes what `kickstart -p` prints.
    pub tty: bool,
}

/// What the client prints and exits with.
#[derive(Serialize, Deserialize, Default, Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The exit status.
    pub code: u8,
    /// Data.
    pub out: String,
    /// Messages.
    pub err: String,
    /// How long the answer is held back, in real milliseconds.
    #[serde(default)]
    pub delay_ms: u64,
}

impl Reply {
    /// Success without a word.
    pub fn silent() -> Self {
        Self::default()
    }

    /// Success with data on standard output.
    pub fn data(out: impl Into<String>) -> Self {
        Self { out: out.into(), ..Self::default() }
    }

    /// A failure with its message; the line end is added.
    pub fn fail(code: u8, message: impl AsRef<str>) -> Self {
        Self { code, err: format!("{}\n", message.as_ref()), ..Self::default() }
    }
}
