//! One svcctl at a time has a service's script run: two starts at once are one start.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::backend::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::spec::ServiceName;

/// Between two looks at the lock.
const POLL: Duration = Duration::from_millis(10);

/// The lock's file, in a folder that is gone after a boot.
#[must_use]
pub fn file(name: &ServiceName, context: &Context<'_>) -> PathBuf {
    PathBuf::from(&context.target.dirs.runtime).join("turns").join(name.as_str())
}

/// Waits for the turn.
///
/// # Errors
/// `Busy` if another has it until then, or what keeps the lock from being made.
pub fn take(name: &ServiceName, until: SystemTime, context: &Context<'_>) -> Result<Box<dyn Send>> {
    let path = file(name, context);
    let system = context.system;
    let failed = |error: &std::io::Error| Error::io(path.display(), error);
    if let Some(folder) = path.parent() {
        for folder in folder.parent().into_iter().chain([folder]) {
            match system.create_dir(folder, 0o755) {
                Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                    return Err(failed(&error));
                }
                Ok(()) | Err(_) => {}
            }
        }
    }
    loop {
        if let Some(turn) = system.try_lock(&path, name.as_str()).map_err(|error| failed(&error))? {
            return Ok(turn);
        }
        if system.now() >= until {
            let message = format!("another svcctl starts or stops {name}");
            return Err(Error::new(ErrorKind::Busy, message).hint("wait for it, and try again"));
        }
        system.sleep(POLL);
    }
}
