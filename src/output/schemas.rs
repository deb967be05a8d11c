//! Holds `docs/schemas` to the types that are printed: one JSON Schema for each object of a verb.

use std::fs;
use std::path::Path;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::error::Envelope;
use super::json::{CheckReport, LogObject, ManagersReport, RenderReport, StatusReport};
use crate::operations::{ChangeReport, DiffReport};

/// The schema of one type, with the word that its `schema` property always holds.
fn schema<T: JsonSchema>(id: &str) -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema: Schema = SchemaGenerator::new(settings).into_root_schema_for::<T>();
    schema.insert("title".to_owned(), json!(id));
    let mut schema = schema.to_value();
    if let Some(property) = schema.pointer_mut("/properties/schema") {
        *property = json!({ "const": id });
    }
    schema
}

fn all() -> [(&'static str, Value); 8] {
    [
        ("svcctl.status.v1", schema::<StatusReport<'static>>("svcctl.status.v1")),
        ("svcctl.change.v1", schema::<ChangeReport>("svcctl.change.v1")),
        ("svcctl.check.v1", schema::<CheckReport>("svcctl.check.v1")),
        ("svcctl.render.v1", schema::<RenderReport>("svcctl.render.v1")),
        ("svcctl.diff.v1", schema::<DiffReport>("svcctl.diff.v1")),
        ("svcctl.managers.v1", schema::<ManagersReport>("svcctl.managers.v1")),
        ("svcctl.error.v1", schema::<Envelope<'static>>("svcctl.error.v1")),
        ("svcctl.log.v1", schema::<LogObject<'static>>("svcctl.log.v1")),
    ]
}

/// `UPDATE=1 cargo test` writes them anew. A change that is no addition needs a new version.
#[test]
fn the_committed_schemas_are_those_of_the_types() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas");
    for (id, schema) in all() {
        let file = folder.join(format!("{id}.schema.json"));
        let text = format!("{schema:#}\n");
        if std::env::var_os("UPDATE").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&file, &text).unwrap();
        }
        let committed = fs::read_to_string(&file).unwrap_or_default();
        assert!(committed == text, "{} is out of date: UPDATE=1 cargo test", file.display());
    }
}
