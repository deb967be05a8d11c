//! Reading a plist from the disk with the checks that launchd makes before it loads one.

use crate::code;
use crate::definition::Definition;
use crate::target::Domain;
use plist::Value;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The definition in `path` for `domain`, or the code with which root sees it refused.
pub fn load(path: &Path, domain: Domain) -> Result<Definition, u8> {
    let meta = std::fs::metadata(path).map_err(|_| code::IO)?;
    if !is_trusted(&meta, domain) {
        return Err(code::BAD_MODE);
    }
    let value = Value::from_file(path).map_err(|_| code::IO)?;
    let definition = Definition::read(path.to_path_buf(), &value)?;
    fits(&definition, domain)?;
    Ok(definition)
}

/// Owned by root, by the user of the domain, or by the emulator's own user, who stands for them; and written by nobody else.
fn is_trusted(meta: &Metadata, domain: Domain) -> bool {
    let own = rustix::process::geteuid().as_raw();
    let owner = meta.uid();
    let owned = owner == 0 || owner == own || Some(owner) == domain.uid();
    owned && meta.mode() & 0o022 == 0
}

fn fits(definition: &Definition, domain: Domain) -> Result<(), u8> {
    let session = match domain {
        Domain::System => return accounts_exist(definition),
        Domain::User(_) => "Background",
        Domain::Gui(_) => "Aqua",
    };
    let wanted = definition.sessions.iter().any(|name| name == session);
    if wanted { Ok(()) } else { Err(code::WRONG_SESSION) }
}

fn accounts_exist(definition: &Definition) -> Result<(), u8> {
    if definition.user.as_deref().is_some_and(|name| crate::account::by_name(name).is_none()) {
        return Err(code::NO_USER);
    }
    if definition.group.as_deref().is_some_and(|name| crate::account::group(name).is_none()) {
        return Err(code::NO_GROUP);
    }
    Ok(())
}
