//! What a container for development is made of.

use serde_json::Value;

use super::BuildTarget;

/// What the container for development is made of: the Dockerfile as written, and its stage; `None` where it is no Dockerfile.
///
/// # Errors
/// Where the file, JSON with comments, cannot be read.
pub fn workplace_of_devcontainer(text: &str) -> Result<Option<BuildTarget>, serde_json::Error> {
    let file: Value = serde_json::from_str(&plain_json(text))?;
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

/// JSON without the comments and the commas before a closing bracket, which editors allow in their own files.
fn plain_json(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' => {
                let length = length_of_string(rest);
                result.push_str(&rest[..length]);
                length
            }
            '}' | ']' => {
                let before = result.trim_end().len();
                if result[..before].ends_with(',') {
                    result.truncate(before - 1);
                }
                result.push(first);
                1
            }
            _ => {
                result.push(first);
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    result
}

/// The length of the string with whose quote a text begins.
fn length_of_string(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if c == '"' && !is_escaped {
            return at + 1;
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    text.len()
}

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
        assert!(workplace_of_devcontainer("{").is_err());
    }
}
