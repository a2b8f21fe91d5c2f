//! What files beside a Dockerfile do with it: they build it, or run its image otherwise than it says.
//!
//! Files of Compose, Kubernetes, Bake and platforms and pipelines are read as documents; what a shell runs in them, in
//! scripts, Makefiles, Jenkinsfiles and scripts of `package.json`, with the parser of shells.

mod docker_cli;
mod scripts;

use crate::context::{
    BuildContext, BuildTarget, Container, ContainerFile, bake_targets, is_bake_file, is_pipeline_file, pipeline,
    workplace_of_devcontainer,
};
use crate::ir::{ImageReference, clean_path};
use crate::knowledge::images::lookup;

use docker_cli::DockerCommand;

/// What a file beside the Dockerfile does with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use<'c> {
    /// The file, in the build context.
    pub path: &'c str,
    /// What it does.
    pub deed: Deed,
}

/// What is done with a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// It is built, or one of its stages.
    Builds(BuildTarget),
    /// A container of its image is run.
    Runs {
        /// The container.
        container: Container,
        /// Whether it surely is one of this image: the name of an image that is nowhere built may be that of another.
        is_certain: bool,
    },
    /// Somebody works in a container of it, with an editor or in the steps of a pipeline.
    WorksInside,
    /// The file cannot be read: it may do anything.
    Unreadable,
}

/// What the files of the context do with the Dockerfile that users call `dockerfile`.
pub fn uses<'c>(context: &'c BuildContext, dockerfile: &str) -> Vec<Use<'c>> {
    let mut all = Vec::new();
    for (path, text) in context.texts(|_| true) {
        all.extend(said(path, text).into_iter().map(|said| (path, said)));
    }
    let mut finder = Finder { context, dockerfile, services: Vec::new(), images: Vec::new() };
    all.iter().for_each(|(path, said)| finder.learn(path, said));
    all.into_iter().filter_map(|(path, said)| Some(Use { path, deed: finder.deed(path, said)? })).collect()
}

/// Whether only the build knows the value: a variable has a say, or what an action fills in (`{{defaultContext}}`).
pub fn is_unknown(written: &str) -> bool {
    written.contains('$') || written.contains("{{")
}

/// What a file says, of whatever Dockerfile.
enum Said {
    Container(ContainerFile, Container),
    /// A container of a pipeline or a script.
    Started(Container),
    /// What is built, with the names of its images. Those who write command lines stand in the folder of the file or at the root
    /// of the context.
    Built(BuildTarget, Vec<String>, Written),
    /// A container to work in is made of a Dockerfile, in the folder of the file, or of its stage.
    Workplace(BuildTarget),
    Unreadable,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    InDocument,
    OnCommandLine,
}

fn said(path: &str, text: &str) -> Vec<Said> {
    let name = split(path).1;
    if let Some(file) = ContainerFile::of(path) {
        return match file.containers(path, text) {
            Some(containers) => containers.into_iter().map(|container| Said::Container(file, container)).collect(),
            None if may_say_what_runs(text) => vec![Said::Unreadable],
            None => Vec::new(),
        };
    }
    if is_pipeline_file(path) {
        return match pipeline(path, text) {
            Some(pipeline) => {
                let built = |(target, names)| Said::Built(target, names, Written::OnCommandLine);
                let mut all: Vec<Said> = pipeline.scripts.iter().flat_map(|script| of_script(script)).collect();
                all.extend(pipeline.targets.into_iter().map(built));
                all.extend(pipeline.containers.into_iter().map(Said::Started));
                all
            }
            None if may_say_what_runs(text) => vec![Said::Unreadable],
            None => Vec::new(),
        };
    }
    if is_bake_file(name) {
        let built = |target| Said::Built(target, Vec::new(), Written::InDocument);
        return bake_targets(name, text)
            .map_or_else(|| vec![Said::Unreadable], |targets| targets.into_iter().map(built).collect());
    }
    if matches!(name, "devcontainer.json" | ".devcontainer.json") {
        return match workplace_of_devcontainer(text) {
            Ok(target) => target.map(Said::Workplace).into_iter().collect(),
            Err(_) => vec![Said::Unreadable],
        };
    }
    let mut all: Vec<Said> = scripts::of_file(name, text).iter().flat_map(|script| of_script(script)).collect();
    all.extend(scripts::workplace_of_jenkins(name, text).map(Said::Workplace));
    all
}

