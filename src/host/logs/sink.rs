//! The log of a service whose output is read by threads, one a pipe: where pipes cannot be polled.
//!
//! Each pipe is a source of its own with the piece of a line that it has not ended yet; all write to the one log under a lock.

use std::io;
use std::time::{Duration, Instant, SystemTime};

use memchr::{memchr, memrchr};

use super::Config;
use super::buffer::Buffer;
use super::format::{self, Progress, Stop};
use super::log::Log;
use super::loss::{Loss, RETRY};
use crate::backend::Stream;
use crate::logs::record::{MAX_PART, Part, Stamp, Style};
use crate::spec::LogFormat;

/// How long a line without end is kept back.
const PARTIAL: Duration = Duration::from_secs(1);

/// Bytes of formatted lines that are written at once.
const BUFFER: usize = 1 << 20;

/// A source of lines.
#[derive(Debug)]
struct Source {
    id: u64,
    stream: Stream,
    held: Vec<u8>,
    /// The beginning of its last line is in the log already.
    open: bool,
    /// The beginning of its last line is lost, so the rest has to go too.
    torn: bool,
    /// Since when it holds a line without end.
    partial: Option<Instant>,
}

/// The log and its sources.
#[derive(Debug)]
pub struct Sink {
    log: Log,
    out: Buffer,
    sources: Vec<Source>,
    next: u64,
    loss: Option<Loss>,
}

/// What to do with a line that has no end yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tail {
    /// Keep it back.
    Wait,
    /// Write it; it may go on.
    Part,
    /// Write it; it does not go on.
    End,
}

impl Sink {
    /// Opens the log.
    ///
    /// # Errors
    /// When the folder or the file cannot be made.
    pub fn open(config: Config) -> io::Result<Self> {
        let (log, out) = (Log::open(config)?, Buffer::new(BUFFER)?);
        Ok(Self { log, out, sources: Vec::new(), next: 0, loss: None })
    }

    /// Whether each stream of a process has a pipe of its own; else they share one, and their order is exact.
    #[must_use]
    pub fn has_two(&self) -> bool {
        self.log.config.has_two()
    }

    fn is_raw(&self) -> bool {
        self.log.config.format == LogFormat::Raw
    }

    /// A new source; what it is called from now on.
    pub fn source(&mut self, stream: Stream) -> u64 {
        self.next += 1;
        let (held, id) = (Vec::new(), self.next);
        self.sources.push(Source { id, stream, held, open: false, torn: false, partial: None });
        id
    }

    /// Takes what a source has said; whether [`Self::tick`] has something to do earlier than before.
    pub fn take(&mut self, id: u64, bytes: &[u8]) -> bool {
        let before = self.deadline();
        self.look_after();
        let Some(mut source) = self.remove(id) else { return false };
        source.held.extend_from_slice(bytes);
        self.drain(&mut source, Tail::Wait);
        self.sources.push(source);
        self.deadline() < before
    }

    /// A source says no more: what it holds is its last line.
    pub fn end(&mut self, id: u64) {
        if let Some(mut source) = self.remove(id) {
            self.drain(&mut source, Tail::End);
        }
    }

    fn remove(&mut self, id: u64) -> Option<Source> {
        let at = self.sources.iter().position(|source| source.id == id)?;
        Some(self.sources.swap_remove(at))
    }

