//! The real world on Windows.

mod identity;
mod private;
mod process;

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use crate::system::{Entry, Identity, Invocation, Output, System};
use crate::target::Account;
use crate::windows::patience::{CHANGE, LOOK, patiently};
use crate::windows::security;

/// This machine, as the calling account.
#[derive(Debug, Default)]
pub struct Native {
    identity: OnceLock<Identity>,
}

impl Native {
    /// Nothing is asked of the machine yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { identity: OnceLock::new() }
    }

    /// There is no `sudo` here that would make it necessary.
    #[must_use]
    pub fn become_owner(&self, owner: &Account) -> io::Error {
        io::Error::new(io::ErrorKind::Unsupported, format!("cannot run again as {}", owner.name))
    }
}

impl System for Native {
    fn entry(&self, path: &Path) -> io::Result<Entry> {
        let meta = match path.symlink_metadata() {
            Ok(meta) => meta,
            Err(error) if is_absence(&error) => return Ok(Entry::Missing),
            Err(error) => return Err(error),
        };
        let kind = meta.file_type();
        Ok(if kind.is_file() {
            Entry::File { mode: 0, uid: 0, gid: 0, len: meta.len() }
        } else if kind.is_dir() {
            Entry::Dir { mode: 0, uid: 0, gid: 0 }
        } else if kind.is_symlink() {
            Entry::Link(path.read_link()?)
        } else {
            Entry::Other
        })
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        patiently(LOOK, || std::fs::read(path))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<OsString>> {
        let names = dir.read_dir()?.map(|entry| Ok(entry?.file_name()));
        let mut names: Vec<OsString> = names.collect::<io::Result<_>>()?;
        names.sort();
        Ok(names)
    }

    fn create(&self, path: &Path, mode: u32, contents: &[u8]) -> io::Result<()> {
        let private = private::is_private(mode);
        patiently(CHANGE, || private::create_file(path, private))?.write_all(contents)
    }

    fn sync(&self, paths: &[&Path]) -> io::Result<()> {
        for path in paths {
            // A folder cannot be flushed; NTFS journals the names by itself.
            if path.is_file() {
                let file = patiently(CHANGE, || OpenOptions::new().write(true).open(path))?;
                file.sync_all()?;
            }
        }
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        patiently(CHANGE, || std::fs::rename(from, to))
    }

    fn symlink(&self, _target: &Path, path: &Path) -> io::Result<()> {
        let message = format!("{}: no links are made on Windows", path.display());
        Err(io::Error::new(io::ErrorKind::Unsupported, message))
    }

    fn create_dir(&self, path: &Path, mode: u32) -> io::Result<()> {
        private::create_dir(path, private::is_private(mode))
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        patiently(CHANGE, || std::fs::remove_file(path))
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        patiently(CHANGE, || std::fs::remove_dir(path))
    }

    fn chown(&self, _path: &Path, _uid: u32, _gid: u32) -> io::Result<()> {
        Ok(())
    }

    fn try_lock(&self, path: &Path, note: &str) -> io::Result<Option<Box<dyn Send>>> {
        let mut file = private::open_lock(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Ok(None),
            Err(std::fs::TryLockError::Error(error)) => return Err(error),
        }
        file.set_len(0)?;
        file.write_all(note.as_bytes())?;
        Ok(Some(Box::<File>::new(file)))
    }

    fn run(&self, invocation: &Invocation) -> io::Result<Output> {
        process::run(invocation)
    }

    fn env(&self, name: &OsStr) -> Option<OsString> {
        std::env::var_os(name)
    }

    fn identity(&self) -> &Identity {
        self.identity.get_or_init(identity::identity)
    }

    fn account(&self, name: &str) -> io::Result<Option<Account>> {
        identity::by_name(name)
    }

    fn security(&self, path: &Path) -> io::Result<Option<String>> {
        security::read(path).map(Some)
    }

    fn sid(&self) -> Option<String> {
        identity::sid().ok()
    }

    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }

    fn current_exe(&self) -> io::Result<PathBuf> {
        std::env::current_exe()
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
