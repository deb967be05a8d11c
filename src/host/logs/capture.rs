//! What the event loop of a host sees of the capture.

mod account;
mod lines;
mod raw;

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use super::buffer::Buffer;
use super::channels::Channel;
use super::ledger::{Ledger, Record};
use super::log::Log;
use super::loss::Loss;
use super::pace::Pace;
use super::{Channels, Config};
use crate::backend::Stream;
use crate::spec::LogFormat;

/// How long a line without end is kept back.
const PARTIAL: Duration = Duration::from_secs(1);
/// Readings in one go, before the event loop has its turn again.
const TURNS: usize = 8;
/// Bytes of the buffers: what a large pipe holds, and what the longest part of a line can become.
const BUFFERS: [usize; 2] = [1 << 18, 1 << 19];
const STREAMS: [Stream; 2] = [Stream::Stdout, Stream::Stderr];

/// What has gone through a capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Bytes of the service that are in the log.
    pub bytes: u64,
    /// Bytes that could not be written.
    pub lost_bytes: u64,
    /// Lines that could not be written.
    pub lost_lines: u64,
    /// Files that were rotated.
    pub rotations: u64,
}

/// A service's output on its way into files.
#[derive(Debug)]
pub struct Capture {
    log: Log,
    channels: Channels,
    ledger: Ledger,
    state: [StreamState; 2],
    buffers: Option<Buffers>,
    pace: Pace,
    loss: Option<Loss>,
    counters: Counters,
    /// The stream whose lines were written last.
    latest: usize,
    /// Whether the kernel moves raw bytes into the file by itself.
    direct: bool,
    /// Whether raw bytes were left that nothing but another turn will move.
    behind: bool,
}

/// What is known of one stream.
#[derive(Clone, Copy, Debug, Default)]
struct StreamState {
    /// The beginning of its last line is in the log already.
    open: bool,
    /// The beginning of its last line is lost, so the rest has to go too.
    torn: bool,
    /// Since when it holds a line without end.
    partial: Option<Instant>,
}

#[derive(Debug)]
struct Buffers {
    input: Buffer,
    output: Buffer,
}

impl Buffers {
    fn new() -> io::Result<Self> {
        let [input, output] = BUFFERS;
        Ok(Self { input: Buffer::new(input)?, output: Buffer::new(output)? })
    }
}

/// What to do with a line that has no end yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tail {
    /// Leave it where it is.
    Wait,
    /// Write it; it may go on.
    Part,
    /// Write it; it does not go on.
    End,
}

impl Capture {
    /// Opens the log, and mends what an earlier host left half done.
    ///
    /// # Errors
    /// When the folder or the file cannot be made.
    pub fn open(config: Config, channels: Channels) -> io::Result<Self> {
        let log = Log::open(config)?;
        let (ledger, record) = Ledger::open(channels.folder.as_deref())?;
        let mut capture = Self {
            direct: log.config.format == LogFormat::Raw && channels.out.transfers(),
            log,
            channels,
            ledger,
            state: Default::default(),
            buffers: None,
            pace: Pace::new(),
            loss: None,
            counters: Counters::default(),
            latest: 0,
            behind: false,
        };
        capture.recover(record.unwrap_or_default())?;
        Ok(capture)
    }

    /// Completes or undoes the transaction that an earlier host was in, and writes what it held.
    fn recover(&mut self, record: Record) -> io::Result<()> {
        if record.file == self.log.id() {
            self.log.truncate(record.len)?;
        }
        for (index, held) in record.held.into_iter().enumerate() {
            let (Some(channel), Some(keep)) = (self.channel(index), held) else { continue };
            let surplus =
                channel.held()?.saturating_sub(usize::try_from(keep).unwrap_or(usize::MAX));
            channel.discard(surplus)?;
        }
        for (state, open) in self.state.iter_mut().zip(record.open) {
            state.open = open;
        }
        self.record(None);
        if self.direct {
            self.drain_raw();
        } else {
            for index in if record.error_first { [1, 0] } else { [0, 1] } {
                self.drain(index, Tail::Wait);
            }
        }
        self.release();
        Ok(())
    }

