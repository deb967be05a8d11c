//! The output of services: files, written by the host or by launchd itself.

use std::path::{Path, PathBuf};

use crate::backend::{Context, LogQuery, LogStream};
use crate::error::{Error, Result};
use crate::logs::segment::{self, Segment};
use crate::spec::Spec;

/// The folder of a service's log files.
fn folder(spec: &Spec, context: &Context<'_>) -> PathBuf {
    let own = spec.logs.directory.as_ref().map(PathBuf::from);
    own.unwrap_or_else(|| Path::new(&context.target.dirs.logs).join(spec.name.as_str()))
}

/// The lines of the query's services.
pub fn lines<'a>(_query: &LogQuery, _context: &Context<'a>) -> Result<LogStream<'a>> {
    Err(Error::system("cannot read logs yet"))
}

/// Removes a service's log files, and their folder if nothing else is in it.
pub fn purge(spec: &Spec, context: &Context<'_>) -> Result<Vec<String>> {
    let folder = folder(spec, context);
    let name = spec.name.as_str();
    let files = context.system.list(&folder).unwrap_or_default();
    let ours = |file: &str| file == segment::active(name) || Segment::parse(name, file).is_some();
    let mut removed = Vec::new();
    for file in files.iter().filter_map(|file| file.to_str()).filter(|file| ours(file)) {
        let path = folder.join(file);
        context.system.remove_file(&path).map_err(|error| Error::io(path.display(), &error))?;
        removed.push(path.display().to_string());
    }
    // What somebody else put there stays, and the folder with it.
    if context.system.remove_dir(&folder).is_ok() {
        removed.push(folder.display().to_string());
    }
    Ok(removed)
}
