//! What a shell runs in files that are no documents.

use serde_json::Value;

use crate::context::{BuildTarget, scripts_of_package};

/// The texts that a shell runs: a script, the recipes of a Makefile, the steps of a Jenkinsfile, the scripts of npm. None in
/// files of other kinds.
pub fn of_file(name: &str, text: &str) -> Vec<String> {
    if name.ends_with(".sh") || name.starts_with("entrypoint") || name.starts_with("docker-entrypoint") {
        vec![text.to_owned()]
    } else if matches!(name, "GNUmakefile" | "Makefile" | "makefile") || name.ends_with(".mk") {
        recipes(text)
    } else if name == "Jenkinsfile" {
        steps(text)
    } else if name == "package.json" {
        scripts_of_package(text).into_iter().map(|(_, script)| script).collect()
    } else {
        Vec::new()
    }
}

/// The lines of a Makefile that a shell gets, each for itself.
fn recipes(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n\t", " ").replace("\\\n", " ");
    let recipes = joined.lines().filter_map(|line| line.strip_prefix('\t'));
    recipes.map(|line| for_shell(line.trim_start_matches(['@', '-', '+', ' ']))).collect()
}

/// What a shell gets of a recipe, with its own variables in the place of those of make: `$(NAME)` would be a command to it.
fn for_shell(recipe: &str) -> String {
    let mut result = String::with_capacity(recipe.len());
    let mut rest = recipe;
    while let Some((before, behind)) = rest.split_once('$') {
        result.push_str(before);
        result.push('$');
        let name = behind.strip_prefix('(').and_then(|it| it.split_once(')'));
        let name = name.filter(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
        rest = match name {
            Some((name, behind)) => {
                result.push_str(&format!("{{{name}}}"));
                behind
            }
            // `$$` is one of the shell's own.
            None => match behind.strip_prefix('$') {
                Some(own) => {
                    let end = own.find('$').unwrap_or(own.len());
                    result.push_str(&own[..end]);
                    &own[end..]
                }
                None => behind,
            },
        };
    }
    result.push_str(rest);
    result
}

/// The texts behind `sh` in a Jenkinsfile, and what is handed to Docker there.
fn steps(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("sh") {
        let is_word = !text[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/'));
        let rest = text[at + 2..].trim_start_matches([' ', '(', '\t', '\n']);
        let rest = rest.strip_prefix("script:").unwrap_or(rest).trim_start();
        found.extend(quoted(rest).filter(|_| is_word).map(|(script, _)| script.to_owned()));
    }
    for (at, call) in text.match_indices("docker.build(") {
        let arguments = quoted(&text[at + call.len()..]);
        let more = arguments
            .and_then(|(name, rest)| Some((name, quoted(rest.trim_start().strip_prefix(',')?.trim_start())?.0)));
        let command = match (arguments, more) {
            (_, Some((name, more))) => format!("docker build -t {name} {more}"),
            (Some((name, _)), None) => format!("docker build -t {name} ."),
            (None, None) => continue,
        };
        found.push(command);
    }
    found
}

/// What stands in the quotes at the start, and what stands behind them.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = ["'''", "\"\"\"", "'", "\""].into_iter().find(|quote| text.starts_with(quote))?;
    text[quote.len()..].split_once(quote)
}

/// The Dockerfile whose image a pipeline of Jenkins runs its steps in, and its stage.
pub fn workplace_of_jenkins(name: &str, text: &str) -> Option<BuildTarget> {
    let rest = text.split_once("dockerfile").filter(|_| name == "Jenkinsfile")?.1.trim_start();
    if rest.starts_with("true") {
        return Some(BuildTarget::default());
    }
    let block = rest.strip_prefix('{')?.split('}').next()?;
    let written = |key: &str| block.split_once(key).and_then(|(_, rest)| Some(quoted(rest.trim_start())?.0));
    let arguments = written("additionalBuildArgs").unwrap_or_default();
    let mut arguments = arguments.split([' ', '=']).skip_while(|word| *word != "--target");
    Some(BuildTarget {
        dockerfile: written("filename").map(str::to_owned),
        stage: arguments.nth(1).map(str::to_owned),
        ..BuildTarget::default()
    })
}

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
    fn variables_of_make_are_no_commands_to_the_shell() {
        let recipe = |line: &str| of_file("Makefile", &format!("a:\n\t{line}\n")).concat();
        assert_eq!(recipe("@$(DOCKER) build -t $(IMG):$$TAG ."), "${DOCKER} build -t ${IMG}:$TAG .");
        assert_eq!(
            recipe("docker build -t $$(git describe) $(shell pwd)"),
            "docker build -t $(git describe) $(shell pwd)"
        );
    }

    #[test]
    fn a_container_for_development_names_its_stage() {
        let text = "{\n  // \"a\"\n  \"name\": \"a//b\\\"\", /* c */\n  \"build\": {\"dockerfile\": \"../D\", \
                    \"target\": \"dev\",},\n}\n";
        let target = workplace_of_devcontainer(text).unwrap().unwrap();
        assert_eq!((target.dockerfile.as_deref(), target.stage.as_deref()), (Some("../D"), Some("dev")));
        assert_eq!(workplace_of_devcontainer("{\"image\": \"a\"}").unwrap(), None);
        assert!(workplace_of_devcontainer("{").is_err());
    }

    #[test]
    fn a_pipeline_of_jenkins_names_its_stage() {
        let text = "agent { dockerfile { filename 'D'; additionalBuildArgs '--pull --target ci' } }";
        let target = workplace_of_jenkins("Jenkinsfile", text).unwrap();
        assert_eq!((target.dockerfile.as_deref(), target.stage.as_deref()), (Some("D"), Some("ci")));
    }
}
