//! Secrets for the service: files in a folder of its own that lives in memory only and that nobody else can read.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::child::Login;
use crate::host::Hosted;
use crate::spec::Credential;

/// The folder of a service's credentials.
#[must_use]
pub fn folder(hosted: &Hosted) -> PathBuf {
    Path::new(&hosted.runtime).join("credentials")
}

/// Puts the credentials in place for an account; the folder.
///
/// # Errors
/// Which one cannot be read or written, in words.
pub fn provide(hosted: &Hosted, login: &Login) -> Result<PathBuf, String> {
    let folder = folder(hosted);
    make_folder(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (name, credential) in &hosted.spec.credentials {
        let source = match credential {
            Credential::File(path) => PathBuf::from(path),
            Credential::Prompt | Credential::Command(_) => {
                Path::new(&hosted.credentials).join(name)
            }
        };
        let result = fs::read(&source).and_then(|secret| put(&folder.join(name), &secret, login));
        result.map_err(|error| {
            format!("the credential '{name}' from {}: {error}", source.display())
        })?;
    }
    give(&folder, login).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

/// Removes them.
pub fn withdraw(hosted: &Hosted) {
    let _ = fs::remove_dir_all(folder(hosted));
}

fn make_folder(folder: &Path) -> io::Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}

/// Replaces a file as a whole, so that a service that reads it now reads the old or the new.
fn put(path: &Path, secret: &[u8], login: &Login) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().display().to_string();
    let fresh = path.with_file_name(format!(".{name}.new"));
    let _ = fs::remove_file(&fresh);
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o400).open(&fresh)?;
    file.write_all(secret)?;
    give(&fresh, login)?;
    fs::rename(&fresh, path)
}

fn give(path: &Path, login: &Login) -> io::Result<()> {
    if login.switch {
        std::os::unix::fs::lchown(path, Some(login.uid), Some(login.gid))
    } else {
        Ok(())
    }
}
