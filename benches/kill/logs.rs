//! What of the lines is in the logs.

use std::collections::HashMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::writer;

/// What became of a service's lines.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many writers lived after the kill.
    pub instances: usize,
    written: u64,
    lost: u64,
    torn: u64,
    doubled: u64,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { instances, written, lost, torn, doubled } = self;
        write!(f, "{instances} | {written} | {lost} | {torn} | {doubled}")
    }
}

/// Compares the logs with what was written.
pub fn compare(logs: &Path, counts: &Path, instances: usize) -> Outcome {
    let mut seen: HashMap<u32, Vec<bool>> = HashMap::new();
    let mut outcome = Outcome { instances, ..Outcome::default() };
    for (pid, count) in writer::counts(counts) {
        // A line that was being written when its writer was killed may be there, and was not counted.
        seen.insert(pid, vec![false; usize::try_from(count).expect("a count") + 1]);
        outcome.written += count;
    }
    read(logs, &mut |line| match parse(line)
        .and_then(|(pid, number)| seen.get_mut(&pid)?.get_mut(number))
    {
        Some(known) if *known => outcome.doubled += 1,
        Some(known) => *known = true,
        None if line.is_empty() => {}
        None => outcome.torn += 1,
    });
    let found = |lines: &Vec<bool>| {
        lines.iter().take(lines.len() - 1).filter(|known| !**known).count() as u64
    };
    outcome.lost = seen.values().map(found).sum();
    outcome
}

/// A whole line's writer and number.
fn parse(line: &[u8]) -> Option<(u32, usize)> {
    let text = std::str::from_utf8(line).ok().filter(|text| text.len() == 99)?;
    let mut words = text.split(' ');
    let numbers = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    words.next()?.bytes().all(|byte| byte == b'x').then_some(numbers)
}

/// All lines of all files below a folder.
fn read(folder: &Path, take: &mut dyn FnMut(&[u8])) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let kind = entry.file_type().expect("the kind of a file");
        if kind.is_dir() {
            read(&path, take);
        } else if kind.is_file() && entry.metadata().is_ok_and(|meta| meta.len() > 1000) {
            let file =
                BufReader::with_capacity(1 << 20, File::open(path).expect("a log can be read"));
            let lines = file.split(b'\n').map(|line| line.expect("a log can be read"));
            lines.for_each(|line| take(&line));
        }
    }
}
