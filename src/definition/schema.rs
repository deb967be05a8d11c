//! The JSON Schema (2020-12) of a definition, for editors. It says what the field table says; what depends on the target,
//! and every rule between two keys, is left to `svcctl check`.

use serde_json::{Map, Value, json};

use crate::definition::fields::{FIELDS, Field, SECTIONS};
use crate::definition::kind::{Kind, Word};
use crate::target::{ManagerId, Os};

/// The schema.
#[must_use]
pub fn schema() -> Value {
    let layer = |allowed: &dyn Fn(&str) -> bool| properties(allowed);
    let mut root = layer(&|_| true);
    root.insert("on".to_owned(), on());
    root.insert(
        "profile".to_owned(),
        json!({
            "description": "Overlays that --profile NAME lays over the rest.",
            "type": "object",
            "additionalProperties": {"$ref": "#/$defs/profile"},
        }),
    );
    let overlay = layer(&|key| key != "scope");
    let mut profile = overlay.clone();
    profile.insert("on".to_owned(), on());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "svcctl definition",
        "description": "One TOML file that describes a service.",
        "type": "object",
        "required": ["name"],
        "additionalProperties": false,
        "properties": root,
        "$defs": {"overlay": object(&overlay), "profile": object(&profile)},
    })
}

fn object(properties: &Map<String, Value>) -> Value {
    json!({"type": "object", "additionalProperties": false, "properties": properties})
}

fn on() -> Value {
    let systems = Os::ALL.map(Os::name).into_iter().chain(ManagerId::ALL.map(ManagerId::name));
    let layers: Map<_, _> = ["unix"]
        .into_iter()
        .chain(systems)
        .map(|name| (name.to_owned(), json!({"$ref": "#/$defs/overlay"})))
        .collect();
    json!({
        "description": "Overlays for one system or one manager.",
        "type": "object",
        "additionalProperties": false,
        "properties": layers,
    })
}

/// The properties of a document or an overlay; keys with a dot go into the table of their section.
fn properties(allowed: &dyn Fn(&str) -> bool) -> Map<String, Value> {
    let mut properties = Map::new();
    for field in FIELDS.iter().filter(|field| allowed(field.key)) {
        match field.key.split_once('.') {
            None => {
                properties.insert(field.key.to_owned(), of_field(field));
            }
            Some((section, name)) => {
                let entry = properties.entry(section).or_insert_with(|| of_section(section));
                if let Some(inner) = entry.get_mut("properties").and_then(Value::as_object_mut) {
                    inner.insert(name.to_owned(), of_field(field));
                }
            }
        }
    }
    properties
}

fn of_section(section: &str) -> Value {
    let about = SECTIONS.iter().find(|(name, _)| *name == section).map_or("", |(_, about)| about);
    json!({"description": about, "type": "object", "additionalProperties": false, "properties": {}})
}

fn of_field(field: &Field) -> Value {
    let mut schema = of_kind(&field.kind);
    if let Some(object) = schema.as_object_mut() {
        let default = match field.default {
            "" | "(required)" => String::new(),
            default => format!(" Default: {}.", default.trim_matches(['(', ')'])),
        };
        object.insert("description".to_owned(), format!("{}{default}", field.doc).into());
    }
    schema
}

/// A string that is either a placeholder's or matches the pattern.
fn pattern(pattern: &str) -> Value {
    json!({"type": "string", "pattern": format!("{pattern}|[{{]")})
}

fn of_kind(kind: &Kind) -> Value {
    match kind {
        Kind::Name => pattern("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"),
        Kind::Label => pattern("^[A-Za-z0-9._-]{1,128}$"),
        Kind::Link => pattern("^(https?://|file:/|info:|man:)"),
        Kind::Duration | Kind::Pause => pattern("^[0-9]+ ?[a-zA-Z]+( ?[0-9]+ ?[a-zA-Z]+)*$"),
        Kind::Size => pattern("^[0-9]+ ?([kKMGT]i?)?B$"),
        Kind::Percent => pattern("^[0-9]+ ?%$"),
        Kind::Umask => pattern("^0?[0-7]{3}$"),
        Kind::Address => pattern("^.+:[0-9]{1,5}$"),
        Kind::Http => pattern("^http://"),
        Kind::Line | Kind::Text | Kind::Path | Kind::Account | Kind::Signal | Kind::Dependency => {
            json!({"type": "string"})
        }
        Kind::Capability => pattern("^(CAP_[A-Z_]+|Se[A-Za-z0-9]+Privilege)$"),
        Kind::Argv => json!({"type": "array", "items": {"type": "string"}, "minItems": 1}),
        Kind::Boolean => json!({"type": "boolean"}),
        Kind::True => json!({"const": true}),
        Kind::Integer(min, max) => json!({"type": "integer", "minimum": min, "maximum": max}),
        Kind::Words(words) => of_words(words),
        Kind::List(item) => json!({"type": "array", "items": of_kind(item), "uniqueItems": true}),
        Kind::Variables => json!({
            "type": "object",
            "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
            "additionalProperties": {"type": "string"},
        }),
        Kind::Credentials(item) => json!({
            "type": "object",
            "propertyNames": {"pattern": "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$"},
            "additionalProperties": of_kind(item),
        }),
        Kind::Table(fields) => of_table(fields),
        Kind::OneOf(fields) => {
            let mut table = of_table(fields);
            if let Some(object) = table.as_object_mut() {
                object.insert("minProperties".to_owned(), 1.into());
                object.insert("maxProperties".to_owned(), 1.into());
            }
            table
        }
        Kind::Either(plain, table) => json!({"anyOf": [of_kind(plain), of_kind(table)]}),
        Kind::Raw => raw(),
    }
}

/// Each word with what it means, which editors show beside it.
fn of_words(words: &[Word]) -> Value {
    let word = |(word, about): &Word| json!({"const": word, "description": about});
    json!({"type": "string", "oneOf": words.iter().map(word).collect::<Vec<_>>()})
}

fn of_table(fields: &[Field]) -> Value {
    let properties: Map<_, _> =
        fields.iter().map(|field| (field.key.to_owned(), of_field(field))).collect();
    let required: Vec<_> = fields
        .iter()
        .filter(|field| field.default == "(required)")
        .map(|field| field.key)
        .collect();
    let mut schema = object(&properties);
    if let Some(object) = schema.as_object_mut().filter(|_| !required.is_empty()) {
        object.insert("required".to_owned(), json!(required));
    }
    schema
}

fn raw() -> Value {
    let managers: Map<_, _> = ManagerId::ALL
        .map(|id| (id.name().to_owned(), json!({"type": "object"})))
        .into_iter()
        .collect();
    object(&managers)
}
