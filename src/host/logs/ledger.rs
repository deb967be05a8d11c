//! What a successor of a killed host has to know: how much of the log is committed, and how much of what is held is in it.
//!
//! The record is one small write into a file, which a kill cannot interrupt; it survives the host in the page cache.
//!
//! 1. `held[s] = none`: nothing that is held is committed. The log beyond `len` may have been written by a transaction that was
//!    not completed: the successor cuts it off and does the transaction again.
//! 2. `held[s] = n`: all but the last `n` held bytes of stream `s` are in the log: the successor discards them.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use crate::logs::disk::FileId;

/// See the module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The file that is written to; the default one for none, when the log itself is the record.
    pub file: FileId,
    /// Its committed bytes.
    pub len: u64,
    /// For standard output and error, how much of what is held is still to be written.
    pub held: [Option<u64>; 2],
    /// For each, whether the beginning of a line is in the log.
    pub open: [bool; 2],
    /// Whether the transaction under way is one of standard error.
    pub error_first: bool,
}

const MAGIC: u64 = u64::from_le_bytes(*b"svclog01");
const WORDS: usize = 8;

impl Record {
    fn words(&self) -> [u64; WORDS] {
        let [out, err] = self.held.map(|held| held.unwrap_or(u64::MAX));
        let [open_out, open_err] = self.open.map(u64::from);
        let flags = open_out | open_err << 1 | u64::from(self.error_first) << 2;
        let words = [MAGIC, self.file.device, self.file.inode, self.len, out, err, flags];
        let [a, b, c, d, e, f, g] = words;
        [a, b, c, d, e, f, g, sum(&words)]
    }

    /// The record as it lies in the file.
    pub fn encode(&self) -> [u8; WORDS * 8] {
        let mut bytes = [0; WORDS * 8];
        for (to, word) in bytes.chunks_exact_mut(8).zip(self.words()) {
            to.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    /// Reads a record; none if it is damaged or something else.
    pub fn decode(bytes: &[u8; WORDS * 8]) -> Option<Self> {
        let mut words = [0; WORDS];
        for (word, from) in words.iter_mut().zip(bytes.chunks_exact(8)) {
            *word = u64::from_le_bytes(from.try_into().ok()?);
        }
        let [magic, device, inode, len, out, err, flags, check] = words;
        let known = [magic, device, inode, len, out, err, flags];
        (magic == MAGIC && check == sum(&known)).then(|| Self {
            file: FileId { device, inode },
            len,
            held: [out, err].map(|held| (held != u64::MAX).then_some(held)),
            open: [flags & 1 != 0, flags & 2 != 0],
            error_first: flags & 4 != 0,
        })
    }
}

/// FNV-1a over words: damage shows, intent is none of its business.
fn sum(words: &[u64]) -> u64 {
    let step = |sum: u64, word: &u64| (sum ^ word).wrapping_mul(0x0100_0000_01b3);
    words.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// The file; without one nothing is recorded, and nothing of this host survives it.
#[derive(Debug)]
pub struct Ledger(Option<File>);

impl Ledger {
    /// The ledger in `folder`, and what an earlier host left in it.
    pub fn open(folder: Option<&Path>) -> io::Result<(Self, Option<Record>)> {
        let Some(folder) = folder else {
            return Ok((Self(None), None));
        };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = options.custom_flags(no_follow()).open(folder.join("ledger"))?;
        let mut bytes = [0; WORDS * 8];
        let record = file.read_exact_at(&mut bytes, 0).ok().and_then(|()| Record::decode(&bytes));
        Ok((Self(Some(file)), record))
    }

    /// Records it. A failure is not reported: it costs exactness after a kill, and nothing else.
    pub fn write(&self, record: &Record) {
        if let Some(file) = &self.0 {
            let _ = file.write_all_at(&record.encode(), 0);
        }
    }
}

fn no_follow() -> i32 {
    rustix::fs::OFlags::NOFOLLOW.bits().cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_back_and_a_damaged_one_is_none() {
        let record = Record {
            file: FileId { device: 7, inode: 99 },
            len: 1234,
            held: [Some(0), None],
            open: [false, true],
            error_first: true,
        };
        let mut bytes = record.encode();
        assert_eq!(Record::decode(&bytes), Some(record));
        bytes[30] ^= 1;
        assert_eq!(Record::decode(&bytes), None);
        assert_eq!(Record::decode(&[0; 64]), None);
    }
}
