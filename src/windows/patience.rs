//! Trying again what another program stands in the way of for a moment.
//!
//! A file that is open elsewhere, by a reader or a virus scanner, cannot be replaced or removed on Windows, and one that was removed
//! while it was open keeps its name until it is closed: the name can then be neither opened nor taken (access is denied).

use std::io;
use std::thread;
use std::time::Duration;

/// Pause between two tries.
const PAUSE: Duration = Duration::from_millis(10);

/// How often a change is tried: about a second.
pub const CHANGE: u32 = 100;

/// How often a reader tries, who may really be denied what it asks for.
pub const LOOK: u32 = 5;

/// Tries until it works, or fails for another reason, or has been tried that often.
///
/// # Errors
/// The last one.
pub fn patiently<T>(tries: u32, mut act: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for _ in 1..tries {
        match act() {
            Err(error) if may_pass(&error) => thread::sleep(PAUSE),
            result => return result,
        }
    }
    act()
}

/// `ERROR_ACCESS_DENIED`, `ERROR_SHARING_VIOLATION`, `ERROR_LOCK_VIOLATION`, `ERROR_DIR_NOT_EMPTY` (by names that are on their way out),
/// `ERROR_DELETE_PENDING`.
fn may_pass(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(5 | 32 | 33 | 145 | 303))
}
