//! Where the lines of a service are: in the journal, or in the files of its host.

use std::path::Path;

use super::journalctl;
use crate::backend::{Context, LogQuery, LogStream};
use crate::error::{Error, ErrorKind, Result};
use crate::host::{self, Hosted};
use crate::logs::files::{self, Source};
use crate::logs::merge::{last, merge};
use crate::spec::{LogTo, ServiceName};

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

/// The files of a service that the host writes.
fn in_files(name: &ServiceName, context: &Context<'_>) -> Option<Source> {
    let path = host::path(context.target, name);
    let contents = context.system.read(Path::new(&path)).ok()?;
    let hosted = Hosted::parse(&path, &contents).ok()?;
    let directory = hosted.logs.into();
    (hosted.spec.logs.to == LogTo::File).then(|| Source { directory, service: name.to_string() })
}

fn apart(sources: &[Source]) -> Error {
    let names: Vec<&str> = sources.iter().map(|source| source.service.as_str()).collect();
    let message = "lines of the journal and of files cannot be followed together".to_owned();
    Error::new(ErrorKind::Usage, message)
        .hint(format!("follow apart: `svcctl logs -f {}`", names.join(" ")))
}
