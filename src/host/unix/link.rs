//! Messages between verbs, supervisor and hosts: one JSON value a line through a Unix socket.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::backend::Action;
use crate::host::state::Process;
use crate::spec::ServiceName;

/// What is asked of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wish {
    /// See [`Action::Start`].
    Start,
    /// See [`Action::Stop`].
    Stop,
    /// See [`Action::Restart`].
    Restart,
    /// See [`Action::Reload`].
    Reload,
}

impl From<Action> for Wish {
    fn from(action: Action) -> Self {
        match action {
            Action::Start => Self::Start,
            Action::Stop => Self::Stop,
            Action::Restart => Self::Restart,
            Action::Reload => Self::Reload,
        }
    }
}

/// Which program file a process runs: another one at the same path means an upgrade.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Its path when it was started.
    pub path: String,
    /// Device, inode and time of its last change.
    pub file: (u64, u64, i64),
}

/// From the supervisor to a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ToHost {
    /// Do this, and answer with the number.
    Wish(u64, Wish),
    /// A process that was no child of the host's has ended, with this raw wait status.
    Reaped(u32, i32),
    /// Begin; what a fresh host waits for that is asked nothing.
    Go,
    /// Rotate the logs.
    Rotate,
    /// End, and leave the service to a successor.
    HandOver,
}

/// What came of a wish.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Whether anything was done at all.
    pub changed: bool,
    /// What the user should know although it succeeded.
    pub warnings: Vec<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// Whether it failed because it took too long.
    #[serde(default)]
    pub timed_out: bool,
}

impl Answer {
    /// It failed.
    #[must_use]
    pub fn failed(why: impl Into<String>) -> Self {
        Self { error: Some(why.into()), ..Self::default() }
    }
}

/// To the supervisor, from a host or from a verb.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ToSupervisor {
    /// A host that has lost its supervisor.
    Host(ServiceName, Process, Program),
    /// A host answers.
    Answer(u64, Answer),
    /// A verb.
    Verb {
        /// What is asked.
        wish: Wish,
        /// Of whom.
        names: Vec<ServiceName>,
        /// Whether it waits for the end of it.
        wait: bool,
        /// The program of the verb.
        program: Program,
    },
}

/// To a verb.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ToVerb {
    /// What came of it for one service.
    Done(ServiceName, Answer),
    /// All is answered.
    End,
    /// The supervisor makes way for a newer program; ask again.
    Again,
}

/// One end of a connection.
#[derive(Debug)]
pub struct Link {
    stream: UnixStream,
    received: Vec<u8>,
    closed: bool,
}

/// Longest message. A request names at most some thousands of services.
const LONGEST: usize = 4 << 20;

impl Link {
    /// Takes a connected socket; reads will not block.
    ///
    /// # Errors
    /// As `fcntl(2)`.
    pub fn new(stream: UnixStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Ok(Self { stream, received: Vec::new(), closed: false })
    }

    /// Sends a message; waits while the other end is slow to read.
    ///
    /// # Errors
    /// When the other end is gone.
    pub fn send<T: Serialize>(&mut self, message: &T) -> io::Result<()> {
        let mut line = serde_json::to_vec(message)?;
        line.push(b'\n');
        self.stream.set_nonblocking(false)?;
        let sent = self.stream.write_all(&line);
        self.stream.set_nonblocking(true)?;
        sent
    }

    /// The messages that have come whole. One that is not understood is dropped.
    pub fn receive<T: DeserializeOwned>(&mut self) -> Vec<T> {
        self.fill();
        let mut messages = Vec::new();
        while let Some(end) = self.received.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.received.drain(..=end).collect();
            messages.extend(serde_json::from_slice(&line).ok());
        }
        messages
    }

    /// Whether the other end is gone; what it sent before has been received.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// The connected socket.
    #[must_use]
    pub const fn stream(&self) -> &UnixStream {
        &self.stream
    }

    fn fill(&mut self) {
        let mut buffer = [0_u8; 4096];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => self.closed = true,
                Ok(count) if self.received.len() < LONGEST => {
                    self.received.extend(buffer.iter().take(count));
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(_) | Err(_) => self.closed = true,
            }
            return;
        }
    }
}

impl AsFd for Link {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_arrive_whole_and_in_order_and_the_end_is_seen() {
        let (left, right) = UnixStream::pair().unwrap();
        let (mut left, mut right) = (Link::new(left).unwrap(), Link::new(right).unwrap());
        left.send(&ToHost::Wish(1, Wish::Start)).unwrap();
        left.send(&ToHost::HandOver).unwrap();
        left.stream.write_all(b"{\"half").unwrap();
        assert_eq!(right.receive::<ToHost>(), [ToHost::Wish(1, Wish::Start), ToHost::HandOver]);
        assert!(!right.is_closed());
        drop(left);
        assert_eq!(right.receive::<ToHost>(), []);
        assert!(right.is_closed());
    }
}
