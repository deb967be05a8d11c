//! The one seam to the world: files, processes, environment, identity, clock.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::target::Account;

pub mod dirs;
#[cfg(any(test, feature = "testing"))]
pub mod fake;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::Native;
#[cfg(windows)]
pub use windows::Native;

/// Most files here are smaller: one reading has them whole.
const SMALL: usize = 8 << 10;

/// The contents of a file that is small as a rule. Unlike `std::fs::read` it does not ask for the length first.
///
/// # Errors
/// As for [`std::fs::read`].
pub fn contents(path: &Path) -> io::Result<Vec<u8>> {
    let mut contents = Vec::with_capacity(SMALL);
    // A limit takes from the file the occasion to ask for its length.
    std::fs::File::open(path)?.take(u64::MAX).read_to_end(&mut contents)?;
    Ok(contents)
}

/// What is at a path, and then the contents of a file that is not too long.
fn entry_and_contents<S: System + ?Sized>(
    system: &S,
    path: &Path,
    most: u64,
) -> io::Result<(Entry, Option<Vec<u8>>)> {
    let entry = system.entry(path)?;
    let small = matches!(entry, Entry::File { len, .. } if len <= most);
    let contents = if small { Some(system.read(path)?) } else { None };
    Ok((entry, contents))
}

/// What is at a path, not following a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Nothing.
    Missing,
    /// A regular file.
    File {
        /// Permission bits (0 on Windows).
        mode: u32,
        /// Owner (0 on Windows).
        uid: u32,
        /// Group (0 on Windows).
        gid: u32,
        /// Bytes.
        len: u64,
    },
    /// A folder.
    Dir {
        /// Permission bits (0 on Windows).
        mode: u32,
        /// Owner (0 on Windows).
        uid: u32,
        /// Group (0 on Windows).
        gid: u32,
    },
    /// A symbolic link.
    Link(PathBuf),
    /// A device, a socket, a pipe.
    Other,
}

/// Who is calling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The effective account.
    pub account: Account,
    /// Root or an administrator.
    pub privileged: bool,
    /// Who called `sudo`, if anybody did.
    pub sudo: Option<Account>,
}

/// A program to run: absolute path, arguments, and nothing of the caller's environment but what is named.
#[derive(Clone, Debug, Default)]
pub struct Invocation {
    /// Absolute path.
    pub program: PathBuf,
    /// Arguments after the program's own name.
    pub args: Vec<OsString>,
    /// The whole environment.
    pub env: Vec<(OsString, OsString)>,
    /// Given to it as standard input.
    pub stdin: Option<Vec<u8>>,
    /// It is killed after this long.
    pub timeout: Option<Duration>,
}

/// How it ended and what it said.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// Exit code; none after a signal or when the time was up.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

/// The world. Real on Unix and Windows; recording in tests.
pub trait System: Send + Sync {
    /// What is at `path`, itself, not what it links to.
    ///
    /// # Errors
    /// Anything but its absence.
    fn entry(&self, path: &Path) -> io::Result<Entry>;
    /// Whether anything is at `path`, be it a link that leads nowhere.
    ///
    /// # Errors
    /// As [`entry`](Self::entry).
    fn is_there(&self, path: &Path) -> io::Result<bool> {
        Ok(self.entry(path)? != Entry::Missing)
    }
    /// What is at `path`, with the contents of a file of at most `most` bytes.
    ///
    /// # Errors
    /// As [`entry`](Self::entry) and [`read`](Self::read).
    fn look(&self, path: &Path, most: u64) -> io::Result<(Entry, Option<Vec<u8>>)> {
        entry_and_contents(self, path, most)
    }
    /// Where the link at `path` leads.
    ///
    /// # Errors
    /// As `std::fs::read_link`: also when there is something else.
    fn link(&self, path: &Path) -> io::Result<PathBuf> {
        match self.entry(path)? {
            Entry::Link(target) => Ok(target),
            Entry::Missing => Err(io::ErrorKind::NotFound.into()),
            _ => Err(io::ErrorKind::InvalidInput.into()),
        }
    }
    /// The whole file.
    ///
    /// # Errors
    /// As `std::fs::read`.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Names in a folder, sorted.
    ///
    /// # Errors
    /// As `std::fs::read_dir`.
    fn list(&self, dir: &Path) -> io::Result<Vec<OsString>>;
    /// Writes a file that no name leads to yet, readable as `mode` says; fails if it exists. Not flushed.
    ///
    /// # Errors
    /// As `std::fs::File::create_new`.
    fn create(&self, path: &Path, mode: u32, contents: &[u8]) -> io::Result<()>;
    /// Makes what was written to these files and folders survive a power cut.
    ///
    /// # Errors
    /// As `fsync(2)`.
    fn sync(&self, paths: &[&Path]) -> io::Result<()>;
    /// Renames over what is there.
    ///
    /// # Errors
    /// As `std::fs::rename`.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Makes a symbolic link; fails if something is there.
    ///
    /// # Errors
    /// As `symlink(2)`; unsupported on Windows.
    fn symlink(&self, target: &Path, path: &Path) -> io::Result<()>;
    /// Makes one folder; an existing one is an error.
    ///
    /// # Errors
    /// As `mkdir(2)`.
    fn create_dir(&self, path: &Path, mode: u32) -> io::Result<()>;
    /// Removes a file or a link.
    ///
    /// # Errors
    /// As `std::fs::remove_file`.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Removes an empty folder.
    ///
    /// # Errors
    /// As `std::fs::remove_dir`.
    fn remove_dir(&self, path: &Path) -> io::Result<()>;
    /// Gives a file or folder to an account.
    ///
    /// # Errors
    /// As `lchown(2)`.
    fn chown(&self, path: &Path, uid: u32, gid: u32) -> io::Result<()>;
    /// Takes the exclusive lock on a file that is made if missing, and leaves `note` in it, which says who has it; none when
    /// another process has it, or has just removed the file. It is given back when what is returned is dropped.
    ///
    /// # Errors
    /// As opening the file.
    fn try_lock(&self, path: &Path, note: &str) -> io::Result<Option<Box<dyn Send>>>;
    /// Runs a program to its end.
    ///
    /// # Errors
    /// When it cannot be executed.
    fn run(&self, invocation: &Invocation) -> io::Result<Output>;
    /// A variable of svcctl's own environment.
    fn env(&self, name: &OsStr) -> Option<OsString>;
    /// Who is calling.
    fn identity(&self) -> &Identity;
    /// The account of that name.
    ///
    /// # Errors
    /// When the account database cannot be read.
    fn account(&self, name: &str) -> io::Result<Option<Account>>;
    /// Owner and access list of a file or folder, as SDDL; none where the system has modes instead.
    ///
    /// # Errors
    /// When it is not there, or the caller may not know.
    fn security(&self, _path: &Path) -> io::Result<Option<String>> {
        Ok(None)
    }
    /// The caller's SID; none where accounts have numbers.
    fn sid(&self) -> Option<String> {
        None
    }
    /// The clock.
    fn now(&self) -> SystemTime;
    /// Waits.
    fn sleep(&self, time: Duration);
    /// Absolute path of this very program.
    ///
    /// # Errors
    /// As `std::env::current_exe`.
    fn current_exe(&self) -> io::Result<PathBuf>;
}
