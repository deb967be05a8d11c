//! Credentials: for the service, and for nobody else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::lab::{Lab, Service, tool};
use crate::os;
use crate::outcome::Verdict;
use crate::poll::{SOON, until};

const SECRET: &str = "correct horse battery staple 7f3a";

/// Every file below the folders of the manager and of svcctl that holds the secret.
fn files_with_secret(lab: &Lab) -> Vec<String> {
    let files = lab.lane.manager.roots().into_iter().flat_map(|root| files_below(&root));
    let holds = |file: &PathBuf| {
        let bytes = fs::read(file).unwrap_or_default();
        bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes())
    };
    files.filter(holds).map(|file| file.display().to_string()).collect()
}

/// Every regular file below a folder; links are not followed.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let visit = |entry: fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => files_below(&entry.path()),
        Ok(kind) if kind.is_file() => vec![entry.path()],
        _ => Vec::new(),
    };
    entries.flat_map(visit).collect()
}

fn is_given(lab: &Lab, service: &Service<'_>) -> String {
    let copy = lab.path("copy");
    let given = until("the credential", SOON, || fs::read_to_string(&copy).ok());
    assert_eq!(given, SECRET);
    fs::remove_file(copy).expect("the copy can be removed");
    let dump = service.dump();
    assert!(!dump.argv().concat().contains(SECRET));
    let environment = dump.environment();
    assert!(environment.values().all(|value| !value.contains(SECRET)));
    environment
        .get("CREDENTIALS_DIRECTORY")
        .cloned()
        .expect("the service is told where its credentials are")
}

pub fn credentials(lab: &Lab) -> Verdict {
    fs::write(lab.path("secret"), SECRET).expect("a file can be made");
    if cfg!(unix) {
        tool("chmod", &["600", &lab.file("secret")]);
    }
    let service = lab
        .service("dump @dump then copy-credential db-password @copy then sleep")
        .with("credentials", json!({ "db-password": { "file": lab.file("secret") } }));
    service.start()?;
    let folder = is_given(lab, &service);
    if cfg!(unix) && os::is_root() {
        let mut other = Command::new("cat");
        other.arg(Path::new(&folder).join("db-password"));
        os::lower(&mut other);
        let seen = other.output().expect("cat can be run");
        assert!(!seen.status.success() && seen.stdout.is_empty(), "another account can read it");
    }
    let elsewhere: Vec<String> =
        files_with_secret(lab).into_iter().filter(|file| !file.starts_with(&folder)).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
    assert!(service.messages(&["-n", "all"]).iter().all(|line| !line.contains(SECRET)));
    service.verb("restart", &[]).exits(0);
    is_given(lab, &service);
    Ok(())
}
