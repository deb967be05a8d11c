//! The end of one service's log, wherever rotation takes it.
//!
//! The file that is read stays open when it is renamed. Once the active file is another one, nothing more comes into the old one:
//! it is read to its end, then every file rotated after it, then the new one.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::time::{Duration, Instant};

use super::Source;
use super::join::SharedJoin;
use super::scan::{self, Bytes, Lines};
use super::snapshot::{self, Active, Snapshot};
use crate::backend::LogLine;
use crate::logs::disk;
use crate::logs::segment::Segment;

/// How long a file may be shorter than what has been read of it. A host that takes over from a killed one cuts off what was not
/// committed, and writes it again at once.
const MENDING: Duration = Duration::from_millis(500);

/// See the module.
pub struct Tail {
    active: Option<Active>,
    /// How far it has been read: to the end of a line.
    position: u64,
    join: SharedJoin,
    shorter: Option<Instant>,
}

impl Tail {
    /// Goes on at `position` of the active file.
    pub const fn new(active: Option<Active>, position: u64, join: SharedJoin) -> Self {
        Self { active, position, join, shorter: None }
    }

    /// Appends what has come.
    pub fn poll(&mut self, source: &Source, out: &mut VecDeque<LogLine>) -> io::Result<()> {
        self.read_on(out)?;
        if let Some(Active { id, .. }) = &self.active
            && snapshot::is_active(source, *id)
        {
            return Ok(());
        }
        let Snapshot { rotated, active } = snapshot::take(&source.directory, &source.service)?;
        let Some(next) = active else { return Ok(()) };
        let Some(current) = self.active.take() else {
            let first = rotated.first().map_or(next.number, |file| file.segment.number);
            return self.go_to(next, first, source, out);
        };
        if current.id == next.id {
            self.active = Some(current);
            return Ok(());
        }
        let after = current.number + 1;
        // What came between the first look and the rotation.
        self.active = Some(current);
        self.shorter = None;
        self.read_on(out)?;
        self.go_to(next, after, source, out)
    }

    /// Reads the rotated files from number `first` on, then the active one.
    fn go_to(
        &mut self,
        next: Active,
        first: u64,
        source: &Source,
        out: &mut VecDeque<LogLine>,
    ) -> io::Result<()> {
        for number in first..next.number {
            let segment = Segment { number, compressed: false };
            let lines = match scan::open(&source.directory, &source.service, segment)? {
                None => continue,
                Some(Bytes::Packed(stream)) => Lines::of_stream(stream),
                Some(Bytes::Plain(file)) => Lines::of_file(&file, 0, u64::MAX)?,
            };
            self.take_all(lines, true, out)?;
        }
        (self.active, self.position) = (Some(next), 0);
        self.read_on(out)
    }

    /// Reads what has been appended to the active file.
    fn read_on(&mut self, out: &mut VecDeque<LogLine>) -> io::Result<()> {
        let Some(Active { file, .. }) = &self.active else { return Ok(()) };
        let len = disk::look(file)?.len;
        if len < self.position && !self.is_truncated(len) {
            return Ok(());
        }
        self.shorter = None;
        let lines = Lines::of_file(self.file()?, self.position, len)?;
        self.position = self.take_all(lines, false, out)?;
        Ok(())
    }

    fn file(&self) -> io::Result<&File> {
        let active = self.active.as_ref().ok_or(io::ErrorKind::NotFound)?;
        Ok(&active.file)
    }

    /// Whether somebody has cut the file to `len` for good: then it is read on from there.
    fn is_truncated(&mut self, len: u64) -> bool {
        let since = *self.shorter.get_or_insert_with(Instant::now);
        let truncated = len == 0 || since.elapsed() > MENDING;
        if truncated {
            self.position = len;
        }
        truncated
    }

    /// Takes whole lines; where they end. `all`: the last line needs no end.
    fn take_all(
        &mut self,
        mut lines: Lines,
        all: bool,
        out: &mut VecDeque<LogLine>,
    ) -> io::Result<u64> {
        while let Some((line, ends)) = lines.next()? {
            if ends || all {
                self.join.borrow_mut().push(line, out);
            }
        }
        Ok(lines.position)
    }
}
