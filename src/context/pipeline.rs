//! What pipelines of continuous integration run, and which images they build: GitHub, GitLab, CircleCI, Azure, Bitbucket,
//! Travis, Drone, Woodpecker, Buildkite, Google's Cloud Build, AWS's CodeBuild, Skaffold, Task.
//!
//! They are told apart by nothing but their files. All of them put what a shell runs, and what is built, under keys of the
//! same few names.

use serde_json::{Map, Value};

use super::document::{command, documents, text_at};
use super::{BuildTarget, Container};

/// What a pipeline says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pipeline {
    /// Texts that a shell runs.
    pub scripts: Vec<String>,
    /// The images that it builds, each with the names that it gets.
    pub targets: Vec<(BuildTarget, Vec<String>)>,
    /// The containers that it runs its steps in, and beside them.
    pub containers: Vec<Container>,
}

/// Files of pipelines, by their names.
const NAMES: &[&str] = &[
    ".drone.yml",
    ".gitlab-ci.yml",
    ".travis.yml",
    ".woodpecker.yml",
    "Taskfile.yaml",
    "Taskfile.yml",
    "bitbucket-pipelines.yml",
    "buildspec.yml",
    "cloudbuild.yaml",
    "cloudbuild.yml",
    "skaffold.yaml",
];

/// Folders of such files.
const FOLDERS: &[&str] = &[".buildkite", ".circleci", ".github/workflows", ".gitlab", ".woodpecker"];

/// Whether the file at the path is one of a pipeline.
pub fn is_pipeline_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    NAMES.contains(&name)
        || is_yaml && (name.starts_with("azure-pipelines") || FOLDERS.iter().any(|folder| is_below(path, folder)))
}

/// Whether the folder is one of pipelines, or holds one.
pub fn is_folder_of_pipelines(path: &str) -> bool {
    FOLDERS.iter().any(|folder| path == *folder || is_below(path, folder) || is_below(folder, path))
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// What the pipeline says. `None` where it cannot be read.
pub fn pipeline(path: &str, text: &str) -> Option<Pipeline> {
    let mut pipeline = Pipeline::default();
    let is_cloud_build = path.rsplit('/').next().is_some_and(|name| name.starts_with("cloudbuild."));
    documents(path, text)?.iter().for_each(|document| pipeline.read(document, Place { is_cloud_build, above: None }));
    Some(pipeline)
}

/// Keys of what a shell runs.
const SCRIPTS: &[&str] = &[
    "after_script",
    "bash",
    "before_script",
    "cmd",
    "cmds",
    "command",
    "commands",
    "deploy",
    "inlineScript",
    "install",
    "run",
    "script",
    "sh",
];

/// Where a value stands in a pipeline.
#[derive(Clone, Copy)]
struct Place<'v> {
    is_cloud_build: bool,
    /// The map above, and the key in it.
    above: Option<(&'v Value, &'v str)>,
}

impl Place<'_> {
    /// Whether the name of what stands here is that of an image: of a service of GitLab, of a step of Cloud Build. Elsewhere it
    /// is a title.
    fn is_named_by_image(self) -> bool {
        let key = self.above.map(|(_, key)| key);
        key == Some("services") || self.is_cloud_build && key == Some("steps")
    }

    /// The action, the task or the plugin whose settings stand here.
    fn action(self) -> Option<String> {
        let (step, _) = self.above?;
        ["uses", "task", "image"].iter().find_map(|key| text_at(step, key))
    }
}

impl Pipeline {
    fn read<'v>(&mut self, value: &'v Value, place: Place<'v>) {
        match value {
            Value::Object(map) => self.read_map(map, value, place),
            Value::Array(items) => items.iter().for_each(|item| self.read(item, place)),
            _ => {}
        }
    }

    fn read_map<'v>(&mut self, map: &'v Map<String, Value>, value: &'v Value, place: Place<'v>) {
        // A list of words is the command of a container, which no shell reads.
        let is_script = |key: &&&str| **key != "command" || map.get("command").is_some_and(Value::is_string);
        let scripts = SCRIPTS.iter().filter(is_script).filter_map(|key| map.get(*key)).map(script);
        let scripts: Vec<String> = scripts.filter(|script| !script.is_empty()).collect();
        self.containers.extend(container(value, &scripts, place));
        self.scripts.extend(scripts);
        self.scripts.extend(builder_command(value));
        self.targets.extend(target(value, place));
        map.iter().for_each(|(key, below)| self.read(below, Place { above: Some((value, key)), ..place }));
    }
}

/// One text, or lines.
fn script(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}

