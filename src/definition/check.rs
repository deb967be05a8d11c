//! Checks the shape of a document against the field table: keys, types, and the grammar of single values.
//!
//! The whole document is checked as it was typed, overlays for other systems too; there, what needs the target or holds a
//! placeholder is passed over. The effective document is then checked again with the target known.

use crate::definition::argv;
use crate::definition::fault::{Fault, nearest};
use crate::definition::fields::{FIELDS, Field, find, is_section};
use crate::definition::kind::{Kind, Word};
use crate::definition::report::Report;
use crate::definition::tree::{Entry, Node, Table, Value};
use crate::definition::{placeholder, text};
use crate::target::Os;

/// Checks tables and values, and reports what it finds.
#[derive(Debug)]
pub struct Checker<'a> {
    /// The target's operating system; none while its overlays are not known to apply.
    pub os: Option<Os>,
    /// Where problems go.
    pub report: &'a mut Report,
}

impl Checker<'_> {
    /// Checks a table whose keys all begin with `prefix` ("" or "process.").
    pub fn section(&mut self, table: &Table, prefix: &str) {
        for (name, entry) in &table.0 {
            let key = format!("{prefix}{name}");
            if let Some(field) = find(&key) {
                self.value(&field.kind, &key, &entry.node);
            } else if !is_section(&key) {
                self.report.fault(&entry.key_at, &key, unknown_key(name, prefix));
            } else if let Some(table) = entry.node.table() {
                self.section(table, &format!("{key}."));
            } else {
                let found = entry.node.value.described();
                let fault = Fault::new("wrong-type", format!("is a table of keys, found {found}"));
                self.report.fault(
                    &entry.node.at,
                    &key,
                    fault.hint(format!("begin it with [{key}]")),
                );
            }
        }
    }

    /// Checks one value.
    pub fn value(&mut self, kind: &Kind, key: &str, node: &Node) {
        match (kind, &node.value) {
            (Kind::Argv, Value::Array(items)) => self.argv(key, node, items),
            (Kind::Argv, Value::String(line)) => {
                self.report.fault(&node.at, key, argv::shell_line(key, line));
            }
            (Kind::Boolean, Value::Boolean(_)) | (Kind::True, Value::Boolean(true)) => {}
            (Kind::Integer(min, max), Value::Integer(number)) => {
                if !number.is_some_and(|number| (*min..=*max).contains(&number)) {
                    let message = format!("expects {}", kind.expected());
                    self.report.fault(&node.at, key, Fault::value(message));
                }
            }
            (Kind::List(item), Value::Array(items)) => self.list(item, key, items),
            (Kind::Variables, Value::Table(table)) => self.variables(key, table),
            (Kind::Credentials(item), Value::Table(table)) => self.credentials(item, key, table),
            (Kind::Table(fields), Value::Table(table)) => self.table(fields, key, node, table),
            (Kind::OneOf(fields), Value::Table(table)) => self.one_of(fields, key, node, table),
            (Kind::Either(plain, table), _) => self.either(kind, plain, table, key, node),
            (Kind::Raw, Value::Table(table)) => crate::definition::raw::check(self, key, table),
            (plain, Value::String(string)) if plain.is_string() => {
                self.string(plain, key, node, string);
            }
            _ => self.report.fault(&node.at, key, wrong_type(kind, key, node)),
        }
    }

    fn string(&mut self, kind: &Kind, key: &str, node: &Node, string: &str) {
        if self.os.is_none() && !placeholder::is_plain(string) {
            if let Err(fault) = placeholder::expand(string, &|word| {
                placeholder::known(word).map(|()| String::new())
            }) {
                self.report.fault(&node.at, key, fault);
            }
            return;
        }
        if let Err(fault) = text::check(kind, string, key, self.os) {
            self.report.fault(&node.at, key, fault);
        }
    }

    fn argv(&mut self, key: &str, node: &Node, items: &[Node]) {
        let Some(program) = items.first() else {
            let fault =
                Fault::value("is empty").hint("its first item is the program, by absolute path");
            return self.report.fault(&node.at, key, fault);
        };
        self.value(&Kind::Path, key, program);
        for (index, item) in items.iter().enumerate().skip(1) {
            self.value(&Kind::Text, &format!("{key}[{index}]"), item);
        }
    }

    fn list(&mut self, kind: &Kind, key: &str, items: &[Node]) {
        for (index, item) in items.iter().enumerate() {
            let key = format!("{key}[{index}]");
            self.value(kind, &key, item);
            if items.iter().take(index).any(|other| other.value.same(&item.value)) {
                self.report.fault(
                    &item.at,
                    &key,
                    Fault::new("duplicate", "is in the list already"),
                );
            }
        }
    }

    fn variables(&mut self, key: &str, table: &Table) {
        for (name, Entry { key_at, node }) in &table.0 {
            if let Err(fault) = crate::definition::value::variable(name) {
                self.report.fault(key_at, key, fault);
            }
            self.value(&Kind::Text, &format!("{key}.{name}"), node);
        }
    }

    fn credentials(&mut self, kind: &Kind, key: &str, table: &Table) {
        for (name, Entry { key_at, node }) in &table.0 {
            if let Err(fault) = crate::definition::value::credential(name) {
                self.report.fault(key_at, key, fault);
            }
            self.value(kind, &format!("{key}.{name}"), node);
        }
    }

    fn table(&mut self, fields: &[Field], key: &str, node: &Node, table: &Table) {
        self.inner(fields, key, table);
        let required = fields.iter().filter(|field| field.default == "(required)");
        for field in required.filter(|field| !table.0.contains_key(field.key)) {
            let inner = format!("{key}.{}", field.key);
            let fault = Fault::new("missing", "is missing");
            self.report.fault(
                &node.at,
                &inner,
                fault.hint(format!("expected {}", field.kind.expected())),
            );
        }
    }

    fn one_of(&mut self, fields: &[Field], key: &str, node: &Node, table: &Table) {
        self.inner(fields, key, table);
        let names = fields.iter().filter(|field| table.0.contains_key(field.key)).count();
        if names != 1 {
            let expected = crate::definition::kind::one_of(
                fields.iter().map(|field| format!("`{}`", field.key)),
            );
            let fault = Fault::new("conflict", format!("expects exactly one of {expected}"));
            self.report.fault(&node.at, key, fault);
        }
    }

    fn inner(&mut self, fields: &[Field], key: &str, table: &Table) {
        for (name, entry) in &table.0 {
            let inner = format!("{key}.{name}");
            match fields.iter().find(|field| field.key == name) {
                Some(field) => self.value(&field.kind, &inner, &entry.node),
                None => {
                    let names: Vec<_> = fields.iter().map(|field| field.key).collect();
                    self.report.fault(&entry.key_at, &inner, unknown(name, &names));
                }
            }
        }
    }

    fn either(&mut self, both: &Kind, plain: &Kind, table: &Kind, key: &str, node: &Node) {
        match (&node.value, plain, table) {
            (Value::Table(_), ..) if matches!(table, Kind::Table(_) | Kind::OneOf(_)) => {
                self.value(table, key, node);
            }
            (Value::Integer(_), Kind::Integer(..), _) => self.value(plain, key, node),
            (Value::String(_), plain, _) if plain.is_string() => self.value(plain, key, node),
            (Value::String(_), _, table) if table.is_string() => self.value(table, key, node),
            _ => self.report.fault(&node.at, key, wrong_type(both, key, node)),
        }
    }
}

