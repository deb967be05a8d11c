//! What other Unix systems do for a process before it executes.

use std::io;
use std::os::fd::BorrowedFd;

use super::enter::nice;
use crate::host::Hosted;
use crate::spec::Priority;

/// Whether [`share_memory`] can be had.
pub const CAN_SHARE_MEMORY: bool = false;

/// There is no such thing here.
///
/// # Errors
/// Always.
///
/// # Safety
/// It does nothing.
pub unsafe fn share_memory(_work: &mut dyn FnMut()) -> io::Result<u32> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Marks the descriptors from `first` on as closed on execution.
pub fn close_on_exec_from(first: u32) {
    for number in first..256 {
        let Ok(number) = i32::try_from(number) else { return };
        // SAFETY: the descriptor is not kept; one that is not open is an error that changes nothing.
        let fd = unsafe { BorrowedFd::borrow_raw(number) };
        let _ = rustix::io::fcntl_setfd(fd, rustix::io::FdFlags::CLOEXEC);
    }
}

/// There is no such thing here.
///
/// # Errors
/// Always.
pub fn no_new_privileges() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// CPU priority.
///
/// # Errors
/// As `setpriority(2)`.
pub fn priority(priority: Priority) -> io::Result<()> {
    if priority != Priority::Normal {
        rustix::process::setpriority_process(None, nice(priority))?;
    }
    Ok(())
}

/// There is no such thing here.
///
/// # Errors
/// When the definition asks for it.
pub fn isolate(hosted: &Hosted) -> io::Result<()> {
    match hosted.spec.security.private_tmp {
        Some(true) => Err(io::ErrorKind::Unsupported.into()),
        Some(false) | None => Ok(()),
    }
}

/// Whether [`isolate`] would succeed.
pub const fn can_isolate() -> bool {
    false
}
