//! What a container for development is made of.

use jsonc_parser::errors::ParseError;

use super::BuildTarget;
use super::json_with_comments::json_with_comments;

/// What the container for development is made of: the Dockerfile as written, and its stage; `None` where it is no Dockerfile.
///
/// # Errors
/// Where the file, JSON with comments, cannot be read.
pub fn workplace_of_devcontainer(text: &str) -> Result<Option<BuildTarget>, ParseError> {
    let file = json_with_comments(text)?;
    let text = |keys: &[&str]| keys.iter().find_map(|key| file.pointer(key)?.as_str()).map(str::to_owned);
    let dockerfile = text(&["/build/dockerfile", "/build/dockerFile", "/dockerFile", "/dockerfile"]);
    let arguments = file.pointer("/build/args").and_then(|value| value.as_object());
    Ok(dockerfile.map(|dockerfile| BuildTarget {
        dockerfile: Some(dockerfile),
        stage: text(&["/build/target"]),
        arguments: arguments.into_iter().flatten().map(|(name, _)| name.clone()).collect(),
        ..BuildTarget::default()
    }))
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
        for text in ["{", "", "// a\n", "{'a': 1}", &"[".repeat(100_000), &"{\"a\":".repeat(100_000)] {
            assert!(workplace_of_devcontainer(text).is_err(), "{}", &text[..text.len().min(20)]);
        }
    }
}
