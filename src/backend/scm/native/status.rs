//! What services are doing.

use std::ptr;

use windows_sys::Win32::System::Services::{
    ENUM_SERVICE_STATUS_PROCESSW, EnumServicesStatusExW, QueryServiceStatusEx,
    SC_ENUM_PROCESS_INFO, SC_MANAGER_CONNECT, SC_MANAGER_ENUMERATE_SERVICE, SC_STATUS_PROCESS_INFO,
    SERVICE_STATE_ALL, SERVICE_STATUS_PROCESS, SERVICE_WIN32,
};

use super::handle::{ScHandle, filled, manager};
use crate::backend::scm::api::{Code, Phase, Status};
use crate::windows::text::narrow;

/// All services in one call: the buffer grows until they fit, as Wine has no handle to resume by.
pub(super) fn list() -> Result<Vec<Status>, Code> {
    let manager = manager(SC_MANAGER_CONNECT | SC_MANAGER_ENUMERATE_SERVICE)?;
    let count = std::cell::Cell::new(0_u32);
    let buffer = filled(|to, bytes, needed| {
        let (mut returned, mut resume) = (0, 0);
        // SAFETY: the manager is open, the buffer has as many bytes as is told, the other places are ours.
        let done = unsafe {
            EnumServicesStatusExW(
                manager.raw(),
                SC_ENUM_PROCESS_INFO,
                SERVICE_WIN32,
                SERVICE_STATE_ALL,
                to,
                bytes,
                needed,
                &raw mut returned,
                &raw mut resume,
                ptr::null(),
            )
        };
        count.set(returned);
        // What it could not return comes on top of what it did.
        // SAFETY: `needed` is a place of the caller.
        unsafe { *needed = (*needed).saturating_add(bytes) };
        done
    })?;
    let first = buffer.as_ptr().cast::<ENUM_SERVICE_STATUS_PROCESSW>();
    let count = usize::try_from(count.get()).unwrap_or_default();
    // SAFETY: the call has filled the buffer with so many structures, and their texts are behind them in it.
    Ok((0..count).map(|index| unsafe { entry(&*first.add(index)) }).collect())
}

/// # Safety
/// The entry's texts end with a zero.
unsafe fn entry(entry: &ENUM_SERVICE_STATUS_PROCESSW) -> Status {
    // SAFETY: the caller's promise.
    let (name, display_name) =
        unsafe { (narrow(entry.lpServiceName), narrow(entry.lpDisplayName)) };
    status(name, display_name, &entry.ServiceStatusProcess)
}

/// One service.
pub(super) fn of(service: &ScHandle, name: &str) -> Result<Status, Code> {
    let buffer = filled(|to, bytes, needed| {
        // SAFETY: the service is open, and the buffer has as many bytes as is told.
        unsafe { QueryServiceStatusEx(service.raw(), SC_STATUS_PROCESS_INFO, to, bytes, needed) }
    })?;
    // SAFETY: the call has filled the buffer with this structure.
    let found = unsafe { buffer.as_ptr().cast::<SERVICE_STATUS_PROCESS>().read() };
    Ok(status(name.to_owned(), String::new(), &found))
}

fn status(name: String, display_name: String, found: &SERVICE_STATUS_PROCESS) -> Status {
    Status {
        name,
        display_name,
        phase: Phase::from_number(found.dwCurrentState),
        exit: Code(found.dwWin32ExitCode),
        specific_exit: found.dwServiceSpecificExitCode,
        checkpoint: found.dwCheckPoint,
        wait_hint: found.dwWaitHint,
        pid: found.dwProcessId,
    }
}
