//! Where each key of the effective definition was written.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::definition::diagnostic::Problem;
use crate::definition::report::locate;
use crate::definition::source::Source;
use crate::definition::tree::{At, Node, Table, Value, dotted};

/// Where each key of the effective definition was written.
#[derive(Clone, Debug)]
pub struct Origins {
    source: Arc<Source>,
    places: BTreeMap<String, At>,
}

impl Origins {
    /// The places of everything in `table`.
    #[must_use]
    pub fn new(source: Arc<Source>, table: &Table) -> Self {
        let mut places = BTreeMap::new();
        collect(table, "", &mut places);
        Self { source, places }
    }

    /// Absolute path of the definition.
    #[must_use]
    pub fn file(&self) -> String {
        let name = Path::new(&self.source.path).file_name().unwrap_or_default();
        Path::new(&self.source.dir).join(name).display().to_string()
    }

    /// Whether `key` itself was written, as opposed to left to its default.
    #[must_use]
    pub fn is_written(&self, key: &str) -> bool {
        self.places.contains_key(key)
    }

    /// Whether any key that begins with `prefix` was written.
    #[must_use]
    pub fn any_written(&self, prefix: &str) -> bool {
        let from = self.places.range(prefix.to_owned()..).next();
        from.is_some_and(|(key, _)| key.starts_with(prefix))
    }

    /// `problem`, placed where `key` was written, or else the table that it would be in; the file alone if that is missing too.
    #[must_use]
    pub fn place(&self, problem: Problem, key: &str) -> Problem {
        let problem = if problem.key.is_none() { problem.key(key) } else { problem };
        match self.nearest(key) {
            Some(at) => locate(problem, at, &self.source),
            None => Problem { file: Some(self.source.path.clone()), ..problem },
        }
    }

    /// The place of `key`, or of the nearest table around it.
    #[must_use]
    pub fn nearest(&self, key: &str) -> Option<&At> {
        let mut key = key;
        loop {
            if let Some(at) = self.places.get(key) {
                return Some(at);
            }
            key = key.get(..key.rfind(['.', '['])?)?;
        }
    }
}

fn collect(table: &Table, prefix: &str, places: &mut BTreeMap<String, At>) {
    for (name, entry) in &table.0 {
        let key = dotted(prefix, name);
        collect_node(&entry.node, &key, places);
        // A table's own place is its first header, or the key; a value's place is the value.
        if matches!(entry.node.value, Value::Table(_)) {
            places.insert(key, entry.key_at.clone());
        }
    }
}

fn collect_node(node: &Node, key: &str, places: &mut BTreeMap<String, At>) {
    places.insert(key.to_owned(), node.at.clone());
    match &node.value {
        Value::Table(table) => collect(table, key, places),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect_node(item, &format!("{key}[{index}]"), places);
            }
        }
        _ => {}
    }
}
