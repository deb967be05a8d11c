//! Files on Unix. No link is followed at the last step: another account may have made it.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::{Gid, OFlags, Uid};

use super::{FileId, Look, Owner};

/// Makes a file that its group may read; an existing one is an error.
pub fn create(path: &Path, owner: Option<Owner>) -> io::Result<File> {
    let file = options().write(true).create_new(true).mode(0o640).open(path)?;
    if let Some(owner) = owner {
        give(&file, owner)?;
    }
    Ok(file)
}

/// Opens an existing regular file.
pub fn open(path: &Path) -> io::Result<File> {
    regular(options().write(true).open(path)?, path)
}

/// Opens an existing regular file, to be read only.
pub fn open_to_read(path: &Path) -> io::Result<File> {
    regular(options().open(path)?, path)
}

fn regular(file: File, path: &Path) -> io::Result<File> {
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{} is no file", path.display())))
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    options.read(true).custom_flags(flags.bits().cast_signed());
    options
}

/// Gives a file to an account.
pub fn give(file: &File, owner: Owner) -> io::Result<()> {
    let (user, group) = (Uid::from_raw(owner.uid), Gid::from_raw(owner.gid));
    Ok(rustix::fs::fchown(file, Some(user), Some(group))?)
}

/// Writes all of `bytes` at `offset`.
pub fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    file.write_all_at(bytes, offset)
}

/// Reads at `offset`; how many bytes.
pub fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    file.read_at(bytes, offset)
}

/// What the file is like now.
pub fn look(file: &File) -> io::Result<Look> {
    let meta = file.metadata()?;
    let id = FileId { device: meta.dev(), inode: meta.ino() };
    Ok(Look { id, len: meta.len(), linked: meta.nlink() > 0 })
}

/// Gives `file` to the owner of another one, where the caller may.
pub fn inherit_owner(of: &Metadata, file: &File) -> io::Result<()> {
    let meta = file.metadata()?;
    if (meta.uid(), meta.gid()) == (of.uid(), of.gid()) {
        return Ok(());
    }
    give(file, Owner { uid: of.uid(), gid: of.gid() })
}

/// Makes the folder of a service's logs, which only its group may look into; those above it are as usual.
pub fn make_folder(path: &Path, owner: Option<Owner>) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    DirBuilder::new().mode(0o750).create(path)?;
    let group = owner.map(|owner| owner.gid);
    group.map_or(Ok(()), |group| std::os::unix::fs::lchown(path, None, Some(group)))
}

/// Gives a file another name.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

/// Removes a file.
pub fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}
