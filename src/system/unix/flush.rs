//! Durability of many files at once.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// So many flushes wait for the disk together: the journal of a file system commits what all of them wait for at once.
const TOGETHER: usize = 16;

/// Flushes all of them; folders make the names in them durable.
pub(super) fn flush(paths: &[&Path]) -> io::Result<()> {
    if let [only] = paths {
        return flush_one(only);
    }
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..paths.len().min(TOGETHER) {
            scope.spawn(|| {
                while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(error) = flush_one(path) {
                        failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    }
                }
            });
        }
    });
    failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

fn flush_one(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
