//! Files and folders with an access list of their own, given at creation: there is no moment at which they are open to others.

use std::ffi::c_void;
use std::fs::File;
use std::io;
use std::os::windows::ffi::OsStrExt;
use std::os::windows::io::FromRawHandle;
use std::path::Path;
use std::ptr;

use windows_sys::Win32::Foundation::{
    GENERIC_READ, GENERIC_WRITE, INVALID_HANDLE_VALUE, LocalFree,
};
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::{PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES};
use windows_sys::Win32::Storage::FileSystem::{
    CREATE_NEW, CreateDirectoryW, CreateFileW, FILE_ATTRIBUTE_NORMAL, FILE_SHARE_READ,
    FILE_SHARE_WRITE, OPEN_ALWAYS,
};

/// Protected: SYSTEM, administrators and the owner, nobody else, and nothing inherited from above.
const PRIVATE: &str = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;OW)";
/// The same, and users may read and execute.
const READABLE: &str = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;OW)(A;OICI;FRFX;;;BU)";

/// Whether permission bits mean that nobody else may read.
pub(super) const fn is_private(mode: u32) -> bool {
    mode & 0o044 == 0
}

/// Makes a new file.
pub(super) fn create_file(path: &Path, private: bool) -> io::Result<File> {
    open(path, private, CREATE_NEW)
}

/// Opens the lock file, and makes it if it is missing.
pub(super) fn open_lock(path: &Path) -> io::Result<File> {
    open(path, true, OPEN_ALWAYS)
}

fn open(path: &Path, private: bool, disposition: u32) -> io::Result<File> {
    let descriptor = Descriptor::new(private)?;
    let attributes = descriptor.attributes();
    let path = wide(path);
    // SAFETY: the path ends with a zero, the attributes and the descriptor they point to outlive the call.
    let handle = unsafe {
        CreateFileW(
            path.as_ptr(),
            GENERIC_READ | GENERIC_WRITE,
            FILE_SHARE_READ | FILE_SHARE_WRITE,
            &raw const attributes,
            disposition,
            FILE_ATTRIBUTE_NORMAL,
            ptr::null_mut(),
        )
    };
    if handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle is valid, open, and nobody else's.
    Ok(unsafe { File::from_raw_handle(handle) })
}

/// Makes a new folder.
pub(super) fn create_dir(path: &Path, private: bool) -> io::Result<()> {
    let descriptor = Descriptor::new(private)?;
    let attributes = descriptor.attributes();
    let path = wide(path);
    // SAFETY: the path ends with a zero, the attributes and the descriptor they point to outlive the call.
    let made = unsafe { CreateDirectoryW(path.as_ptr(), &raw const attributes) };
    if made == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// A security descriptor that the system allocated.
struct Descriptor(PSECURITY_DESCRIPTOR);

impl Descriptor {
    fn new(private: bool) -> io::Result<Self> {
        let text = if private { PRIVATE } else { READABLE };
        let text: Vec<u16> = text.encode_utf16().chain([0]).collect();
        let mut made: PSECURITY_DESCRIPTOR = ptr::null_mut();
        // SAFETY: the text ends with a zero, and `made` is where the descriptor's address goes.
        let done = unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                text.as_ptr(),
                SDDL_REVISION_1,
                &raw mut made,
                ptr::null_mut(),
            )
        };
        if done == 0 { Err(io::Error::last_os_error()) } else { Ok(Self(made)) }
    }

    fn attributes(&self) -> SECURITY_ATTRIBUTES {
        SECURITY_ATTRIBUTES {
            nLength: u32::try_from(size_of::<SECURITY_ATTRIBUTES>()).unwrap_or_default(),
            lpSecurityDescriptor: self.0,
            bInheritHandle: 0,
        }
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: it was allocated by the conversion, which says that LocalFree frees it.
        unsafe { LocalFree(self.0.cast::<c_void>()) };
    }
}

fn wide(path: &Path) -> Vec<u16> {
    path.as_os_str().encode_wide().chain([0]).collect()
}
