//! Windows has no signals: a crash is an abort, and what asks a program to end is an event of its console.

use std::io::{Error, Result};
use std::sync::Mutex;
use std::sync::mpsc::{self, Sender};

use windows_sys::Win32::System::Console::SetConsoleCtrlHandler;

/// Who is told of the events; none while they are ignored.
static TOLD: Mutex<Option<Sender<()>>> = Mutex::new(None);

/// Ends this process as a crash does.
pub fn raise(_name: &str) -> Result<()> {
    std::process::abort()
}

/// Ignores all events of the console, whichever signal was meant.
pub fn ignore(_name: &str) -> Result<()> {
    handle()
}

/// One item for each event of the console.
pub fn arrivals(_name: &str) -> Result<impl Iterator<Item = ()> + Send + 'static> {
    let (told, events) = mpsc::channel();
    *TOLD.lock().map_err(|_| Error::other("a handler has failed"))? = Some(told);
    handle()?;
    Ok(events.into_iter())
}

fn handle() -> Result<()> {
    // SAFETY: the handler is a function that lives as long as the process.
    let done = unsafe { SetConsoleCtrlHandler(Some(note), 1) };
    if done == 0 { Err(Error::last_os_error()) } else { Ok(()) }
}

unsafe extern "system" fn note(_event: u32) -> windows_sys::core::BOOL {
    if let Ok(told) = TOLD.lock()
        && let Some(told) = told.as_ref()
    {
        let _ = told.send(());
    }
    1
}
