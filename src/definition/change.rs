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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::fixture::{minimal, resolve};

    fn changed(old: &str, new: &str) -> Vec<&'static str> {
        let spec = |rest: &str| resolve(&minimal(rest)).unwrap().spec;
        changed_keys(&spec(old), &spec(new)).iter().map(|field| field.key).collect()
    }

    #[test]
    fn only_the_keys_that_differ_are_named() {
        assert!(changed("", "").is_empty());
        assert_eq!(changed("description = \"a\"", "description = \"b\""), ["description"]);
        assert_eq!(changed("", "process.environment = { A = \"1\" }"), ["process.environment"]);
        assert_eq!(changed("health.tcp = \"h:1\"", "health.tcp = \"h:2\""), ["health.tcp"]);
        assert_eq!(
            changed("reload.signal = \"HUP\"", "reload.command = [\"/x\"]"),
            ["reload.signal", "reload.command"]
        );
        assert_eq!(changed("", "override.systemd.Service.Nice = 1"), ["override"]);
        assert_eq!(changed("", "credentials.a = { prompt = true }"), ["credentials"]);
    }

    #[test]
    fn a_delay_without_maximum_changes_both() {
        assert_eq!(changed("", "restart.delay = \"2s\""), ["restart.delay", "restart.max-delay"]);
    }
}
