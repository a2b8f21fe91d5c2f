//! The JSON Schema of `dfx.toml`.

use serde_json::{Map, Value, json};

use super::keys::LABEL_FORMATS;
use super::{KEYS, Key, Kind, RULE_KEYS};

/// The JSON Schema (draft 2020-12) of `dfx.toml`, for editors.
pub fn json_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "dfx.toml",
        "description": "Configuration of dfx, which lints and rewrites Dockerfiles.",
        "type": "object",
        "additionalProperties": false,
        "properties": properties(&KEYS),
    })
}

fn properties(keys: &[Key]) -> Map<String, Value> {
    let property = |key: &Key| {
        let mut schema = json!({ "description": key.about });
        if let (Value::Object(schema), Value::Object(kind)) = (&mut schema, kind(key.kind)) {
            schema.extend(kind);
        }
        (key.name.to_owned(), schema)
    };
    keys.iter().map(property).collect()
}

fn kind(kind: Kind) -> Value {
    let strings = json!({ "type": "array", "items": { "type": "string" }, "uniqueItems": true });
    match kind {
        Kind::OneOf(words) => json!({ "enum": words }),
        Kind::Codes | Kind::Strings => strings,
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::CodesByPattern => json!({ "type": "object", "additionalProperties": strings }),
        Kind::FormatByLabel => {
            json!({ "type": "object", "additionalProperties": { "enum": LABEL_FORMATS.map(|(name, _)| name) } })
        }
        Kind::Rules => json!({
            "type": "object",
            "propertyNames": { "pattern": "^[a-z]+/[a-z0-9-]+$" },
            "additionalProperties": {
                "type": "object",
                "additionalProperties": false,
                "properties": properties(&RULE_KEYS),
            },
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schema_is_this_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/dfx-toml.schema.json");
        let written = format!("{:#}\n", json_schema());
        assert!(
            std::fs::read_to_string(path).is_ok_and(|published| published == written),
            "write the output of `dfx config schema` to {path}"
        );
    }

    #[test]
    fn every_key_is_in_it() {
        let schema = json_schema();
        let properties = schema["properties"].as_object().unwrap();
        assert!(KEYS.iter().all(|key| properties.contains_key(key.name)));
        assert_eq!(properties.len(), KEYS.len());
    }
}