    /// When [`Self::tick`] has something to do.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        let partial = self.sources.iter().filter_map(|source| source.partial);
        let loss = self.loss.as_ref().map(|loss| loss.retry);
        partial.map(|since| since + PARTIAL).chain(loss).fold(self.log.due(), Instant::min)
    }

    /// Does what is due.
    pub fn tick(&mut self, now: Instant) {
        self.look_after();
        let due = |source: &Source| source.partial.is_some_and(|since| since + PARTIAL <= now);
        let ids: Vec<u64> = self.sources.iter().filter(|one| due(one)).map(|one| one.id).collect();
        for id in ids {
            let Some(mut source) = self.remove(id) else { continue };
            self.drain(&mut source, Tail::Part);
            self.sources.push(source);
        }
        if self.log.due() <= now {
            self.log.tick();
        }
    }

    /// Rotates now, unless the file is empty.
    ///
    /// # Errors
    /// When the file cannot be renamed; it is then appended to as before.
    pub fn rotate(&mut self) -> io::Result<()> {
        self.log.rotate()
    }

    /// A line of the host's own about the service; not in the raw format.
    pub fn note(&mut self, text: &str) {
        if !self.is_raw() && self.loss.is_none() {
            let _ = self.write_own(text);
        }
    }

    fn write_own(&mut self, text: &str) -> io::Result<()> {
        let mut line = Vec::new();
        self.style(Some(Stream::Manager)).write(Part::Whole, text.as_bytes(), &mut line);
        self.log.append(&line)
    }

    /// The file may have been removed or truncated by somebody else, and a full disk may have room again.
    fn look_after(&mut self) {
        if let Err(error) = self.log.check() {
            self.fail(&error);
        }
        let now = Instant::now();
        let Some(mut loss) = self.loss.take_if(|loss| loss.retry <= now) else { return };
        let told = loss.bytes == 0 || self.write_own(&loss.marker(SystemTime::now())).is_ok();
        if !told {
            loss.retry = now + RETRY;
            self.loss = Some(loss);
        }
    }

    fn fail(&mut self, error: &io::Error) {
        if self.loss.is_none() {
            self.loss = Some(Loss::new(error, SystemTime::now(), Instant::now()));
        }
    }

    fn drain(&mut self, source: &mut Source, tail: Tail) {
        let held = std::mem::take(&mut source.held);
        let mut rest = held.as_slice();
        while !rest.is_empty() {
            let used = self.step(source, rest, tail);
            if used == 0 {
                break;
            }
            rest = rest.get(used..).unwrap_or_default();
        }
        if tail == Tail::End && source.open {
            self.close(source);
        }
        let since = source.partial.unwrap_or_else(Instant::now);
        source.partial = (!rest.is_empty()).then_some(since);
        source.held = rest.to_vec();
    }

    /// Writes some lines, or loses some; how many bytes are done with.
    fn step(&mut self, source: &mut Source, rest: &[u8], tail: Tail) -> usize {
        if self.loss.is_some() || source.torn {
            return self.lose(source, rest, tail);
        }
        self.out.truncate(0);
        let mut progress = self.format(source, rest, tail);
        if progress.consumed == 0 && progress.stop == Stop::File {
            // A file that cannot be rotated takes what comes.
            let _ = self.rotate();
            progress = self.format(source, rest, tail);
        }
        if progress.consumed == 0 {
            return 0;
        }
        if let Err(error) = self.log.append(self.out.as_slice()) {
            self.fail(&error);
            return self.lose(source, rest, tail);
        }
        source.open = progress.open;
        progress.consumed
    }

    fn format(&mut self, source: &Source, rest: &[u8], tail: Tail) -> Progress {
        let room = self.log.room(Instant::now());
        if self.is_raw() {
            let input = rest.get(..BUFFER).unwrap_or(rest);
            let (count, _) = format::cut(input, room, self.log.at_line().unwrap_or(true));
            logs_put(&mut self.out, input.get(..count).unwrap_or_default());
            return Progress { consumed: count, open: false, stop: Stop::File };
        }
        let style = self.style(self.stream_of(source));
        let progress = format::lines(&style, rest, source.open, room, &mut self.out);
        if progress.consumed == 0 && progress.stop == Stop::Input && tail != Tail::Wait {
            let ends = tail == Tail::End;
            return format::tail(&style, rest, source.open, ends, room, &mut self.out);
        }
        progress
    }

    /// Marks that a line goes no further of which the beginning is in the log.
    fn close(&mut self, source: &Source) {
        let mut line = Vec::new();
        self.style(self.stream_of(source)).write(format::part(true, true), b"", &mut line);
        let _ = self.log.append(&line);
    }

    /// Drops lines that cannot be written, or the rest of a line whose beginning was dropped.
    fn lose(&mut self, source: &mut Source, rest: &[u8], tail: Tail) -> usize {
        let losing = self.loss.is_some();
        let end = if losing { memrchr(b'\n', rest) } else { memchr(b'\n', rest) };
        let keep_back = !source.torn && tail == Tail::Wait && rest.len() < MAX_PART;
        let used = match end {
            Some(at) => at + 1,
            None if keep_back => return 0,
            None => rest.len(),
        };
        source.torn = end.is_none() && tail != Tail::End;
        source.open = false;
        let torn = || io::Error::other("the line had begun while it could not be written");
        let mut loss = self
            .loss
            .take()
            .unwrap_or_else(|| Loss::new(&torn(), SystemTime::now(), Instant::now()));
        loss.count(rest.get(..used).unwrap_or_default());
        self.loss = Some(loss);
        used
    }

    /// Nobody knows whose a line is that came through a shared pipe.
    fn stream_of(&self, source: &Source) -> Option<Stream> {
        self.has_two().then_some(source.stream)
    }

    fn style(&self, stream: Option<Stream>) -> Style {
        Style::new(self.log.config.format, stream, &Stamp::new(SystemTime::now()))
    }
}

