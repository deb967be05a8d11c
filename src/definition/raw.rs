//! `[override.MANAGER]`: raw keys of one manager, in sections where it has them.

use std::collections::BTreeMap;

use crate::definition::check::Checker;
use crate::definition::fault::Fault;
use crate::definition::tree::{Node, Table, Value, dotted};
use crate::target::ManagerId;

/// Checks the shape: manager, then keys or sections of keys, then values or lists of values.
pub fn check(checker: &mut Checker<'_>, key: &str, table: &Table) {
    let managers = ManagerId::ALL.map(ManagerId::name);
    for (manager, entry) in &table.0 {
        let key = dotted(key, manager);
        if !managers.contains(&manager.as_str()) {
            let fault = Fault::new("unknown-key", "names no manager").meant(manager, &managers, "");
            checker.report.fault(&entry.key_at, &key, fault);
        } else if let Some(keys) = entry.node.table() {
            section(checker, &key, keys, true);
        } else {
            checker.report.fault(
                &entry.node.at,
                &key,
                Fault::new("wrong-type", "is a table of raw keys"),
            );
        }
    }
}

fn section(checker: &mut Checker<'_>, key: &str, table: &Table, sections: bool) {
    for (name, entry) in &table.0 {
        let key = dotted(key, name);
        let value = &entry.node;
        if name.is_empty() || name.chars().any(|c| c.is_control() || "[]=".contains(c)) {
            checker.report.fault(&entry.key_at, &key, Fault::value("is no key of any manager"));
        }
        match &value.value {
            Value::Table(inner) if sections => section(checker, &key, inner, false),
            Value::Array(items) => items.iter().for_each(|item| scalar(checker, &key, item)),
            _ => scalar(checker, &key, value),
        }
    }
}

fn scalar(checker: &mut Checker<'_>, key: &str, node: &Node) {
    match &node.value {
        Value::String(text) if text.contains('\0') => {
            checker.report.fault(&node.at, key, Fault::new("nul", "holds a NUL character"));
        }
        Value::Array(_) | Value::Table(_) | Value::Integer(None) => {
            let found = node.value.described();
            let fault = format!("expects a value or a list of values, found {found}");
            checker.report.fault(&node.at, key, Fault::new("wrong-type", fault));
        }
        _ => {}
    }
}

/// The keys for `manager`: section ("" where it has none), key, values as text.
#[must_use]
pub fn build(table: &Table, manager: ManagerId) -> BTreeMap<String, BTreeMap<String, Vec<String>>> {
    let mut built = BTreeMap::<String, BTreeMap<String, Vec<String>>>::new();
    let keys = table.get(manager.name()).and_then(Node::table);
    for (name, entry) in keys.into_iter().flat_map(|table| &table.0) {
        match entry.node.table() {
            Some(inner) => {
                let keys = inner.0.iter().map(|(key, entry)| (key.clone(), values(&entry.node)));
                built.entry(name.clone()).or_default().extend(keys);
            }
            None => {
                built.entry(String::new()).or_default().insert(name.clone(), values(&entry.node));
            }
        }
    }
    built
}

fn values(node: &Node) -> Vec<String> {
    match node.items() {
        Some(items) => items.iter().filter_map(scalar_text).collect(),
        None => scalar_text(node).into_iter().collect(),
    }
}

fn scalar_text(node: &Node) -> Option<String> {
    node.text().map(str::to_owned).or_else(|| node.value.scalar_text())
}

#[cfg(test)]
mod tests {
    use crate::definition::fixture::{minimal, problems, resolve};

    #[test]
    fn values_are_kept_as_text_under_their_section() {
        let text = "override.systemd.Service = { IOWeight = 50, Nice = true, Slice = [\"a\", \"\"] }\noverride.systemd.Top = 1.5\noverride.launchd.Nice = 1";
        let raw = resolve(&minimal(text)).unwrap().spec.overrides;
        assert_eq!(raw["Service"]["IOWeight"], ["50"]);
        assert_eq!(raw["Service"]["Nice"], ["true"]);
        assert_eq!(raw["Service"]["Slice"], ["a", ""]);
        assert_eq!(raw[""]["Top"], ["1.5"]);
        assert_eq!(raw.len(), 2);
    }

    #[test]
    fn other_shapes_and_other_managers_are_refused() {
        for bad in [
            "override.sytemd.X = 1",
            "override.systemd = 1",
            "override.systemd.S.K = { a = 1 }",
            "override.systemd.S.K = [[1]]",
            "override.systemd.S.\"K=\" = 1",
            "override.systemd.S.K = \"\\u0000\"",
        ] {
            assert_eq!(problems(&minimal(bad)).len(), 1, "{bad}");
        }
    }
}
