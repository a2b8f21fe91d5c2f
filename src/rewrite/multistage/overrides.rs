//! Files beside the Dockerfile that run its image otherwise than it says, or build one of its stages by name.

use crate::context::{BuildContext, BuildTarget, Container, ContainerFile, bake_targets, is_bake_file};
use crate::ir::{ImageReference, clean_path};
use crate::knowledge::images::lookup;

use super::Assumption;
use super::program::is_in_every_image;
use super::single_stage::SingleStage;
use super::start;

/// What such files ask of the smaller image.
pub fn assumptions(single: &SingleStage<'_>) -> Vec<Assumption> {
    let Some(context) = single.context else { return Vec::new() };
    let mut asker = Asker {
        single,
        context,
        dockerfile: single.build.file.source.name(),
        stage: single.stage.name(),
        names: Vec::new(),
        images: Vec::new(),
    };
    asker.learn_names();
    context.texts(|_| true).flat_map(|(path, text)| asker.asked(path, text)).collect()
}

/// What is built, and by which names.
struct Asker<'s, 'b> {
    single: &'s SingleStage<'b>,
    context: &'s BuildContext,
    dockerfile: &'s str,
    stage: Option<String>,
    /// The services of Compose that build the image: another file may say more of them, and another service extend them.
    names: Vec<String>,
    /// What Compose calls the image, without folders and tag.
    images: Vec<String>,
}

impl Asker<'_, '_> {
    fn learn_names(&mut self) {
        for (path, text) in self.context.texts(|path| ContainerFile::of(path) == Some(ContainerFile::Compose)) {
            for container in ContainerFile::Compose.containers(path, text).unwrap_or_default() {
                if container.build.as_ref().is_some_and(|target| self.is_built(path, target)) {
                    self.names.extend(container.names.into_iter().next());
                    self.images.extend(container.image.as_deref().and_then(short_name));
                }
            }
        }
    }

    fn asked(&self, path: &str, text: &str) -> Vec<Assumption> {
        if let Some(file) = ContainerFile::of(path) {
            self.asked_of_containers(file, path, text)
        } else if is_devcontainer(path) {
            let builds = devcontainer_builds(self.context, path, text, self.dockerfile);
            builds.then(|| says_what_runs(path)).into_iter().collect()
        } else if is_workflow(path) {
            let builds = self.stage.as_ref().is_some_and(|name| builds_stage(text, name));
            builds.then(|| Assumption::BuildsStageByName(path.to_owned())).into_iter().collect()
        } else if is_bake_file(split(path).1) {
            let targets = bake_targets(split(path).1, text);
            let targets: Vec<BuildTarget> = targets.into_iter().filter(|target| self.is_built(path, target)).collect();
            let names_stage = targets.iter().any(|target| self.names_stage(target));
            let mut asked = Vec::new();
            asked.extend(names_stage.then(|| Assumption::BuildsStageByName(path.to_owned())));
            asked.extend(self.chosen_by(path, targets.iter()));
            asked
        } else {
            Vec::new()
        }
    }

    fn asked_of_containers(&self, file: ContainerFile, path: &str, text: &str) -> Vec<Assumption> {
        let Some(all) = file.containers(path, text) else {
            return may_say_what_runs(text).then(|| says_what_runs(path)).into_iter().collect();
        };
        let of_image: Vec<&Container> = all.iter().filter(|it| self.is_of_image(file, path, it)).collect();
        let targets = || of_image.iter().filter_map(|container| container.build.as_ref());
        let runs_otherwise = of_image.iter().any(|container| self.runs_otherwise(path, container));
        let names_stage = targets().any(|target| self.names_stage(target));
        let mut asked = Vec::new();
        asked.extend(runs_otherwise.then(|| says_what_runs(path)));
        asked.extend(names_stage.then(|| Assumption::BuildsStageByName(path.to_owned())));
        asked.extend(self.chosen_by(path, targets()));
        asked
    }

    /// Whether it is a container of the image, as far as files tell.
    fn is_of_image(&self, file: ContainerFile, path: &str, container: &Container) -> bool {
        if let Some(target) = &container.build {
            return self.is_built(path, target);
        }
        let is_named = |name: &String| self.names.contains(name);
        let image = container.image.as_deref().filter(|image| !is_unknown(image) && !image.contains("{{"));
        let has_name = |image: &str| short_name(image).is_some_and(|name| self.images.contains(&name));
        match file {
            ContainerFile::Platform => split(path).0.is_empty(),
            ContainerFile::Compose => container.names.iter().any(is_named) || image.is_some_and(has_name),
            // The name that the image is pushed by is nowhere written for sure: all but images of others may be it.
            ContainerFile::Kubernetes => image.is_none_or(|image| has_name(image) || !is_official(image)),
        }
    }