    /// The end that the service gets; see [`Channels::writer`].
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn writer(&self, stream: Stream) -> io::Result<OwnedFd> {
        self.channels.writer(stream)
    }

    /// What to poll for input now; asked again before every poll. There is nothing while the capture pauses under a heavy load,
    /// so that many small writes are taken together.
    pub fn fds(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let channels = [Some(&self.channels.out), self.channels.err.as_ref()];
        channels.into_iter().flatten().filter(|_| !self.pace.pauses()).map(Channel::fd)
    }

    /// Takes what there is, but not for long: a few megabytes.
    pub fn on_readable(&mut self) {
        let now = Instant::now();
        let mut taken = 0;
        for _ in 0..TURNS {
            let bytes = self.take(Tail::Wait);
            taken += bytes;
            if bytes < self.channels.out.capacity() / 2 {
                break;
            }
        }
        self.pace.taken(taken, self.channels.out.capacity(), now);
        if self.pace.is_busy() {
            self.channels.each(Channel::grow);
        } else {
            self.buffers = None;
        }
    }

    /// Takes what is waiting, once; how many bytes.
    fn take(&mut self, tail: Tail) -> usize {
        if let Err(error) = self.check() {
            self.fail(&error);
        }
        self.retry_if_due(Instant::now());
        if self.direct { self.take_raw() } else { self.take_lines(tail) }
    }

    /// Has the log look after its file.
    fn check(&mut self) -> io::Result<()> {
        if self.log.check()? {
            self.record(None);
        }
        Ok(())
    }

    /// When [`Self::on_timer`] is due; asked again before every poll. An idle capture has one deadline only, far away.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let partial =
            self.state.iter().filter_map(|state| state.partial).map(|since| since + PARTIAL);
        let loss = self.loss.as_ref().map(|loss| loss.retry);
        let behind = self.behind.then(Instant::now);
        let own = partial.chain(loss).chain(behind);
        own.chain(self.pace.deadline()).chain([self.log.due()]).min()
    }

    /// Does what is due: may be called too early or too late.
    pub fn on_timer(&mut self) {
        let now = Instant::now();
        if self.pace.resume(now) || self.behind {
            self.on_readable();
        }
        for index in 0..self.state.len() {
            if self.state(index).partial.is_some_and(|since| since + PARTIAL <= now) {
                self.drain(index, Tail::Part);
            }
        }
        self.retry_if_due(now);
        if self.log.due() <= now {
            self.log.tick();
            self.record(None);
        }
        if self.pace.calms(now) {
            self.channels.each(Channel::shrink);
            self.release();
        }
    }

    /// Gives the buffers' memory back.
    fn release(&mut self) {
        self.buffers = None;
    }

    /// Rotates now, unless the file is empty.
    ///
    /// # Errors
    /// When the file cannot be renamed; it is then appended to as before.
    pub fn rotate(&mut self) -> io::Result<()> {
        let result = self.log.rotate();
        self.record(None);
        result
    }

    /// The service's last process has ended: takes what is left, for at most `grace`, and writes a last line that has no end.
    /// The capture can go on afterwards, with the next start of the service.
    pub fn finish(&mut self, grace: Duration) {
        let end = Instant::now() + grace;
        while (self.take(Tail::Wait) > 0 || self.behind) && Instant::now() < end {}
        if self.direct {
            self.end_raw();
        } else {
            self.take_lines(Tail::End);
        }
        if self.loss.is_some() {
            self.retry();
        }
        self.release();
    }

    /// What has gone through so far.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        Counters { rotations: self.log.rotations, ..self.counters }
    }

    fn channel(&mut self, index: usize) -> Option<&mut Channel> {
        if index == 0 { Some(&mut self.channels.out) } else { self.channels.err.as_mut() }
    }

    fn state(&mut self, index: usize) -> &mut StreamState {
        let [out, err] = &mut self.state;
        if index == 0 { out } else { err }
    }
}
