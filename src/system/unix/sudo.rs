//! `sudo svcctl --user`: the user scope is that of whoever called `sudo`.
//!
//! The command runs again as that user instead of working in the user's folders as root: nothing there becomes root's, no link
//! that the user made leads root anywhere, and the user's own manager and bus answer.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::target::Account;

/// What the user's terminal and svcctl's own settings need; the rest of root's environment stays behind.
const KEPT: [&str; 8] =
    ["TERM", "COLORTERM", "NO_COLOR", "CLICOLOR_FORCE", "LANG", "TZ", "COLUMNS", "PATH"];

/// Replaces this process; returns only if that fails. Supplementary groups are dropped along with root.
pub(super) fn run_again_as(account: &Account) -> io::Error {
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return error,
    };
    Command::new(program)
        .args(std::env::args_os().skip(1))
        .env_clear()
        .envs(environment(account))
        .uid(account.uid)
        .gid(account.gid)
        .exec()
}

fn environment(account: &Account) -> Vec<(OsString, OsString)> {
    let kept = std::env::vars_os().filter(|(name, _)| {
        let name = name.to_string_lossy();
        KEPT.contains(&name.as_ref()) || name.starts_with("LC_") || name.starts_with("SVCCTL_")
    });
    let mut all: Vec<(OsString, OsString)> = kept.collect();
    for (name, value) in
        [("HOME", &account.home), ("USER", &account.name), ("LOGNAME", &account.name)]
    {
        all.push((name.into(), value.into()));
    }
    let runtime = format!("/run/user/{}", account.uid);
    if Path::new(&runtime).is_dir() {
        all.push(("XDG_RUNTIME_DIR".into(), runtime.into()));
    }
    all
}
