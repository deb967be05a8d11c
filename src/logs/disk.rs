//! What logs need of a file system, the same on every OS.

#[cfg_attr(unix, path = "disk/unix.rs")]
#[cfg_attr(windows, path = "disk/windows.rs")]
mod os;

pub use os::{
    create, inherit_owner, look, make_folder, open, open_to_read, read_at, remove, rename, write_at,
};

/// An account that files are given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// User.
    pub uid: u32,
    /// Group.
    pub gid: u32,
}

/// A file's identity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileId {
    /// The file system.
    pub device: u64,
    /// The file.
    pub inode: u64,
}

/// What an open file is like now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Which file.
    pub id: FileId,
    /// Bytes.
    pub len: u64,
    /// Whether it still has a name.
    pub linked: bool,
}
