//! Processes of others, by their number.

use std::io;

use windows_sys::Win32::Foundation::{FILETIME, WAIT_TIMEOUT};
use windows_sys::Win32::System::ProcessStatus::{K32GetProcessMemoryInfo, PROCESS_MEMORY_COUNTERS};
use windows_sys::Win32::System::Threading::{
    GetProcessTimes, OpenProcess, PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE,
    WaitForSingleObject,
};

use crate::windows::handle::{Handle, check, size_of_u32};

/// Opens one to look at it and to wait for its end.
///
/// # Errors
/// When there is none, or the caller may not.
pub fn open(pid: u32) -> io::Result<Handle> {
    let access = PROCESS_SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION;
    // SAFETY: plain numbers.
    Handle::new(unsafe { OpenProcess(access, 0, pid) })
}

/// Whether a process of that number runs. One that may not be opened does.
#[must_use]
pub fn is_alive(pid: u32) -> bool {
    match open(pid) {
        // SAFETY: the handle is open.
        Ok(process) => unsafe { WaitForSingleObject(process.raw(), 0) == WAIT_TIMEOUT },
        Err(error) => error.kind() == io::ErrorKind::PermissionDenied,
    }
}

/// When it began and how much CPU time it took, in units of 100 ns.
///
/// # Errors
/// When the caller may not know.
pub fn times(process: &Handle) -> io::Result<(u64, u64)> {
    let [mut began, mut ended, mut kernel, mut user] = [FILETIME::default(); 4];
    // SAFETY: the handle is open, and the four places are ours.
    check(unsafe {
        GetProcessTimes(
            process.raw(),
            &raw mut began,
            &raw mut ended,
            &raw mut kernel,
            &raw mut user,
        )
    })?;
    Ok((number(began), number(kernel) + number(user)))
}

fn number(time: FILETIME) -> u64 {
    u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime)
}

/// Bytes of memory that it has in RAM.
///
/// # Errors
/// When the caller may not know.
pub fn memory(process: &Handle) -> io::Result<u64> {
    let cb = size_of_u32::<PROCESS_MEMORY_COUNTERS>();
    let mut counters = PROCESS_MEMORY_COUNTERS { cb, ..Default::default() };
    // SAFETY: the handle is open, the structure is ours, and its size is what is told.
    check(unsafe { K32GetProcessMemoryInfo(process.raw(), &raw mut counters, cb) })?;
    Ok(counters.WorkingSetSize as u64)
}
