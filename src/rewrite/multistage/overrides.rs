//! Files beside the Dockerfile that run its image otherwise than it says, or build one of its stages by name.

use crate::context::BuildContext;
use crate::ir::clean_path;

use super::Assumption;
use super::single_stage::SingleStage;

/// What such files ask of the smaller image.
pub fn assumptions(single: &SingleStage<'_>) -> Vec<Assumption> {
    let Some(context) = single.context else { return Vec::new() };
    let dockerfile = single.build.file.source.name();
    let name = single.stage.name();
    let assumption = |path: &str, text: &str| {
        let runs = is_compose(path) && compose_overrides(path, text)
            || is_devcontainer(path) && devcontainer_builds(context, path, text, dockerfile);
        let builds = || name.as_ref().is_some_and(|name| is_workflow(path) && builds_stage(text, name));
        if runs {
            Some(Assumption::SaysWhatRuns(path.to_owned()))
        } else {
            builds().then(|| Assumption::BuildsStageByName(path.to_owned()))
        }
    };
    context.texts(|_| true).filter_map(|(path, text)| assumption(path, text)).collect()
}

fn is_compose(path: &str) -> bool {
    let (_, name) = split(path);
    name.trim_start_matches("docker-").starts_with("compose") && (name.ends_with(".yml") || name.ends_with(".yaml"))
}

fn is_devcontainer(path: &str) -> bool {
    matches!(split(path).1, "devcontainer.json" | ".devcontainer.json")
}

fn is_workflow(path: &str) -> bool {
    path.starts_with(".github/workflows/")
}

/// The folder of a file, and its name.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Whether a service that is built from the context gets another command, or the context mounted over its files.
/// Compose takes all paths from the folder of the file.
fn compose_overrides(path: &str, text: &str) -> bool {
    let (folder, _) = split(path);
    let is_context = |written: &str| written.contains('$') || resolved(folder, written) == "/";
    let lines = || text.lines().map(|line| line.trim_start_matches(['-', ' ', '\t']).trim_end());
    let builds = |line: &str| match (value(line, "build"), value(line, "context")) {
        (Some(_), _) if folder.is_empty() => true,
        (Some(""), _) | (None, None) => false,
        (Some(written), _) | (None, Some(written)) => is_context(written),
    };
    let mounts = |line: &str| {
        let source = unquoted(line).split_once(":/").map(|(source, _)| source).or_else(|| value(line, "source"));
        source.is_some_and(|source| source.starts_with('.') && resolved(folder, source) == "/")
    };
    let says = |line: &str| ["command", "entrypoint", "target"].iter().any(|key| value(line, key).is_some());
    lines().any(builds) && lines().any(|line| says(line) || mounts(line))
}

/// Whether a development container is made of the Dockerfile: it runs an editor's server, and compilers of its user.
fn devcontainer_builds(context: &BuildContext, path: &str, text: &str, dockerfile: &str) -> bool {
    let (folder, _) = split(path);
    let named = |line: &str| {
        let (_, rest) = line.split_once("\"dockerFile\"").or_else(|| line.split_once("\"dockerfile\""))?;
        let written = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?.split('"').next()?;
        Some(context.name_of(resolved(folder, written).trim_start_matches('/')))
    };
    // The file is JSON with comments.
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.filter_map(named).any(|named| plain(&named) == plain(dockerfile))
}

/// Whether a workflow of GitHub builds the stage by its name, with `docker/build-push-action` or `docker build`.
fn builds_stage(text: &str, name: &str) -> bool {
    let is_name = |word: &str| unquoted(word).eq_ignore_ascii_case(name);
    text.lines().any(|line| {
        let words: Vec<&str> = line.split([' ', '=', '\t']).filter(|word| !word.is_empty()).collect();
        value(line.trim(), "target").is_some_and(is_name)
            || words.windows(2).any(|pair| pair[0] == "--target" && is_name(pair[1]))
    })
}

/// What stands behind `key:` in a line of YAML, without quotes and comment.
fn value<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    let rest = line.strip_prefix(key)?.strip_prefix(':')?;
    Some(unquoted(rest.split(" #").next().unwrap_or(rest)))
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

/// The path in the context of what is written in a file of a folder, with a `/` before it.
fn resolved(folder: &str, written: &str) -> String {
    clean_path(&format!("/{folder}/{written}"))
}

fn plain(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    const MAIN: (&str, &str) = ("main.go", "package main\n");

    /// What a file beside a Dockerfile asks; its stage is called `app`.
    fn asked(path: &str, text: &str) -> Vec<Assumption> {
        let dockerfile = "FROM golang:1.19 AS app\nWORKDIR /s\nCOPY . .\nRUN go build -o a .\nCMD [\"./a\"]\n";
        split_with(dockerfile, Some(&[MAIN, (path, text)])).1
    }

    #[test]
    fn a_compose_file_counts_where_it_builds_this_folder() {
        let service =
            |context: &str, more: &str| format!("services:\n  a:\n    build:\n      context: {context}\n    {more}\n");
        for (path, context, more) in [
            ("compose.yaml", ".", "command: ./b"),
            ("docker/compose.yml", "..", "command: ./b"),
            ("deploy/a/docker-compose.prod.yml", "../../", "entrypoint: [\"sh\"]"),
            ("docker/compose.yml", "${ROOT:-..}", "command: ./b"),
            ("docker/compose.yml", "..", "volumes:\n      - \"..:/s\""),
        ] {
            let found = asked(path, &service(context, more));
            assert_eq!(found, [Assumption::SaysWhatRuns(path.to_owned())], "{path} {context} {more}");
        }
        let short = "services:\n  a:\n    build: ..\n    command: b\n";
        assert_eq!(asked("docker/compose.yml", short).len(), 1);
        for (context, more) in
            [(".", "command: ./b"), ("../web", "command: ./b"), ("..", "volumes: [\"./data:/data\"]")]
        {
            assert_eq!(asked("docker/compose.yml", &service(context, more)), [], "{context} {more}");
        }
    }

    #[test]
    fn a_development_container_counts_where_it_is_made_of_this_file() {
        let text =
            |dockerfile: &str| format!("{{\n  // editor\n  \"build\": {{ \"dockerfile\": \"{dockerfile}\" }}\n}}\n");
        let path = ".devcontainer/devcontainer.json";
        assert_eq!(asked(path, &text("../Dockerfile")), [Assumption::SaysWhatRuns(path.to_owned())]);
        assert_eq!(asked(".devcontainer.json", &text("Dockerfile")).len(), 1);
        assert_eq!(asked(path, &text("Dockerfile")), []);
        assert_eq!(asked(path, "{\n  // \"dockerFile\": \"../Dockerfile\"\n}\n"), []);
    }

    #[test]
    fn a_workflow_counts_where_it_names_the_stage() {
        let path = ".github/workflows/image.yml";
        let action = |target: &str| format!("- uses: docker/build-push-action@v6\n  with:\n    target: {target}\n");
        let found = [Assumption::BuildsStageByName(path.to_owned())];
        assert_eq!(asked(path, &action("app")), found);
        assert_eq!(asked(path, "- run: docker build --target=app .\n"), found);
        assert_eq!(asked(path, &action("other")), []);
        assert_eq!(asked("ci/image.yml", &action("app")), []);
    }
}
