//! Commands that end, wait, compute or take memory.

use std::hint::black_box;
use std::io::Result;
use std::path::Path;
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use crate::script::Words;

const MIB: usize = 1024 * 1024;

/// `exit CODE`
pub fn exit(words: &mut Words<'_>) -> Result<()> {
    process::exit(words.number()?)
}

/// `sleep [MS]`: for good, unless told.
pub fn sleep(words: &mut Words<'_>) -> Result<()> {
    if let Some(time) = words.optional_duration()? {
        thread::sleep(time);
        return Ok(());
    }
    loop {
        thread::park();
    }
}

/// `await FILE`: goes on once the file is there.
pub fn wait_for(words: &mut Words<'_>) -> Result<()> {
    let file = Path::new(words.word()?);
    while !file.exists() {
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// `burn MS`: keeps one CPU busy for that much of its time.
pub fn burn(words: &mut Words<'_>) -> Result<()> {
    let wanted = Duration::from_millis(words.number()?);
    let begin = Instant::now();
    while used(begin) < wanted {
        black_box((0..1000_u64).sum::<u64>());
    }
    Ok(())
}

/// `alloc MIB`: takes memory, touches it and keeps it.
pub fn allocate(words: &mut Words<'_>) -> Result<()> {
    take(words.number()?);
    Ok(())
}

/// `grow MIB`: takes memory one MiB after the other.
pub fn grow(words: &mut Words<'_>) -> Result<()> {
    for _ in 0..words.number::<usize>()? {
        take(1);
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

fn take(mebibytes: usize) {
    black_box(vec![1_u8; mebibytes * MIB].leak());
}

/// CPU time of this process.
#[cfg(unix)]
fn used(_begin: Instant) -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(time).unwrap_or(Duration::MAX)
}

/// The time that has passed, which on a busy machine is more.
#[cfg(not(unix))]
fn used(begin: Instant) -> Duration {
    begin.elapsed()
}
