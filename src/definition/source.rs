//! The file of a definition, read once.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::definition::diagnostic::Problem;
use crate::error::{Error, ErrorKind, Result};

/// Largest definition in bytes: a thousand times what an ordinary one needs, and no threat to anybody's memory.
pub const MAX_BYTES: u64 = 1 << 20;

/// A definition's text and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as given.
    pub path: String,
    /// The absolute folder that it is in: `{definition-dir}`.
    pub dir: String,
    /// What is in it.
    pub text: String,
}

impl Source {
    /// Reads a definition.
    ///
    /// # Errors
    /// Of kind `Definition`, when the file is missing, cannot be read, is no regular file, is larger than 1 MiB, or is not UTF-8.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = read_bytes(path)?;
        let shown = path.display().to_string();
        let text = String::from_utf8(bytes).map_err(|error| not_utf8(&shown, &error))?;
        let text = text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned);
        Ok(Self { dir: folder_of(path)?, path: shown, text })
    }

    /// A definition that is in no file, as if it were at `path` in `dir`.
    pub fn from_text(
        path: impl Into<String>,
        dir: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self { path: path.into(), dir: dir.into(), text: text.into() }
    }
}

fn refuse(path: &Path, why: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Definition, format!("{}: {why}", path.display()))
}

fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    // Looked at before it is opened: opening a FIFO would wait for a writer.
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if metadata.is_dir() {
        return Err(
            refuse(path, "is a directory, not a definition").hint("name the TOML file in it")
        );
    }
    if !metadata.is_file() {
        return Err(refuse(path, "is not a regular file"));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    if bytes.len() as u64 > MAX_BYTES {
        let size = metadata.len();
        return Err(refuse(path, format_args!("has {size} bytes; a definition has 1 MiB at most"))
            .hint("is this the right file?"));
    }
    Ok(bytes)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            refuse(path, "no such file").hint("`svcctl init` writes a definition to begin with")
        }
        std::io::ErrorKind::PermissionDenied => refuse(path, "may not be read").cause(error),
        _ => refuse(path, "cannot be read").cause(error),
    }
}

fn not_utf8(path: &str, error: &std::string::FromUtf8Error) -> Error {
    let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let last = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let column = String::from_utf8_lossy(last).chars().count() + 1;
    let mut problem = Problem::error("not-utf8", "this is not UTF-8")
        .hint("save the file as UTF-8; a TOML file is always UTF-8");
    problem.file = Some(path.to_owned());
    problem.line = Some(line);
    problem.column = Some(column);
    Error::definition(path, vec![problem])
}

/// The absolute folder of the file, without following links of the file itself.
fn folder_of(path: &Path) -> Result<String> {
    let absolute = std::path::absolute(path).map_err(|error| unreadable(path, &error))?;
    let folder = absolute.parent().map_or_else(|| PathBuf::from("/"), Path::to_path_buf);
    let folder = std::fs::canonicalize(&folder).unwrap_or(folder);
    match folder.to_str() {
        Some(text) => Ok(plain(text).to_owned()),
        None => Err(refuse(path, "is in a folder whose name is not UTF-8")),
    }
}

/// `C:\x` for the verbatim form `\\?\C:\x`, which programs do not expect.
fn plain(folder: &str) -> &str {
    match folder.strip_prefix(r"\\?\") {
        Some(rest) if !rest.starts_with("UNC\\") => rest,
        _ => folder,
    }
}