impl Value {
    /// Whether it is the same value, wherever it was written.
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Array(one), Self::Array(two)) => {
                one.len() == two.len() && one.iter().zip(two).all(|(a, b)| a.value.same(&b.value))
            }
            (Self::Table(one), Self::Table(two)) => {
                one.0.len() == two.0.len()
                    && one.0.iter().all(|(key, entry)| {
                        two.0.get(key).is_some_and(|same| entry.node.value.same(&same.node.value))
                    })
            }
            (one, two) => one == two,
        }
    }
}

/// What is wrong with a value of another type.
fn wrong_type(kind: &Kind, key: &str, node: &Node) -> Fault {
    let found = node.value.described();
    let fault = Fault::new("wrong-type", format!("expects {}, found {found}", kind.expected()));
    let last = key.rsplit('.').next().unwrap_or(key);
    match (kind, &node.value, node.value.scalar_text()) {
        (Kind::Duration | Kind::Pause, Value::Integer(_), Some(number)) => {
            fault.hint(format!("write the unit: {last} = \"{number}s\""))
        }
        (Kind::Size, Value::Integer(_), Some(number)) => {
            fault.hint(format!("write the unit: {last} = \"{number}B\", or KiB, MiB, GiB"))
        }
        (Kind::Percent, Value::Integer(_), Some(number)) => {
            fault.hint(format!("write {last} = \"{number}%\""))
        }
        (Kind::Umask, Value::Integer(_), Some(number)) => {
            fault.hint(format!("write it in quotes: {last} = \"{number:0>3}\""))
        }
        (plain, _, Some(scalar)) if plain.is_string() => {
            fault.hint(format!("write it in quotes: \"{scalar}\""))
        }
        (Kind::Boolean | Kind::Integer(..), Value::String(text), _) => {
            fault.hint(format!("write it without quotes: {last} = {text}"))
        }
        (Kind::List(_), Value::String(text), _) => fault.hint(format!("write {last} = [{text:?}]")),
        _ => fault,
    }
}

/// What is wrong with a key that no table has.
fn unknown(name: &str, known: &[&str]) -> Fault {
    let fault = Fault::new("unknown-key", "is no key of a definition");
    match nearest(name, known.iter().copied()) {
        Some(near) => fault.hint(format!("did you mean `{near}`?")),
        None => fault.hint(format!(
            "known here: {}",
            known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
        )),
    }
}

/// The same, for a key of a section; a key that lives elsewhere is named with its section.
fn unknown_key(name: &str, prefix: &str) -> Fault {
    let siblings = siblings(prefix);
    if nearest(name, siblings.iter().copied()).is_some() {
        return unknown(name, &siblings);
    }
    let last = |field: &&'static Field| field.key.rsplit('.').next() == Some(name);
    match FIELDS.iter().find(last) {
        Some(field) => unknown(name, &[]).hint(format!("did you mean `{}`?", field.key)),
        None => unknown(name, &siblings),
    }
}

/// The keys that may stand next to each other after `prefix`.
fn siblings(prefix: &str) -> Vec<&'static str> {
    let mut names: Vec<_> = FIELDS
        .iter()
        .filter_map(|field| field.key.strip_prefix(prefix)?.split('.').next())
        .collect();
    if prefix.is_empty() {
        names.extend(["on", "profile"]);
    }
    names.dedup();
    names
}

/// What is wrong with a word that is none of `words`.
pub fn unknown_word(kind: &Kind, words: &[Word], typed: &str) -> Fault {
    let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
    Fault::value(format!("expects {}, found {typed:?}", kind.expected())).meant(typed, &known, "")
}
