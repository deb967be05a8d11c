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

#[cfg(test)]
mod tests {
    use crate::definition::fixture::{minimal, resolve_for, systemd, target};
    use crate::target::{ManagerId, Os};

    const LAYERS: &str = "\
description = \"base\"
process.environment = { A = \"base\", B = \"base\", C = \"base\", D = \"base\", E = \"base\", F = \"base\" }
[on.unix]
process.environment = { B = \"unix\", C = \"unix\", D = \"unix\", E = \"unix\", F = \"unix\" }
[on.linux]
process.environment = { C = \"linux\", D = \"linux\", E = \"linux\", F = \"linux\" }
[on.systemd]
process.environment = { D = \"systemd\", E = \"systemd\", F = \"systemd\" }
[on.macos]
process.environment = { A = \"macos\" }
[profile.prod]
process.environment = { E = \"prod\", F = \"prod\" }
[profile.prod.on.linux]
process.environment = { F = \"prod on linux\" }
[profile.other]
name = \"web-other\"
";

    #[test]
    fn layers_lie_on_each_other_in_the_documented_order() {
        let resolved =
            resolve_for(&minimal(LAYERS), &systemd(), Some("prod"), &["process.environment.A=set"]);
        let environment = resolved.unwrap().spec.process.environment;
        let values: Vec<_> = environment.values().map(String::as_str).collect();
        assert_eq!(values, ["set", "unix", "linux", "systemd", "prod", "prod on linux"]);
    }

    #[test]
    fn layers_of_other_systems_do_not_apply() {
        let macos = target(ManagerId::Launchd, Os::Macos);
        let environment =
            resolve_for(&minimal(LAYERS), &macos, None, &[]).unwrap().spec.process.environment;
        assert_eq!((environment["A"].as_str(), environment["D"].as_str()), ("macos", "unix"));
    }

    #[test]
    fn a_profile_may_have_a_name_of_its_own() {
        let spec = resolve_for(&minimal(LAYERS), &systemd(), Some("other"), &[]).unwrap().spec;
        assert_eq!(spec.name.as_str(), "web-other");
    }

    fn only(text: &str, profile: Option<&str>, sets: &[&str]) -> (&'static str, String) {
        let found = resolve_for(&minimal(text), &systemd(), profile, sets).unwrap_err().problems;
        assert_eq!(found.len(), 1, "{text}: {found:#?}");
        (found[0].code, found[0].hint.clone().unwrap_or_default())
    }

    #[test]
    fn an_unknown_profile_lists_what_there_is() {
        assert_eq!(only(LAYERS, Some("production"), &[]).1, "did you mean \"prod\"?");
        assert_eq!(only(LAYERS, Some("x"), &[]).1, "it has other, prod");
        assert_eq!(only("", Some("x"), &[]).0, "unknown-profile");
    }

    #[test]
    fn layers_that_do_not_apply_are_checked_too() {
        assert_eq!(
            only("[on.windows.process]\ncomand = ['x']", None, &[]).1,
            "did you mean `command`?"
        );
        assert_eq!(only("[profile.x.on.macos.stop]\ntimeout = 5", None, &[]).0, "wrong-type");
        assert_eq!(only("[on.windos.process]", None, &[]).1, "did you mean `on.windows`?");
        assert_eq!(only("[profile.x]\nscope = \"user\"", None, &[]).0, "misplaced");
        assert_eq!(only("[profile.x.profile.y]", None, &[]).0, "misplaced");
        assert_eq!(only("[on.windows.process]\nuser = \"{nam}\"", None, &[]).0, "placeholder");
    }

    #[test]
    fn a_set_without_key_or_value_is_refused() {
        for bad in ["", "x", "=1", "a b=1", "a.=1", "a\nb=1"] {
            assert_eq!(only("", None, &[bad]).0, "bad-set", "{bad:?}");
        }
        assert_eq!(only("", None, &["stop.timout=1s"]).0, "unknown-key");
        assert_eq!(only("", None, &["start.autostart=maybe"]).0, "wrong-type");
    }

    #[test]
    fn a_set_reaches_into_tables_with_quoted_keys() {
        let sets = ["credentials.\"db.main\".file=/x", "description=[1]", "process.umask=077"];
        let spec = resolve_for(&minimal(""), &systemd(), None, &sets).unwrap().spec;
        assert!(spec.credentials.contains_key("db.main"));
        assert_eq!(spec.description.as_deref(), Some("[1]"));
        assert_eq!(spec.process.umask, Some(0o77));
    }
}