    fn runs_otherwise(&self, path: &str, container: &Container) -> bool {
        // Another folder that is mounted over the files needs what the build has.
        let is_context = |source: &String| source.starts_with('.') && resolved(split(path).0, source) == "/";
        container.mounts.iter().any(is_context)
            || container.commands.iter().any(|words| self.is_another_program(words))
            || container.checks.iter().any(|words| self.is_another_program(words) && needs_a_tool(words))
    }

    /// Whether the words start something else than the image does: options are for its own program.
    fn is_another_program(&self, words: &[String]) -> bool {
        let Some(first) = words.first().filter(|word| !word.starts_with('-')) else { return false };
        !start::commands(self.single).any(|command| {
            let own: Vec<&str> = command.words.iter().map(|word| word.value.unwrap_or(word.written)).collect();
            own == *words || first.contains('/') && own.first() == Some(&first.as_str())
        })
    }

    /// Whether the target is the stage of this file by its name, or by one that only the build knows.
    fn names_stage(&self, target: &BuildTarget) -> bool {
        let is_stage = |name: &str| self.stage.as_ref().is_some_and(|stage| stage.eq_ignore_ascii_case(name));
        target.stage.as_deref().is_some_and(|name| is_unknown(name) || is_stage(name))
    }

    /// The build arguments that choose the image of the build, of those that the targets set.
    fn chosen_by<'t>(&self, path: &str, targets: impl Iterator<Item = &'t BuildTarget>) -> Vec<Assumption> {
        let set: Vec<&String> = targets.flat_map(|target| &target.arguments).collect();
        let is_set = |name: &&str| set.iter().any(|it| it == name);
        self.arguments_of_image().filter(is_set).map(|name| sets(path, name)).collect()
    }

    /// Whether a target is built from the context with the Dockerfile: files of Bake and Compose take contexts from their own
    /// folder, and look for a Dockerfile in its context.
    fn is_built(&self, path: &str, target: &BuildTarget) -> bool {
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

fn says_what_runs(path: &str) -> Assumption {
    Assumption::SaysWhatRuns(path.to_owned())
}

/// Whether a file that cannot be read could say what runs.
fn may_say_what_runs(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| matches!(word, "command" | "entrypoint" | "healthcheck" | "target" | "volumes"))
}

/// The last part of an image's name, without tag and digest.
fn short_name(image: &str) -> Option<String> {
    let last = image.rsplit('/').next()?;
    last.split([':', '@']).next().filter(|name| !name.is_empty()).map(str::to_owned)
}

/// Whether the image is one of those that everybody has: the image of this file is another.
fn is_official(image: &str) -> bool {
    let reference = ImageReference::parse(image);
    reference.is_ok_and(|it| lookup(&it.familiar_name(), it.tag_or_latest()).is_some())
}

/// Whether a check calls a program that not every image has. It may do so by way of a shell.
fn needs_a_tool(words: &[String]) -> bool {
    let is_value = |word: &str| {
        word.starts_with('-') || word.parse::<u32>().is_ok() || word.contains(['/', '$']) && !word.contains("bin/")
    };
    let parts = words.iter().flat_map(|word| word.split(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '&')));
    let parts = parts.filter(|part| !part.is_empty());
    let name = |part: &'_ str| part.rsplit('/').next().unwrap_or(part).to_owned();
    parts.enumerate().any(|(at, part)| !is_in_every_image(&name(part)) && (at == 0 || !is_value(part)))
}

fn sets(path: &str, name: &str) -> Assumption {
    Assumption::ChoosesImage { path: path.to_owned(), argument: name.to_owned() }
}

