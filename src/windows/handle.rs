//! A handle of the kernel that is closed when it is dropped.

use std::io;

use windows_sys::Win32::Foundation::{CloseHandle, HANDLE, INVALID_HANDLE_VALUE};

/// An open handle that is nobody else's.
#[derive(Debug)]
pub struct Handle(HANDLE);

// SAFETY: a handle is a number that every thread of the process may use; the kernel does the locking.
unsafe impl Send for Handle {}
// SAFETY: as above.
unsafe impl Sync for Handle {}

impl Handle {
    /// Takes over what a call has returned; null and -1 are its way to say that it failed.
    ///
    /// # Errors
    /// What the call left as its error.
    pub fn new(handle: HANDLE) -> io::Result<Self> {
        if handle.is_null() || handle == INVALID_HANDLE_VALUE {
            Err(io::Error::last_os_error())
        } else {
            Ok(Self(handle))
        }
    }

    /// The handle itself; it stays ours.
    #[must_use]
    pub const fn raw(&self) -> HANDLE {
        self.0
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the handle is open and ours, and used no more.
        unsafe { CloseHandle(self.0) };
    }
}

/// What a call that returns 0 for a failure says.
///
/// # Errors
/// What the call left as its error.
pub fn check(done: i32) -> io::Result<()> {
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// The size of a structure as the calls take it.
#[must_use]
pub fn size_of_u32<T>() -> u32 {
    u32::try_from(size_of::<T>()).unwrap_or_default()
}
