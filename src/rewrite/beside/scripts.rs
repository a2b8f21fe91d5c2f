//! What a shell runs in files that are no documents.

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
    fn a_pipeline_of_jenkins_names_its_stage() {
        let text = "agent { dockerfile { filename 'D'; additionalBuildArgs '--pull --target ci' } }";
        let target = workplace_of_jenkins("Jenkinsfile", text).unwrap();
        assert_eq!((target.dockerfile.as_deref(), target.stage.as_deref()), (Some("D"), Some("ci")));
    }
}
