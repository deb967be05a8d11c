//! Whether launchd is here, and which macOS it belongs to.

use std::path::PathBuf;

use crate::backend::Detection;
use crate::backend::launchd::launchctl::{Launchctl, root};
use crate::backend::launchd::plist;
use crate::system::{Entry, System};

/// The file that `sw_vers` reads.
const VERSION_FILE: &str = "System/Library/CoreServices/SystemVersion.plist";

/// Looks for `launchctl`, which every macOS has and nothing else.
#[must_use]
pub fn detect(system: &dyn System) -> Detection {
    let launchctl = Launchctl::new(system);
    let program = launchctl.program();
    if matches!(system.entry(program), Ok(Entry::Missing) | Err(_)) {
        let detail = format!("{} is not there: this is not macOS", program.display());
        return Detection { available: false, version: None, detail };
    }
    let version = version(system);
    let major = version.as_ref().and_then(|version| version.split('.').next()?.parse().ok());
    let detail = version.map_or_else(
        || "macOS of an unknown version".to_owned(),
        |version| format!("macOS {version}"),
    );
    Detection { available: true, version: major, detail }
}

fn version(system: &dyn System) -> Option<String> {
    let file = root(system).unwrap_or_else(|| PathBuf::from("/")).join(VERSION_FILE);
    let keys = plist::read(&system.read(&file).ok()?)?;
    keys.get("ProductVersion")?.as_string().map(str::to_owned)
}
