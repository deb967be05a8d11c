//! One svcctl at a time changes a scope.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::apply::fault::Faults;
use crate::apply::{files, recover};
use crate::error::{Error, ErrorKind, Result};
use crate::operations::Site;
use crate::operations::installed::receipts_dir;
use crate::plan::folders::is_ours;
use crate::spec::ServiceName;
use crate::system::{Entry, System};
use crate::target::{Dirs, Scope};

/// Pause between two attempts at the lock.
const POLL: Duration = Duration::from_millis(20);

/// The right to change a scope.
pub struct Hold<'a> {
    site: &'a Site<'a>,
    faults: Faults,
}

impl<'a> Hold<'a> {
    /// Where.
    #[must_use]
    pub const fn site(&self) -> &'a Site<'a> {
        self.site
    }

    pub(super) const fn faults(&self) -> &Faults {
        &self.faults
    }

    /// One thing that is done at a path.
    pub(super) fn act(
        &self,
        what: &str,
        path: &str,
        act: impl FnOnce() -> io::Result<()>,
    ) -> Result<()> {
        self.faults.act(what, || act().map_err(|error| Error::io(path, &error)))
    }
}

/// Waits for the lock, mends what an interrupted change left, then does `work`, which is told what was mended.
///
/// # Errors
/// `Busy`, naming who has the lock, or what `work` says.
pub fn with_lock<'a, T>(
    site: &'a Site<'a>,
    verb: &str,
    names: &[ServiceName],
    work: impl FnOnce(&Hold<'a>, Vec<String>) -> Result<T>,
) -> Result<T> {
    let guard = acquire(site, &note(site, verb, names))?;
    let hold = Hold { site, faults: Faults::from_env(site.system) };
    let result = recover::recover(&hold).and_then(|mended| work(&hold, mended));
    tidy(site);
    drop(guard);
    result
}

fn note(site: &Site<'_>, verb: &str, names: &[ServiceName]) -> String {
    let what = match names {
        [only] => only.to_string(),
        several => format!("{} services", several.len()),
    };
    let since = humantime::format_rfc3339_seconds(site.system.now());
    format!("{verb} of {what}, process {}, since {since}", std::process::id())
}

fn lock_path(dirs: &Dirs) -> PathBuf {
    Path::new(&dirs.state).join("lock")
}

fn acquire(site: &Site<'_>, note: &str) -> Result<Box<dyn Send>> {
    let path = lock_path(&site.target.dirs);
    let began = site.system.now();
    loop {
        match attempt(&path, note, site) {
            Ok(Some(guard)) => return Ok(guard),
            Ok(None) => {}
            Err(error) => return Err(Error::io(path.display(), &error)),
        }
        if site.system.now().duration_since(began).unwrap_or_default() >= site.lock_timeout {
            return Err(busy(&path, site));
        }
        site.system.sleep(POLL);
    }
}

/// The folder may be missing, or be removed by another one's uninstall at this very moment.
fn attempt(path: &Path, note: &str, site: &Site<'_>) -> io::Result<Option<Box<dyn Send>>> {
    match site.system.try_lock(path, note) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make_state(Path::new(&site.target.dirs.state), site)?;
            match site.system.try_lock(path, note) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                done => done,
            }
        }
        done => done,
    }
}

fn make_state(folder: &Path, site: &Site<'_>) -> io::Result<()> {
    let own = site.target.scope == Scope::User && folder.starts_with(&site.target.dirs.state);
    let mode = if own { 0o700 } else { 0o755 };
    match site.system.create_dir(folder, mode) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match folder.parent() {
            Some(parent) => {
                make_state(parent, site)?;
                make_state(folder, site)
            }
            None => Err(error),
        },
        done => done,
    }
}

fn busy(path: &Path, site: &Site<'_>) -> Error {
    let holder = site.system.read(path).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let holder = holder.filter(|text| !text.is_empty());
    let holder = holder.map_or_else(String::new, |text| format!(": {text}"));
    let scope = site.target.scope;
    Error::new(
        ErrorKind::Busy,
        format!("another svcctl is changing services of the {scope} scope{holder}"),
    )
    .hint("try again when it is done, or wait longer with --timeout")
}

/// Who has the lock right now.
pub(super) enum Held {
    BySomebody,
    /// The caller, until this is dropped.
    Here(Box<dyn Send>),
    /// There is none, or the caller may not have it.
    Unknown,
}

/// Takes the lock for a moment, if nobody has it.
pub(super) fn look(dirs: &Dirs, system: &dyn System) -> Held {
    let path = lock_path(dirs);
    if !matches!(system.entry(&path), Ok(Entry::File { .. })) {
        return Held::Unknown;
    }
    let note = system.read(&path).unwrap_or_default();
    match system.try_lock(&path, &String::from_utf8_lossy(&note)) {
        Ok(None) => Held::BySomebody,
        Ok(Some(guard)) => Held::Here(guard),
        Err(_) => Held::Unknown,
    }
}

/// Whether there is a lock and nothing that it could be for: who removed the last service was killed before it tidied up.
pub(super) fn is_left_over(dirs: &Dirs, system: &dyn System) -> bool {
    matches!(system.entry(&receipts_dir(dirs)), Ok(Entry::Missing))
        && matches!(system.entry(&lock_path(dirs)), Ok(Entry::File { .. }))
}

/// Leaves nothing of svcctl's own behind once nothing is installed any more. Whatever is still needed keeps its folder.
fn tidy(site: &Site<'_>) {
    let dirs = &site.target.dirs;
    let state = Path::new(&dirs.state);
    if matches!(site.system.entry(&receipts_dir(dirs)), Ok(Entry::Missing))
        && site.system.list(state).is_ok_and(|names| names == ["lock"])
    {
        let _ = files::remove(lock_path(dirs), site.system);
        for folder in state.ancestors().take_while(|folder| is_ours(folder, site.target)) {
            if site.system.remove_dir(folder).is_err() {
                return;
            }
        }
    }
}