/// Whether only the build knows the value: a variable has a say.
fn is_unknown(written: &str) -> bool {
    written.contains('$')
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
    fn what_compose_calls_the_image_counts_in_other_services_and_files() {
        let service = |more: &str| format!("services:\n  a: {{build: ., image: e.org/app:1}}\n  b: {{{more}}}\n");
        for more in
            ["image: e.org/app:1, command: ./b", "extends: a, command: ./b", "extends: {service: a}, entrypoint: [./b]"]
        {
            assert_eq!(asked("compose.yaml", &service(more)).len(), 1, "{more}");
        }
        for more in ["image: postgres, command: ./b", "build: web, command: ./b", "image: e.org/app:1"] {
            assert_eq!(asked("compose.yaml", &service(more)), [], "{more}");
        }
        let dockerfile = "FROM golang:1.19\nWORKDIR /s\nCOPY . .\nRUN go build -o a .\nCMD [\"./a\"]\n";
        let base = ("compose.yaml", "services: {a: {build: .}}");
        let asked = |more: &str| split_with(dockerfile, Some(&[MAIN, base, ("compose.override.yaml", more)])).1;
        assert_eq!(
            asked("services: {a: {command: air}}"),
            [Assumption::SaysWhatRuns("compose.override.yaml".to_owned())]
        );
        assert_eq!(asked("services: {c: {command: air}}"), []);
    }

    #[test]
    fn the_same_command_and_options_change_nothing_and_a_check_may_need_a_tool() {
        let service = |more: &str| asked("compose.yaml", &format!("services: {{a: {{build: ., {more}}}}}\n"));
        for more in [
            "command: ./a",
            "command: [./a, -v]",
            "command: [--port, 80]",
            "healthcheck: {test: [CMD, ./a, check]}",
            "healthcheck: {disable: true}",
        ] {
            assert_eq!(service(more), [], "{more}");
        }
        for more in [
            "healthcheck: {test: [CMD, curl, -f, 'http://localhost']}",
            "healthcheck: {test: 'sleep 1; nc -z localhost 80'}",
        ] {
            assert_eq!(service(more), [Assumption::SaysWhatRuns("compose.yaml".to_owned())], "{more}");
        }
    }

    #[test]
    fn a_compose_file_that_cannot_be_read_counts_where_it_could_say_something() {
        assert_eq!(asked("compose.yaml", "services: [\n  a:\n    command: b\n").len(), 1);
        assert_eq!(asked("compose.yaml", "services: [\n"), []);
    }

    #[test]
    fn a_manifest_of_kubernetes_counts_where_its_container_may_be_of_the_image() {
        let pod =
            |image: &str, more: &str| format!("kind: Pod\nspec:\n  containers:\n  - image: {image}\n    {more}\n");
        let path = "k8s/web.yaml";
        for (image, more) in [
            ("e.org/app:1", "command: [./migrate]"),
            ("e.org/app:1", "args: [sh, -c, x]"),
            ("$IMAGE", "command: [./b]"),
            ("e.org/app:1", "livenessProbe: {exec: {command: [curl, -f, 'http://localhost']}}"),
        ] {
            assert_eq!(asked(path, &pod(image, more)), [Assumption::SaysWhatRuns(path.to_owned())], "{image} {more}");
        }
        for (image, more) in [
            ("postgres:16", "command: [./b]"),
            ("e.org/app:1", "command: [./a, serve]"),
            ("e.org/app:1", "args: [--port, '80']"),
            ("e.org/app:1", "lifecycle: {preStop: {exec: {command: [/bin/sh, -c, sleep 10]}}}"),
            ("e.org/app:1", "ports: []"),
        ] {
            assert_eq!(asked(path, &pod(image, more)), [], "{image} {more}");
        }
        let template = "{{- if .Values.a }}\nkind: Pod\nspec:\n  containers:\n  - command:\n    - ./b\n{{- end }}\n";
        assert_eq!(asked("charts/a/templates/web.yaml", template).len(), 1);
        assert_eq!(asked("charts/a/templates/web.yaml", &template.replace("./b", "./a")), []);
    }

    #[test]
    fn a_platform_counts_where_it_starts_something_else() {
        for (path, text) in [
            ("Procfile", "web: ./a\nworker: ./b\n"),
            ("fly.toml", "[deploy]\nrelease_command = \"./b\"\n"),
            ("heroku.yml", "build: {docker: {web: Dockerfile}}\nrun: {web: ./b}\n"),
            ("render.yaml", "services: [{dockerCommand: ./b}]\n"),
        ] {
            assert_eq!(asked(path, text), [Assumption::SaysWhatRuns(path.to_owned())], "{path}");
        }
        for (path, text) in [
            ("Procfile", "web: ./a serve\n"),
            ("heroku.yml", "build: {docker: {web: other.Dockerfile}}\nrun: {web: ./b}\n"),
            ("app.json", "{\"expo\": {}}"),
        ] {
            assert_eq!(asked(path, text), [], "{path}");
        }
        let stage = asked("fly.toml", "[build]\nbuild-target = \"app\"\n");
        assert_eq!(stage, [Assumption::BuildsStageByName("fly.toml".to_owned())]);
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
