//! The files of one service: the one that is written to, its rotation, and what becomes of the rotated ones.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use memchr::memrchr;

use super::Config;
use super::compress::Compressor;
use super::format::Room;
use super::retain;
use crate::logs::disk::{self, FileId};
use crate::logs::segment::{self, Segment};

/// How long after a failure rotation is tried again.
const RETRY: Duration = Duration::from_secs(10);
/// The pauses between two looks at the age of the files.
const SWEEP: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(24 * 60 * 60)];

/// See the module.
#[derive(Debug)]
pub struct Log {
    /// What it follows.
    pub config: Config,
    file: File,
    id: FileId,
    len: u64,
    born: SystemTime,
    /// Number of the newest rotated file there has been.
    newest: u64,
    /// While rotation fails: until when it is not tried.
    stuck: Option<Instant>,
    sweep_at: Instant,
    compressor: Compressor,
    /// Files that were rotated.
    pub rotations: u64,
}

impl Log {
    /// Opens the log and tidies up.
    pub fn open(config: Config) -> io::Result<Self> {
        disk::make_folder(&config.directory, config.owner)?;
        let rotated = segment::list(&config.directory, &config.service)?;
        let file = open_active(&config)?;
        let look = disk::look(&file)?;
        let mut log = Self {
            born: born(&file),
            file,
            id: look.id,
            len: look.len,
            newest: rotated.last().map_or(0, |newest| newest.segment.number),
            stuck: None,
            sweep_at: Instant::now(),
            compressor: Compressor::default(),
            rotations: 0,
            config,
        };
        log.sweep();
        Ok(log)
    }

    /// The file that is written to.
    #[cfg(unix)]
    pub const fn file(&self) -> &File {
        &self.file
    }

    /// Its identity.
    #[cfg(unix)]
    pub const fn id(&self) -> FileId {
        self.id
    }

    /// Its bytes.
    #[cfg(unix)]
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// What still goes into it; without limit while it cannot be rotated.
    pub fn room(&self, now: Instant) -> Room {
        let stuck = self.stuck.is_some_and(|until| now < until);
        let bytes = if stuck { u64::MAX } else { self.config.max_size.saturating_sub(self.len) };
        Room { bytes, empty: self.len == 0 }
    }

    /// Looks whether somebody else has truncated or removed the file; whether it is another one now.
    pub fn check(&mut self) -> io::Result<bool> {
        let look = disk::look(&self.file)?;
        self.len = self.len.min(look.len);
        if look.linked {
            return Ok(false);
        }
        disk::make_folder(&self.config.directory, self.config.owner)?;
        self.replace(open_active(&self.config)?)?;
        Ok(true)
    }

    /// Appends all of `bytes`, or nothing.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = disk::write_at(&self.file, bytes, self.len) {
            let _ = self.file.set_len(self.len);
            return Err(error);
        }
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Counts bytes that have been written past this type.
    #[cfg(unix)]
    pub const fn appended(&mut self, bytes: u64) {
        self.len += bytes;
    }

    /// Forgets what is beyond `len`.
    #[cfg(unix)]
    pub fn truncate(&mut self, len: u64) -> io::Result<()> {
        if len < self.len {
            self.file.set_len(len)?;
            self.len = len;
        }
        Ok(())
    }

    /// Whether the file ends with a whole line, or is empty.
    pub fn at_line(&self) -> io::Result<bool> {
        Ok(self.line_start()? == self.len)
    }

    /// Where the last line begins that has no end.
    pub fn line_start(&self) -> io::Result<u64> {
        let mut block = [0; 4096];
        let mut end = self.len;
        while end > 0 {
            let start = end.saturating_sub(block.len() as u64);
            let wanted = usize::try_from(end - start).unwrap_or(block.len());
            let read =
                disk::read_at(&self.file, block.get_mut(..wanted).unwrap_or_default(), start)?;
            if let Some(at) = memrchr(b'\n', block.get(..read).unwrap_or_default()) {
                return Ok(start + at as u64 + 1);
            }
            end = start;
        }
        Ok(0)
    }

    /// Rotates unless the file is empty. When that fails, the file is appended to as before, and rotation is left alone for a
    /// while.
    pub fn rotate(&mut self) -> io::Result<()> {
        if self.len == 0 {
            return Ok(());
        }
        let result = self.rotate_now();
        self.stuck = result.is_err().then(|| Instant::now() + RETRY);
        result
    }

    fn rotate_now(&mut self) -> io::Result<()> {
        let (active, target) = (self.active(), self.next_segment());
        fs::rename(&active, &target)?;
        match disk::create(&active, self.config.owner) {
            Ok(file) => self.replace(file)?,
            Err(error) => {
                let _ = fs::rename(&target, &active);
                return Err(error);
            }
        }
        self.newest += 1;
        self.rotations += 1;
        self.sweep();
        Ok(())
    }

    /// The name of the next rotated file; what somebody else has put there is never overwritten.
    fn next_segment(&mut self) -> PathBuf {
        loop {
            let plain = Segment { number: self.newest + 1, compressed: false };
            let path = self.config.directory.join(plain.file_name(&self.config.service));
            if !path.exists() {
                return path;
            }
            self.newest += 1;
        }
    }

    fn replace(&mut self, file: File) -> io::Result<()> {
        let look = disk::look(&file)?;
        (self.file, self.id, self.len, self.born) = (file, look.id, look.len, SystemTime::now());
        Ok(())
    }

    fn active(&self) -> PathBuf {
        self.config.directory.join(segment::active(&self.config.service))
    }

    /// When [`Self::tick`] has something to do.
    pub const fn due(&self) -> Instant {
        self.sweep_at
    }

    /// Rotates for age, and removes what has to go.
    pub fn tick(&mut self) {
        if self.len > 0 && self.age() >= self.config.max_age {
            let _ = self.rotate();
        }
        self.sweep();
    }

    /// Removes what has to go, and has the rest compressed. What cannot be removed now is tried again the next time.
    fn sweep(&mut self) {
        let Config { directory, service, compress, .. } = &self.config;
        let now = SystemTime::now();
        let mut rotated = segment::list(directory, service).unwrap_or_default();
        for gone in retain::expired(&self.config, &rotated, self.len, now) {
            let _ = disk::remove(&directory.join(gone.segment.file_name(service)));
            rotated.retain(|file| *file != gone);
        }
        if *compress && rotated.iter().any(|file| !file.segment.compressed) {
            self.compressor.start(directory, service);
        }
        let own = self.config.max_age.saturating_sub(self.age());
        let next = retain::next(&self.config, &rotated, now).map_or(own, |next| next.min(own));
        let [shortest, longest] = SWEEP;
        self.sweep_at = Instant::now() + next.clamp(shortest, longest);
    }

    fn age(&self) -> Duration {
        SystemTime::now().duration_since(self.born).unwrap_or_default()
    }
}

fn open_active(config: &Config) -> io::Result<File> {
    let path = config.directory.join(segment::active(&config.service));
    match disk::open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => disk::create(&path, config.owner),
        opened => opened,
    }
}

/// When the file was made, where the file system knows.
fn born(file: &File) -> SystemTime {
    let created = file.metadata().and_then(|meta| meta.created());
    created.unwrap_or_else(|_| SystemTime::now())
}
