//! Files that are written from tables in the source are committed, and are what the source would write today.
//!
//! `UPDATE=1 cargo test --test generated` writes them.

use std::path::Path;

/// Compares a committed file with what the source writes, or writes it.
fn assert_current(path: &str, text: &str) -> std::io::Result<()> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, text)?;
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    assert!(committed == text, "{path} is out of date: UPDATE=1 cargo test --test generated");
    Ok(())
}

#[test]
fn the_json_schema_of_a_definition_is_current() -> std::io::Result<()> {
    let schema = serde_json::to_string_pretty(&svcctl::definition::schema::schema())?;
    assert_current("docs/svcctl.schema.json", &format!("{schema}\n"))
}

#[test]
fn the_reference_page_of_a_definition_is_current() -> std::io::Result<()> {
    assert_current("docs/definition.md", &svcctl::definition::reference::page())
}

#[test]
fn the_readme_lists_every_exit_code_and_no_other() {
    let readme = include_str!("../README.md");
    let section = readme.split("## Exit codes").nth(1).and_then(|text| text.split("\n## ").next());
    let rows = section.unwrap_or_default().lines();
    let listed: Vec<&str> =
        rows.filter_map(|row| row.strip_prefix("| ")?.split(' ').next()).skip(1).collect();
    let codes = svcctl::exit::Exit::ALL.map(|(exit, _)| exit.code().to_string());
    assert_eq!(listed, codes);
}

/// The embedded manager answers for the system that it runs on.
#[cfg(target_os = "linux")]
#[test]
fn the_page_of_the_support_matrix_is_current() -> std::io::Result<()> {
    assert_current("docs/support.md", &svcctl::matrix::page::page())
}