fn of_script(script: &str) -> Vec<Said> {
    let said = |command| match command {
        DockerCommand::Build { target, names } => Said::Built(target, names, Written::OnCommandLine),
        DockerCommand::Run(container) => Said::Started(container),
    };
    docker_cli::commands(script).into_iter().map(said).collect()
}

/// Tells what is this Dockerfile's, and its image's.
struct Finder<'c, 'd> {
    context: &'c BuildContext,
    dockerfile: &'d str,
    /// The services of Compose that build the image: another file may say more of them, and another service extend them.
    services: Vec<String>,
    /// What the image is called, without folders and tag.
    images: Vec<String>,
}

impl Finder<'_, '_> {
    fn learn(&mut self, path: &str, said: &Said) {
        match said {
            Said::Container(ContainerFile::Compose, container)
                if container.build.as_ref().is_some_and(|it| self.is_built(path, it, Written::InDocument)) =>
            {
                self.services.extend(container.names.first().cloned());
                self.images.extend(container.image.as_deref().and_then(short_name));
            }
            Said::Built(target, names, written) if self.is_built(path, target, *written) => {
                self.images.extend(names.iter().filter_map(|name| short_name(name)));
            }
            _ => {}
        }
    }

    fn deed(&self, path: &str, said: Said) -> Option<Deed> {
        match said {
            Said::Container(file, container) => {
                let is_certain = self.is_of_image(file, path, &container)?;
                Some(Deed::Runs { container, is_certain })
            }
            Said::Started(container) => {
                let is_service = container.names.iter().any(|name| self.services.contains(name));
                let image = container.image.as_deref();
                let is_named = image.is_some_and(|image| self.has_name(image));
                // GitLab's variable for the images of the project.
                let may_be_own = image.is_some_and(|image| image.contains("CI_REGISTRY_IMAGE"));
                let is_certain = is_service || is_named;
                (is_certain || may_be_own).then_some(Deed::Runs { container, is_certain })
            }
            Said::Built(target, _, written) => self.is_built(path, &target, written).then_some(Deed::Builds(target)),
            Said::Workplace(target) => {
                let dockerfile = target.dockerfile.as_deref().unwrap_or("Dockerfile");
                let named = self.context.name_of(resolved(split(path).0, dockerfile).trim_start_matches('/'));
                let deed = if target.stage.is_some() { Deed::Builds(target) } else { Deed::WorksInside };
                (plain(&named) == plain(self.dockerfile)).then_some(deed)
            }
            Said::Unreadable => Some(Deed::Unreadable),
        }
    }

    /// Whether it is a container of the image, and then whether surely so.
    fn is_of_image(&self, file: ContainerFile, path: &str, container: &Container) -> Option<bool> {
        if let Some(target) = &container.build {
            let is_certain = !target.context.as_deref().is_some_and(is_unknown);
            return self.is_built(path, target, Written::InDocument).then_some(is_certain);
        }
        let image = container.image.as_deref().filter(|image| !is_unknown(image));
        let has_name = image.is_some_and(|image| self.has_name(image));
        match file {
            ContainerFile::Platform => split(path).0.is_empty().then_some(false),
            ContainerFile::Compose => {
                let is_service = container.names.iter().any(|name| self.services.contains(name));
                (is_service || has_name).then_some(true)
            }
            // The name that the image is pushed by is nowhere written for sure: all but images of others may be it.
            ContainerFile::Kubernetes => {
                (has_name || image.is_none_or(|image| !is_official(image))).then_some(has_name)
            }
        }
    }