fn logs_put(out: &mut Buffer, bytes: &[u8]) {
    crate::logs::record::Put::put(out, bytes);
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::logs::record::Record;

    fn config(folder: &std::path::Path, format: LogFormat, max_size: u64) -> Config {
        Config {
            directory: folder.to_owned(),
            service: "web".into(),
            format,
            max_size,
            max_files: 1000,
            max_total: 1 << 30,
            max_age: Duration::from_secs(3600),
            compress: false,
            together: false,
            owner: None,
        }
    }

    /// All bytes of all files, oldest first, and how many files there are.
    fn written(folder: &std::path::Path) -> (Vec<u8>, usize) {
        let mut all = Vec::new();
        let rotated = crate::logs::segment::list(folder, "web").unwrap();
        for file in &rotated {
            all.extend(fs::read(folder.join(file.segment.file_name("web"))).unwrap());
        }
        all.extend(fs::read(folder.join(crate::logs::segment::active("web"))).unwrap());
        (all, rotated.len() + 1)
    }

    #[test]
    fn whoever_waits_for_the_deadline_is_told_once_when_it_comes_earlier() {
        let folder = tempfile::tempdir().unwrap();
        let mut sink = Sink::open(config(folder.path(), LogFormat::Timestamped, 1000)).unwrap();
        let id = sink.source(Stream::Stdout);
        let told: Vec<bool> = ["whole\n", "a piece", " and more", "\n", "another"]
            .iter()
            .map(|text| sink.take(id, text.as_bytes()))
            .collect();
        assert_eq!(told, [false, true, false, false, true]);
    }

    #[test]
    fn raw_bytes_are_all_there_once_and_in_order_whatever_the_pieces_and_files_end_at_line_ends() {
        let folder = tempfile::tempdir().unwrap();
        let mut sink = Sink::open(config(folder.path(), LogFormat::Raw, 1000)).unwrap();
        let id = sink.source(Stream::Stdout);
        let text: String = (0..2000).map(|number| format!("line {number}\n")).collect();
        for piece in text.as_bytes().chunks(77) {
            sink.take(id, piece);
        }
        sink.end(id);
        let (bytes, files) = written(folder.path());
        assert_eq!(bytes, text.as_bytes());
        assert!(files > 15, "{files}");
    }

    #[test]
    fn lines_of_two_sources_do_not_mix_and_a_last_line_without_end_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let mut sink = Sink::open(config(folder.path(), LogFormat::Timestamped, 1 << 20)).unwrap();
        let (out, err) = (sink.source(Stream::Stdout), sink.source(Stream::Stderr));
        assert!(sink.take(out, b"one, "));
        sink.take(err, b"two\n");
        sink.take(out, b"three\nfour");
        sink.end(out);
        let (bytes, _) = written(folder.path());
        let messages: Vec<String> = bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| String::from_utf8_lossy(&Record::parse(line).message).into_owned())
            .collect();
        assert_eq!(messages, ["two", "one, three", "four"]);
    }

    #[test]
    fn a_line_without_end_is_written_in_parts_when_its_time_has_come() {
        let folder = tempfile::tempdir().unwrap();
        let mut sink = Sink::open(config(folder.path(), LogFormat::Timestamped, 1 << 20)).unwrap();
        let id = sink.source(Stream::Stdout);
        sink.take(id, b"prompt> ");
        assert!(written(folder.path()).0.is_empty());
        sink.tick(Instant::now() + PARTIAL);
        assert!(String::from_utf8_lossy(&written(folder.path()).0).contains("out+ prompt> "));
    }
}
