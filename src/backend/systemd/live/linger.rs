//! A user's manager without a session: on at boot, and not ended at logout.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::client::Client;
use super::endpoint;
use crate::backend::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::system::Entry;
use crate::target::Scope;

/// How long a manager may take to come up.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whether it is on; logind's own mark says so.
pub fn is_set(context: &Context<'_>) -> bool {
    let mark = format!("/var/lib/systemd/linger/{}", context.target.owner.name);
    context.target.scope == Scope::System
        || matches!(context.system.entry(Path::new(&mark)), Ok(Entry::File { .. }))
}

/// Turns it on or off for the owner of the scope. On, it returns when the manager is there.
pub fn set(on: bool, context: &Context<'_>) -> Result<()> {
    if context.target.scope == Scope::System || is_set(context) == on {
        return Ok(());
    }
    let owner = &context.target.owner;
    Client::system_bus(context)?.set_linger(owner.uid, on).map_err(|error| {
        error.hint(format!("ask an administrator to run `loginctl enable-linger {}`", owner.name))
    })?;
    if on { wait(context) } else { Ok(()) }
}

fn wait(context: &Context<'_>) -> Result<()> {
    let socket: PathBuf = endpoint::runtime_dir(context).join("systemd/private");
    let deadline = Instant::now() + PATIENCE;
    while matches!(context.system.entry(&socket), Ok(Entry::Missing) | Err(_)) {
        if Instant::now() >= deadline {
            let message =
                format!("the user manager of {} did not come up", context.target.owner.name);
            return Err(Error::new(ErrorKind::Timeout, message).hint(format!(
                "`systemctl status user@{}.service` may say why",
                context.target.owner.uid
            )));
        }
        context.system.sleep(Duration::from_millis(20));
    }
    Ok(())
}