    fn has_name(&self, image: &str) -> bool {
        !is_unknown(image) && short_name(image).is_some_and(|name| self.images.contains(&name))
    }

    /// Whether a target is built from the context with the Dockerfile: documents take contexts from their own folder, and look
    /// for a Dockerfile in its context.
    fn is_built(&self, path: &str, target: &BuildTarget, written: Written) -> bool {
        let (folder, _) = split(path);
        let context = target.context.as_deref().unwrap_or(".");
        let dockerfile = target.dockerfile.as_deref().unwrap_or("Dockerfile");
        let is_root = |folder: &str| resolved(folder, context) == "/";
        let is_context = is_unknown(context) || is_root(folder) || written == Written::OnCommandLine && is_root("");
        let is_named = |folder: &str| {
            let named = self.context.name_of(resolved(folder, dockerfile).trim_start_matches('/'));
            plain(&named) == plain(self.dockerfile)
        };
        let is_there = is_named("") || written == Written::OnCommandLine && is_named(folder);
        is_context && (is_unknown(dockerfile) || is_there)
    }
}

/// Whether a file that cannot be read could say what is built and run.
fn may_say_what_runs(text: &str) -> bool {
    const WORDS: &[&str] = &["command", "docker", "entrypoint", "healthcheck", "target", "volumes"];
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| WORDS.contains(&word))
}

/// The last part of an image's name, without tag and digest.
fn short_name(image: &str) -> Option<String> {
    let last = image.rsplit('/').next()?;
    last.split([':', '@']).next().filter(|name| !name.is_empty() && !is_unknown(name)).map(str::to_owned)
}

/// Whether the image is one of those that everybody has: the image of this file is another.
fn is_official(image: &str) -> bool {
    let reference = ImageReference::parse(image);
    reference.is_ok_and(|it| lookup(&it.familiar_name(), it.tag_or_latest()).is_some())
}

/// The folder of a file, and its name.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The path in the context of what is written in a file of a folder, with a `/` before it.
pub fn resolved(folder: &str, written: &str) -> String {
    clean_path(&format!("/{folder}/{written}"))
}

