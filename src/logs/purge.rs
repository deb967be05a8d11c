//! The removal of a service's log files.

use std::io;
use std::path::{Path, PathBuf};

use crate::backend::Context;
use crate::error::{Error, Result};
use crate::logs::segment::{Segment, active};
use crate::spec::Spec;

/// Removes the service's log files, and their folder if nothing else is in it; says what it removed.
///
/// # Errors
/// What could not be removed.
pub fn files(spec: &Spec, context: &Context<'_>) -> Result<Vec<String>> {
    let system = context.system;
    let name = spec.name.as_str();
    let own = spec.logs.directory.as_ref().map(PathBuf::from);
    let folder = own.unwrap_or_else(|| Path::new(&context.target.dirs.logs).join(name));
    let files = match system.list(&folder) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io(folder.display(), &error)),
    };
    let mut removed = Vec::new();
    let ours = |file: &&str| *file == active(name) || Segment::parse(name, file).is_some();
    for file in files.iter().filter_map(|file| file.to_str()).filter(ours) {
        let path = folder.join(file);
        system.remove_file(&path).map_err(|error| Error::io(path.display(), &error))?;
        removed.push(path.display().to_string());
    }
    // What somebody else put there stays, and the folder with it.
    if system.remove_dir(&folder).is_ok() {
        removed.push(folder.display().to_string());
        // The folder around all services' logs goes with the last of them.
        let _ = system.remove_dir(Path::new(&context.target.dirs.logs));
    }
    Ok(removed)
}
