//! Asking a program to end: Ctrl-C on its console, and a message to its windows.

use std::ffi::c_void;
use std::io;

use windows_sys::Win32::Foundation::HWND;
use windows_sys::Win32::System::Console::{
    AttachConsole, CTRL_C_EVENT, FreeConsole, GenerateConsoleCtrlEvent, SetConsoleCtrlHandler,
};
use windows_sys::Win32::System::LibraryLoader::{
    GetProcAddress, LOAD_LIBRARY_SEARCH_SYSTEM32, LoadLibraryExW,
};
use windows_sys::core::BOOL;

use crate::windows::handle::check;
use crate::windows::text::wide;

/// Has this process survive the Ctrl-C that it sends to its child's console. A handler is not inherited, as the flag that ignores
/// Ctrl-C would be.
///
/// # Errors
/// When no handler can be set.
pub fn survive_interrupts() -> io::Result<()> {
    // SAFETY: the handler is a function that lives as long as the process.
    check(unsafe { SetConsoleCtrlHandler(Some(swallow), 1) })
}

unsafe extern "system" fn swallow(_event: u32) -> BOOL {
    1
}

/// Sends Ctrl-C to all that share the console of a process. The host must have no console, and has none afterwards: the end of the
/// last other process on it would end the host too.
///
/// # Errors
/// When the process has no console.
pub fn interrupt(pid: u32) -> io::Result<()> {
    // SAFETY: plain numbers.
    check(unsafe { AttachConsole(pid) })?;
    // SAFETY: plain numbers; group 0 is everybody on the console.
    let sent = check(unsafe { GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0) });
    // SAFETY: it takes nothing.
    unsafe { FreeConsole() };
    sent
}

type EnumWindows = unsafe extern "system" fn(
    Option<unsafe extern "system" fn(HWND, isize) -> BOOL>,
    isize,
) -> BOOL;
type WindowProcess = unsafe extern "system" fn(HWND, *mut u32) -> u32;
type PostMessage = unsafe extern "system" fn(HWND, u32, usize, isize) -> BOOL;

/// The three functions of user32 that this needs. Most services have no window, and a host that never loads user32 starts faster.
struct User32 {
    windows: EnumWindows,
    process: WindowProcess,
    post: PostMessage,
}

/// What [`close_one`] is to know.
struct Search<'a> {
    user32: &'a User32,
    pids: &'a [u32],
}

/// Asks the windows of these processes to close (`WM_CLOSE`).
pub fn close_windows(pids: &[u32]) {
    let Some(user32) = User32::load() else { return };
    let search = Search { user32: &user32, pids };
    // SAFETY: the callback gets the search's address, which outlives the call.
    unsafe { (user32.windows)(Some(close_one), (&raw const search) as isize) };
}

unsafe extern "system" fn close_one(window: HWND, search: isize) -> BOOL {
    /// `WM_CLOSE`.
    const WM_CLOSE: u32 = 0x10;
    // SAFETY: it is the address that `close_windows` gave.
    let search = unsafe { &*(search as *const Search<'_>) };
    let mut pid = 0;
    // SAFETY: the window is one that the system names, and the place is ours.
    unsafe { (search.user32.process)(window, &raw mut pid) };
    if search.pids.contains(&pid) {
        // SAFETY: plain numbers.
        unsafe { (search.user32.post)(window, WM_CLOSE, 0, 0) };
    }
    1
}

impl User32 {
    fn load() -> Option<Self> {
        // SAFETY: the name ends with a zero; only System32 is searched.
        let library = unsafe {
            LoadLibraryExW(
                wide("user32.dll").as_ptr(),
                std::ptr::null_mut(),
                LOAD_LIBRARY_SEARCH_SYSTEM32,
            )
        };
        if library.is_null() {
            return None;
        }
        // SAFETY: the library is loaded and stays so; the names end with a zero, and the types are those of the documentation.
        unsafe {
            let get = |name: &[u8]| GetProcAddress(library, name.as_ptr());
            let windows = get(b"EnumWindows\0")? as *const c_void;
            let process = get(b"GetWindowThreadProcessId\0")? as *const c_void;
            let post = get(b"PostMessageW\0")? as *const c_void;
            Some(Self {
                windows: std::mem::transmute::<*const c_void, EnumWindows>(windows),
                process: std::mem::transmute::<*const c_void, WindowProcess>(process),
                post: std::mem::transmute::<*const c_void, PostMessage>(post),
            })
        }
    }
}
