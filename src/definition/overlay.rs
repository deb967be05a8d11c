//! Lays `[on.…]`, `[profile.…]` and `--set` over the base, in this order: base, `on.unix`, `on.<os>`, `on.<manager>`, the
//! profile and its own `on.…`, then each `--set`.

use std::sync::Arc;

use crate::definition::check::Checker;
use crate::definition::diagnostic::Problem;
use crate::definition::fault::{Fault, nearest};
use crate::definition::fields::find;
use crate::definition::kind::Kind;
use crate::definition::report::Report;
use crate::definition::tree::{At, Entry, Node, Table, Value, dotted};
use crate::target::{ManagerId, Os, Target};

/// Checks the document as typed: the base and every overlay, whether it will apply or not.
pub fn check(document: &Table, report: &mut Report) {
    Checker { os: None, report }.section(&base(document), "");
    if let Some(node) = document.get("on") {
        check_on(node, "on", report);
    }
    let Some(profiles) = document.get("profile") else { return };
    let Some(table) = profiles.table() else {
        return report.fault(
            &profiles.at,
            "profile",
            Fault::new("wrong-type", "is a table of profiles"),
        );
    };
    for (name, entry) in &table.0 {
        check_profile(name, entry, report);
    }
}

fn check_profile(name: &str, entry: &Entry, report: &mut Report) {
    let key = dotted("profile", name);
    let Some(table) = entry.node.table() else {
        let fault = Fault::new("wrong-type", "is a table of keys, found a plain value");
        return report.fault(&entry.node.at, &key, fault.hint(format!("begin it with [{key}]")));
    };
    let mut inner = table.clone();
    let on = inner.0.remove("on");
    check_layer(&inner, &key, report);
    if let Some(on) = on {
        check_on(&on.node, &format!("{key}.on"), report);
    }
}

fn check_on(node: &Node, key: &str, report: &mut Report) {
    let known = layer_names();
    let Some(table) = node.table() else {
        let fault = Fault::new("wrong-type", "is a table of systems, such as [on.windows.process]");
        return report.fault(&node.at, key, fault);
    };
    for (name, entry) in &table.0 {
        let key = dotted(key, name);
        match entry.node.table() {
            _ if !known.contains(&name.as_str()) => {
                let fault = Fault::new("unknown-key", "names neither a system nor a manager");
                let fault = match nearest(name, known.iter().copied()) {
                    Some(near) => fault.hint(format!("did you mean `on.{near}`?")),
                    None => fault.hint(format!("known are {}", known.join(", "))),
                };
                report.fault(&entry.key_at, &key, fault);
            }
            Some(table) => check_layer(table, &key, report),
            None => {
                let fault = Fault::new("wrong-type", "is a table of keys, found a plain value");
                report.fault(&entry.node.at, &key, fault);
            }
        }
    }
}

/// Checks one overlay: the keys of the base, but for those that decide which overlays apply.
fn check_layer(table: &Table, key: &str, report: &mut Report) {
    let mut table = table.clone();
    for fixed in ["scope", "on", "profile"] {
        if let Some(entry) = table.0.remove(fixed) {
            let fault = Fault::new("misplaced", "has no place in an overlay");
            let fault = match fixed {
                "scope" => fault.hint("write `scope` at the top, or pass --user or --system"),
                _ => fault.hint("write [profile.NAME.on.SYSTEM…], in this order and no deeper"),
            };
            report.fault(&entry.key_at, &format!("{key}.{fixed}"), fault);
        }
    }
    Checker { os: None, report }.section(&table, "");
}

fn layer_names() -> Vec<&'static str> {
    let systems = Os::ALL.map(Os::name);
    let managers = ManagerId::ALL.map(ManagerId::name);
    ["unix"].into_iter().chain(systems).chain(managers).collect()
}

/// The document without its overlays.
#[must_use]
pub fn base(document: &Table) -> Table {
    let mut base = document.clone();
    base.0.remove("on");
    base.0.remove("profile");
    base
}

