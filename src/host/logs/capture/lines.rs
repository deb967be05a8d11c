//! Formatted lines: one transaction after the other, each of which a successor can complete or undo.
//!
//! A transaction: format whole lines of what a stream holds, append them to the log, record that they are committed, discard them
//! from what is held, record that nothing is under way.

use std::time::{Instant, SystemTime};

use super::{Buffer, Buffers, Capture, STREAMS, Tail};
use crate::backend::Stream;
use crate::host::logs::format::{self, Progress, Stop};
use crate::host::logs::ledger::Record;
use crate::logs::record::{Put, Stamp, Style};
use crate::spec::LogFormat;

impl Capture {
    /// Takes what waits on both streams; how many bytes.
    pub(super) fn take_lines(&mut self, tail: Tail) -> usize {
        (0..STREAMS.len()).map(|index| self.take_stream(index, tail)).sum()
    }

    fn take_stream(&mut self, index: usize, tail: Tail) -> usize {
        let Some(channel) = self.channel(index) else { return 0 };
        let filled = channel.fill().unwrap_or(0);
        // Held back pieces of a line can use up the places of a pipe.
        let stuck = filled == 0 && channel.waiting().is_ok_and(|waiting| waiting > 0);
        let tail = if stuck && tail == Tail::Wait { Tail::Part } else { tail };
        if filled > 0 || tail != Tail::Wait {
            self.drain(index, tail);
        }
        let refilled = match self.channel(index).filter(|_| stuck) {
            Some(channel) => channel.fill().unwrap_or(0),
            None => 0,
        };
        if refilled > 0 {
            self.drain(index, Tail::Wait);
        }
        filled + refilled
    }

    /// Writes what a stream holds.
    pub(super) fn drain(&mut self, index: usize, tail: Tail) {
        let Some(mut buffers) = self.buffers.take().or_else(|| Buffers::new().ok()) else { return };
        let Buffers { input, output } = &mut buffers;
        // Not all that is held can always be shown at once.
        while let Some(channel) = self.channel(index)
            && let Ok(held) = channel.held()
            && input.refill(|bytes| channel.show_held(bytes)).is_ok()
            && self.write_held(index, input.as_slice(), output, tail) > 0
            && input.len() < held
        {}
        self.buffers = Some(buffers);
    }

    /// How many of the bytes are done with.
    fn write_held(&mut self, index: usize, held: &[u8], out: &mut Buffer, tail: Tail) -> usize {
        if self.latest != index {
            self.latest = index;
            self.record(None);
        }
        let mut rest = held;
        while !rest.is_empty() {
            let used = self.step(index, rest, out, tail);
            if used == 0 {
                break;
            }
            rest = rest.get(used..).unwrap_or_default();
        }
        if tail == Tail::End && self.state(index).open {
            self.close(index, out);
        }
        let since = self.state(index).partial.unwrap_or_else(Instant::now);
        self.state(index).partial = (!rest.is_empty()).then_some(since);
        held.len() - rest.len()
    }

    /// One transaction, or the loss of some lines; how many of the held bytes are done with.
    fn step(&mut self, index: usize, rest: &[u8], out: &mut Buffer, tail: Tail) -> usize {
        if self.is_losing() || self.state(index).torn {
            return self.lose_lines(index, rest, tail);
        }
        out.truncate(0);
        let mut progress = self.format(index, rest, out, tail);
        if progress.consumed == 0 && progress.stop == Stop::File {
            // A file that cannot be rotated takes what comes.
            let _ = self.rotate();
            progress = self.format(index, rest, out, tail);
        }
        if progress.consumed == 0 {
            return 0;
        }
        if let Err(error) = self.log.append(out.as_slice()) {
            self.fail(&error);
            return self.lose_lines(index, rest, tail);
        }
        self.state(index).open = progress.open;
        self.counters.bytes += progress.consumed as u64;
        self.commit(index, progress.consumed);
        progress.consumed
    }

    /// Formats as much as goes into the open file.
    fn format(&mut self, index: usize, rest: &[u8], out: &mut Buffer, tail: Tail) -> Progress {
        let room = self.log.room(Instant::now());
        if self.log.config.format == LogFormat::Raw {
            let (count, _) = format::cut(rest, room, self.log.at_line().unwrap_or(true));
            out.put(rest.get(..count).unwrap_or_default());
            return Progress { consumed: count, open: false, stop: Stop::File };
        }
        let style = self.style(self.stream(index));
        let open = self.state(index).open;
        let progress = format::lines(&style, rest, open, room, out);
        if progress.consumed == 0 && progress.stop == Stop::Input && tail != Tail::Wait {
            return format::tail(&style, rest, open, tail == Tail::End, room, out);
        }
        progress
    }

    /// Marks that a line goes no further of which the beginning is in the log.
    fn close(&mut self, index: usize, out: &mut Buffer) {
        out.truncate(0);
        let style = self.style(self.stream(index));
        style.write(format::part(true, true), b"", out);
        if self.log.append(out.as_slice()).is_ok() {
            self.state(index).open = false;
            self.record(None);
        }
    }

    /// Whose lines come through a pipe.
    fn stream(&self, index: usize) -> Option<Stream> {
        self.log.config.has_two().then(|| STREAMS.get(index).copied()).flatten()
    }

    /// The style of a stream now.
    pub(super) fn style(&self, stream: Option<Stream>) -> Style {
        Style::new(self.log.config.format, stream, &Stamp::new(SystemTime::now()))
    }

    /// The first `done` of the held bytes are settled.
    pub(super) fn commit(&mut self, index: usize, done: usize) {
        let held = self.channel(index).and_then(|channel| channel.held().ok()).unwrap_or(done);
        self.record(Some((index, held.saturating_sub(done) as u64)));
        if let Some(channel) = self.channel(index) {
            let _ = channel.discard(done);
        }
        self.record(None);
    }

    /// Records where things stand: the stream of which all but so many held bytes are settled, or that nothing is under way.
    pub(super) fn record(&mut self, settled: Option<(usize, u64)>) {
        let left = |index| settled.filter(|(of, _)| *of == index).map(|(_, left)| left);
        self.ledger.write(&Record {
            file: if self.direct { Default::default() } else { self.log.id() },
            len: self.log.len(),
            held: [left(0), left(1)],
            open: self.state.map(|state| state.open),
            error_first: self.latest == 1,
        });
    }
}
