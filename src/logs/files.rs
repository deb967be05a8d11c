//! Reading log files: what is in them now, in order, and what comes.
//!
//! A line without a time, of a raw file, is taken to be from any time between the last change of the file before its own and that
//! of its own: `since` and `until` choose whole files there.

mod follow;
mod history;
mod join;
mod scan;
mod snapshot;
mod tail;
mod watch;

use std::path::{Path, PathBuf};

use super::merge::{last, merge};
use crate::backend::{LogQuery, LogStream};
use crate::error::{Error, Result};
use history::History;

/// Where the files of a service are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Their folder.
    pub directory: PathBuf,
    /// The service.
    pub service: String,
}

/// The lines of one service; see [`read_all`].
///
/// # Errors
/// When the folder or a file cannot be read.
pub fn read(directory: &Path, service: &str, query: &LogQuery) -> Result<LogStream<'static>> {
    let (directory, service) = (directory.to_owned(), service.to_owned());
    read_all(vec![Source { directory, service }], query)
}

/// The lines of several services that `query` wants (its names are not looked at), interleaved by time. A service without files
/// has no lines.
///
/// # Errors
/// When a folder or a file cannot be read.
pub fn read_all(sources: Vec<Source>, query: &LogQuery) -> Result<LogStream<'static>> {
    // Before the first look, so that nothing happens between the two.
    let watch = query.follow.then(|| watch::Watch::new(&sources));
    let mut streams: Vec<LogStream<'static>> = Vec::new();
    let mut tails = Vec::new();
    for source in sources {
        let history = History::new(&source, query).map_err(|error| failed(&source, &error))?;
        let (stream, tail) = history.start(query).map_err(|error| failed(&source, &error))?;
        streams.push(stream);
        tails.push((source, tail));
    }
    let past = match streams.len() {
        1 => streams.swap_remove(0),
        _ => last(merge(streams), query.last),
    };
    Ok(match watch {
        None => past,
        Some(watch) => Box::new(past.chain(follow::Follow::new(tails, watch, query))),
    })
}

/// What a failure to read `source` is.
fn failed(source: &Source, error: &std::io::Error) -> Error {
    let folder = source.directory.display();
    Error::io(format!("cannot read the logs of {} in {folder}", source.service), error)
}
