//! Windows.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use svcctl::windows::process;
use windows_sys::Win32::Foundation::CloseHandle;
use windows_sys::Win32::System::Threading::{OpenProcess, PROCESS_TERMINATE, TerminateProcess};

/// What `taskkill /F` has a process exit with.
const KILLED: u32 = 1;

/// Whether a process exists.
pub fn alive(number: i64) -> bool {
    process::is_alive(u32::try_from(number).expect("a pid"))
}

/// Ends a process from outside; there are no signals.
pub fn kill(number: i64, _signal: &str) {
    let pid = u32::try_from(number).expect("a pid");
    // SAFETY: plain numbers; the handle is closed at once.
    let done = unsafe {
        let process = OpenProcess(PROCESS_TERMINATE, 0, pid);
        let done = TerminateProcess(process, KILLED);
        CloseHandle(process);
        done
    };
    assert!(done != 0, "the process is there to be killed");
}

/// Handles are not inherited unless asked for.
pub fn inherit(_file: &File) {}

/// The suite runs as an administrator.
pub fn is_root() -> bool {
    true
}

/// Makes a symbolic link to a file.
pub fn link(target: &Path, link: &Path) {
    std::os::windows::fs::symlink_file(target, link).expect("a link can be made");
}

/// Folders inherit who may write to them.
pub fn open_to_all(_folder: &Path) {}

/// There is no such switch.
pub fn lower(_command: &mut Command) {}

/// Where a service of the system works that names no folder.
pub const ROOT: &str = r"C:\";

/// What the dump says of a priority, and for which word: the priority class.
pub const PRIORITIES: [(&str, i64); 4] =
    [("idle", 0x40), ("low", 0x4000), ("normal", 0x20), ("high", 0x8000)];
