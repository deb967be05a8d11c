//! Raw bytes that the kernel moves from the pipe into the file: nothing to format, nothing to record.

use std::io;
use std::time::Instant;

use memchr::memchr;

use super::{Buffers, Capture, TURNS, Tail};
use crate::host::logs::format;
use crate::host::logs::loss::Loss;

/// Rotations in one go, before the event loop has its turn again.
const ROTATIONS: usize = 64;

impl Capture {
    /// Takes what is waiting; how many bytes. It is held before it is moved into the file: the pipe that a file is fed from is locked
    /// until the file has it all, and the service would wait for that with every line.
    pub(super) fn take_raw(&mut self) -> usize {
        let taken = self.channels.out.fill().unwrap_or(0);
        self.drain_raw();
        taken
    }

    /// Moves what is held, but not for long: what is left then is the next turn's, even if nothing more comes.
    pub(super) fn drain_raw(&mut self) {
        self.behind = (0..TURNS).all(|_| self.move_held());
    }

    /// Moves held bytes to the end of the file, or of a line that is dropped, or until a signal; whether there were any.
    fn move_held(&mut self) -> bool {
        let held = self.channels.out.held().unwrap_or(0);
        if held == 0 {
            return false;
        }
        if !self.direct {
            self.drain(0, Tail::Wait);
            return false;
        }
        if self.is_losing() || self.state(0).torn {
            self.shown(Self::lose_raw);
        } else if held as u64 <= self.log.room(Instant::now()).bytes {
            self.transfer(held);
        } else {
            self.shown(Self::transfer_to_line_ends);
        }
        true
    }

    /// Does something with the bytes that are held, without discarding them.
    fn shown(&mut self, work: fn(&mut Self, &[u8])) {
        let Some(mut buffers) = self.buffers.take().or_else(|| Buffers::new().ok()) else { return };
        let channel = &self.channels.out;
        if buffers.input.refill(|bytes| channel.show_held(bytes)).is_ok() {
            work(self, buffers.input.as_slice());
        }
        self.buffers = Some(buffers);
    }

    /// The file is nearly full: moves what still belongs to it, rotates, and so on.
    fn transfer_to_line_ends(&mut self, held: &[u8]) {
        let mut done = 0;
        for _ in 0..ROTATIONS {
            let rest = held.get(done..).unwrap_or_default();
            let room = self.log.room(Instant::now());
            let (count, rotate) = format::cut(rest, room, self.log.at_line().unwrap_or(true));
            let moved = self.transfer_all(count);
            done += moved;
            if moved < count || !rotate {
                break;
            }
            // A file that cannot be rotated takes what comes.
            let _ = self.rotate();
        }
    }

    fn transfer_all(&mut self, count: usize) -> usize {
        let mut moved = 0;
        while moved < count {
            match self.transfer(count - moved) {
                0 => break,
                more => moved += more,
            }
        }
        moved
    }

    fn transfer(&mut self, bytes: usize) -> usize {
        match self.channels.out.transfer(self.log.file(), self.log.len(), bytes) {
            Ok(moved) => {
                self.log.appended(moved as u64);
                self.counters.bytes += moved as u64;
                moved
            }
            // A file system that has no such operation.
            Err(error) if is_unsupported(&error) => {
                self.direct = false;
                self.record(None);
                0
            }
            Err(error) => {
                self.fail(&error);
                0
            }
        }
    }

    /// Drops what is held, or the rest of a line whose beginning was dropped.
    fn lose_raw(&mut self, held: &[u8]) {
        let used = if self.is_losing() {
            held
        } else {
            let end = memchr(b'\n', held).map_or(held.len(), |at| at + 1);
            held.get(..end).unwrap_or_default()
        };
        self.state(0).torn = used.last() != Some(&b'\n');
        self.count_lost(used);
        let _ = self.channels.out.discard(used.len());
    }

    /// The service has ended: the next one begins with a new line.
    pub(super) fn end_raw(&mut self) {
        if !self.log.at_line().unwrap_or(true) && self.loss.is_none() {
            let _ = self.log.append(b"\n");
        }
        self.state(0).torn = false;
    }

    /// Cuts off the line that could not be written to its end, and counts it as lost.
    pub(super) fn cut_torn_line(&mut self, loss: &mut Loss) {
        let len = self.log.len();
        let Ok(start) = self.log.line_start() else { return };
        if start < len && self.log.truncate(start).is_ok() {
            loss.bytes += len - start;
            self.counters.lost_bytes += len - start;
            self.counters.bytes = self.counters.bytes.saturating_sub(len - start);
            self.state(0).torn = true;
        }
    }
}

fn is_unsupported(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported)
}
