//! Handles of the manager and of services.

use std::ptr;
use std::sync::{Mutex, PoisonError};

use windows_sys::Win32::Foundation::GetLastError;
use windows_sys::Win32::System::Services::{
    CloseServiceHandle, OpenSCManagerW, OpenServiceW, SC_HANDLE, SC_MANAGER_CONNECT,
};

use crate::backend::scm::api::Code;
use crate::windows::text::wide;

/// An open handle.
pub(super) struct ScHandle(SC_HANDLE);

impl ScHandle {
    pub(super) const fn raw(&self) -> SC_HANDLE {
        self.0
    }
}

impl Drop for ScHandle {
    fn drop(&mut self) {
        // SAFETY: the handle is open and ours, and used no more.
        unsafe { CloseServiceHandle(self.0) };
    }
}

/// What the last call of this thread left as its error.
pub(super) fn last() -> Code {
    // SAFETY: it reads a number of this thread.
    Code(unsafe { GetLastError() })
}

pub(super) fn check(done: i32) -> Result<(), Code> {
    if done == 0 { Err(last()) } else { Ok(()) }
}

/// Takes over what a call has returned.
pub(super) fn owned(handle: SC_HANDLE) -> Result<ScHandle, Code> {
    if handle.is_null() { Err(last()) } else { Ok(ScHandle(handle)) }
}

// SAFETY: the manager's functions take a handle from any thread.
unsafe impl Send for ScHandle {}

/// The connection that is held while the process lives.
static CONNECTION: Mutex<Option<ScHandle>> = Mutex::new(None);

/// The manager of this machine, open to open services of it.
///
/// One thread opens it for all. Where two open their first at the same time, Wine takes them for two clients that share their
/// connections, and then does not know the handle of one when it comes over the connection of the other (`ERROR_INVALID_HANDLE`).
fn connection() -> Result<SC_HANDLE, Code> {
    let mut connection = CONNECTION.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(match &*connection {
        Some(held) => held.raw(),
        None => connection.insert(opened(SC_MANAGER_CONNECT)?).raw(),
    })
}

fn opened(access: u32) -> Result<ScHandle, Code> {
    // SAFETY: no texts are given: this machine, and its active database.
    owned(unsafe { OpenSCManagerW(ptr::null(), ptr::null(), access) })
}

/// The manager of this machine.
pub(super) fn manager(access: u32) -> Result<ScHandle, Code> {
    connection()?;
    opened(access)
}

/// A service.
pub(super) fn service(name: &str, access: u32) -> Result<ScHandle, Code> {
    let manager = connection()?;
    // SAFETY: the manager is open, and the name ends with a zero.
    owned(unsafe { OpenServiceW(manager, wide(name).as_ptr(), access) })
}

/// `ERROR_INSUFFICIENT_BUFFER`, `ERROR_MORE_DATA`.
const TOO_SMALL: [Code; 2] = [Code(122), Code(234)];

/// The buffer that a call has filled, aligned for every structure; it is called with a larger one while it asks for that.
pub(super) fn filled(call: impl Fn(*mut u8, u32, *mut u32) -> i32) -> Result<Vec<u64>, Code> {
    let mut buffer = vec![0_u64; 128];
    loop {
        let bytes = u32::try_from(buffer.len() * 8).unwrap_or(u32::MAX);
        let mut needed = 0;
        match check(call(buffer.as_mut_ptr().cast(), bytes, &raw mut needed)) {
            Err(code) if TOO_SMALL.contains(&code) => {
                let more = usize::try_from(needed).unwrap_or_default() / 8 + 1;
                buffer = vec![0; more.max(buffer.len() * 2)];
            }
            result => return result.map(|()| buffer),
        }
    }
}
