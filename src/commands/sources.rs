//! Definitions named on the command line: files, and folders of them, read and resolved with every problem of all of them.

use std::path::{Path, PathBuf};

use super::App;
use crate::cli::Resolve;
use crate::definition::source::Source;
use crate::definition::{Definition, Request, Resolved};
use crate::error::{Error, ErrorKind, Result};
use crate::target::Target;

/// The files that `paths` mean: a file is itself, a folder all of its `*.toml`, in order of their names.
///
/// # Errors
/// Of kind `Definition` for a folder without definitions or one that cannot be listed.
pub fn files(app: &App<'_>, paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(in_folder(app, path)?);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn in_folder(app: &App<'_>, folder: &Path) -> Result<Vec<PathBuf>> {
    let names = app.system.list(folder).map_err(|error| {
        let error = Error::io(folder.display(), &error);
        Error { kind: ErrorKind::Definition, ..error }
    })?;
    let files: Vec<_> = names
        .iter()
        .map(|name| folder.join(name))
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .filter(|path| path.is_file())
        .collect();
    if files.is_empty() {
        let message =
            format!("{}: there is no definition (*.toml) in this folder", folder.display());
        return Err(Error::new(ErrorKind::Definition, message).hint("svcctl init NAME writes one"));
    }
    Ok(files)
}

/// Reads and parses all of them.
///
/// # Errors
/// One error with the problems of all.
pub fn parse(files: &[PathBuf]) -> Result<Vec<Definition>> {
    gather(files.iter().map(|file| Source::read(file).and_then(Definition::parse)))
}

/// Resolves one definition for a target.
///
/// # Errors
/// With every problem of it.
pub fn resolve(
    app: &App<'_>,
    definition: &Definition,
    target: &Target,
    how: &Resolve,
) -> Result<Resolved> {
    let env = |name: &str| app.system.env(name.as_ref()).and_then(|value| value.into_string().ok());
    definition.resolve(&Request {
        target,
        profile: how.profile.as_deref(),
        sets: &how.sets,
        env: &env,
    })
}

/// All results, or one error that holds the problems of every one that failed; an error without problems comes first as it is.
///
/// # Errors
/// See above.
pub fn gather<T>(results: impl Iterator<Item = Result<T>>) -> Result<Vec<T>> {
    let mut good = Vec::new();
    let mut bad: Vec<Error> = Vec::new();
    for result in results {
        match result {
            Ok(value) => good.push(value),
            Err(error) => bad.push(error),
        }
    }
    match bad.len() {
        0 => Ok(good),
        1 => bad.pop().map_or(Ok(good), Err),
        _ => Err(merged(bad)),
    }
}

/// One error of several: their problems together; those without problems of their own become causes.
fn merged(errors: Vec<Error>) -> Error {
    let count = errors.len();
    let mut problems = Vec::new();
    let mut causes = Vec::new();
    let mut hint = None;
    let kind = errors.first().map_or(ErrorKind::Definition, |error| error.kind);
    for error in errors {
        if error.problems.is_empty() {
            causes.push(error.to_string());
            hint = hint.or(error.hint);
        }
        problems.extend(error.problems);
    }
    let message = format!("{count} definitions cannot be used");
    Error { kind, message, hint, causes, problems }
}
