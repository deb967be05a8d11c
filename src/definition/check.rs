//! Checks the shape of a document against the field table: keys, types, and the grammar of single values.
//!
//! The whole document is checked as it was typed, overlays for other systems too; there, what needs the target or holds a
//! placeholder is passed over. The effective document is then checked again with the target known.

use std::collections::HashSet;

use crate::definition::advice::{unknown, unknown_key, wrong_type};
use crate::definition::fault::Fault;
use crate::definition::fields::{Field, find, is_section};
use crate::definition::kind::{Kind, one_of};
use crate::definition::report::Report;
use crate::definition::tree::{Entry, Node, Table, Value, dotted};
use crate::definition::{argv, placeholder, raw, text, value};
use crate::target::Os;

/// Linux's limit for one argument with its NUL, execve(2).
const MAX_ARG_STRLEN: usize = 131_072;

/// Checks tables and values, and reports what it finds.
#[derive(Debug)]
pub struct Checker<'a> {
    /// The target's operating system; none while its overlays are not known to apply.
    pub os: Option<Os>,
    /// Where problems go.
    pub report: &'a mut Report,
}

impl Checker<'_> {
    /// Checks the table of a section: "process", or "" for the document itself.
    pub fn section(&mut self, table: &Table, section: &str) {
        for (name, entry) in &table.0 {
            let key = dotted(section, name);
            if self.report.is_full() {
                return;
            }
            if let Some(field) = find(&key) {
                self.value(&field.kind, &key, &entry.node);
            } else if !is_section(&key) {
                self.report.fault(&entry.key_at, &key, unknown_key(name, section));
            } else if let Some(table) = entry.node.table() {
                self.section(table, &key);
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
        if self.report.is_full() {
            return;
        }
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
            (Kind::Raw, Value::Table(table)) => raw::check(self, key, table),
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
            self.argument(&format!("{key}[{index}]"), item);
        }
    }

    fn argument(&mut self, key: &str, item: &Node) {
        self.value(&Kind::Text, key, item);
        let length = item.text().map_or(0, str::len);
        if self.os == Some(Os::Linux) && length >= MAX_ARG_STRLEN {
            let fault = format!(
                "has {length} bytes, and Linux takes {} at most in one argument",
                MAX_ARG_STRLEN - 1
            );
            self.report.fault(&item.at, key, Fault::value(fault).hint("hand it over in a file"));
        }
    }

    fn list(&mut self, kind: &Kind, key: &str, items: &[Node]) {
        let mut seen = HashSet::new();
        for (index, item) in items.iter().enumerate() {
            let key = format!("{key}[{index}]");
            self.value(kind, &key, item);
            if !seen.insert(item.value.identity()) {
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
            if let Err(fault) = value::variable(name) {
                self.report.fault(key_at, key, fault);
            }
            self.value(&Kind::Text, &dotted(key, name), node);
        }
    }

    fn credentials(&mut self, kind: &Kind, key: &str, table: &Table) {
        for (name, Entry { key_at, node }) in &table.0 {
            if let Err(fault) = value::credential(name) {
                self.report.fault(key_at, key, fault);
            }
            self.value(kind, &dotted(key, name), node);
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
            let expected = one_of(fields.iter().map(|field| format!("`{}`", field.key)));
            let fault = Fault::new("conflict", format!("expects exactly one of {expected}"));
            self.report.fault(&node.at, key, fault);
        }
    }

    fn inner(&mut self, fields: &[Field], key: &str, table: &Table) {
        for (name, entry) in &table.0 {
            let inner = dotted(key, name);
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
            (Value::String(string), _, Kind::OneOf(fields))
                if fields.iter().any(|field| field.key == string) =>
            {
                let last = key.rsplit('.').next().unwrap_or(key);
                let fault = Fault::value(format!("expects a table for {string:?}"));
                let hint = format!("write {last} = {{ {string} = … }}");
                self.report.fault(&node.at, key, fault.hint(hint));
            }
            (Value::String(_), plain, _) if plain.is_string() => self.value(plain, key, node),
            (Value::String(_), _, table) if table.is_string() => self.value(table, key, node),
            _ => self.report.fault(&node.at, key, wrong_type(both, key, node)),
        }
    }
}
