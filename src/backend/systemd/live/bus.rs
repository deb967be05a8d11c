//! A connection: one thread, one socket, calls in flight at once, deadlines on every wait.
//!
//! It is this small because so little is needed: no objects are served, and signals are those of jobs. To be ready it sends
//! authentication and the first calls in one write, which is what makes `status` fast.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use super::wire::{self, Call, Kind, Message};

/// Calls without an answer that a bus allows a client is 128; the rest of the room is for others of this connection.
const IN_FLIGHT: usize = 96;

/// How long an answer may take unless the caller says otherwise; the same as systemd's own tools.
pub const PATIENCE: Duration = Duration::from_secs(25);

/// What a method answered instead of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// As in `org.freedesktop.systemd1.NoSuchUnit`.
    pub name: String,
    /// In words.
    pub text: String,
}

/// Why a call has no answer.
#[derive(Debug)]
pub enum Fault {
    /// It was refused.
    Refused(Refusal),
    /// The connection broke, or no answer came in time.
    Io(io::Error),
    /// What came back, or was to be sent, is no valid message.
    Wire(zbus::Error),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<zbus::Error> for Fault {
    fn from(error: zbus::Error) -> Self {
        Self::Wire(error)
    }
}

/// A connection.
pub struct Bus {
    stream: UnixStream,
    /// Whether a message bus is behind the socket.
    pub is_bus: bool,
    serial: u32,
    buffer: Vec<u8>,
    read: usize,
    answers: HashMap<u32, Message>,
    signals: VecDeque<Message>,
}

/// What a bus wants to hear first.
fn hello_to_bus(serial: u32) -> zbus::Result<Vec<u8>> {
    let bus = "org.freedesktop.DBus";
    Call::new("/org/freedesktop/DBus", bus, "Hello", &())?.to(bus).encode(serial)
}

impl Bus {
    /// Connects and authenticates, and through a bus says hello; whoever listens has `patience` to let the caller in.
    pub fn connect(path: &Path, is_bus: bool, patience: Duration) -> io::Result<Self> {
        let stream = UnixStream::connect(path)?;
        let mut bus = Self {
            stream,
            is_bus,
            serial: 0,
            buffer: Vec::new(),
            read: 0,
            answers: HashMap::new(),
            signals: VecDeque::new(),
        };
        bus.authenticate(Instant::now() + patience)?;
        Ok(bus)
    }

    /// The kernel tells the other side who calls, so all is sent at once and only the verdict is read.
    fn authenticate(&mut self, deadline: Instant) -> io::Result<()> {
        let uid = rustix::process::geteuid().as_raw().to_string();
        let hex: String = uid.bytes().map(|byte| format!("{byte:02x}")).collect();
        let mut greeting = format!("\0AUTH EXTERNAL {hex}\r\nBEGIN\r\n").into_bytes();
        let hello = self.is_bus.then(|| self.next_serial());
        if let Some(serial) = hello {
            greeting.extend(hello_to_bus(serial).map_err(io::Error::other)?);
        }
        self.stream.write_all(&greeting)?;
        self.verdict(deadline)?;
        let Some(serial) = hello else { return Ok(()) };
        let answer = self.answer(serial, deadline);
        answer.map(drop).map_err(|fault| io::Error::other(format!("{fault:?}")))
    }

