//! Windows.

use std::fs::File;
use std::path::Path;
use std::process::Command;

/// Whether a process exists.
pub fn alive(number: i64) -> bool {
    let list = Command::new("tasklist").args(["/NH", "/FI", &format!("PID eq {number}")]).output();
    list.is_ok_and(|list| String::from_utf8_lossy(&list.stdout).contains(&number.to_string()))
}

/// Ends a process from outside; there are no signals.
pub fn kill(number: i64, _signal: &str) {
    let done = Command::new("taskkill").args(["/F", "/PID", &number.to_string()]).output();
    assert!(done.is_ok_and(|done| done.status.success()), "the process is there to be killed");
}

/// Handles are not inherited unless asked for.
pub fn inherit(_file: &File) {}

/// The suite runs as an administrator.
pub fn is_root() -> bool {
    true
}

/// Folders inherit who may write to them.
pub fn open_to_all(_folder: &Path) {}

/// There is no such switch.
pub fn lower(_command: &mut Command) {}
