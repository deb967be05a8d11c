//! `svcctl check --for all`: one table, field × manager, over all definitions that it is given.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const MANAGERS: [&str; 6] = ["systemd", "launchd", "scm", "openrc", "rcd", "embedded"];

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|ext| ext == "toml")).collect();
    files.sort();
    files
}

fn check(words: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_svcctl"));
    command.env("NO_COLOR", "1").args(words).args(["check", "--for", "all"]).args(examples());
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_examples_make_one_table_with_a_column_for_each_manager() {
    let (code, text) = check(&[]);
    assert_eq!(code, Some(0), "{text}");
    let header = |line: &&str| line.starts_with("FIELD");
    let headers: Vec<_> = text.lines().filter(header).collect();
    assert_eq!(headers.len(), 1, "{text}");
    assert_eq!(headers[0].split_whitespace().skip(1).collect::<Vec<_>>(), MANAGERS);
    let row = text.lines().find(|line| line.starts_with("process.command")).unwrap();
    for word in row.split_whitespace().skip(1) {
        assert!(["native", "hosted", "refused"].contains(&word), "{row}");
    }
}

#[test]
fn every_example_has_an_answer_for_its_command_on_every_manager() {
    let (code, text) = check(&["-o", "json"]);
    assert_eq!(code, Some(0), "{text}");
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["ok"], true);
    for manager in MANAGERS {
        assert!(report["support"][manager]["process.command"].is_string(), "{manager}: {report}");
    }
    // The examples are for Unix, and say nothing for Windows.
    assert_eq!(report["support"]["scm"]["process.command"], "refused");
    assert_eq!(report["support"]["openrc"]["process.command"], "hosted");
}
