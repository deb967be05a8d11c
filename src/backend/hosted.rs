//! What the managers have in common that leave every service to svcctl's host: the answer for each field, the state, the log files.

pub mod support;

#[cfg_attr(unix, path = "hosted/unix.rs")]
#[cfg_attr(not(unix), path = "hosted/nowhere.rs")]
mod os;

use std::path::Path;

use crate::backend::{Context, LogQuery, LogStream, Outcome};
use crate::error::{Error, Result};
use crate::host;
use crate::logs::files;
use crate::spec::ServiceName;
use crate::system::Entry;

#[cfg(target_os = "linux")]
pub use self::os::current;
pub use self::os::{find, has_private_tmp, is_there, lives, signal, snapshot, state, usage};

/// What a living host is called in a state's words of its own.
pub const HOST: &str = "host-pid";

/// The services that have a hosted file.
///
/// # Errors
/// When the folder is there and cannot be read.
pub fn names(context: &Context<'_>) -> Result<Vec<ServiceName>> {
    let folder = Path::new(&context.target.dirs.state).join("hosted");
    let files = match context.system.list(&folder) {
        Ok(files) => files,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(Error::io(folder.display(), &error)),
    };
    let name =
        |file: &std::ffi::OsString| ServiceName::new(file.to_str()?.strip_suffix(".json")?).ok();
    Ok(files.iter().filter_map(name).collect())
}

/// The lines of the query's services, from their log files.
///
/// # Errors
/// When a hosted file or a log cannot be read.
pub fn logs<'a>(query: &LogQuery, context: &Context<'a>) -> Result<LogStream<'a>> {
    let sources = query.names.iter().map(|name| source(name, context)).collect::<Result<_>>()?;
    files::read_all(sources, query)
}

/// The same where other services than ours are: of those nothing is kept. `knows`: whether the manager has such a service.
///
/// # Errors
/// Also when a service is somebody else's, and has left no log of ours.
pub fn logs_of_ours<'a>(
    query: &LogQuery,
    knows: &dyn Fn(&ServiceName) -> bool,
    context: &Context<'a>,
) -> Result<LogStream<'a>> {
    for name in &query.names {
        let source = source(name, context)?;
        let ours = is_there(context, &host::path(context.target, name))?
            || is_there(context, &source.directory.to_string_lossy())?;
        if !ours && knows(name) {
            let message = format!("{} keeps no log of {name}", context.target.manager);
            return Err(Error::system(message).hint(
                "svcctl has the logs of the services that it installed; look into /var/log",
            ));
        }
    }
    logs(query, context)
}

/// Where the log files of a service are: as its hosted file says, or where they are by default once it is gone.
fn source(name: &ServiceName, context: &Context<'_>) -> Result<files::Source> {
    let path = host::path(context.target, name);
    let directory = match context.system.read(Path::new(&path)) {
        Ok(contents) => host::Hosted::parse(&path, &contents)?.logs,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            host::logs_dir(context.target, name)
        }
        Err(error) => return Err(Error::io(path, &error)),
    };
    Ok(files::Source { directory: directory.into(), service: name.to_string() })
}

/// Removes what a service leaves of its last run, if it is not installed any more.
///
/// # Errors
/// What could not be removed.
pub fn tidy(folder: &str, hosted: &str, context: &Context<'_>) -> Result<()> {
    let entry =
        context.system.entry(Path::new(hosted)).map_err(|error| Error::io(hosted, &error))?;
    if entry != Entry::Missing {
        return Ok(());
    }
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io(folder, &error))
        }
        _ => Ok(()),
    }
}

/// An outcome of nothing but an error.
#[must_use]
pub fn failed(name: &ServiceName, error: Error) -> Outcome {
    Outcome { name: name.clone(), changed: false, warnings: Vec::new(), error: Some(error) }
}
