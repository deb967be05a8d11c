//! Files on Windows. The standard library opens them so that others may rename and remove them meanwhile.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::windows::fs::FileExt;
use std::path::Path;

use super::{FileId, Look, Owner};
use crate::windows::patience::patiently;

/// Makes a file with the rights that its folder hands down; an existing one is an error.
pub fn create(path: &Path, _owner: Option<Owner>) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create_new(true).open(path)
}

/// Opens an existing file.
pub fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(path)
}

/// Opens an existing file, to be read only.
pub fn open_to_read(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Rights are handed down by the folder.
pub fn inherit_owner(_of: &Metadata, _file: &File) -> io::Result<()> {
    Ok(())
}

/// Makes the folder of a service's logs, and those above it.
pub fn make_folder(path: &Path, _owner: Option<Owner>) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Writes all of `bytes` at `offset`.
pub fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    let mut done = 0;
    while let Some(rest) = bytes.get(done..).filter(|rest| !rest.is_empty()) {
        match file.seek_write(rest, offset + done as u64)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            count => done += count,
        }
    }
    Ok(())
}

/// Reads at `offset`; how many bytes.
pub fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    file.seek_read(bytes, offset)
}

/// What the file is like now.
pub fn look(file: &File) -> io::Result<Look> {
    let about = winapi_util::file::information(file)?;
    let id = FileId { device: about.volume_serial_number(), inode: about.file_index() };
    Ok(Look { id, len: about.file_size(), linked: about.number_of_links() > 0 })
}

/// Gives a file another name, as soon as nobody stands in the way.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    patiently(BRIEFLY, || fs::rename(from, to))
}

/// Removes a file, as soon as nobody stands in the way.
pub fn remove(path: &Path) -> io::Result<()> {
    patiently(BRIEFLY, || fs::remove_file(path))
}

/// The thread that does this may be the one that takes a service's output.
const BRIEFLY: u32 = 5;
