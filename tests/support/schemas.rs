//! The committed JSON Schemas, read by a validator that is not ours.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;

macro_rules! outputs {
    ($($id:literal),+) => {
        /// What the verbs print: name and schema.
        pub const OUTPUTS: &[(&str, &str)] =
            &[$(($id, include_str!(concat!("../../docs/schemas/", $id, ".schema.json")))),+];
    };
}

outputs!(
    "svcctl.change.v1",
    "svcctl.check.v1",
    "svcctl.diff.v1",
    "svcctl.error.v1",
    "svcctl.log.v1",
    "svcctl.managers.v1",
    "svcctl.render.v1",
    "svcctl.status.v1"
);

static VALIDATORS: LazyLock<BTreeMap<&str, Validator>> =
    LazyLock::new(|| OUTPUTS.iter().map(|(id, text)| (*id, validator(text))).collect());

/// The validator of a schema, which is one.
pub fn validator(schema: &str) -> Validator {
    let schema: Value = serde_json::from_str(schema).expect("a schema is JSON");
    jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("no schema: {error}"));
    jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("no schema: {error}"))
}

/// What is wrong with a value, and where (as a JSON pointer).
pub fn faults(validator: &Validator, value: &Value) -> Vec<(String, String)> {
    let fault = |error: jsonschema::ValidationError<'_>| {
        (error.instance_path().to_string(), error.to_string())
    };
    validator.iter_errors(value).map(fault).collect()
}

/// An object that `svcctl` printed is what its schema says. An entry of a log is the one that does not name its schema.
#[track_caller]
pub fn assert_output(object: &Value) {
    let id = object.get("schema").map_or(Some("svcctl.log.v1"), Value::as_str);
    let validator = id.and_then(|id| VALIDATORS.get(id));
    let validator = validator.unwrap_or_else(|| panic!("there is no schema for {object}"));
    let faults = faults(validator, object);
    assert!(faults.is_empty(), "not as its schema says: {faults:#?}\n{object:#}");
}
