//! What Windows tells about a process beyond what is common.

use serde_json::{Map, Value, json};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, GetPriorityClass};

/// Adds the name of the account and the priority class.
pub fn add(dump: &mut Map<String, Value>) {
    // SAFETY: the handle is this process's own, which is always open.
    dump.insert("priority".into(), json!(unsafe { GetPriorityClass(GetCurrentProcess()) }));
    dump.insert("user".into(), json!(std::env::var("USERNAME").ok()));
}

/// Handles have no list that a process could read.
pub fn descriptors() -> Value {
    Value::Null
}
