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
    documents(path, text)?.iter().for_each(|document| pipeline.read(document));
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

impl Pipeline {
    fn read(&mut self, value: &Value) {
        match value {
            Value::Object(map) => self.read_map(map, value),
            Value::Array(items) => items.iter().for_each(|item| self.read(item)),
            _ => {}
        }
    }

    fn read_map(&mut self, map: &Map<String, Value>, value: &Value) {
        // A list of words is the command of a container, which no shell reads.
        let is_script = |key: &&&str| **key != "command" || map.get("command").is_some_and(Value::is_string);
        let scripts = SCRIPTS.iter().filter(is_script).filter_map(|key| map.get(*key)).map(script);
        let scripts: Vec<String> = scripts.filter(|script| !script.is_empty()).collect();
        self.containers.extend(container(value, &scripts));
        self.scripts.extend(scripts);
        self.scripts.extend(builder_command(value));
        self.targets.extend(target(value));
        map.values().for_each(|value| self.read(value));
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
fn container(value: &Value, scripts: &[String]) -> Option<Container> {
    let image = text_at(value, "image").or_else(|| text_at(value, "image.name"));
    let service = || text_at(value, "name").filter(|name| name.contains(['/', ':', '$']));
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
    let is_docker = || text_at(value, "name").is_some_and(|name| name.contains("docker"));
    words.filter(|_| is_docker()).map(|words| format!("docker {}", words.join(" "))).or_else(of_azure)
}

/// What an action or a plugin builds: `docker/build-push-action` and its like.
fn target(value: &Value) -> Option<(BuildTarget, Vec<String>)> {
    let text = |keys: &[&str]| keys.iter().find_map(|key| text_at(value, key));
    let stage = text(&["target"]);
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
    fn steps_run_in_the_container_of_an_image() {
        let gitlab = "a:\n  image: {name: e.org/b, entrypoint: ['']}\n  services:\n  - name: e.org/c:1\n    command: [d]\n  script: [go test]\n";
        let read = pipeline(".gitlab-ci.yml", gitlab).unwrap().containers;
        let images: Vec<_> =
            read.iter().map(|it| (it.image.clone().unwrap(), it.entrypoints.concat().join(" "))).collect();
        let told = |image: &str, words: &str| (image.to_owned(), words.to_owned());
        assert_eq!(images, [told("e.org/b", "sh -c go test"), told("e.org/c:1", "d")]);
    }
}
