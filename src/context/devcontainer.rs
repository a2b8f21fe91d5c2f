//! What a container for development is made of.

use std::collections::BTreeMap;

use jsonc_parser::errors::ParseError;
use jsonc_parser::{ParseOptions, parse_to_serde_value};
use serde_json::Value;

use super::BuildTarget;

/// What the container for development is made of: the Dockerfile as written, and its stage; `None` where it is no Dockerfile.
///
/// # Errors
/// Where the file, JSON with comments, cannot be read.
pub fn workplace_of_devcontainer(text: &str) -> Result<Option<BuildTarget>, ParseError> {
    // Of an empty text the library makes `null`, which is no map of the standard library, but one of `serde_json`.
    let file: BTreeMap<String, Value> = parse_to_serde_value(text, &OPTIONS)?;
    let file = Value::Object(file.into_iter().collect());
    let text = |keys: &[&str]| keys.iter().find_map(|key| file.pointer(key)?.as_str()).map(str::to_owned);
    let dockerfile = text(&["/build/dockerfile", "/build/dockerFile", "/dockerFile", "/dockerfile"]);
    let arguments = file.pointer("/build/args").and_then(Value::as_object);
    Ok(dockerfile.map(|dockerfile| BuildTarget {
        dockerfile: Some(dockerfile),
        stage: text(&["/build/target"]),
        arguments: arguments.into_iter().flatten().map(|(name, _)| name.clone()).collect(),
        ..BuildTarget::default()
    }))
}

/// What editors allow in their own files beyond JSON.
const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_for_development_names_its_stage() {
        let text = "{\n  // \"a\"\n  \"name\": \"a//b\\\"\", /* c */\n  \"build\": {\"dockerfile\": \"../D\", \
                    \"target\": \"dev\",},\n}\n";
        let target = workplace_of_devcontainer(text).unwrap().unwrap();
        assert_eq!((target.dockerfile.as_deref(), target.stage.as_deref()), (Some("../D"), Some("dev")));
        assert_eq!(workplace_of_devcontainer("{\"image\": \"a\"}").unwrap(), None);
        for text in ["{", "", "// a\n", "{'a': 1}", &"[".repeat(100_000), &"{\"a\":".repeat(100_000)] {
            assert!(workplace_of_devcontainer(text).is_err(), "{}", &text[..text.len().min(20)]);
        }
    }
}
