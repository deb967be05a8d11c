//! A buffer of fixed size that takes memory only where it is touched, and gives all of it back when it is dropped.
//!
//! An allocator may keep what was freed; an idle host must not.

use std::io;

use memmap2::MmapMut;

use crate::logs::record::Put;

/// See the module.
#[derive(Debug)]
pub struct Buffer {
    map: MmapMut,
    len: usize,
}

impl Buffer {
    /// An empty one for `capacity` bytes.
    pub fn new(capacity: usize) -> io::Result<Self> {
        Ok(Self { map: MmapMut::map_anon(capacity)?, len: 0 })
    }

    /// What is in it.
    pub fn as_slice(&self) -> &[u8] {
        self.map.get(..self.len).unwrap_or_default()
    }

    /// Bytes in it.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Bytes that still fit.
    pub fn room(&self) -> usize {
        self.map.len() - self.len
    }

    /// Keeps the first `len` bytes.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Has `read` fill it from the front; `read` says how many bytes there are now.
    #[cfg(unix)]
    pub fn refill(&mut self, read: impl FnOnce(&mut [u8]) -> io::Result<usize>) -> io::Result<()> {
        self.len = 0;
        self.len = read(&mut self.map)?.min(self.map.len());
        Ok(())
    }
}

impl Put for Buffer {
    /// Appends what fits; callers look at [`Buffer::room`] first.
    fn put(&mut self, bytes: &[u8]) {
        let count = bytes.len().min(self.room());
        let end = self.len + count;
        if let (Some(to), Some(from)) = (self.map.get_mut(self.len..end), bytes.get(..count)) {
            to.copy_from_slice(from);
            self.len = end;
        }
    }
}
