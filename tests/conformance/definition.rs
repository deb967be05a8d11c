//! Writing definitions: keys and values in the order in which they were set.

use std::path::Path;

use serde_json::{Map, Value};

/// A definition as it will be typed.
#[derive(Clone, Debug)]
pub struct Definition {
    keys: Map<String, Value>,
}

impl Definition {
    /// A service of that name that runs `command`.
    pub fn new(name: &str, command: Vec<String>) -> Self {
        let mut definition = Self { keys: Map::new() };
        definition.set("name", name);
        definition.set("process.command", command);
        definition
    }

    /// Sets a key such as `restart.policy`.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.keys.insert(key.to_owned(), value.into());
    }

    /// Whether `key`, a table above it or a key within it was set.
    pub fn has(&self, key: &str) -> bool {
        let within = |long: &str, short: &str| {
            long == short || long.strip_prefix(short).is_some_and(|rest| rest.starts_with('.'))
        };
        self.keys.keys().any(|known| within(known, key) || within(key, known))
    }

    /// The file's text.
    pub fn text(&self) -> String {
        self.keys.iter().map(|(key, value)| format!("{key} = {}\n", toml(value))).collect()
    }

    /// Writes the file.
    pub fn write(&self, file: &Path) {
        std::fs::write(file, self.text()).expect("a definition can be written");
    }
}

/// TOML for a value. JSON's strings are TOML's, but for DEL.
fn toml(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", "))
        }
        Value::Object(table) => {
            let pairs: Vec<String> = table
                .iter()
                .map(|(key, value)| format!("{} = {}", toml(&key.as_str().into()), toml(value)))
                .collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        other => other.to_string().replace('\u{7f}', "\\u007F"),
    }
}
