//! Files, links and folders: written beside their place, moved there by one rename.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::operations::Site;
use crate::plan::machine::Thing;
use crate::plan::{Secret, Step};
use crate::system::{Entry, System};

/// Where the new contents of `path` wait for their rename: a name that no manager takes for one of its own, and that a recovery
/// finds again.
pub(super) fn temporary(path: &str) -> PathBuf {
    let path = Path::new(path);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.svcctl-new"))
}

/// Writes what all of these steps will rename, and flushes it in one go.
pub(super) fn stage<'a>(steps: impl Iterator<Item = &'a Step>, site: &Site<'_>) -> Result<()> {
    let mut files = Vec::new();
    for step in steps {
        let Some(path) = step.path() else { continue };
        let waiting = temporary(path);
        let done = match step {
            Step::WriteFile(file) => {
                Some(write(&waiting, file.mode, file.contents.as_bytes(), site.system))
            }
            Step::WriteSecret(secret) => {
                Some(write(&waiting, Secret::MODE, &secret.contents, site.system))
            }
            Step::Link { target, .. } => {
                link(target, &waiting, site.system).map_err(|error| Error::io(path, &error))?;
                None
            }
            _ => None,
        };
        if let Some(done) = done {
            done.map_err(|error| Error::io(path, &error))?;
            files.push(waiting);
        }
    }
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    site.system.sync(&files).map_err(|error| Error::io("cannot flush the new files", &error))
}

/// Makes a folder; whoever is no svcctl keeps to no lock, and may have made it since the plan was.
pub(super) fn folder(path: &Path, mode: u32, system: &dyn System) -> io::Result<()> {
    match system.create_dir(path, mode) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match system.entry(path)? {
            Entry::Dir { .. } => Ok(()),
            _ => Err(error),
        },
        done => done,
    }
}

/// Writes a file that may be there already, left by a change that was interrupted.
pub(super) fn write(path: &Path, mode: u32, bytes: &[u8], system: &dyn System) -> io::Result<()> {
    match system.create(path, mode, bytes) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            system.remove_file(path)?;
            system.create(path, mode, bytes)
        }
        done => done,
    }
}

/// Makes a link that may be there already.
pub(super) fn link(target: &str, path: &Path, system: &dyn System) -> io::Result<()> {
    match system.symlink(target.as_ref(), path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            system.remove_file(path)?;
            system.symlink(target.as_ref(), path)
        }
        done => done,
    }
}

/// Removes a file or a link that may be gone already.
pub(super) fn remove(path: impl AsRef<Path>, system: &dyn System) -> io::Result<()> {
    ignore(io::ErrorKind::NotFound, system.remove_file(path.as_ref()))
}

/// Removes a folder unless there is something in it.
pub(super) fn remove_empty(path: impl AsRef<Path>, system: &dyn System) -> io::Result<()> {
    let done = ignore(io::ErrorKind::NotFound, system.remove_dir(path.as_ref()));
    ignore(io::ErrorKind::DirectoryNotEmpty, done)
}

fn ignore(kind: io::ErrorKind, done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == kind => Ok(()),
        done => done,
    }
}

/// Makes the names in these folders durable; one that is gone needs nothing.
pub(super) fn flush_folders(folders: &BTreeSet<&Path>, site: &Site<'_>) -> Result<()> {
    let there = |folder: &&&Path| matches!(site.system.entry(folder), Ok(Entry::Dir { .. }));
    let there: Vec<&Path> = folders.iter().filter(there).copied().collect();
    if there.is_empty() {
        return Ok(());
    }
    site.system.sync(&there).map_err(|error| Error::io("cannot flush the folders", &error))
}

/// Puts back what was at `path`; `now` is what is there.
pub(super) fn restore(
    path: &str,
    before: &Thing,
    now: &Thing,
    system: &dyn System,
) -> io::Result<()> {
    let waiting = temporary(path);
    match before {
        Thing::Missing if matches!(now, Thing::Dir { .. }) => remove_empty(path, system),
        Thing::Missing => remove(path, system),
        Thing::File { mode, uid, gid, contents } => {
            write(&waiting, *mode, contents, system)?;
            system.chown(&waiting, *uid, *gid)?;
            system.sync(&[&waiting])?;
            system.rename(&waiting, path.as_ref())
        }
        Thing::Link { target } => {
            link(target, &waiting, system)?;
            system.rename(&waiting, path.as_ref())
        }
        Thing::Dir { mode, uid, gid, .. } => {
            system.create_dir(path.as_ref(), *mode)?;
            system.chown(path.as_ref(), *uid, *gid)
        }
        // A plan never replaces it.
        Thing::Other => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::fake::FakeSystem;

    #[test]
    fn a_folder_that_somebody_else_has_made_is_taken_as_it_is_and_nothing_else_for_one() {
        let system = FakeSystem::new();
        system.put_dir("/srv");
        folder("/srv".as_ref(), 0o700, &system).unwrap();
        system.put("/file", 0o644, b"");
        let error = folder("/file".as_ref(), 0o700, &system).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
    }
}
