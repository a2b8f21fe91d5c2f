//! JSON as editors and compilers read their own settings: with comments, and with commas behind the last of several.

use std::collections::BTreeMap;

use jsonc_parser::errors::ParseError;
use jsonc_parser::{ParseOptions, parse_to_serde_value};
use serde_json::Value;

/// The object that a text holds.
///
/// # Errors
/// Where it holds none.
pub fn json_with_comments(text: &str) -> Result<Value, ParseError> {
    // Of an empty text the library makes `null`, which is no map of the standard library, but one of `serde_json`.
    let file: BTreeMap<String, Value> = parse_to_serde_value(text, &OPTIONS)?;
    Ok(Value::Object(file.into_iter().collect()))
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
