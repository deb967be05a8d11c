//! Whether a privileged caller may write below a folder: nobody but root can have chosen where the path leads.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

/// How many links a path may lead through, as in the kernel.
const MAX_LINKS: u32 = 40;

/// Checks every folder and link that leads to the parent of `path`; an unprivileged caller risks only what is their own.
pub(super) fn check_parent(path: &Path) -> io::Result<()> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    path.parent().map_or(Ok(()), |parent| check(parent, MAX_LINKS))
}

/// The same for a removal: the folder that the name is in may belong to anybody, such as the service whose logs are in it, as long
/// as nobody but root can put another in its place. A removal follows no link that is the name itself.
pub(super) fn check_removal(path: &Path) -> io::Result<()> {
    match path.parent().map(Path::symlink_metadata) {
        Some(Ok(meta)) if meta.is_dir() => path.parent().map_or(Ok(()), check_parent),
        _ => check_parent(path),
    }
}

fn check(folder: &Path, links: u32) -> io::Result<()> {
    let mut so_far = PathBuf::new();
    let mut rest = folder.components();
    while let Some(part) = rest.next() {
        if matches!(part, Component::ParentDir) {
            return Err(refusal(folder, "holds '..'"));
        }
        so_far.push(part);
        let meta = so_far.symlink_metadata()?;
        if let Some(problem) = problem(&meta) {
            return Err(refusal(&so_far, problem));
        }
        if meta.is_symlink() {
            let left = links.checked_sub(1).ok_or_else(|| refusal(folder, "is a loop of links"))?;
            // Root's own link is as good as the folder that it leads to; what that is, is checked in turn.
            let target = so_far.read_link()?;
            let base = so_far.parent().unwrap_or(Path::new("/"));
            return check(&lexical(&base.join(target)).join(rest.as_path()), left);
        }
    }
    Ok(())
}

/// Resolves `..` of a link that root made by its text.
fn lexical(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut clean, part| {
        if matches!(part, Component::ParentDir) {
            clean.pop();
        } else {
            clean.push(part);
        }
        clean
    })
}

fn problem(meta: &Metadata) -> Option<&'static str> {
    const STICKY: u32 = 0o1000;
    if meta.uid() != 0 {
        Some("belongs to an account other than root")
    } else if meta.is_symlink() || meta.mode() & STICKY != 0 {
        None
    } else if meta.mode() & 0o002 != 0 {
        Some("can be written by everybody")
    } else if meta.mode() & 0o020 != 0 && meta.gid() != 0 {
        Some("can be written by a group other than root's")
    } else {
        None
    }
}

fn refusal(path: &Path, problem: &str) -> io::Error {
    let message = format!("refusing to write as root: {} {problem}", path.display());
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    use super::*;

    fn is_root() -> bool {
        rustix::process::geteuid().is_root()
    }

    #[test]
    fn root_does_not_write_where_another_account_decides() {
        if !is_root() {
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let theirs = dir.path().join("theirs");
        std::fs::create_dir(&theirs).unwrap();
        assert!(check_parent(&theirs.join("file")).is_ok());
        chown(&theirs, Some(12345), None).unwrap();
        let error = check_parent(&theirs.join("file")).unwrap_err().to_string();
        assert!(error.contains("belongs to an account other than root"), "{error}");
        let link = dir.path().join("link");
        symlink("theirs", &link).unwrap();
        assert!(check_parent(&link.join("file")).is_err());
    }

    #[test]
    fn root_does_not_write_below_a_folder_that_all_may_write() {
        if !is_root() {
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let open = dir.path().join("open");
        std::fs::create_dir(&open).unwrap();
        std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o777)).unwrap();
        assert!(check_parent(&open.join("file")).is_err());
        assert!(check_parent(&dir.path().join("open/../file")).is_err());
    }

    #[test]
    fn root_removes_what_is_in_a_folder_of_another_account_but_not_below_it() {
        if !is_root() {
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let theirs = dir.path().join("theirs");
        std::fs::create_dir_all(theirs.join("inner")).unwrap();
        chown(&theirs, Some(12345), None).unwrap();
        assert!(check_removal(&theirs.join("file")).is_ok());
        assert!(check_removal(&theirs.join("inner/file")).is_err());
        symlink("theirs", dir.path().join("link")).unwrap();
        assert!(check_removal(&dir.path().join("link/file")).is_err());
    }

    #[test]
    fn a_loop_of_links_ends() {
        if !is_root() {
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        symlink("b", dir.path().join("a")).unwrap();
        symlink("a", dir.path().join("b")).unwrap();
        assert!(check_parent(&dir.path().join("a/file")).is_err());
    }
}
