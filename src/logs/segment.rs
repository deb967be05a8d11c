//! The names of a service's log files.
//!
//! The file that is written to is `NAME.log`; the rotated ones are `NAME.log.000001`, `NAME.log.000002` and so on, in the order
//! in which they were written, whatever the clock did; a compressed one has `.gz` behind its number.

use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// A rotated file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Segment {
    /// Its number; higher is newer.
    pub number: u64,
    /// Whether it is compressed.
    pub compressed: bool,
}

/// A rotated file and what the file system says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// Which.
    pub segment: Segment,
    /// Bytes on disk.
    pub size: u64,
    /// When its last line was written.
    pub modified: SystemTime,
}

/// The file that is written to.
#[must_use]
pub fn active(service: &str) -> String {
    format!("{service}.log")
}

impl Segment {
    /// The file's name.
    #[must_use]
    pub fn file_name(self, service: &str) -> String {
        let suffix = if self.compressed { ".gz" } else { "" };
        format!("{service}.log.{:06}{suffix}", self.number)
    }

    /// The segment that `file_name` is one of `service`; anything else in the folder is none.
    #[must_use]
    pub fn parse(service: &str, file_name: &str) -> Option<Self> {
        let rest = file_name.strip_prefix(service)?.strip_prefix(".log.")?;
        let (digits, compressed) = match rest.strip_suffix(".gz") {
            Some(digits) => (digits, true),
            None => (rest, false),
        };
        let number = digits.parse().ok()?;
        let segment = Self { number, compressed };
        (segment.file_name(service) == file_name).then_some(segment)
    }
}

/// The rotated files of a service, oldest first. One that vanishes meanwhile is left out.
///
/// # Errors
/// When the folder cannot be read; a missing one has no files.
pub fn list(directory: &Path, service: &str) -> io::Result<Vec<Rotated>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let Some(segment) = name.to_str().and_then(|name| Segment::parse(service, name)) else {
            continue;
        };
        if let Ok(meta) = entry.metadata() {
            let modified = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            found.push(Rotated { segment, size: meta.len(), modified });
        }
    }
    found.sort_by_key(|rotated| rotated.segment);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_back() {
        for segment in [
            Segment { number: 1, compressed: false },
            Segment { number: 42, compressed: true },
            Segment { number: 12_345_678, compressed: false },
        ] {
            assert_eq!(Segment::parse("web", &segment.file_name("web")), Some(segment));
        }
    }

    #[test]
    fn only_own_files_are_segments() {
        for name in [
            "web.log",
            "web.log.1",
            "web.log.000001.bz2",
            "web.log.+00001",
            "web2.log.000001",
            "web.log.000001.gz.tmp",
            "web.log.000001.log",
        ] {
            assert_eq!(Segment::parse("web", name), None, "{name}");
        }
    }
}
