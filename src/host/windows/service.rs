//! The manager's protocol: the dispatcher, the control handler, and the status that the manager is told.
//!
//! The handler only passes a control on and, for a stop, says STOP_PENDING at once: the manager waits 30 s for it and not longer, and
//! a second stop to a service that still says RUNNING must not happen. All other status comes from the event loop.

use std::ffi::c_void;
use std::io;
use std::ptr;
use std::sync::mpsc::Sender;
use std::sync::{Mutex, OnceLock, PoisonError};

use windows_sys::Win32::System::Services::{
    RegisterServiceCtrlHandlerExW, SERVICE_ACCEPT_PRESHUTDOWN, SERVICE_ACCEPT_STOP,
    SERVICE_CONTROL_INTERROGATE, SERVICE_CONTROL_PRESHUTDOWN, SERVICE_CONTROL_SHUTDOWN,
    SERVICE_CONTROL_STOP, SERVICE_RUNNING, SERVICE_START_PENDING, SERVICE_STATUS,
    SERVICE_STATUS_HANDLE, SERVICE_STOP_PENDING, SERVICE_STOPPED, SERVICE_TABLE_ENTRYW,
    SERVICE_WIN32_OWN_PROCESS, SetServiceStatus, StartServiceCtrlDispatcherW,
};
use windows_sys::core::PWSTR;

use super::runner::Wake;
use crate::backend::scm::api::{Code, RELOAD, ROTATE};
use crate::windows::handle::check;
use crate::windows::text::wide;

/// How long the next step may take, milliseconds: several times the pause between two reports.
const WAIT_HINT: u32 = 10_000;

/// `ERROR_CALL_NOT_IMPLEMENTED`.
const NOT_IMPLEMENTED: u32 = 120;

/// What the manager is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// It is on its way up.
    Starting,
    /// It runs.
    Running,
    /// It is on its way down.
    Stopping,
    /// It has stopped: well, or with this code of its own.
    Stopped(Option<u32>),
}

/// The status as it was told last.
struct Told {
    handle: SERVICE_STATUS_HANDLE,
    report: Report,
    checkpoint: u32,
}

// SAFETY: the handle is a number that every thread may use; it is never closed.
unsafe impl Send for Told {}

static TOLD: Mutex<Option<Told>> = Mutex::new(None);
static WAKE: OnceLock<Sender<Wake>> = OnceLock::new();
/// Runs the service; the code of its own that it has failed with, if it has.
type Main = Box<dyn FnOnce() -> Option<u32> + Send>;

static MAIN: Mutex<Option<Main>> = Mutex::new(None);

/// Connects to the manager, has `main` run the service, and returns when it has. `main` says with which code of its own the
/// service has failed, if it has.
///
/// # Errors
/// When the manager did not start this process (1063).
pub fn run(
    wake: Sender<Wake>,
    main: impl FnOnce() -> Option<u32> + Send + 'static,
) -> io::Result<()> {
    let _ = WAKE.set(wake);
    *MAIN.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(main));
    let mut name = wide("");
    let table = [
        SERVICE_TABLE_ENTRYW {
            lpServiceName: name.as_mut_ptr(),
            lpServiceProc: Some(service_main),
        },
        SERVICE_TABLE_ENTRYW { lpServiceName: ptr::null_mut(), lpServiceProc: None },
    ];
    // SAFETY: the table ends with an empty entry and outlives the call.
    check(unsafe { StartServiceCtrlDispatcherW(table.as_ptr()) })
}

unsafe extern "system" fn service_main(_count: u32, _arguments: *mut PWSTR) {
    // SAFETY: the name of a process with one service is not looked at; the handler is a function and needs no context.
    let handle =
        unsafe { RegisterServiceCtrlHandlerExW(wide("").as_ptr(), Some(handler), ptr::null()) };
    if handle.is_null() {
        return;
    }
    let told = Told { handle, report: Report::Starting, checkpoint: 0 };
    *TOLD.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
    report(Report::Starting);
    let main = MAIN.lock().unwrap_or_else(PoisonError::into_inner).take();
    report(Report::Stopped(main.and_then(|main| main())));
}

unsafe extern "system" fn handler(
    control: u32,
    _kind: u32,
    _data: *mut c_void,
    _context: *mut c_void,
) -> u32 {
    let wake = match control {
        SERVICE_CONTROL_INTERROGATE => return 0,
        SERVICE_CONTROL_STOP | SERVICE_CONTROL_PRESHUTDOWN | SERVICE_CONTROL_SHUTDOWN => {
            report(Report::Stopping);
            Wake::Stop
        }
        ROTATE => Wake::Rotate,
        RELOAD => Wake::Reload,
        _ => return NOT_IMPLEMENTED,
    };
    let passed = WAKE.get().is_some_and(|to| to.send(wake).is_ok());
    if passed { 0 } else { NOT_IMPLEMENTED }
}

/// Tells the manager; the same again while something is pending says that there is progress.
pub fn report(report: Report) {
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(told) = told.as_mut() else { return };
    // The way goes down only: what was asked to stop is not reported as running again.
    let backwards = told.report == Report::Stopping && report == Report::Running;
    let again = told.report == report && report == Report::Running;
    if backwards || again || matches!(told.report, Report::Stopped(_)) {
        return;
    }
    told.checkpoint = if told.report == report { told.checkpoint + 1 } else { 1 };
    told.report = report;
    let status = status(report, told.checkpoint);
    // SAFETY: the handle is the one that the manager gave, and the structure is ours.
    unsafe { SetServiceStatus(told.handle, &raw const status) };
}

fn status(report: Report, checkpoint: u32) -> SERVICE_STATUS {
    let base = SERVICE_STATUS { dwServiceType: SERVICE_WIN32_OWN_PROCESS, ..Default::default() };
    let pending = SERVICE_STATUS { dwCheckPoint: checkpoint, dwWaitHint: WAIT_HINT, ..base };
    match report {
        Report::Starting => SERVICE_STATUS { dwCurrentState: SERVICE_START_PENDING, ..pending },
        Report::Stopping => SERVICE_STATUS { dwCurrentState: SERVICE_STOP_PENDING, ..pending },
        Report::Running => SERVICE_STATUS {
            dwCurrentState: SERVICE_RUNNING,
            dwControlsAccepted: SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_PRESHUTDOWN,
            ..base
        },
        Report::Stopped(None) => SERVICE_STATUS { dwCurrentState: SERVICE_STOPPED, ..base },
        Report::Stopped(Some(code)) => SERVICE_STATUS {
            dwCurrentState: SERVICE_STOPPED,
            dwWin32ExitCode: Code::SPECIFIC.0,
            dwServiceSpecificExitCode: code,
            ..base
        },
    }
}
