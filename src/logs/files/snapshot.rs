//! What files a service's log consists of at one moment.

use std::fs::File;
use std::io;
use std::path::Path;

use super::Source;
use crate::logs::disk::{self, FileId};
use crate::logs::segment::{self, Rotated};

/// See the module.
#[derive(Debug)]
pub struct Snapshot {
    /// The rotated files, oldest first; of one that is there plain and compressed, the plain one.
    pub rotated: Vec<Rotated>,
    /// The file that is written to, if there is one.
    pub active: Option<Active>,
}

/// The file that is written to.
#[derive(Debug)]
pub struct Active {
    /// Open for reading.
    pub file: File,
    /// Which file.
    pub id: FileId,
    /// The number that it will have when it is rotated.
    pub number: u64,
}

/// Looks until nothing was rotated while it looked.
///
/// # Errors
/// When the folder or the file cannot be read; missing ones are empty.
pub fn take(directory: &Path, service: &str) -> io::Result<Snapshot> {
    let mut before = rotated(directory, service)?;
    loop {
        let file = open(directory, service)?;
        let after = rotated(directory, service)?;
        let newest = |list: &[Rotated]| list.last().map_or(0, |last| last.segment.number);
        if newest(&before) != newest(&after) {
            before = after;
            continue;
        }
        let number = newest(&after) + 1;
        let active = match file {
            Some(file) => Some(Active { id: disk::look(&file)?.id, file, number }),
            None => None,
        };
        return Ok(Snapshot { rotated: after, active });
    }
}

/// Whether a file is still the one that is written to.
#[must_use]
pub fn is_active(source: &Source, id: FileId) -> bool {
    let file = open(&source.directory, &source.service);
    file.is_ok_and(|file| file.is_some_and(|file| disk::look(&file).is_ok_and(|is| is.id == id)))
}

fn open(directory: &Path, service: &str) -> io::Result<Option<File>> {
    match disk::open_to_read(&directory.join(segment::active(service))) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        file => file.map(Some),
    }
}

fn rotated(directory: &Path, service: &str) -> io::Result<Vec<Rotated>> {
    let mut all = segment::list(directory, service)?;
    // Plain sorts before compressed.
    all.dedup_by_key(|file| file.segment.number);
    Ok(all)
}
