//! What Windows tells about a process beyond what is common.

use std::ffi::OsString;
use std::os::windows::ffi::OsStringExt;

use serde_json::{Map, Value, json};
use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::Storage::FileSystem::{
    FILE_TYPE_DISK, FILE_TYPE_PIPE, GetFileType, GetFinalPathNameByHandleW,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, GetPriorityClass};

/// Adds the name of the account and the priority class.
pub fn add(dump: &mut Map<String, Value>) {
    // SAFETY: the handle is this process's own, which is always open.
    dump.insert("priority".into(), json!(unsafe { GetPriorityClass(GetCurrentProcess()) }));
    dump.insert("shell-argv".into(), shell_argv().iter().map(super::hex).collect());
    dump.insert("user".into(), json!(std::env::var("USERNAME").ok()));
}

#[link(name = "kernel32")]
unsafe extern "system" {
    safe fn GetCommandLineW() -> *const u16;
}

#[link(name = "shell32")]
unsafe extern "system" {
    fn CommandLineToArgvW(line: *const u16, count: *mut i32) -> *mut *mut u16;
}

/// The command line as the shell's own function splits it.
fn shell_argv() -> Vec<OsString> {
    let mut count = 0;
    // SAFETY: the line ends with a zero, and the place is ours.
    let words = unsafe { CommandLineToArgvW(GetCommandLineW(), &raw mut count) };
    // SAFETY: there are so many words, each of which ends with a zero; they are never freed.
    let word = |index: i32| unsafe {
        let start = *words.add(usize::try_from(index).unwrap_or_default());
        let length = (0..).take_while(|at| *start.add(*at) != 0).count();
        OsString::from_wide(std::slice::from_raw_parts(start, length))
    };
    (0..count).map(word).collect()
}

/// What the numbers of handles can be at the most, in a process that has just begun.
const HANDLES: usize = 4096;

/// Every handle of a file or a pipe: a path, or "pipe". Handles have no list that a process could read, but small numbers.
pub fn descriptors() -> Value {
    let handles = (4..HANDLES).step_by(4).map(|number| number as HANDLE);
    handles.filter_map(descriptor).map(|name| json!({ "fd": name })).collect()
}

fn descriptor(handle: HANDLE) -> Option<String> {
    // SAFETY: a number that is no handle is an error, and nothing else.
    match unsafe { GetFileType(handle) } {
        FILE_TYPE_PIPE => Some("pipe".to_owned()),
        FILE_TYPE_DISK => {
            let mut path = [0_u16; 1024];
            // SAFETY: the buffer has as many units as is told.
            let length = unsafe { GetFinalPathNameByHandleW(handle, path.as_mut_ptr(), 1024, 0) };
            Some(String::from_utf16_lossy(path.get(..length as usize).unwrap_or_default()))
        }
        _ => None,
    }
}
