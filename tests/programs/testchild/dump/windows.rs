//! What Windows tells about a process beyond what is common.

use serde_json::{Map, Value, json};

/// Adds the name of the account.
pub fn add(dump: &mut Map<String, Value>) {
    dump.insert("user".into(), json!(std::env::var("USERNAME").ok()));
}

/// Handles have no list that a process could read.
pub fn descriptors() -> Value {
    Value::Null
}
