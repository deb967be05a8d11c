//! The real world on Unix.
//!
//! What changes the machine goes through [`guard`]: a privileged caller never writes below a folder that another account could
//! have redirected. Reading is not guarded: what a definition may point to is the pre-flight's question.

mod account;
mod flush;
mod guard;
mod process;
mod sudo;

use std::ffi::{OsStr, OsString};
use std::fs::{DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Read as _, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use crate::system::{Entry, Identity, Invocation, Output, System};
use crate::target::Account;

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

    /// Runs this very command again as `owner`, for good, so that nothing in that user's home becomes root's: `sudo svcctl
    /// --user` works on the scope of whoever called `sudo`. Returns only if it fails.
    #[must_use]
    pub fn become_owner(&self, owner: &Account) -> io::Error {
        sudo::run_again_as(owner)
    }
}

impl System for Native {
    fn entry(&self, path: &Path) -> io::Result<Entry> {
        Ok(match metadata(path)? {
            None => Entry::Missing,
            Some(meta) if meta.is_symlink() => Entry::Link(path.read_link()?),
            Some(meta) => no_link(&meta),
        })
    }

    fn is_there(&self, path: &Path) -> io::Result<bool> {
        Ok(metadata(path)?.is_some())
    }

    /// Opened first: to look through the path takes longer than to look at what is open.
    fn look(&self, path: &Path, most: u64) -> io::Result<(Entry, Option<Vec<u8>>)> {
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        let mut options = OpenOptions::new();
        let Ok(file) = options.read(true).custom_flags(flags.bits().cast_signed()).open(path)
        else {
            return super::entry_and_contents(self, path, most);
        };
        let entry = no_link(&file.metadata()?);
        let Entry::File { len, .. } = entry else { return Ok((entry, None)) };
        if len > most {
            return Ok((entry, None));
        }
        // What has that length is read at once, without another call that finds nothing more.
        let mut contents = Vec::with_capacity(usize::try_from(len).unwrap_or_default());
        file.take(len).read_to_end(&mut contents)?;
        Ok((entry, Some(contents)))
    }

    fn link(&self, path: &Path) -> io::Result<PathBuf> {
        path.read_link()
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        super::contents(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<OsString>> {
        let names = dir.read_dir()?.map(|entry| Ok(entry?.file_name()));
        let mut names: Vec<OsString> = names.collect::<io::Result<_>>()?;
        names.sort();
        Ok(names)
    }

    fn create(&self, path: &Path, mode: u32, contents: &[u8]) -> io::Result<()> {
        guard::check_parent(path)?;
        // `create_new` is O_EXCL, which follows no link; the umask is undone before there is anything to read.
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(contents)?;
        file.set_permissions(Permissions::from_mode(mode))
    }

    fn sync(&self, paths: &[&Path]) -> io::Result<()> {
        flush::flush(paths)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        guard::check_parent(to)?;
        std::fs::rename(from, to)
    }

    fn symlink(&self, target: &Path, path: &Path) -> io::Result<()> {
        guard::check_parent(path)?;
        std::os::unix::fs::symlink(target, path)
    }

    fn create_dir(&self, path: &Path, mode: u32) -> io::Result<()> {
        guard::check_parent(path)?;
        DirBuilder::new().mode(mode & 0o700).create(path)?;
        std::fs::set_permissions(path, Permissions::from_mode(mode))
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        guard::check_removal(path)?;
        std::fs::remove_file(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        guard::check_removal(path)?;
        std::fs::remove_dir(path)
    }

    fn chown(&self, path: &Path, uid: u32, gid: u32) -> io::Result<()> {
        guard::check_parent(path)?;
        std::os::unix::fs::lchown(path, Some(uid), Some(gid))
    }

    fn try_lock(&self, path: &Path, note: &str) -> io::Result<Option<Box<dyn Send>>> {
        guard::check_parent(path)?;
        let flags = rustix::fs::OFlags::NOFOLLOW.bits();
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.custom_flags(flags.cast_signed()).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Ok(None),
            Err(std::fs::TryLockError::Error(error)) => return Err(error),
        }
        if !is_still_at(&file, path)? {
            return Ok(None);
        }
        file.set_len(0)?;
        file.write_all(note.as_bytes())?;
        Ok(Some(Box::new(file)))
    }

    fn run(&self, invocation: &Invocation) -> io::Result<Output> {
        process::run(invocation)
    }

    fn env(&self, name: &OsStr) -> Option<OsString> {
        std::env::var_os(name)
    }

    fn identity(&self) -> &Identity {
        self.identity.get_or_init(account::identity)
    }

    fn account(&self, name: &str) -> io::Result<Option<Account>> {
        account::by_name(name)
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

/// Of what is at a path, itself; none if nothing is.
fn metadata(path: &Path) -> io::Result<Option<Metadata>> {
    match path.symlink_metadata() {
        Ok(meta) => Ok(Some(meta)),
        Err(error) if is_absence(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn no_link(meta: &Metadata) -> Entry {
    let (mode, uid, gid) = (meta.mode() & 0o7777, meta.uid(), meta.gid());
    if meta.is_file() {
        Entry::File { mode, uid, gid, len: meta.len() }
    } else if meta.is_dir() {
        Entry::Dir { mode, uid, gid }
    } else {
        Entry::Other
    }
}

/// A path below something that is no folder leads to nothing, too.
fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Whether the name still leads to the file that was locked; who removes a lock file holds the lock while doing so.
fn is_still_at(file: &File, path: &Path) -> io::Result<bool> {
    let held = file.metadata()?;
    let there = metadata(path)?;
    Ok(there.is_some_and(|there| (there.dev(), there.ino()) == (held.dev(), held.ino())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_once_and_given_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let native = Native::new();
        let held = native.try_lock(&path, "first").unwrap();
        assert!(held.is_some());
        assert!(native.try_lock(&path, "second").unwrap().is_none());
        assert_eq!(native.read(&path).unwrap(), b"first");
        drop(held);
        assert!(native.try_lock(&path, "second").unwrap().is_some());
    }

    #[test]
    fn a_file_has_exactly_the_mode_that_was_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        Native::new().create(&path, 0o666, b"x").unwrap();
        let entry = Native::new().entry(&path).unwrap();
        assert!(matches!(entry, Entry::File { mode: 0o666, len: 1, .. }), "{entry:?}");
    }

    #[test]
    fn a_look_tells_the_same_as_entry_and_read() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("file"), "text").unwrap();
        std::os::unix::fs::symlink("file", at("link")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        let native = Native::new();
        for name in ["file", "link", "socket", "", "missing", "file/below"] {
            let (entry, contents) = native.look(&at(name), 4).unwrap();
            assert_eq!(entry, native.entry(&at(name)).unwrap(), "{name}");
            assert_eq!(contents, (name == "file").then(|| b"text".to_vec()), "{name}");
            assert_eq!(native.is_there(&at(name)).unwrap(), entry != Entry::Missing, "{name}");
            assert_eq!(native.link(&at(name)).is_ok(), name == "link");
        }
        assert_eq!(native.look(&at("file"), 3).unwrap().1, None);
    }

    #[test]
    fn a_file_is_never_created_through_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let (link, victim) = (dir.path().join("link"), dir.path().join("victim"));
        std::os::unix::fs::symlink(&victim, &link).unwrap();
        let error = Native::new().create(&link, 0o644, b"x").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert!(!victim.exists());
        assert!(Native::new().try_lock(&link, "").is_err());
        assert!(!victim.exists());
    }
}
