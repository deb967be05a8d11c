//! Security descriptors, written as SDDL.

use std::ffi::c_void;
use std::io;
use std::path::Path;
use std::ptr;

use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Authorization::{
    ConvertSecurityDescriptorToStringSecurityDescriptorW,
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GetFileSecurityW, OWNER_SECURITY_INFORMATION,
    PROTECTED_DACL_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES,
    SetFileSecurityW,
};

use crate::windows::handle::{check, size_of_u32};
use crate::windows::text::{narrow, wide};

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

/// Owner and access list of a file or folder, as SDDL.
///
/// # Errors
/// When it is not there, or the caller may not know.
pub fn read(path: &Path) -> io::Result<String> {
    let (path, what) = (wide(path), OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION);
    let mut needed = 0;
    // SAFETY: the path ends with a zero; without a buffer it only says how many bytes it needs.
    unsafe { GetFileSecurityW(path.as_ptr(), what, ptr::null_mut(), 0, &raw mut needed) };
    let mut buffer = vec![0_u64; needed as usize / 8 + 1];
    let descriptor: PSECURITY_DESCRIPTOR = buffer.as_mut_ptr().cast();
    // SAFETY: the buffer has at least as many bytes as is told.
    check(unsafe { GetFileSecurityW(path.as_ptr(), what, descriptor, needed, &raw mut needed) })?;
    let mut text = ptr::null_mut();
    // SAFETY: the descriptor is a whole one, and `text` is where the text's address goes.
    check(unsafe {
        ConvertSecurityDescriptorToStringSecurityDescriptorW(
            descriptor,
            SDDL_REVISION_1,
            what,
            &raw mut text,
            ptr::null_mut(),
        )
    })?;
    // SAFETY: the system has allocated the text, with its zero.
    Ok(unsafe { take(text) })
}

/// Reads a text that the system has allocated, and frees it.
///
/// # Safety
/// It is one that `LocalFree` frees, with a zero at its end.
pub unsafe fn take(text: *mut u16) -> String {
    // SAFETY: the caller's promise.
    unsafe {
        let read = narrow(text);
        LocalFree(text.cast::<c_void>());
        read
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
