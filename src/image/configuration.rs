//! The configuration of an image: what runs in it, as whom, and for which machine.

use serde_json::{Map, Value};

use super::ReadError;

/// The configuration, field by field. A field that is absent, null or empty is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Configuration {
    fields: Map<String, Value>,
}

/// Fields at the top of the document that say something about the image; the rest is its history and its layers.
const OF_IMAGE: [&str; 4] = ["architecture", "os", "variant", "author"];

/// Fields that Docker's old builder copies from the container of its last step: they say nothing of the image.
const OF_LAST_CONTAINER: [&str; 6] = ["Hostname", "Domainname", "Image", "AttachStdin", "AttachStdout", "AttachStderr"];

impl Configuration {
    /// Reads the document that Docker and OCI share. All fields of its `config` are taken, known or not.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, ReadError> {
        let damaged =
            |error: &dyn std::fmt::Display| ReadError::malformed(format!("the configuration is damaged: {error}"));
        let mut document: Map<String, Value> = serde_json::from_slice(bytes).map_err(|error| damaged(&error))?;
        let mut fields = match document.remove("config") {
            Some(Value::Object(config)) => config,
            None | Some(Value::Null) => Map::new(),
            Some(_) => return Err(damaged(&"`config` is no object")),
        };
        fields.extend(OF_IMAGE.iter().filter_map(|name| document.remove_entry(*name)));
        fields.retain(|name, value| !is_empty(value) && !OF_LAST_CONTAINER.contains(&name.as_str()));
        fields.sort_keys();
        Ok(Self { fields })
    }

    /// A field by its name in the specification: `Env`, `Cmd`, `architecture`.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    /// The names of all fields that are there, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// The value of an environment variable.
    pub fn variable(&self, name: &str) -> Option<&str> {
        let set = self.words("Env");
        set.into_iter().rev().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }

    /// A field that is a list of words: `Env`, `Cmd`, `Entrypoint`.
    pub fn words(&self, name: &str) -> Vec<&str> {
        let words = self.field(name).and_then(Value::as_array);
        words.into_iter().flatten().filter_map(Value::as_str).collect()
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_is_not_there() {
        let text = r#"{"os":"linux","created":"x","config":{"Hostname":"5","User":"","Env":["A=1","B=2","A=3"],"Cmd":null,"Labels":{}}}"#;
        let configuration = Configuration::parse(text.as_bytes()).unwrap();
        assert_eq!(configuration.names().collect::<Vec<_>>(), ["Env", "os"]);
        assert_eq!(configuration.variable("A"), Some("3"));
    }
}
