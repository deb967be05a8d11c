//! The end of one service's log, wherever rotation takes it.
//!
//! The file that is read stays open when it is renamed. Once the active file is another one, nothing more comes into the old one:
//! it is read to its end, then every file rotated after it, then the new one. It is read line by line, however much has come: who
//! reads slowly a log that grows quickly needs no more memory for that.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::ops::Range;
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
    look: Look,
    reading: Option<Reading>,
    out: VecDeque<LogLine>,
}

/// How far a look at the log has come.
#[derive(Default)]
enum Look {
    /// None is under way.
    #[default]
    Done,
    /// What has been appended to the active file is read.
    Current,
    /// The active file has been rotated: what is still to be read.
    Ahead(Ahead),
    /// What is in the new active file is read.
    Next,
}

/// Files that were rotated after the one that was read, and the one that is active now.
struct Ahead {
    numbers: Range<u64>,
    next: Active,
}

/// A file that is being read.
struct Reading {
    lines: Lines,
    /// Nothing more comes into it: its last line needs no end.
    closed: bool,
}

impl Tail {
    /// Goes on at `position` of the active file.
    pub fn new(active: Option<Active>, position: u64, join: SharedJoin) -> Self {
        let (look, out) = (Look::default(), VecDeque::new());
        Self { active, position, join, shorter: None, look, reading: None, out }
    }

    /// The next line that has come. After the last one there is none, once; then it looks again.
    pub fn next(&mut self, source: &Source) -> io::Result<Option<LogLine>> {
        loop {
            if let Some(line) = self.out.pop_front() {
                return Ok(Some(line));
            }
            if !self.read()? && !self.go_on(source)? {
                return Ok(None);
            }
        }
    }

    /// Reads a line of the file at hand; whether there was one.
    fn read(&mut self) -> io::Result<bool> {
        let Some(mut reading) = self.reading.take() else { return Ok(false) };
        // Of a damaged file nothing more is read.
        let Some((line, ends)) = reading.lines.next()? else { return Ok(false) };
        if ends || reading.closed {
            self.join.borrow_mut().push(line, &mut self.out);
        }
        if !reading.closed {
            self.position = reading.lines.position;
        }
        self.reading = Some(reading);
        Ok(true)
    }

    /// Turns to what is to be read next; whether there is anything in this look.
    fn go_on(&mut self, source: &Source) -> io::Result<bool> {
        match std::mem::take(&mut self.look) {
            Look::Done => {
                self.read_on()?;
                self.look = Look::Current;
            }
            Look::Current => {
                let Some(ahead) = self.rotated_since(source)? else { return Ok(false) };
                // What came between the look at its length and the rotation.
                self.shorter = None;
                self.read_on()?;
                self.look = Look::Ahead(ahead);
            }
            Look::Ahead(mut ahead) => match ahead.numbers.next() {
                Some(number) => {
                    self.look = Look::Ahead(ahead);
                    self.reading = open(number, source)?;
                }
                None => {
                    (self.active, self.position) = (Some(ahead.next), 0);
                    self.read_on()?;
                    self.look = Look::Next;
                }
            },
            Look::Next => return Ok(false),
        }
        Ok(true)
    }

    /// What there is if the active file is another one now.
    fn rotated_since(&self, source: &Source) -> io::Result<Option<Ahead>> {
        if let Some(Active { id, .. }) = &self.active
            && snapshot::is_active(source, *id)
        {
            return Ok(None);
        }
        let Snapshot { rotated, active } = snapshot::take(&source.directory, &source.service)?;
        let Some(next) = active else { return Ok(None) };
        let first = match &self.active {
            Some(current) if current.id == next.id => return Ok(None),
            Some(current) => current.number + 1,
            None => rotated.first().map_or(next.number, |file| file.segment.number),
        };
        Ok(Some(Ahead { numbers: first..next.number, next }))
    }

    /// Begins to read what has been appended to the active file.
    fn read_on(&mut self) -> io::Result<()> {
        let Some(Active { file, .. }) = &self.active else { return Ok(()) };
        let len = disk::look(file)?.len;
        if len < self.position && !self.is_truncated(len) {
            return Ok(());
        }
        self.shorter = None;
        let lines = Lines::of_file(self.file()?, self.position, len)?;
        self.reading = Some(Reading { lines, closed: false });
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
}

/// A rotated file; none if it has been removed.
fn open(number: u64, source: &Source) -> io::Result<Option<Reading>> {
    let segment = Segment { number, compressed: false };
    let lines = match scan::open(&source.directory, &source.service, segment)? {
        None => return Ok(None),
        Some(Bytes::Packed(stream)) => Lines::of_stream(stream),
        Some(Bytes::Plain(file)) => Lines::of_file(&file, 0, u64::MAX)?,
    };
    Ok(Some(Reading { lines, closed: true }))
}
