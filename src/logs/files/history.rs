//! What is in the files of one service now.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::rc::Rc;
use std::time::SystemTime;

use super::join::{Join, SharedJoin};
use super::scan::{self, Bytes, Lines};
use super::snapshot::{self, Active, Snapshot};
use super::tail::Tail;
use super::{Source, failed};
use crate::backend::{LogLine, LogQuery, LogStream};
use crate::error::Result;
use crate::logs::disk;
use crate::logs::filter::Filter;
use crate::logs::segment::{Rotated, Segment};

/// The files to be read, oldest first.
pub struct History {
    source: Source,
    filter: Filter,
    pieces: VecDeque<Piece>,
    active: Option<Active>,
    /// How far the active file is read now.
    end: u64,
    /// Whether a line without an end is one already.
    ends: bool,
    /// The lines under construction; whoever follows goes on with them.
    join: SharedJoin,
}

/// A file to be read.
enum Piece {
    Rotated(Segment),
    /// The file that is written to, up to its end at the time of the snapshot.
    Active(File, u64),
}

impl History {
    /// Looks what there is.
    pub fn new(source: &Source, query: &LogQuery) -> io::Result<Self> {
        let Snapshot { rotated, active } = snapshot::take(&source.directory, &source.service)?;
        let mut pieces: VecDeque<_> =
            within(&rotated, query).map(|file| Piece::Rotated(file.segment)).collect();
        let mut end = 0;
        if let Some(active) = &active {
            end = disk::look(&active.file)?.len;
            if query.follow {
                end = end_of_lines(&active.file, end)?;
            }
            let begun = rotated.last().map(|last| last.modified);
            if !is_after(begun, query.until) {
                pieces.push_back(Piece::Active(active.file.try_clone()?, end));
            }
        }
        let (source, filter) = (source.clone(), Filter::new(query));
        let join = Rc::new(RefCell::new(Join::new(&source.service)));
        Ok(Self { source, filter, pieces, active, end, ends: !query.follow, join })
    }

    /// The lines that the query wants, and where to go on from there.
    pub fn start(mut self, query: &LogQuery) -> io::Result<(LogStream<'static>, Tail)> {
        let tail = Tail::new(self.active.take(), self.end, Rc::clone(&self.join));
        let stream: LogStream<'static> = match query.last {
            None => Box::new(Forward::new(self)),
            Some(count) => Box::new(self.last(count)?.into_iter().map(Ok)),
        };
        Ok((stream, tail))
    }

    /// The last `count` wanted lines, from the newest file backwards.
    fn last(&mut self, count: usize) -> io::Result<VecDeque<LogLine>> {
        let mut lines = VecDeque::new();
        while lines.len() < count
            && let Some(piece) = self.pieces.pop_back()
        {
            let mut older = self.last_of(&piece, count - lines.len())?;
            older.append(&mut lines);
            lines = older;
        }
        Ok(lines)
    }

    /// The last `count` wanted lines of one file.
    fn last_of(&self, piece: &Piece, count: usize) -> io::Result<VecDeque<LogLine>> {
        let Some(mut lines) = self.open(piece, self.filter.is_all().then_some(count))? else {
            return Ok(VecDeque::new());
        };
        let goes_on = matches!(piece, Piece::Active(..));
        let mut own = Join::new(&self.source.service);
        let mut shared = self.join.borrow_mut();
        let join = if goes_on { &mut *shared } else { &mut own };
        let (mut kept, mut out) = (VecDeque::new(), VecDeque::new());
        while let Some((line, _)) = lines.next()? {
            join.push(line, &mut out);
            self.keep(&mut out, &mut kept, count);
        }
        if !goes_on || self.ends {
            join.flush(&mut out);
        }
        self.keep(&mut out, &mut kept, count);
        Ok(kept)
    }

    fn keep(&self, out: &mut VecDeque<LogLine>, kept: &mut VecDeque<LogLine>, count: usize) {
        kept.extend(out.drain(..).filter(|line| self.filter.wants(line)));
        while kept.len() > count {
            kept.pop_front();
        }
    }

    /// Opens a file for its lines; with `last`, from where the last so many begin. None if it has been removed.
    fn open(&self, piece: &Piece, last: Option<usize>) -> io::Result<Option<Lines>> {
        let Source { directory, service } = &self.source;
        let (file, end) = match piece {
            Piece::Active(file, end) => (file.try_clone()?, *end),
            Piece::Rotated(segment) => match scan::open(directory, service, *segment)? {
                None => return Ok(None),
                Some(Bytes::Packed(stream)) => return Ok(Some(Lines::of_stream(stream))),
                Some(Bytes::Plain(file)) => {
                    let end = disk::look(&file)?.len;
                    (file, end)
                }
            },
        };
        let start = last.map_or(Ok(0), |count| scan::start_of_last(&file, end, count))?;
        Lines::of_file(&file, start, end).map(Some)
    }
}

/// The rotated files that may have lines between `since` and `until`.
fn within<'a>(rotated: &'a [Rotated], query: &LogQuery) -> impl Iterator<Item = &'a Rotated> {
    let (since, until) = (query.since, query.until);
    let before = std::iter::once(None).chain(rotated.iter().map(|file| Some(file.modified)));
    rotated.iter().zip(before).filter_map(move |(file, begun)| {
        let ended = since.is_some_and(|since| file.modified < since);
        (!ended && !is_after(begun, until)).then_some(file)
    })
}

/// Whether a file that begins at `begun` has nothing from before `until`.
fn is_after(begun: Option<SystemTime>, until: Option<SystemTime>) -> bool {
    begun.zip(until).is_some_and(|(begun, until)| begun > until)
}

/// Where the last whole line of the first `end` bytes ends.
fn end_of_lines(file: &File, end: u64) -> io::Result<u64> {
    let start = scan::start_of_last(file, end, 0)?;
    let mut lines = Lines::of_file(file, start, end)?;
    while lines.next()?.is_some() {}
    Ok(lines.position)
}

/// Reads all files from the oldest on.
struct Forward {
    history: History,
    lines: Option<Lines>,
    out: VecDeque<LogLine>,
    done: bool,
}

impl Forward {
    const fn new(history: History) -> Self {
        Self { history, lines: None, out: VecDeque::new(), done: false }
    }

    /// Reads some more; whether there may be more still.
    fn advance(&mut self) -> io::Result<bool> {
        let Some(lines) = &mut self.lines else {
            let Some(piece) = self.history.pieces.pop_front() else {
                if self.history.ends {
                    self.history.join.borrow_mut().flush(&mut self.out);
                }
                return Ok(false);
            };
            self.lines = self.history.open(&piece, None)?;
            return Ok(true);
        };
        match lines.next()? {
            Some((line, _)) => self.history.join.borrow_mut().push(line, &mut self.out),
            None => self.lines = None,
        }
        Ok(true)
    }
}

impl Iterator for Forward {
    type Item = Result<LogLine>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            while let Some(line) = self.out.pop_front() {
                if self.history.filter.wants(&line) {
                    return Some(Ok(line));
                }
            }
            if self.done {
                return None;
            }
            match self.advance() {
                Ok(more) => self.done = !more,
                Err(error) => {
                    // What is left of a damaged file is lost; the files after it are not.
                    self.lines = None;
                    return Some(Err(failed(&self.history.source, &error)));
                }
            }
        }
    }
}