    fn verdict(&mut self, deadline: Instant) -> io::Result<()> {
        let end = loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                break end;
            }
            self.fill(Some(deadline))?;
        };
        let verdict = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        self.buffer.drain(..end + 2);
        match verdict.starts_with("OK ") {
            true => Ok(()),
            false => Err(io::Error::new(io::ErrorKind::PermissionDenied, verdict)),
        }
    }

    /// Calls and waits for the answer.
    pub fn call(&mut self, call: &Call<'_>) -> Result<Message, Fault> {
        self.call_within(call, PATIENCE)
    }

    /// Calls and waits this long for the answer.
    pub fn call_within(&mut self, call: &Call<'_>, patience: Duration) -> Result<Message, Fault> {
        let serial = self.send(call)?;
        self.answer(serial, Instant::now() + patience)
    }

    /// Calls all of them, many at a time; the answers are in the order of the calls.
    pub fn call_all(&mut self, calls: &[Call<'_>]) -> Vec<Result<Message, Fault>> {
        let mut answers = Vec::with_capacity(calls.len());
        for chunk in calls.chunks(IN_FLIGHT) {
            let serials = self.send_all(chunk);
            let deadline = Instant::now() + PATIENCE;
            for serial in serials {
                answers.push(serial.and_then(|serial| self.answer(serial, deadline)));
            }
        }
        answers
    }

    fn send(&mut self, call: &Call<'_>) -> Result<u32, Fault> {
        let serial = self.next_serial();
        self.stream.write_all(&call.encode(serial)?)?;
        Ok(serial)
    }

    /// In one write, as long as all can be encoded.
    fn send_all(&mut self, calls: &[Call<'_>]) -> Vec<Result<u32, Fault>> {
        let mut bytes = Vec::with_capacity(calls.len() * 256);
        let mut serials = Vec::with_capacity(calls.len());
        for call in calls {
            let serial = self.next_serial();
            serials.push(
                call.encode(serial).map(|one| bytes.extend_from_slice(&one)).map(|()| serial),
            );
        }
        match self.stream.write_all(&bytes) {
            Ok(()) => serials.into_iter().map(|serial| serial.map_err(Fault::from)).collect(),
            Err(error) => calls.iter().map(|_| Err(Fault::Io(error.kind().into()))).collect(),
        }
    }

    /// Serials begin at 1 and are never 0.
    fn next_serial(&mut self) -> u32 {
        self.serial = self.serial.checked_add(1).unwrap_or(1);
        self.serial
    }

    fn answer(&mut self, serial: u32, deadline: Instant) -> Result<Message, Fault> {
        let message = loop {
            if let Some(message) = self.answers.remove(&serial) {
                break message;
            }
            self.receive(Some(deadline))?;
        };
        match message.kind {
            Kind::Error => {
                Err(Fault::Refused(Refusal { text: message.text(), name: message.error }))
            }
            Kind::Return | Kind::Signal | Kind::Other => Ok(message),
        }
    }

    /// The next signal; none when the deadline has passed.
    pub fn signal(&mut self, deadline: Option<Instant>) -> Result<Option<Message>, Fault> {
        loop {
            if let Some(signal) = self.signals.pop_front() {
                return Ok(Some(signal));
            }
            match self.receive(deadline) {
                Err(Fault::Io(error)) if error.kind() == io::ErrorKind::TimedOut => {
                    return Ok(None);
                }
                other => other?,
            }
        }
    }

    /// Takes in one message and puts it where it belongs.
    fn receive(&mut self, deadline: Option<Instant>) -> Result<(), Fault> {
        let total = loop {
            let pending = &self.buffer[self.read..];
            let fixed: Option<&[u8; wire::FIXED]> = pending.first_chunk();
            let total = match fixed {
                Some(fixed) => wire::length(fixed).ok_or(zbus::Error::ExcessData)?,
                None => wire::FIXED,
            };
            if fixed.is_some() && pending.len() >= total {
                break total;
            }
            self.fill(deadline)?;
        };
        let message = Message::decode(&self.buffer[self.read..self.read + total])?;
        self.read += total;
        match (message.kind, message.answers) {
            (Kind::Signal, _) => self.signals.push_back(message),
            (Kind::Return | Kind::Error, Some(serial)) => {
                self.answers.insert(serial, message);
            }
            _ => {}
        }
        Ok(())
    }

    /// Reads what is there, waiting for it until the deadline.
    fn fill(&mut self, deadline: Option<Instant>) -> io::Result<()> {
        self.buffer.drain(..self.read);
        self.read = 0;
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(left)?;
        let mut chunk = [0; 16384];
        match self.stream.read(&mut chunk) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                self.buffer.extend_from_slice(&chunk[..count]);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                Err(io::ErrorKind::TimedOut.into())
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            Err(error) => Err(error),
        }
    }
}