/// A step in the container of an image, or a service.
fn container(value: &Value, scripts: &[String], place: Place<'_>) -> Option<Container> {
    let image = text_at(value, "image").or_else(|| text_at(value, "image.name"));
    let service = || text_at(value, "name").filter(|_| place.is_named_by_image());
    let image =
        image.or_else(service).or_else(|| text_at(value, "container.image")).or_else(|| text_at(value, "container"));
    let started = ["image.entrypoint", "entrypoint"].iter().flat_map(|path| super::document::at(value, path));
    // GitLab and CircleCI have a command of one container beside its image, a list, where a text is what a shell runs.
    let listed = value.get("command").filter(|words| words.is_array());
    let mut commands: Vec<Vec<String>> = started.chain(listed).map(command).collect();
    commands.extend(scripts.iter().map(|script| ["sh", "-c", script].map(str::to_owned).to_vec()));
    commands.retain(|words| words.iter().any(|word| !word.is_empty()));
    let container = Container { image: Some(image?), entrypoints: commands, ..Container::default() };
    (!container.entrypoints.is_empty()).then_some(container)
}

/// The words that a step hands to Docker: the arguments of Azure's task, the list of Cloud Build.
fn builder_command(value: &Value) -> Option<String> {
    let of_azure = || {
        let dockerfile = text_at(value, "Dockerfile").or_else(|| text_at(value, "dockerfile"));
        let file = dockerfile.map_or(String::new(), |path| format!(" -f {path}"));
        Some(format!("docker build {}{file} .", text_at(value, "arguments")?))
    };
    let words = value.get("args").filter(|args| args.is_array()).map(command);
    let program = || {
        let name = text_at(value, "name")?;
        let of_image = [("docker", "docker"), ("kaniko", "executor")].into_iter();
        of_image.filter(|(image, _)| name.contains(image)).map(|(_, program)| program).next()
    };
    words.and_then(|words| Some(format!("{} {}", program()?, words.join(" ")))).or_else(of_azure)
}

/// What an action or a plugin builds: `docker/build-push-action` and its like.
fn target(value: &Value, place: Place<'_>) -> Option<(BuildTarget, Vec<String>)> {
    let text = |keys: &[&str]| keys.iter().find_map(|key| text_at(value, key));
    let stage = text(&["target"]).filter(|_| builds_image(value, place));
    let dockerfile = text(&["file", "dockerfile", "Dockerfile"]);
    let names =
        text(&["tags", "repo"]).filter(|_| value.get("push").is_some() || dockerfile.is_some() || stage.is_some());
    if stage.is_none() && names.is_none() {
        return None;
    }
    let arguments = text(&["build-args", "build_args"]).unwrap_or_default();
    let arguments = arguments.lines().filter_map(|line| line.split('=').next()).map(|name| name.trim().to_owned());
    let target = BuildTarget { context: text(&["context"]), dockerfile, stage, arguments: arguments.collect() };
    let names = names.unwrap_or_default();
    let names = names.split([',', '\n']).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
    Some((target, names.collect()))
}

