//! Security descriptors, written as SDDL.

use std::ffi::c_void;
use std::io;
use std::path::Path;
use std::ptr;

use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, PROTECTED_DACL_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR,
    SECURITY_ATTRIBUTES, SetFileSecurityW,
};

use crate::windows::handle::{check, size_of_u32};
use crate::windows::text::wide;

/// A security descriptor that the system allocated.
#[derive(Debug)]
pub struct Descriptor(PSECURITY_DESCRIPTOR);

impl Descriptor {
    /// From its text.
    ///
    /// # Errors
    /// When the text is no security descriptor.
    pub fn new(sddl: &str) -> io::Result<Self> {
        let mut made: PSECURITY_DESCRIPTOR = ptr::null_mut();
        // SAFETY: the text ends with a zero, and `made` is where the descriptor's address goes.
        check(unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                wide(sddl).as_ptr(),
                SDDL_REVISION_1,
                &raw mut made,
                ptr::null_mut(),
            )
        })?;
        Ok(Self(made))
    }

    /// The descriptor itself; it stays ours.
    #[must_use]
    pub const fn raw(&self) -> PSECURITY_DESCRIPTOR {
        self.0
    }

    /// For what is being made.
    #[must_use]
    pub fn attributes(&self) -> SECURITY_ATTRIBUTES {
        SECURITY_ATTRIBUTES {
            nLength: size_of_u32::<SECURITY_ATTRIBUTES>(),
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

/// Gives a file or folder this access list and nothing else: what it had inherited is gone.
///
/// # Errors
/// When it is not there, or the caller may not.
pub fn protect(path: &Path, sddl: &str) -> io::Result<()> {
    let descriptor = Descriptor::new(sddl)?;
    let what = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
    // SAFETY: the path ends with a zero, and the descriptor is a whole one.
    check(unsafe { SetFileSecurityW(wide(path).as_ptr(), what, descriptor.raw()) })
}
