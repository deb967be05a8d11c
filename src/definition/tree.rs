//! A TOML document as a tree in which every key and every value knows where it was written.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where a key or a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// In the definition, in bytes.
    File(Range<usize>),
    /// On the command line: the whole text of a `--set`.
    Set(Arc<str>),
}

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it was written.
    pub at: At,
}

/// A TOML value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text.
    String(String),
    /// A whole number; `None` where it does not fit 64 bits.
    Integer(Option<i64>),
    /// Any other number, as written.
    Float(String),
    /// true or false.
    Boolean(bool),
    /// A date or a time, as written.
    Datetime(String),
    /// A list.
    Array(Vec<Node>),
    /// A table.
    Table(Table),
}

/// A key of a table: where it was written, and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key's place.
    pub key_at: At,
    /// The value.
    pub node: Node,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table(pub BTreeMap<String, Entry>);

impl Value {
    /// What it is, with its article, for "expected …, found …".
    #[must_use]
    pub const fn described(&self) -> &'static str {
        match self {
            Self::String(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a number with a fraction",
            Self::Boolean(true) => "true",
            Self::Boolean(false) => "false",
            Self::Datetime(_) => "a date",
            Self::Array(_) => "a list",
            Self::Table(_) => "a table",
        }
    }

    /// A number, a truth value or a date, as it was written.
    #[must_use]
    pub fn scalar_text(&self) -> Option<String> {
        match self {
            Self::Integer(Some(number)) => Some(number.to_string()),
            Self::Float(text) | Self::Datetime(text) => Some(text.clone()),
            Self::Boolean(truth) => Some(truth.to_string()),
            Self::Integer(None) | Self::String(_) | Self::Array(_) | Self::Table(_) => None,
        }
    }
}

impl Value {
    /// Text that two values share if they are the same value, wherever they were written.
    #[must_use]
    pub fn identity(&self) -> String {
        match self {
            Self::String(text) => format!("{text:?}"),
            Self::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| item.value.identity()).collect();
                format!("[{}]", items.join(","))
            }
            Self::Table(table) => {
                let entry = |(key, entry): (&String, &Entry)| {
                    format!("{key:?}={}", entry.node.value.identity())
                };
                format!("{{{}}}", table.0.iter().map(entry).collect::<Vec<_>>().join(","))
            }
            Self::Integer(None) => "integer".to_owned(),
            plain => plain.scalar_text().unwrap_or_default(),
        }
    }
}

impl Node {
    /// The text of a string.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Value::String(text) = &self.value { Some(text) } else { None }
    }

    /// The items of a list.
    #[must_use]
    pub fn items(&self) -> Option<&[Self]> {
        if let Value::Array(items) = &self.value { Some(items) } else { None }
    }

    /// The entries of a table.
    #[must_use]
    pub const fn table(&self) -> Option<&Table> {
        if let Value::Table(table) = &self.value { Some(table) } else { None }
    }
}

impl Table {
    /// The value at a key with dots.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        match key.split_once('.') {
            Some((first, rest)) => self.0.get(first)?.node.table()?.get(rest),
            None => self.0.get(key).map(|entry| &entry.node),
        }
    }

    /// Lays `over` onto this table: tables merge, everything else replaces.
    pub fn merge(&mut self, over: Self) {
        for (key, entry) in over.0 {
            match (self.0.get_mut(&key), entry) {
                (
                    Some(Entry { node: Node { value: Value::Table(below), .. }, .. }),
                    Entry { node: Node { value: Value::Table(above), .. }, .. },
                ) => below.merge(above),
                (_, entry) => {
                    self.0.insert(key, entry);
                }
            }
        }
    }

    /// Reads TOML: the table as far as it can be read, and what is wrong with it.
    #[must_use]
    pub fn parse(text: &str) -> (Self, Vec<toml::de::Error>) {
        let (table, errors) = DeTable::parse_recoverable(text);
        (convert_table(table.get_ref(), &At::File), errors)
    }

    /// Reads TOML from a command line, where every place is the whole of `argument`.
    #[must_use]
    pub fn parse_argument(text: &str, argument: &Arc<str>) -> Option<Self> {
        let table = DeTable::parse(text).ok()?;
        Some(convert_table(table.get_ref(), &|_| At::Set(Arc::clone(argument))))
    }
}

/// `prefix.name`, with the name in quotes where TOML would need them.
#[must_use]
pub fn dotted(prefix: &str, name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    let quoted = name.is_empty() || !name.chars().all(bare);
    let name = if quoted { format!("{name:?}") } else { name.to_owned() };
    if prefix.is_empty() { name } else { format!("{prefix}.{name}") }
}

fn convert_table(table: &DeTable<'_>, at: &dyn Fn(Range<usize>) -> At) -> Table {
    let entry = |(key, value): (&Spanned<_>, &_)| {
        let entry = Entry { key_at: at(key.span()), node: convert(value, at) };
        (AsRef::<std::borrow::Cow<'_, str>>::as_ref(key).to_string(), entry)
    };
    Table(table.iter().map(entry).collect())
}

fn convert(value: &Spanned<DeValue<'_>>, at: &dyn Fn(Range<usize>) -> At) -> Node {
    let converted = match value.get_ref() {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => {
            Value::Integer(i64::from_str_radix(number.as_str(), number.radix()).ok())
        }
        DeValue::Float(number) => Value::Float(number.as_str().to_owned()),
        DeValue::Boolean(truth) => Value::Boolean(*truth),
        DeValue::Datetime(moment) => Value::Datetime(moment.to_string()),
        DeValue::Array(items) => Value::Array(items.iter().map(|item| convert(item, at)).collect()),
        DeValue::Table(table) => Value::Table(convert_table(table, at)),
    };
    Node { value: converted, at: at(value.span()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_knows_its_place() {
        let text = "[process]\ncommand = [\"/bin/true\", \"x\"]\n";
        let (table, errors) = Table::parse(text);
        assert!(errors.is_empty());
        let argument = &table.get("process.command").and_then(Node::items).unwrap()[1];
        assert_eq!(argument.at, At::File(34..37));
        assert_eq!(&text[34..37], "\"x\"");
    }

    #[test]
    fn tables_merge_and_everything_else_replaces() {
        let (mut base, _) = Table::parse("a = { x = 1, y = [1, 2] }\nb = 1");
        base.merge(Table::parse("a = { y = [3], z = 4 }\nb = { c = 5 }").0);
        assert_eq!(base.get("a.x").map(|node| &node.value), Some(&Value::Integer(Some(1))));
        assert_eq!(base.get("a.y").and_then(Node::items).map(<[Node]>::len), Some(1));
        assert_eq!(base.get("b.c").map(|node| &node.value), Some(&Value::Integer(Some(5))));
    }
}