/// Whether a `target` is a stage: other actions have a `target` of their own, a platform or a branch.
fn builds_image(value: &Value, place: Place<'_>) -> bool {
    const SIGNS: &[&str] = &["Dockerfile", "build-args", "build_args", "context", "dockerfile", "push", "repo", "tags"];
    const BUILDERS: &[&str] = &["bake", "build-push", "buildah", "buildx", "docker", "kaniko"];
    let action = place.action();
    let is_builder = |name: &str| BUILDERS.iter().any(|builder| name.to_ascii_lowercase().contains(builder));
    let has_sign = || SIGNS.iter().any(|sign| value.get(sign).is_some());
    let has_file = || action.is_none() && value.get("file").is_some();
    // Skaffold says `docker: {target: ...}`.
    let key = place.above.map(|(_, key)| key).filter(|key| *key != "with");
    action.as_deref().is_some_and(is_builder) || key.is_some_and(is_builder) || has_sign() || has_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_found_wherever_a_system_has_them() {
        for (path, text) in [
            (".github/workflows/a.yml", "jobs: {a: {steps: [{run: docker run x}]}}"),
            (".gitlab-ci.yml", "a:\n  script:\n    - docker run x\n"),
            (".gitlab-ci.yml", "default: {before_script: [docker run x]}"),
            (".circleci/config.yml", "jobs: {a: {steps: [checkout, {run: {name: b, command: docker run x}}]}}"),
            ("azure-pipelines.yml", "steps:\n- bash: docker run x\n"),
            ("bitbucket-pipelines.yml", "pipelines: {default: [{step: {script: [docker run x]}}]}"),
            ("Taskfile.yml", "tasks: {a: {cmds: [docker run x]}}"),
        ] {
            assert!(is_pipeline_file(path), "{path}");
            assert_eq!(pipeline(path, text).unwrap().scripts, ["docker run x"], "{path}");
        }
        assert!(!is_pipeline_file("ci/a.yml"));
        assert_eq!(pipeline("a.yml", "a: ["), None);
    }

    #[test]
    fn what_is_built_is_told_by_its_stage_and_its_names() {
        let action = "steps:\n- uses: docker/build-push-action@v6\n  with:\n    context: .\n    push: true\n    target: a\n    \
                      tags: |\n      e.org/b:1\n      e.org/c\n    build-args: |\n      V=1\n";
        let read = pipeline(".github/workflows/a.yml", action).unwrap();
        let (target, names) = &read.targets[0];
        assert_eq!((target.stage.as_deref(), target.context.as_deref()), (Some("a"), Some(".")));
        assert_eq!(
            (names.as_slice(), target.arguments.contains("V")),
            (&["e.org/b:1".to_owned(), "e.org/c".to_owned()][..], true)
        );
        let skaffold = "build: {artifacts: [{image: e.org/b, docker: {dockerfile: Dockerfile, target: a}}]}";
        assert_eq!(pipeline("skaffold.yaml", skaffold).unwrap().targets[0].0.stage.as_deref(), Some("a"));
        for (path, text) in [
            ("cloudbuild.yaml", "steps: [{name: gcr.io/cloud-builders/docker, args: [build, --target, a, .]}]"),
            ("azure-pipelines.yml", "steps: [{task: Docker@2, inputs: {command: build, arguments: --target a}}]"),
        ] {
            let scripts = pipeline(path, text).unwrap().scripts;
            assert!(scripts.iter().any(|it| it.starts_with("docker build --target a")), "{path} {scripts:?}");
        }
    }

    #[test]
    fn the_title_of_a_step_is_no_image() {
        for (path, text) in [
            (".github/workflows/a.yml", "jobs: {a: {steps: [{name: 'backend: test', run: go test ./...}]}}"),
            (".circleci/config.yml", "jobs: {a: {steps: [{run: {name: 'a/backend: test', command: go test}}]}}"),
            ("bitbucket-pipelines.yml", "pipelines: {default: [{step: {name: 'backend: test', script: [go test]}}]}"),
        ] {
            assert_eq!(pipeline(path, text).unwrap().containers, [], "{path}");
        }
        let cloud = "steps: [{name: e.org/backend, entrypoint: go, args: [test]}]";
        let containers = pipeline("cloudbuild.yaml", cloud).unwrap().containers;
        assert_eq!(containers[0].image.as_deref(), Some("e.org/backend"));
    }

    #[test]
    fn the_target_of_another_action_is_no_stage() {
        for text in [
            "steps: [{uses: taiki-e/upload-rust-binary-action@v1, with: {bin: a, target: '${{ matrix.target }}'}}]",
            "steps: [{uses: a/upload@v1, with: {file: a, target: app}}]",
            "jobs: {a: {strategy: {matrix: {include: [{target: x86_64, os: linux}]}}}}",
        ] {
            assert_eq!(pipeline(".github/workflows/a.yml", text).unwrap().targets, [], "{text}");
        }
        for text in [
            "steps: [{uses: docker/build-push-action@v6, with: {target: app}}]",
            "steps: [{uses: ./.github/actions/image, with: {context: ., target: app}}]",
            "steps: [{image: plugins/kaniko, settings: {target: app}}]",
            "build: {artifacts: [{image: a, docker: {target: app}}]}",
        ] {
            let targets = pipeline(".woodpecker.yml", text).unwrap().targets;
            assert_eq!(targets[0].0.stage.as_deref(), Some("app"), "{text}");
        }
    }

    #[test]
    fn steps_run_in_the_container_of_an_image() {
        let gitlab = "a:\n  image: {name: e.org/b, entrypoint: ['']}\n  services:\n  - name: e.org/c:1\n    command: [d]\n  script: [go test]\n";
        let read = pipeline(".gitlab-ci.yml", gitlab).unwrap().containers;
        let images: Vec<_> =
            read.iter().map(|it| (it.image.clone().unwrap(), it.entrypoints.concat().join(" "))).collect();
        let told = |image: &str, words: &str| (image.to_owned(), words.to_owned());
        assert_eq!(images, [told("e.org/b", "sh -c go test"), told("e.org/c:1", "d")]);
    }
}
