//! Credentials: for the service, and for nobody else.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::lab::{Lab, Service, tool};
use crate::os;
use crate::outcome::Verdict;
use crate::poll::{SOON, until};

const SECRET: &str = "correct horse battery staple 7f3a";

/// Every file below the folders of the manager and of svcctl that holds the secret.
fn files_with_secret(lab: &Lab) -> Vec<String> {
    let roots = lab.lane.manager.roots();
    let existing: Vec<&str> =
        roots.iter().filter(|root| root.exists()).filter_map(|root| root.to_str()).collect();
    let output = Command::new("grep")
        .args(["-rls", "--devices=skip", SECRET])
        .args(existing)
        .output()
        .expect("grep can be run");
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
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
