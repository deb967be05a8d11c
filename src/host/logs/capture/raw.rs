//! Raw bytes that the kernel moves from the pipe into the file: nothing to format, nothing to record.

use std::io;
use std::time::Instant;

use memchr::memchr;

use super::{Buffers, Capture, Tail};
use crate::host::logs::format;
use crate::host::logs::loss::Loss;

/// Rotations in one go, before the event loop has its turn again.
const ROTATIONS: usize = 64;

impl Capture {
    /// Moves what is waiting; how many bytes.
    pub(super) fn take_raw(&mut self) -> usize {
        let waiting = self.channels.out.waiting().unwrap_or(0);
        if waiting == 0 {
            return 0;
        }
        if self.is_losing() || self.state(0).torn {
            return self.shown(Self::lose_raw);
        }
        if waiting as u64 <= self.log.room(Instant::now()).bytes {
            return self.transfer(waiting);
        }
        self.shown(Self::transfer_to_line_ends)
    }

    /// Does something with the bytes that are waiting, without taking them.
    fn shown(&mut self, work: fn(&mut Self, &[u8]) -> usize) -> usize {
        let Some(mut buffers) = self.buffers.take().or_else(|| Buffers::new().ok()) else {
            return 0;
        };
        let channel = &self.channels.out;
        let shown = buffers.input.refill(|bytes| channel.show_waiting(bytes));
        let used = shown.map_or(0, |()| work(self, buffers.input.as_slice()));
        self.buffers = Some(buffers);
        used
    }

    /// The file is nearly full: moves what still belongs to it, rotates, and so on.
    fn transfer_to_line_ends(&mut self, waiting: &[u8]) -> usize {
        let mut done = 0;
        for _ in 0..ROTATIONS {
            let rest = waiting.get(done..).unwrap_or_default();
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
        done
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
                self.take_lines(Tail::Wait)
            }
            Err(error) => {
                self.fail(&error);
                0
            }
        }
    }

    /// Drops what is waiting, or the rest of a line whose beginning was dropped.
    fn lose_raw(&mut self, waiting: &[u8]) -> usize {
        let used = if self.is_losing() {
            waiting
        } else {
            let end = memchr(b'\n', waiting).map_or(waiting.len(), |at| at + 1);
            waiting.get(..end).unwrap_or_default()
        };
        self.state(0).torn = used.last() != Some(&b'\n');
        self.count_lost(used);
        let _ = self.channels.out.skip(used.len());
        used.len()
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
