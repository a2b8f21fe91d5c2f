//! Files beside the Dockerfile that run its image otherwise than it says, or build one of its stages by name.

use crate::context::{BakeTarget, BuildContext, bake_targets, is_bake_file};
use crate::ir::clean_path;

use super::Assumption;
use super::single_stage::SingleStage;

/// What such files ask of the smaller image.
pub fn assumptions(single: &SingleStage<'_>) -> Vec<Assumption> {
    let Some(context) = single.context else { return Vec::new() };
    let asker = Asker { single, context, dockerfile: single.build.file.source.name(), stage: single.stage.name() };
    context.texts(|_| true).flat_map(|(path, text)| asker.asked(path, text)).collect()
}

/// What is built, and by which names.
struct Asker<'s, 'b> {
    single: &'s SingleStage<'b>,
    context: &'s BuildContext,
    dockerfile: &'s str,
    stage: Option<String>,
}

impl Asker<'_, '_> {
    fn asked(&self, path: &str, text: &str) -> Vec<Assumption> {
        let says_what_runs = || Assumption::SaysWhatRuns(path.to_owned());
        let is_stage = |name: &str| self.stage.as_ref().is_some_and(|stage| stage.eq_ignore_ascii_case(name));
        if is_compose(path) {
            let lines = flat(text);
            let service = Compose { folder: split(path).0, lines: &lines };
            let mut asked: Vec<Assumption> = service.overrides().then(says_what_runs).into_iter().collect();
            asked.extend(self.arguments_of_image().filter(|name| service.sets(name)).map(|it| sets(path, it)));
            asked
        } else if is_devcontainer(path) {
            let builds = devcontainer_builds(self.context, path, text, self.dockerfile);
            builds.then(says_what_runs).into_iter().collect()
        } else if is_workflow(path) {
            let builds = self.stage.as_ref().is_some_and(|name| builds_stage(text, name));
            builds.then(|| Assumption::BuildsStageByName(path.to_owned())).into_iter().collect()
        } else if is_bake_file(split(path).1) {
            let targets = bake_targets(split(path).1, text);
            let targets: Vec<BakeTarget> = targets.into_iter().filter(|target| self.is_built(path, target)).collect();
            let names_stage =
                targets.iter().filter_map(|it| it.stage.as_deref()).any(|it| is_unknown(it) || is_stage(it));
            let mut asked = Vec::new();
            asked.extend(names_stage.then(|| Assumption::BuildsStageByName(path.to_owned())));
            let is_set = |name: &&str| targets.iter().flat_map(|target| &target.arguments).any(|it| it == name);
            asked.extend(self.arguments_of_image().filter(is_set).map(|name| sets(path, name)));
            asked
        } else {
            Vec::new()
        }
    }

    /// Whether a target is built from the context with the Dockerfile: bake takes contexts from its own folder, and looks for
    /// a Dockerfile in its context.
    fn is_built(&self, path: &str, target: &BakeTarget) -> bool {
        let (folder, _) = split(path);
        let context = target.context.as_deref().unwrap_or(".");
        let dockerfile = target.dockerfile.as_deref().unwrap_or("Dockerfile");
        let named = self.context.name_of(resolved("", dockerfile).trim_start_matches('/'));
        let is_context = is_unknown(context) || resolved(folder, context) == "/";
        is_context && (is_unknown(dockerfile) || plain(&named) == plain(self.dockerfile))
    }

    /// The build arguments that choose the image of the build.
    fn arguments_of_image(&self) -> impl Iterator<Item = &str> {
        let image = self.single.stage.from.image.text();
        let names = self.single.build.global_args.iter().map(|arg| arg.pair.name.text());
        names.filter(move |name| image.contains(&format!("${name}")) || image.contains(&format!("${{{name}")))
    }
}

fn sets(path: &str, name: &str) -> Assumption {
    Assumption::ChoosesImage { path: path.to_owned(), argument: name.to_owned() }
}

/// Whether only the build knows the value: a variable has a say.
fn is_unknown(written: &str) -> bool {
    written.contains('$')
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

/// A compose file. It takes all paths from its own folder.
struct Compose<'t> {
    folder: &'t str,
    /// Its lines, as [`flat`] has them.
    lines: &'t str,
}

impl Compose<'_> {
    fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.lines().map(|line| line.trim_start_matches(['-', ' ', '\t']).trim_end())
    }

    /// Whether a service is built from the context.
    fn builds(&self) -> bool {
        let is_context = |written: &str| is_unknown(written) || resolved(self.folder, written) == "/";
        self.lines().any(|line| match (value(line, "build"), value(line, "context")) {
            (Some(_), _) if self.folder.is_empty() => true,
            (Some(""), _) | (None, None) => false,
            (Some(written), _) | (None, Some(written)) => is_context(written),
        })
    }

    /// Whether such a service gets another command, or the context mounted over its files.
    fn overrides(&self) -> bool {
        let mounts = |line: &str| {
            let source = unquoted(line).split_once(":/").map(|(source, _)| source).or_else(|| value(line, "source"));
            source.is_some_and(|source| source.starts_with('.') && resolved(self.folder, source) == "/")
        };
        let says = |line: &str| ["command", "entrypoint", "target"].iter().any(|key| value(line, key).is_some());
        self.builds() && self.lines().any(|line| says(line) || mounts(line))
    }

    /// Whether such a service is built with the build argument.
    fn sets(&self, argument: &str) -> bool {
        let assigns = |line: &str| unquoted(line).split('=').next() == Some(argument) && line.contains('=');
        self.builds() && self.lines().any(|line| value(line, argument).is_some() || assigns(line))
    }
}

