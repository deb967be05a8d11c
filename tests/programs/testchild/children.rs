//! Commands that start processes, also such as try to get away.

use std::env;
use std::ffi::OsStr;
use std::io::Result;
use std::process::{Child, Command};

use crate::script::Words;

/// This program again, with another script.
fn again<I: AsRef<OsStr>>(script: impl IntoIterator<Item = I>) -> Result<Child> {
    Command::new(env::current_exe()?).args(script).spawn()
}

/// `spawn N FILE`: N children that count themselves and stay; how many could not be started is appended as "refused".
pub fn spawn(words: &mut Words<'_>) -> Result<()> {
    let count: usize = words.number()?;
    let file = words.word()?;
    for _ in 0..count {
        let script = ["count".as_ref(), file, "then".as_ref(), "sleep".as_ref()];
        if again(script).is_err() {
            again_failed(file)?;
        }
    }
    Ok(())
}

fn again_failed(file: &OsStr) -> Result<()> {
    use std::io::Write;
    std::fs::OpenOptions::new().create(true).append(true).open(file)?.write_all(b"refused\n")
}

/// `fork-twice FILE`: a grandchild whose parent has ended; it counts itself and stays.
pub fn fork_twice(words: &mut Words<'_>) -> Result<()> {
    again(["spawn".as_ref(), "1".as_ref(), words.word()?])?.wait().map(drop)
}

/// `setsid-child FILE`: a child in a session of its own that ignores the polite signals; it counts itself and stays.
pub fn own_session(words: &mut Words<'_>) -> Result<()> {
    let stay = "setsid then ignore SIGTERM then ignore SIGHUP then ignore SIGINT then count";
    let script =
        stay.split(' ').map(OsStr::new).chain([words.word()?, "then".as_ref(), "sleep".as_ref()]);
    again(script).map(drop)
}

/// `setsid`: leaves the session and the process group; where there are no sessions, nothing.
pub fn become_session_leader(_words: &mut Words<'_>) -> Result<()> {
    #[cfg(unix)]
    rustix::process::setsid()?;
    Ok(())
}

/// `fork N`: N children that only stay, without executing anything, so that there can be very many.
#[cfg(unix)]
pub fn fork(words: &mut Words<'_>) -> Result<()> {
    let count: usize = words.number()?;
    for _ in 0..count {
        if is_child()? {
            loop {
                nix::unistd::pause();
            }
        }
    }
    Ok(())
}

/// `orphans N MS`: N processes, one after another left behind by their parents, each of which ends after so many milliseconds.
#[cfg(unix)]
pub fn orphans(words: &mut Words<'_>) -> Result<()> {
    let (count, life): (usize, u64) = (words.number()?, words.number()?);
    for _ in 0..count {
        if is_child()? {
            if is_child()? {
                std::thread::sleep(std::time::Duration::from_millis(life));
            }
            std::process::exit(0);
        }
        nix::sys::wait::wait()?;
    }
    Ok(())
}

#[cfg(unix)]
fn is_child() -> Result<bool> {
    // SAFETY: this program has one thread.
    Ok(unsafe { nix::unistd::fork() }?.is_child())
}

/// There is no such thing here.
#[cfg(not(unix))]
pub fn fork(_words: &mut Words<'_>) -> Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// There is no such thing here.
#[cfg(not(unix))]
pub fn orphans(_words: &mut Words<'_>) -> Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}
