//! Raw keys of the definition's `[override.systemd.…]`: the last word, but no second one.
//!
//! A key that svcctl writes because a field asks for it is refused: two lines would mean the one, both or neither, depending on
//! the key. What a security profile or a default brought is replaced. Lists of other units are added to.

use std::collections::BTreeMap;

use crate::backend::systemd::quote;
use crate::backend::systemd::unit::{Section, Unit, unwritable};
use crate::error::{Error, ErrorKind, Result};

/// Keys of lists, of which each line adds to the others.
const ADDITIVE: [&str; 4] = ["After", "Requires", "Wants", "ReadWritePaths"];

/// Writes them, checked.
pub fn write(
    unit: &mut Unit,
    overrides: &BTreeMap<String, BTreeMap<String, Vec<String>>>,
) -> Result<()> {
    for (section, keys) in overrides {
        let known = section_of(section)?;
        for (key, values) in keys {
            let field = format!("override.systemd.{section}.{key}");
            check(unit, known, key, values, &field)?;
            unit.overriding(known, key, values)?;
        }
    }
    Ok(())
}

fn section_of(name: &str) -> Result<Section> {
    match name {
        "Unit" => Ok(Section::Unit),
        "Service" => Ok(Section::Service),
        "Install" => Ok(Section::Install),
        _ => Err(Error::new(
            ErrorKind::Definition,
            format!("`override.systemd.{name}`: a service's unit has no section [{name}]"),
        )
        .hint("the sections are Unit, Service and Install")),
    }
}

fn check(unit: &Unit, section: Section, key: &str, values: &[String], field: &str) -> Result<()> {
    if key.is_empty() || !key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(unwritable(field, "is no key of a unit file"));
    }
    for value in values {
        if value.ends_with('\\') {
            return Err(unwritable(
                field,
                "ends in a backslash, which would join the next line to it",
            ));
        }
        quote::rest(value).map_err(|why| unwritable(field, &why))?;
    }
    match unit.written_by(section, key) {
        Some(origin) if !ADDITIVE.contains(&key) => Err(conflict(field, key, origin)),
        _ => Ok(()),
    }
}

fn conflict(field: &str, key: &str, origin: &str) -> Error {
    let message = format!("`{field}` is refused: svcctl writes {key}= itself, for `{origin}`");
    Error::new(ErrorKind::Definition, message)
        .hint(format!("set `{origin}` instead, and remove the override"))
}