/// What the document says for one target and profile; an unknown profile is reported.
pub fn apply(
    document: &Table,
    target: &Target,
    profile: Option<&str>,
    report: &mut Report,
) -> Table {
    let mut effective = base(document);
    apply_on(&mut effective, document, target);
    if let Some(profile) = profile {
        match document.get("profile").and_then(Node::table).and_then(|all| all.0.get(profile)) {
            Some(Entry { node: Node { value: Value::Table(layer), .. }, .. }) => {
                effective.merge(base(layer));
                apply_on(&mut effective, layer, target);
            }
            Some(_) => {}
            None => report.add_nowhere(unknown_profile(document, profile)),
        }
    }
    effective
}

fn apply_on(effective: &mut Table, layer: &Table, target: &Target) {
    let unix = target.os.is_unix().then_some("unix");
    let names = unix.into_iter().chain([target.os.name(), target.manager.name()]);
    let on = layer.get("on").and_then(Node::table);
    for name in names {
        if let Some(over) = on.and_then(|on| on.0.get(name)).and_then(|entry| entry.node.table()) {
            effective.merge(over.clone());
        }
    }
}

/// The names of the profiles.
#[must_use]
pub fn profiles(document: &Table) -> Vec<String> {
    let table = document.get("profile").and_then(Node::table);
    table.into_iter().flat_map(|table| table.0.keys().cloned()).collect()
}

fn unknown_profile(document: &Table, profile: &str) -> Problem {
    let known = profiles(document);
    let problem = Problem::error("unknown-profile", format!("there is no profile \"{profile}\""));
    match nearest(profile, known.iter().map(String::as_str)) {
        _ if known.is_empty() => problem.hint("the definition has no [profile.…] at all"),
        Some(near) => problem.hint(format!("did you mean \"{near}\"?")),
        None => problem.hint(format!("it has {}", known.join(", "))),
    }
}

/// Lays one `--set KEY=VALUE` over the rest.
pub fn set(effective: &mut Table, argument: &str, report: &mut Report) {
    let whole: Arc<str> = Arc::from(argument);
    match parse_set(argument, &whole) {
        Ok(over) => effective.merge(over),
        Err(fault) => report.fault(&At::Set(whole), "--set", fault),
    }
}

/// A table with the one key that the argument names.
fn parse_set(argument: &str, whole: &Arc<str>) -> Result<Table, Fault> {
    let bad = |message: &str| {
        Fault::new("bad-set", message).hint("as in --set process.environment.PORT=9000")
    };
    let (key, text) = argument.split_once('=').ok_or_else(|| bad("has no '='"))?;
    let mut table = Table::parse_argument(&format!("{key} = 0"), whole)
        .ok_or_else(|| bad("does not begin with a key"))?;
    let path = only_path(&table).ok_or_else(|| bad("does not begin with one key"))?;
    let value = set_value(&path, text, whole);
    if let Some(leaf) = leaf_mut(&mut table) {
        *leaf = value;
    }
    Ok(table)
}

/// The value as TOML where that is one value; else, and wherever the key takes a string, as the text that it is.
fn set_value(path: &[String], text: &str, whole: &Arc<str>) -> Node {
    let parsed = Table::parse_argument(&format!("v = {text}"), whole)
        .filter(|table| table.0.len() == 1)
        .and_then(|mut table| table.0.remove("v"))
        .map(|entry| entry.node);
    match parsed {
        Some(node) if node.text().is_some() || !takes_string(path) => node,
        _ => Node { value: Value::String(text.to_owned()), at: At::Set(Arc::clone(whole)) },
    }
}

fn takes_string(path: &[String]) -> bool {
    let key = path.join(".");
    match find(&key) {
        Some(field) => field.kind.is_string(),
        None => path.split_last().is_some_and(|(_, section)| {
            find(&section.join(".")).is_some_and(|field| matches!(field.kind, Kind::Variables))
        }),
    }
}

/// The one path from the root to the one leaf.
fn only_path(table: &Table) -> Option<Vec<String>> {
    let mut path = Vec::new();
    let mut table = table;
    loop {
        let (name, entry) = table.0.first_key_value().filter(|_| table.0.len() == 1)?;
        path.push(name.clone());
        match entry.node.table() {
            Some(inner) => table = inner,
            None => return Some(path),
        }
    }
}

fn leaf_mut(table: &mut Table) -> Option<&mut Node> {
    let node = &mut table.0.values_mut().next()?.node;
    if matches!(node.value, Value::Table(_)) {
        let Value::Table(inner) = &mut node.value else { return None };
        return leaf_mut(inner);
    }
    Some(node)
}
