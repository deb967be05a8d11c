//! What `systemd-analyze` says of our units.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::lab::{Lab, tool};
use crate::outcome::Verdict;
use crate::poll::{SOON, until};

/// The definitions among the project's examples.
fn definitions(lab: &Lab) -> Vec<PathBuf> {
    let entries = fs::read_dir(&lab.lane.examples).expect("the examples are there").flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    files.sort();
    assert!(files.len() >= 4, "{files:?}");
    files
}

pub fn verify_is_silent(lab: &Lab) -> Verdict {
    for definition in definitions(lab) {
        let folder =
            lab.folder(&definition.file_stem().expect("a file has a name").to_string_lossy());
        let ran = lab
            .json(["render".as_ref(), definition.as_os_str(), "--for".as_ref(), "systemd".as_ref()])
            .exits(0);
        let artifacts = ran.output()["artifacts"].as_array().cloned().unwrap_or_default();
        let units = artifacts
            .iter()
            .filter(|one| one["mode"] != "link")
            .filter(|one| one["path"].as_str().is_some_and(|path| path.ends_with(".service")));
        for unit in units {
            let name = Path::new(unit["path"].as_str().unwrap_or_default())
                .file_name()
                .expect("a unit has a name");
            let file = folder.join(name);
            fs::write(&file, unit["contents"].as_str().unwrap_or_default())
                .expect("a unit can be written");
            is_silent(&file);
        }
    }
    Ok(())
}

fn is_silent(unit: &Path) {
    let mut verify = Command::new("systemd-analyze");
    let output = verify
        .args(["verify", "--man=no", "--recursive-errors=no"])
        .arg(unit)
        .output()
        .expect("it can be run");
    let said = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success() && said.is_empty(),
        "{}: {}",
        unit.display(),
        String::from_utf8_lossy(&said)
    );
}

/// What an HTTP server answers, once it does.
pub fn get(port: u16, path: &str) -> String {
    until(&format!("an answer on port {port}"), SOON, || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
        stream.set_read_timeout(Some(SOON)).ok()?;
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        Some(String::from_utf8_lossy(&answer).into_owned())
    })
}

pub fn strict_serves(lab: &Lab) -> Verdict {
    let port = lab.port();
    fs::write(lab.folder("site").join("page"), "a page to be served").expect("a file can be made");
    let command = [
        "/usr/bin/python3",
        "-m",
        "http.server",
        &port.to_string(),
        "--bind",
        "127.0.0.1",
        "--directory",
    ];
    let command: Vec<String> =
        command.into_iter().map(str::to_owned).chain([lab.file("site")]).collect();
    let service = lab
        .service("")
        .with("process.command", command)
        .with("process.user", "daemon")
        .with("start.ready", "exec")
        .with("security", json!({ "profile": "strict" }));
    service.start()?;
    assert!(get(port, "/page").ends_with("a page to be served"));
    let unit = format!("{}.service", service.name);
    let text = tool("systemd-analyze", &["security", "--no-pager", &unit]);
    let exposure = exposure(&text);
    assert!(exposure <= 2.0, "{text}");
    service.status().is("running", 0);
    Ok(())
}

/// The number in the last line: "→ Overall exposure level for x.service: 1.4 OK".
fn exposure(text: &str) -> f64 {
    let last =
        text.lines().rev().find(|line| line.contains("Overall exposure level")).unwrap_or_default();
    let number = last.rsplit(": ").next().and_then(|rest| rest.split(' ').next());
    number.and_then(|word| word.parse().ok()).unwrap_or_else(|| panic!("an exposure level: {text}"))
}
