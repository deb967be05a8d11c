//! The file of a definition, read once.

use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

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

/// The absolute folder of the file.
fn folder_of(path: &Path) -> Result<String> {
    let absolute = std::path::absolute(path).map_err(|error| unreadable(path, &error))?;
    let folder = absolute.parent().map_or_else(|| PathBuf::from("/"), Path::to_path_buf);
    // A link in the path is kept, as /opt/web/current; only `..` needs the file system to be understood.
    let climbs = folder.components().any(|part| part == Component::ParentDir);
    let folder = if climbs { std::fs::canonicalize(&folder).unwrap_or(folder) } else { folder };
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own, removed in the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder =
                std::env::temp_dir().join(format!("svcctl-source-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
            let path = self.0.join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn refusal(path: &Path) -> Error {
        let error = Source::read(path).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Definition);
        error
    }

    #[test]
    fn a_definition_is_read_with_its_folder() {
        let folder = Folder::new("read");
        let path = folder.file("web.toml", "name = \"web\"\n".as_bytes());
        let source = Source::read(&path).unwrap();
        assert_eq!(source.text, "name = \"web\"\n");
        assert!(Path::new(&source.dir).is_absolute());
        assert!(Path::new(&source.dir).join("web.toml").exists());
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        let folder = Folder::new("bom");
        let path = folder.file("web.toml", b"\xef\xbb\xbfname = \"web\"");
        assert_eq!(Source::read(&path).unwrap().text, "name = \"web\"");
    }

    #[test]
    fn a_missing_file_and_a_folder_are_refused() {
        let folder = Folder::new("none");
        assert!(refusal(&folder.0.join("none.toml")).message.ends_with("no such file"));
        assert!(refusal(&folder.0).message.contains("is a directory"));
    }

    #[test]
    fn ten_megabytes_are_refused_and_one_is_not() {
        let folder = Folder::new("size");
        let large = folder.file("large.toml", &vec![b'#'; 10_000_000]);
        assert!(refusal(&large).message.contains("has 10000000 bytes"));
        let full = folder.file("full.toml", &vec![b'#'; 1 << 20]);
        assert!(Source::read(&full).is_ok());
    }

    #[test]
    fn a_file_that_is_not_utf8_is_refused_with_its_place() {
        let folder = Folder::new("utf8");
        let path = folder.file("latin1.toml", b"# \xc3\xa9\nname = \"caf\xe9\"\n");
        let problems = refusal(&path).problems;
        assert_eq!(problems.len(), 1);
        assert_eq!((problems[0].line, problems[0].column), (Some(2), Some(12)));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_the_folder_stays_in_its_name() {
        let folder = Folder::new("link");
        folder.file("web.toml", b"");
        let link = folder.0.join("current");
        std::os::unix::fs::symlink(&folder.0, &link).unwrap();
        assert_eq!(Source::read(&link.join("web.toml")).unwrap().dir, link.to_str().unwrap());
        let climbing = link.join("../web.toml");
        assert!(
            Source::read(&climbing).is_err()
                || !Source::read(&climbing).unwrap().dir.contains("..")
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_refused_without_being_opened() {
        assert!(refusal(Path::new("/dev/zero")).message.contains("not a regular file"));
    }
}
