//! Replaces the placeholders in every string of the effective document.

use crate::definition::Request;
use crate::definition::fault::Fault;
use crate::definition::path::join;
use crate::definition::placeholder;
use crate::definition::report::Report;
use crate::definition::tree::{Node, Table, Value, dotted};

/// What the placeholders stand for.
struct Meaning<'a> {
    /// None while the name itself is expanded.
    name: Option<&'a str>,
    definition_dir: &'a str,
    request: &'a Request<'a>,
}

/// Replaces the placeholders in all strings: first in the name, which the others may refer to.
pub fn table(table: &mut Table, request: &Request<'_>, definition_dir: &str, report: &mut Report) {
    let unnamed = Meaning { name: None, definition_dir, request };
    if let Some(entry) = table.0.get_mut("name") {
        unnamed.node(&mut entry.node, "name", report);
    }
    let name = table.get("name").and_then(Node::text).map(str::to_owned);
    let meaning =
        Meaning { name: Some(name.as_deref().unwrap_or("unnamed")), definition_dir, request };
    for (key, entry) in table.0.iter_mut().filter(|(key, _)| *key != "name") {
        meaning.node(&mut entry.node, key, report);
    }
}

impl Meaning<'_> {
    fn node(&self, node: &mut Node, key: &str, report: &mut Report) {
        match &mut node.value {
            Value::String(text) if placeholder::is_plain(text) => {}
            Value::String(text) => match placeholder::expand(text, &|word| self.lookup(word)) {
                Ok(expanded) => *text = expanded,
                Err(fault) => report.fault(&node.at, key, fault),
            },
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.node(item, &format!("{key}[{index}]"), report);
                }
            }
            Value::Table(table) => {
                for (name, entry) in &mut table.0 {
                    self.node(&mut entry.node, &dotted(key, name), report);
                }
            }
            _ => {}
        }
    }

    fn lookup(&self, word: &str) -> Result<String, Fault> {
        placeholder::known(word)?;
        if let Some(variable) = word.strip_prefix("env:") {
            return (self.request.env)(variable).ok_or_else(|| unset(variable));
        }
        let name = self.name.ok_or_else(|| {
            Fault::new("placeholder", format!("cannot hold {{{word}}}, which depends on the name"))
        })?;
        let (dirs, os) = (&self.request.target.dirs, self.request.target.os);
        Ok(match word {
            "name" => name.to_owned(),
            "definition-dir" => self.definition_dir.to_owned(),
            // One level below what svcctl itself keeps there, so that no service's name can collide with it.
            "data-dir" => join(&join(&dirs.state, "data", os), name, os),
            "runtime-dir" => join(&join(&dirs.runtime, "data", os), name, os),
            "log-dir" => join(&dirs.logs, name, os),
            _ => join(&dirs.config, name, os),
        })
    }
}

fn unset(variable: &str) -> Fault {
    Fault::new(
        "unset-variable",
        format!("needs the environment variable {variable}, which is not set"),
    )
    .hint(format!(
        "set it for this command: {variable}=… svcctl install …; it is read once, at install"
    ))
}
