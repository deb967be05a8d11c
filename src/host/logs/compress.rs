//! Compression of rotated files, in a thread of low priority that exists only while there is something to do.
//!
//! A file is compressed into a temporary one that is renamed when it is whole and on disk; only then the original goes. Whatever
//! is interrupted is done again.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::logs::disk;
use crate::logs::segment::{self, Segment};

/// Starts the thread when it is needed.
#[derive(Debug, Default)]
pub struct Compressor {
    /// What is still to be done; none while no thread is there.
    work: Arc<Mutex<Option<Work>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    /// Look at the folder again when done.
    More,
    /// The thread has seen all.
    Seen,
}

impl Compressor {
    /// Has all rotated files of `service` compressed some time.
    pub fn start(&self, directory: &Path, service: &str) {
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        if work.replace(Work::More).is_some() {
            return;
        }
        let (folder, service) = (directory.to_owned(), service.to_owned());
        let shared = Arc::clone(&self.work);
        let thread = thread::Builder::new().name("compress".to_owned()).stack_size(256 << 10);
        // Without a thread the files stay as they are until the next rotation.
        if thread.spawn(move || run(&shared, &folder, &service)).is_err() {
            *work = None;
        }
    }

    /// Whether nothing is being compressed.
    #[cfg(test)]
    pub fn idle(&self) -> bool {
        self.work.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }
}

fn run(work: &Mutex<Option<Work>>, folder: &Path, service: &str) {
    lower_priority();
    loop {
        *work.lock().unwrap_or_else(PoisonError::into_inner) = Some(Work::Seen);
        // What cannot be compressed now is tried again after the next rotation.
        let _ = compress_all(folder, service);
        let mut work = work.lock().unwrap_or_else(PoisonError::into_inner);
        if *work == Some(Work::Seen) {
            *work = None;
            return;
        }
    }
}

fn compress_all(folder: &Path, service: &str) -> io::Result<()> {
    while let Some(file) =
        segment::list(folder, service)?.into_iter().find(|file| !file.segment.compressed)
    {
        compress(folder, service, file.segment)?;
    }
    Ok(())
}

fn compress(folder: &Path, service: &str, plain: Segment) -> io::Result<()> {
    let from = folder.join(plain.file_name(service));
    let to = folder.join(Segment { compressed: true, ..plain }.file_name(service));
    let temporary = temporary(folder, service);
    let result = write(&from, &temporary).and_then(|()| disk::rename(&temporary, &to));
    if let Err(error) = result {
        let _ = disk::remove(&temporary);
        return if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) };
    }
    match disk::remove(&from) {
        // Its time was over while it was being compressed.
        Err(error) if error.kind() == io::ErrorKind::NotFound => disk::remove(&to),
        removed => removed,
    }
}

fn temporary(folder: &Path, service: &str) -> PathBuf {
    folder.join(format!(".{service}.log.gz.tmp"))
}

fn write(from: &Path, to: &Path) -> io::Result<()> {
    let source = disk::open(from)?;
    let _ = disk::remove(to);
    let target = disk::create(to, None)?;
    let mut encoder = GzEncoder::new(target, Compression::default());
    copy(&source, &mut encoder)?;
    let target = encoder.finish()?;
    inherit(&source, &target)?;
    target.sync_all()
}

fn copy(mut from: &File, to: &mut impl Write) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(()),
            count => to.write_all(buffer.get(..count).unwrap_or_default())?,
        }
    }
}

/// Gives the compressed file the times, the mode and the owner of the original.
fn inherit(source: &File, target: &File) -> io::Result<()> {
    let meta = source.metadata()?;
    disk::inherit_owner(&meta, target)?;
    target.set_permissions(meta.permissions())?;
    target.set_modified(meta.modified()?)
}

/// On Linux a priority is a thread's own.
#[cfg(target_os = "linux")]
fn lower_priority() {
    let _ = rustix::process::setpriority_process(None, 19);
}

#[cfg(not(target_os = "linux"))]
const fn lower_priority() {}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::{Duration, Instant};

    use flate2::read::MultiGzDecoder;

    use super::*;

    #[test]
    fn a_file_is_replaced_by_its_compression_with_the_same_time() {
        let folder = tempfile::tempdir().unwrap();
        let plain = folder.path().join("web.log.000001");
        fs::write(&plain, "line\n".repeat(10_000)).unwrap();
        let modified = fs::metadata(&plain).unwrap().modified().unwrap();
        let compressor = Compressor::default();
        compressor.start(folder.path(), "web");
        let deadline = Instant::now() + Duration::from_secs(30);
        while !compressor.idle() && Instant::now() < deadline {
            thread::yield_now();
        }
        assert!(!plain.exists());
        let packed = folder.path().join("web.log.000001.gz");
        assert_eq!(fs::metadata(&packed).unwrap().modified().unwrap(), modified);
        let mut text = String::new();
        MultiGzDecoder::new(File::open(packed).unwrap()).read_to_string(&mut text).unwrap();
        assert_eq!(text, "line\n".repeat(10_000));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn what_an_interrupted_compression_left_is_done_again() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("web.log.000001"), "a\n").unwrap();
        fs::write(folder.path().join("web.log.000001.gz"), "torn").unwrap();
        fs::write(temporary(folder.path(), "web"), "torn").unwrap();
        compress_all(folder.path(), "web").unwrap();
        let mut text = String::new();
        let packed = File::open(folder.path().join("web.log.000001.gz")).unwrap();
        MultiGzDecoder::new(packed).read_to_string(&mut text).unwrap();
        assert_eq!(text, "a\n");
    }
}
