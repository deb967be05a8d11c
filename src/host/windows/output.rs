//! The output of a process: two pipes (one where the order of both streams must be exact), a thread each, one log.

use std::fs::File;
use std::io::{self, Read};
use std::os::windows::io::FromRawHandle;
use std::ptr;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::Pipes::CreatePipe;

use super::runner::Wake;
use crate::backend::Stream;
use crate::host::logs::{Config, Sink};
use crate::windows::handle::{Handle, check};

/// Bytes that a pipe holds, as a wish.
const PIPE: u32 = 1 << 20;

/// Bytes of one reading.
const READ: usize = 1 << 16;

/// Readings in quick succession, and what that is, after which a thread lets some input gather: a service that writes line by line
/// as fast as it can would otherwise wake it for each of them.
const STREAK: u32 = 16;
const QUICK: Duration = Duration::from_millis(4);
const PAUSE: Duration = Duration::from_millis(1);

/// Stack of a thread that reads.
const STACK: usize = 128 << 10;

/// The log, shared with the threads that read.
#[derive(Clone, Debug)]
pub struct Output(Arc<Mutex<Sink>>);

/// The ends of the pipes that a process gets.
#[derive(Debug)]
pub struct Writers {
    stdout: Handle,
    stderr: Option<Handle>,
}

impl Writers {
    /// Standard output.
    #[must_use]
    pub const fn stdout(&self) -> &Handle {
        &self.stdout
    }

    /// Standard error.
    #[must_use]
    pub fn stderr(&self) -> &Handle {
        self.stderr.as_ref().unwrap_or(&self.stdout)
    }
}

/// The threads that read from one process and its children.
#[derive(Debug)]
pub struct Readers {
    ended: Receiver<()>,
    count: usize,
}

impl Readers {
    /// Waits until all has been read: until the last process that holds a pipe has ended, but not longer than that.
    pub fn finish(self, grace: Duration) {
        let end = Instant::now() + grace;
        for _ in 0..self.count {
            let left = end.saturating_duration_since(Instant::now());
            if self.ended.recv_timeout(left).is_err() {
                return;
            }
        }
    }
}

impl Output {
    /// Opens the log.
    ///
    /// # Errors
    /// When the folder or the file cannot be made.
    pub fn open(config: Config) -> io::Result<Self> {
        Ok(Self(Arc::new(Mutex::new(Sink::open(config)?))))
    }

    /// The log itself.
    pub fn sink(&self) -> MutexGuard<'_, Sink> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// New pipes for a process. `wake` is told when the log has to be looked after earlier.
    ///
    /// # Errors
    /// When there are too many handles or threads.
    pub fn pipes(&self, wake: &Sender<Wake>) -> io::Result<(Writers, Readers)> {
        let (done, ended) = mpsc::channel();
        let two = self.sink().has_two();
        let stdout = self.read(Stream::Stdout, wake, &done)?;
        let stderr = two.then(|| self.read(Stream::Stderr, wake, &done)).transpose()?;
        let count = if two { 2 } else { 1 };
        Ok((Writers { stdout, stderr }, Readers { ended, count }))
    }

    fn read(&self, stream: Stream, wake: &Sender<Wake>, done: &Sender<()>) -> io::Result<Handle> {
        let (reader, writer) = pipe()?;
        let (log, wake, done) = (self.clone(), wake.clone(), done.clone());
        let work = move || {
            log.copy(reader, stream, &wake);
            let _ = done.send(());
        };
        thread::Builder::new().stack_size(STACK).spawn(work)?;
        Ok(writer)
    }

    fn copy(&self, mut pipe: File, stream: Stream, wake: &Sender<Wake>) {
        let id = self.sink().source(stream);
        let mut buffer = vec![0; READ];
        let (mut last, mut streak) = (Instant::now(), 0_u32);
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            let earlier = self.sink().take(id, buffer.get(..count).unwrap_or_default());
            if earlier {
                let _ = wake.send(Wake::Output);
            }
            streak = if last.elapsed() < QUICK { streak.saturating_add(1) } else { 0 };
            if streak >= STREAK && count < READ / 2 {
                thread::sleep(PAUSE);
            }
            last = Instant::now();
        }
        self.sink().end(id);
    }
}

/// A pipe: the end to read from, the end to write to.
fn pipe() -> io::Result<(File, Handle)> {
    let (mut reader, mut writer): (HANDLE, HANDLE) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: both places are ours; without attributes neither end is inherited.
    check(unsafe { CreatePipe(&raw mut reader, &raw mut writer, ptr::null(), PIPE) })?;
    // SAFETY: the handle is open and nobody else's.
    let reader = unsafe { File::from_raw_handle(reader) };
    Ok((reader, Handle::new(writer)?))
}
