//! Unix.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{Pid, Signal, geteuid, kill_process, test_kill_process};

fn pid(number: i64) -> Pid {
    i32::try_from(number).ok().and_then(Pid::from_raw).expect("a pid")
}

/// Whether a process exists.
pub fn alive(number: i64) -> bool {
    test_kill_process(pid(number)).is_ok()
}

/// Ends a process by a signal from outside.
pub fn kill(number: i64, signal: &str) {
    let signal = match signal {
        "TERM" => Signal::TERM,
        "INT" => Signal::INT,
        "SEGV" => Signal::SEGV,
        _ => Signal::KILL,
    };
    kill_process(pid(number), signal).expect("the process is there to be killed");
}

/// Leaves a file open in every process that is started from now on.
pub fn inherit(file: &File) {
    fcntl_setfd(file, FdFlags::empty()).expect("a descriptor's flags can be set");
}

/// Whether the caller may do anything.
pub fn is_root() -> bool {
    geteuid().is_root()
}

/// Makes a symbolic link to a file.
pub fn link(target: &Path, link: &Path) {
    std::os::unix::fs::symlink(target, link).expect("a link can be made");
}

/// Lets every account write to a folder.
pub fn open_to_all(folder: &Path) {
    fs::set_permissions(folder, Permissions::from_mode(0o777)).expect("a folder's mode can be set");
}

/// Lets a command run as an account without privileges; where the caller is one already, it stays that.
pub fn lower(command: &mut Command) {
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
}

/// The numbers of nobody and nogroup, or of nothing at all: without privileges in any case.
const NOBODY: u32 = 65534;

/// Where a service of the system works that names no folder.
pub const ROOT: &str = "/";

/// What the dump says of a priority, and for which word: the nice value.
pub const PRIORITIES: [(&str, i64); 4] = [("idle", 19), ("low", 10), ("normal", 0), ("high", -10)];
