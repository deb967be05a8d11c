//! Reading the lines of one file: from its front, or so many from its end.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use memchr::memrchr;

use crate::backend::Stream;
use crate::logs::disk;
use crate::logs::record::{Part, Record};
use crate::logs::segment::Segment;

/// Bytes that are read at once.
const BLOCK: usize = 1 << 16;

/// The bytes of a rotated file, which may be compressed by now; none if it has been removed.
///
/// # Errors
/// When it cannot be opened.
pub fn open(directory: &Path, service: &str, segment: Segment) -> io::Result<Option<Bytes>> {
    for compressed in [false, true] {
        let path = directory.join(Segment { compressed, ..segment }.file_name(service));
        match disk::open_to_read(&path) {
            Ok(file) if compressed => {
                let decoder = MultiGzDecoder::new(BufReader::with_capacity(BLOCK, file));
                return Ok(Some(Bytes::Packed(Box::new(BufReader::with_capacity(BLOCK, decoder)))));
            }
            Ok(file) => return Ok(Some(Bytes::Plain(file))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// A rotated file that is open.
pub enum Bytes {
    /// Plain.
    Plain(File),
    /// Being decompressed.
    Packed(Box<dyn BufRead + Send>),
}

/// Reads line after line.
pub struct Lines {
    from: Box<dyn BufRead + Send>,
    line: Vec<u8>,
    /// Bytes of all whole lines so far.
    pub position: u64,
}

impl Lines {
    /// The lines of `file` from `start` to `end`.
    ///
    /// # Errors
    /// When it cannot be positioned.
    pub fn of_file(file: &File, start: u64, end: u64) -> io::Result<Self> {
        let reader = At { file: file.try_clone()?, position: start, end };
        Ok(Self {
            from: Box::new(BufReader::with_capacity(BLOCK, reader)),
            line: Vec::new(),
            position: start,
        })
    }

    /// The lines of a stream.
    #[must_use]
    pub fn of_stream(from: Box<dyn BufRead + Send>) -> Self {
        Self { from, line: Vec::new(), position: 0 }
    }

    /// The next line, without its end, and whether it had one; none at the end.
    ///
    /// # Errors
    /// As reading; a compressed file that ends too early is one.
    pub fn next(&mut self) -> io::Result<Option<(&[u8], bool)>> {
        self.line.clear();
        let count = self.from.read_until(b'\n', &mut self.line)?;
        let ends = self.line.ends_with(b"\n");
        if ends {
            self.position += count as u64;
            self.line.pop();
        }
        Ok((count > 0).then_some((self.line.as_slice(), ends)))
    }
}

/// Reads a file at its own position, which other readers of the same open file do not move.
struct At {
    file: File,
    position: u64,
    end: u64,
}

impl Read for At {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.position)).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        let count =
            disk::read_at(&self.file, buffer.get_mut(..wanted).unwrap_or_default(), self.position)?;
        self.position += count as u64;
        Ok(count)
    }
}

/// Where the last `count` lines of the service begin in the first `end` bytes of `file`; blocks are read from the end, and no
/// more of them than needed. There may be some more lines from there on, never fewer unless the file has fewer.
///
/// # Errors
/// As reading.
pub fn start_of_last(file: &File, end: u64, count: usize) -> io::Result<u64> {
    let mut search = Search { found: 0, count, torn: Vec::new() };
    let mut position = end;
    // What is known of the line that begins before `position`: its end, to be completed by earlier blocks.
    let mut rest: VecDeque<u8> = VecDeque::new();
    while position > 0 {
        let start = position.saturating_sub(BLOCK as u64);
        let mut block = read_block(file, start, position)?;
        while let Some(at) = memrchr(b'\n', &block) {
            let mut line = block.split_off(at + 1);
            block.pop();
            line.extend(rest.drain(..));
            let begins = start + at as u64 + 1;
            if begins < end && search.line(&line) {
                return Ok(begins);
            }
        }
        for byte in block.into_iter().rev() {
            rest.push_front(byte);
        }
        position = start;
    }
    Ok(0)
}

fn read_block(file: &File, start: u64, end: u64) -> io::Result<Vec<u8>> {
    let mut block = vec![0; usize::try_from(end - start).unwrap_or(0)];
    let mut done = 0;
    while let Some(free) = block.get_mut(done..).filter(|free| !free.is_empty()) {
        match disk::read_at(file, free, start + done as u64)? {
            0 => break,
            count => done += count,
        }
    }
    block.truncate(done);
    Ok(block)
}

/// Counts lines backwards.
struct Search {
    found: usize,
    count: usize,
    /// Streams of which the end of a line has been seen, and not its beginning.
    torn: Vec<Stream>,
}

impl Search {
    /// Whether enough lines are found with this one, which stands before all those so far.
    fn line(&mut self, line: &[u8]) -> bool {
        // A prefix is enough to tell a part, but in JSON it has to be the whole.
        let Record { stream, part, .. } = Record::parse(line);
        if part != Part::More {
            self.torn.retain(|torn| Some(*torn) != stream);
            self.found += 1;
        }
        if part == Part::Last {
            self.torn.extend(stream);
        }
        // The line before the first wanted one shows that nothing of that one is further up.
        self.found > self.count && self.torn.is_empty()
    }
}
