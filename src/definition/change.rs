//! Which keys differ between two specs.

use serde_json::Value;

use crate::definition::fields::{FIELDS, Field};
use crate::spec::Spec;

/// The keys whose values differ, in the order of the field table.
#[must_use]
pub fn changed_keys(old: &Spec, new: &Spec) -> Vec<&'static Field> {
    let (Ok(old), Ok(new)) = (serde_json::to_value(old), serde_json::to_value(new)) else {
        return FIELDS.iter().collect();
    };
    FIELDS.iter().filter(|field| get(&old, field.key) != get(&new, field.key)).collect()
}

/// The value of a field in a serialised spec; none where there is none.
fn get<'a>(spec: &'a Value, key: &str) -> Option<&'a Value> {
    let path = path_in_spec(key);
    path.split('.').try_fold(spec, |value, part| value.get(part)).filter(|value| !value.is_null())
}

/// Where a field is in a serialised spec, which differs from its key where the spec has one value for several keys.
pub(crate) fn path_in_spec(key: &str) -> String {
    match key {
        "override" => "overrides".to_owned(),
        "health.http" | "health.tcp" | "health.command" => {
            key.replacen("health", "health.check", 1)
        }
        _ => key.to_owned(),
    }
}
