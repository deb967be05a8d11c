//! Gives a service what svcctl keeps for it, by access lists that name the service's own SID.

use std::path::Path;

use crate::backend::scm::account;
use crate::error::{Error, Result};
use crate::host;
use crate::spec::ServiceName;
use crate::target::Target;
use crate::windows::security;

/// Lets the service read its hosted file and its stored credentials, and write its state and its logs; everybody else but SYSTEM
/// and administrators is kept out of all of them.
pub fn grant(name: &str, target: &Target) -> Result<()> {
    let name = ServiceName::try_from(name.to_owned()).map_err(Error::system)?;
    let sid = account::service_sid(&name);
    let file = host::path(target, &name);
    let hosted = match std::fs::read(&file) {
        Ok(bytes) => host::Hosted::parse(&file, &bytes)?,
        // The service has been removed.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io(&file, &error)),
    };
    protect(&file, &format!("D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FR;;;{sid})"))?;
    let folder =
        |rights: &str| format!("D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;{rights};;;{sid})");
    // 0x1301bf: all but changing owner and access list.
    let own_logs = hosted.spec.logs.directory.is_none();
    for (path, ours) in [(&hosted.runtime, true), (&hosted.logs, own_logs)] {
        std::fs::create_dir_all(path).map_err(|error| Error::io(path, &error))?;
        // The access list of a folder that the definition names is its owner's affair.
        if ours {
            protect(path, &folder("0x1301bf"))?;
        }
    }
    if Path::new(&hosted.credentials).exists() {
        protect(&hosted.credentials, &folder("FRFX"))?;
    }
    Ok(())
}

fn protect(path: &str, sddl: &str) -> Result<()> {
    security::protect(Path::new(path), sddl)
        .map_err(|error| Error::io(format!("cannot set the access list of {path}"), &error))
}