/// YAML with each item of `[a, b]` and `{a: b}` on a line of its own.
fn flat(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    let mut open: Vec<char> = Vec::new();
    let mut quote = None;
    // The last sign that is no blank: brackets begin a collection where a value may begin.
    let mut before = '\n';
    for c in text.chars() {
        let begins = matches!(before, '\n' | ':' | '-' | '[' | ',') || before == '{' && open.last() == Some(&'{');
        match c {
            _ if quote.is_some() => {
                quote = quote.filter(|quote| *quote != c && c != '\n');
                lines.push(c);
            }
            '"' | '\'' => {
                quote = begins.then_some(c);
                lines.push(c);
            }
            '[' | '{' if begins => {
                open.push(c);
                lines.push('\n');
            }
            // `${A}` is no map, and closes what it opens.
            '{' if before == '$' && !open.is_empty() => {
                open.push('$');
                lines.push(c);
            }
            '}' if open.last() == Some(&'$') => {
                open.pop();
                lines.push(c);
            }
            ']' | '}' if open.pop().is_some() => lines.push('\n'),
            ',' if open.last().is_some_and(|open| *open != '$') => lines.push('\n'),
            _ => lines.push(c),
        }
        if c == '\n' || !c.is_whitespace() {
            before = c;
        }
    }
    lines
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
        for inline in [
            "services: {a: {build: {context: .}, command: [./b, -c]}}\n",
            "services:\n  a: { build: ., entrypoint: ./b }\n",
            "services:\n  a:\n    build: .\n    volumes: [\"./data:/data\", \".:/s\"]\n",
            "services:\n  a:\n    build: .\n    volumes: ['${A:-b,c}:/d', .:/s]\n",
        ] {
            assert_eq!(asked("compose.yaml", inline).len(), 1, "{inline}");
        }
        assert_eq!(asked("compose.yaml", "services: {a: {build: ., environment: [\"A=command: b\"]}}\n"), []);
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
    fn a_bake_file_counts_where_it_builds_the_stage_of_this_file() {
        let named = |path: &str| [Assumption::BuildsStageByName(path.to_owned())];
        let target = |rest: &str| format!("target \"a\" {{\n  {rest}\n}}\n");
        for (path, rest) in [
            ("docker-bake.hcl", "target = \"app\""),
            ("docker-bake.hcl", "target = STAGE"),
            ("ci/docker-bake.hcl", "context = \"..\"\n  target = \"App\""),
            ("docker-bake.override.hcl", "dockerfile = \"./Dockerfile\"\n  target = \"app\""),
        ] {
            assert_eq!(asked(path, &target(rest)), named(path), "{path} {rest}");
        }
        assert_eq!(
            asked("docker-bake.json", "{\"target\": {\"a\": {\"target\": \"app\"}}}"),
            named("docker-bake.json")
        );
        for (path, rest) in [
            ("docker-bake.hcl", "target = \"other\""),
            ("docker-bake.hcl", "dockerfile = \"b.Dockerfile\"\n  target = \"app\""),
            ("docker-bake.hcl", "context = \"./web\"\n  target = \"app\""),
            ("ci/docker-bake.hcl", "target = \"app\""),
            ("docker-bake.hcl", "args = { A = \"target\" }"),
        ] {
            assert_eq!(asked(path, &target(rest)), [], "{path} {rest}");
        }
    }

    #[test]
    fn a_build_argument_counts_where_it_chooses_the_image() {
        let dockerfile = "ARG V=1.19\nARG W=1\nFROM golang:$V\nWORKDIR /s\nCOPY . .\nRUN CGO_ENABLED=0 go build -o a .\n\
                          CMD [\"./a\"]\n";
        let asked = |path: &str, text: &str| split_with(dockerfile, Some(&[MAIN, (path, text)])).1;
        let chosen = |path: &str| Assumption::ChoosesImage { path: path.to_owned(), argument: "V".to_owned() };
        let without = asked("other.yaml", "");
        for (path, text) in [
            ("docker-bake.hcl", "target \"a\" { args = { V = \"1.22\", W = \"2\" } }"),
            ("compose.yaml", "services:\n  a:\n    build:\n      context: .\n      args:\n        - V=1.22\n"),
            ("compose.yaml", "services:\n  a:\n    build: {context: ., args: {V: 1.22, W: 2}}\n"),
        ] {
            let mut expected = without.clone();
            expected.push(chosen(path));
            assert_eq!(asked(path, text), expected, "{path}");
        }
        for (path, text) in [
            ("docker-bake.hcl", "target \"a\" { args = { W = \"2\" } }"),
            ("compose.yaml", "services:\n  a:\n    build: .\n    environment: [VV=1, W=2]\n"),
        ] {
            assert_eq!(asked(path, text), without, "{path}");
        }
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
