//! Windows.

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use svcctl::windows::process;
use windows_sys::Win32::Foundation::CloseHandle;
use windows_sys::Win32::System::Threading::{OpenProcess, PROCESS_TERMINATE, TerminateProcess};

use crate::poll::SOON;

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

/// Below Wine there is a Unix, whose root can mount a disk of 256 KiB; why not, if it cannot be.
pub fn mount_small(folder: &Path) -> Result<(), &'static str> {
    const REASON: &str = "only root's Unix below Wine can make a small disk to fill";
    let marker = folder.join("below");
    File::create(&marker).expect("a file can be made");
    on_unix("mount", &["-t", "tmpfs", "-o", "size=256k", "small"], folder).ok_or(REASON)?;
    let end = Instant::now() + SOON;
    while marker.exists() {
        if Instant::now() > end {
            return Err(REASON);
        }
        sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Makes the disk larger.
pub fn enlarge(folder: &Path) {
    on_unix("mount", &["-o", "remount,size=4m"], folder).expect("a disk can be mounted");
}

/// Takes the disk away.
pub fn unmount(folder: &Path) {
    on_unix("umount", &["-l"], folder);
}

/// Starts a program of the Unix below Wine, which nobody can wait for; none if there is no Unix.
fn on_unix(program: &str, words: &[&str], folder: &Path) -> Option<()> {
    let prefix = std::env::var("WINECONFIGDIR").ok()?;
    let (_, prefix) = prefix.split_once("Z:")?;
    let below = folder.to_str()?.strip_prefix(r"C:")?;
    let folder = format!("{prefix}/drive_c{below}").replace('\\', "/");
    Command::new(format!(r"Z:\bin\{program}")).args(words).arg(folder).spawn().ok().map(drop)
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
