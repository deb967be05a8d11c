//! The override store: which labels are disabled. It outlives plists, uninstalls and boots, and no verb deletes a record.

use crate::paths::Paths;
use crate::target::Domain;
use plist::{Dictionary, Value};
use std::collections::BTreeMap;

/// Overrides of the system, and of each user; `gui/N` and `user/N` share theirs.
pub struct Store {
    paths: Paths,
    records: BTreeMap<Option<u32>, Dictionary>,
}

impl Store {
    /// An empty store; records are read from their files when asked for.
    pub fn new(paths: Paths) -> Self {
        Self { paths, records: BTreeMap::new() }
    }

    /// Forgets what is in memory, as a boot does.
    pub fn reload(&mut self) {
        self.records.clear();
    }

    /// The record of `label`: `Some(true)` is disabled.
    pub fn get(&mut self, domain: Domain, label: &str) -> Option<bool> {
        self.of(domain).get(label).and_then(Value::as_boolean)
    }

    /// Writes a record at once.
    pub fn set(&mut self, domain: Domain, label: &str, disabled: bool) -> std::io::Result<()> {
        self.of(domain).insert(label.to_owned(), Value::Boolean(disabled));
        let value = Value::Dictionary(self.of(domain).clone());
        value.to_file_xml(self.paths.store(domain.uid())).map_err(std::io::Error::other)
    }

    /// All records of the domain.
    pub fn all(&mut self, domain: Domain) -> Vec<(String, bool)> {
        let records = self.of(domain).iter();
        records.filter_map(|(label, value)| Some((label.clone(), value.as_boolean()?))).collect()
    }

    fn of(&mut self, domain: Domain) -> &mut Dictionary {
        let path = self.paths.store(domain.uid());
        let read =
            || Value::from_file(path).ok().and_then(Value::into_dictionary).unwrap_or_default();
        self.records.entry(domain.uid()).or_insert_with(read)
    }
}
