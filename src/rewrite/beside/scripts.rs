//! What a shell runs in files that are no documents.

use crate::context::scripts_of_package;

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
        scripts_of_package(text)
    } else {
        Vec::new()
    }
}

/// The lines of a Makefile that a shell gets, each for itself.
fn recipes(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n\t", " ").replace("\\\n", " ");
    let recipes = joined.lines().filter_map(|line| line.strip_prefix('\t'));
    recipes.map(|line| line.trim_start_matches(['@', '-', '+', ' ']).replace("$$", "$")).collect()
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

/// The Dockerfile whose image a pipeline of Jenkins runs its steps in.
pub fn dockerfile_of_jenkins(name: &str, text: &str) -> Option<String> {
    let rest = text.split_once("dockerfile").filter(|_| name == "Jenkinsfile")?.1.trim_start();
    if rest.starts_with("true") {
        return Some("Dockerfile".to_owned());
    }
    let block = rest.strip_prefix('{')?.split('}').next()?;
    let written = block.split_once("filename").and_then(|(_, rest)| Some(quoted(rest.trim_start())?.0));
    Some(written.unwrap_or("Dockerfile").to_owned())
}

/// The Dockerfiles that containers for development are made of, as written. The file is JSON with comments. One that names a
/// stage does not take the last.
pub fn dockerfiles_of_devcontainer(text: &str) -> impl Iterator<Item = String> {
    let named = |line: &str| {
        let (_, rest) = line.split_once("\"dockerFile\"").or_else(|| line.split_once("\"dockerfile\""))?;
        let written = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?.split('"').next()?;
        Some(written.to_owned())
    };
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.filter_map(named).filter(|_| !text.contains("\"target\""))
}
