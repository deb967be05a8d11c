//! Where the lines of a service are: in the journal, or in the files of its host.

use std::path::{Path, PathBuf};

use super::journalctl;
use crate::backend::{Context, LogQuery, LogStream};
use crate::error::{Error, ErrorKind, Result};
use crate::host::{self, Hosted};
use crate::logs::files::{self, Source};
use crate::logs::merge::{last, merge};
use crate::spec::{LogTo, ServiceName};
use crate::system::Entry;

/// The lines of the query's services.
pub fn logs<'a>(query: &LogQuery, context: &Context<'a>) -> Result<LogStream<'a>> {
    let mut sources = Vec::new();
    let mut others = LogQuery { names: Vec::new(), ..query.clone() };
    for name in &query.names {
        match in_files(name, context) {
            Some(source) => sources.push(source),
            None => others.names.push(name.clone()),
        }
    }
    match (sources.is_empty(), others.names.is_empty()) {
        (true, _) => journalctl::logs(&others, context),
        (false, true) => files::read_all(sources, query),
        (false, false) if query.follow => Err(apart(&sources)),
        (false, false) => {
            let streams =
                vec![files::read_all(sources, query)?, journalctl::logs(&others, context)?];
            Ok(last(merge(streams), query.last))
        }
    }
}

/// The files of a service that the host writes, or wrote while it was installed.
fn in_files(name: &ServiceName, context: &Context<'_>) -> Option<Source> {
    let path = host::path(context.target, name);
    let Ok(contents) = context.system.read(Path::new(&path)) else { return left(name, context) };
    let hosted = Hosted::parse(&path, &contents).ok()?;
    let directory = hosted.logs.into();
    (hosted.spec.logs.to == LogTo::File).then(|| Source { directory, service: name.to_string() })
}

/// The files that an uninstalled service has left where they are kept by default.
fn left(name: &ServiceName, context: &Context<'_>) -> Option<Source> {
    let unit = Path::new(&context.target.dirs.units).join(format!("{name}.service"));
    let directory = PathBuf::from(host::logs_dir(context.target, name));
    let gone = matches!(context.system.entry(&unit), Ok(Entry::Missing));
    let files = || context.system.list(&directory).is_ok_and(|files| !files.is_empty());
    (gone && files()).then(|| Source { directory: directory.clone(), service: name.to_string() })
}

fn apart(sources: &[Source]) -> Error {
    let names: Vec<&str> = sources.iter().map(|source| source.service.as_str()).collect();
    let message = "lines of the journal and of files cannot be followed together".to_owned();
    Error::new(ErrorKind::Usage, message)
        .hint(format!("follow apart: `svcctl logs -f {}`", names.join(" ")))
}
