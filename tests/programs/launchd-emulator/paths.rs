//! Where things are below the emulator's root.

use std::path::{Path, PathBuf};

/// The root folder and what lies in it.
#[derive(Clone, Debug)]
pub struct Paths(pub PathBuf);

impl Paths {
    pub fn socket(&self) -> PathBuf {
        self.0.join("var/run/launchd.sock")
    }

    pub fn launchctl(&self) -> PathBuf {
        self.0.join("bin/launchctl")
    }

    pub fn daemons(&self) -> PathBuf {
        self.0.join("Library/LaunchDaemons")
    }

    pub fn agents(&self) -> PathBuf {
        self.0.join("Library/LaunchAgents")
    }

    pub fn store(&self, uid: Option<u32>) -> PathBuf {
        let name =
            uid.map_or_else(|| "disabled.plist".to_owned(), |uid| format!("disabled.{uid}.plist"));
        self.0.join("var/db/com.apple.xpc.launchd").join(name)
    }

    pub fn log(&self) -> PathBuf {
        self.0.join("var/log/com.apple.xpc.launchd/launchd.log")
    }

    /// The file that tells the version.
    pub fn version(&self) -> PathBuf {
        self.0.join("System/Library/CoreServices/SystemVersion.plist")
    }

    /// Makes the folders that a fresh machine has.
    pub fn create(&self) -> std::io::Result<()> {
        for file in [self.socket(), self.launchctl(), self.store(None), self.log(), self.version()]
        {
            std::fs::create_dir_all(file.parent().unwrap_or(Path::new("/")))?;
        }
        std::fs::create_dir_all(self.daemons())?;
        std::fs::create_dir_all(self.agents())
    }
}
