//! The output of services: files, written by the host, or by launchd itself where the definition has a raw `StandardOutPath`.

use std::path::{Path, PathBuf};

use crate::backend::launchd::installed::Installed;
use crate::backend::{Context, LogQuery, LogStream};
use crate::error::{Error, ErrorKind, Result};
use crate::host;
use crate::logs::files::{self, Source};
use crate::logs::segment::{self, Segment};
use crate::spec::{ServiceName, Spec};

/// The lines of the query's services.
pub fn lines<'a>(query: &LogQuery, context: &Context<'a>) -> Result<LogStream<'a>> {
    let sources = query.names.iter().map(|name| known(name, context));
    files::read_all(sources.collect::<Result<_>>()?, query)
}

/// The files of a service that is there, or was and has left some.
fn known(name: &ServiceName, context: &Context<'_>) -> Result<Source> {
    let installed = Installed::find(name, context);
    let source = source(&installed, context)?;
    if !installed.exists() && context.system.list(&source.directory).unwrap_or_default().is_empty()
    {
        let message = format!("no service '{name}' is installed, and it has left no log");
        return Err(Error::new(ErrorKind::NoService, message)
            .hint("`svcctl list --all` shows what there is"));
    }
    Ok(source)
}

fn source(installed: &Installed, context: &Context<'_>) -> Result<Source> {
    let Some(file) = installed.standard_out.as_deref().filter(|_| !installed.hosted) else {
        let name = &installed.name;
        let own = installed.spec.as_ref().map(|spec| folder(spec, context));
        let directory = own.unwrap_or_else(|| host::logs_dir(context.target, name).into());
        return Ok(Source { directory, service: name.to_string() });
    };
    let parts = (file.parent(), file.file_stem().and_then(|stem| stem.to_str()));
    match parts {
        (Some(folder), Some(stem))
            if file.extension().is_some_and(|extension| extension == "log") =>
        {
            Ok(Source { directory: folder.to_owned(), service: stem.to_owned() })
        }
        (_, _) => Err(unknown_file(file)),
    }
}

fn unknown_file(file: &Path) -> Error {
    let message =
        format!("launchd writes to {}, which svcctl does not take for a log", file.display());
    Error::new(ErrorKind::System, message)
        .hint(format!("read it with `tail '{}'`, or give it the ending .log", file.display()))
}

/// The folder of a hosted service's log files.
fn folder(spec: &Spec, context: &Context<'_>) -> PathBuf {
    let own = spec.logs.directory.clone();
    own.unwrap_or_else(|| host::logs_dir(context.target, &spec.name)).into()
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
