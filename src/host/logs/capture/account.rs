//! What happens when the log cannot be written: lines are dropped and counted, and the log tells of it as soon as it can.

use std::io;
use std::time::{Instant, SystemTime};

use memchr::{memchr, memrchr};

use super::{Capture, Tail};
use crate::backend::Stream;
use crate::host::logs::loss::{Loss, RETRY};
use crate::logs::record::{MAX_PART, Part};
use crate::spec::LogFormat;

impl Capture {
    /// Whether lines are dropped at present.
    pub(super) const fn is_losing(&self) -> bool {
        self.loss.is_some()
    }

    /// Writing has failed: from now on lines are dropped, until it works again.
    pub(super) fn fail(&mut self, error: &io::Error) {
        if self.loss.is_some() {
            return;
        }
        let mut loss = Loss::new(error, SystemTime::now(), Instant::now());
        if self.log.config.format == LogFormat::Raw {
            self.cut_torn_line(&mut loss);
        }
        self.loss = Some(loss);
    }

    /// See [`Self::retry`].
    pub(super) fn retry_if_due(&mut self, now: Instant) {
        if self.loss.as_ref().is_some_and(|loss| loss.retry <= now) {
            self.retry();
        }
    }

    /// Tries to write what was lost, and goes on writing if that works.
    pub(super) fn retry(&mut self) {
        let Some(mut loss) = self.loss.take() else { return };
        let marker = loss.marker(SystemTime::now());
        let told = self.check().is_ok() && (loss.bytes == 0 || self.write_own(&marker).is_ok());
        if !told {
            loss.retry = Instant::now() + RETRY;
            self.loss = Some(loss);
        }
    }

    /// A line of the host's own about the service ("ended with exit code 3"). There is none in the raw format, and none while the
    /// disk is full.
    pub fn note(&mut self, text: &str) {
        if self.log.config.format != LogFormat::Raw && !self.is_losing() {
            let _ = self.write_own(text);
        }
    }

    fn write_own(&mut self, text: &str) -> io::Result<()> {
        let mut line = Vec::new();
        self.style(Some(Stream::Manager)).write(Part::Whole, text.as_bytes(), &mut line);
        self.log.append(&line)?;
        self.record(None);
        Ok(())
    }

    /// Drops lines that cannot be written, or the rest of a line whose beginning was dropped; how many of the held bytes.
    pub(super) fn lose_lines(&mut self, index: usize, rest: &[u8], tail: Tail) -> usize {
        let torn = self.state(index).torn;
        let end = if self.is_losing() { memrchr(b'\n', rest) } else { memchr(b'\n', rest) };
        let keep_back = !torn && tail == Tail::Wait && rest.len() < MAX_PART;
        let used = match end {
            Some(at) => at + 1,
            None if keep_back => return 0,
            None => rest.len(),
        };
        let state = self.state(index);
        state.torn = end.is_none() && tail != Tail::End;
        state.open = false;
        self.count_lost(rest.get(..used).unwrap_or_default());
        self.commit(index, used);
        used
    }

    /// Counts bytes that are dropped. Those of a line whose beginning was dropped earlier are told of at once.
    pub(super) fn count_lost(&mut self, bytes: &[u8]) {
        let (mut loss, at_once) = match self.loss.take() {
            Some(loss) => (loss, false),
            None => (Loss::new(&torn(), SystemTime::now(), Instant::now()), true),
        };
        let before = loss.lines;
        loss.count(bytes);
        self.counters.lost_bytes += bytes.len() as u64;
        self.counters.lost_lines += loss.lines - before;
        self.loss = Some(loss);
        if at_once {
            self.retry();
        }
    }
}

fn torn() -> io::Error {
    io::Error::other("the line had begun while it could not be written")
}