fn plain(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::context::Entry;

    use super::*;

    /// What one file does with `Dockerfile`, in short; another may tell more of its image.
    fn deeds(files: &[(&str, &str)]) -> Vec<String> {
        let entries = files.iter().map(|(path, text)| Entry::file(*path, 0o644, text.len() as u64)).collect();
        let texts: BTreeMap<String, String> =
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let context = BuildContext::new(entries, None, texts, false);
        let told = |deed: &Deed| match deed {
            Deed::Builds(target) => format!("builds {}", target.stage.as_deref().unwrap_or("all")),
            Deed::Runs { container, is_certain } => {
                let words = [container.entrypoints.concat(), container.commands.concat()].concat().join(" ");
                format!("{} {words}", if *is_certain { "runs" } else { "may run" })
            }
            Deed::WorksInside => "works inside".to_owned(),
            Deed::Unreadable => "unreadable".to_owned(),
        };
        uses(&context, "Dockerfile").iter().map(|it| told(&it.deed)).collect()
    }

    #[test]
    fn a_build_on_a_command_line_is_read_in_every_kind_of_script() {
        for (path, text) in [
            ("Makefile", "image:\n\t@docker build --target a \\\n\t  -t x .\n"),
            ("ci/build.sh", "if true; then\n  docker buildx build --target=a -f Dockerfile .\nfi\n"),
            ("package.json", "{\"scripts\": {\"image\": \"docker build --target a .\"}}"),
            ("Jenkinsfile", "stage('a') { steps { sh 'docker build --target a .' } }"),
            ("Jenkinsfile", "docker.build(\"x:${env.BUILD_ID}\", \"--target a .\")"),
            (".gitlab-ci.yml", "a:\n  script:\n  - docker build --target a -t $CI_REGISTRY_IMAGE .\n"),
            (
                ".github/workflows/a.yml",
                "jobs: {a: {steps: [{run: 'docker build --target a -t ${{ github.sha }} .'}]}}",
            ),
            (".github/workflows/a.yml", "- uses: docker/build-push-action@v6\n  with:\n    target: a\n"),
        ] {
            assert_eq!(deeds(&[(path, text)]), ["builds a"], "{path} {text}");
        }
        for (path, text) in [
            ("Makefile", "image:\n\tdocker build --target a -f other.Dockerfile .\n"),
            ("Makefile", "image:\n\tdocker build --target a web\n"),
            ("main.go", "// docker build --target a .\n"),
            ("a.sh", "echo docker build --target a .\n"),
        ] {
            assert_eq!(deeds(&[(path, text)]), [""; 0], "{path} {text}");
        }
    }

    #[test]
    fn a_container_is_run_of_an_image_by_the_name_that_it_was_built_with() {
        let run = |line: &str| deeds(&[("a.sh", &format!("docker build -t e.org/app:1 .\n{line}\n"))]);
        assert_eq!(run("docker run --rm -p 80:80 -e A=b app:1 go test ./..."), ["builds all", "runs go test ./..."]);
        assert_eq!(run("docker run -it --entrypoint sh app -c ls"), ["builds all", "runs sh -c ls"]);
        assert_eq!(run("docker run golangci-lint run"), ["builds all"]);
        let compose = ("compose.yaml", "services: {web: {build: .}, db: {image: postgres}}");
        let with = |line: &str| deeds(&[("a.sh", line), compose]);
        assert_eq!(with("docker compose run --rm -e A=b web pytest -x\n"), ["runs pytest -x", "runs "]);
        assert_eq!(with("docker-compose -f compose.yaml exec -T web ./migrate"), ["runs ./migrate", "runs "]);
        assert_eq!(with("docker compose run db psql"), ["runs "]);
    }

    #[test]
    fn steps_of_a_pipeline_may_run_in_the_image() {
        let job = "a:\n  image: $CI_REGISTRY_IMAGE:latest\n  script: [go test]\n";
        assert_eq!(deeds(&[(".gitlab-ci.yml", job)]), ["may run sh -c go test"]);
        assert_eq!(deeds(&[(".gitlab-ci.yml", "a: {image: 'golang:1', script: [go test]}")]), [""; 0]);
        assert_eq!(deeds(&[("Jenkinsfile", "pipeline { agent { dockerfile true } }")]), ["works inside"]);
        assert_eq!(deeds(&[("Jenkinsfile", "agent { dockerfile { filename 'ci.Dockerfile' } }")]), [""; 0]);
    }

    #[test]
    fn a_container_for_development_builds_the_stage_that_it_names() {
        let of_stage = "{\"build\": {\"dockerfile\": \"../Dockerfile\", \"target\": \"dev\"}}";
        assert_eq!(deeds(&[(".devcontainer/devcontainer.json", of_stage)]), ["builds dev"]);
        assert_eq!(deeds(&[(".devcontainer/devcontainer.json", "{\"build\": {")]), ["unreadable"]);
    }

    #[test]
    fn a_makefile_may_call_docker_by_a_variable() {
        let makefile = "CONTAINER_TOOL ?= docker\nimage:\n\t$(CONTAINER_TOOL) build --target dev -t $(IMG) .\n";
        assert_eq!(deeds(&[("Makefile", makefile)]), ["builds dev"]);
    }

    #[test]
    fn the_context_of_an_action_may_be_filled_in() {
        let action =
            "- uses: docker/build-push-action@v6\n  with:\n    context: \"{{defaultContext}}\"\n    target: dev\n";
        assert_eq!(deeds(&[(".github/workflows/a.yml", action)]), ["builds dev"]);
    }

    #[test]
    fn a_bake_file_that_cannot_be_read_may_build_anything() {
        assert_eq!(deeds(&[("docker-bake.json", "{\"target\": ")]), ["unreadable"]);
        assert_eq!(deeds(&[("docker-bake.json", "{}")]), [""; 0]);
    }
}
