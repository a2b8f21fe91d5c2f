//! Files beside the Dockerfile that run its image otherwise than it says, or build one of its stages by name.

use crate::context::{BuildTarget, Container};
use crate::ir::lies_in;
use crate::knowledge::images::{Presence, bare_image};
use crate::knowledge::{file_name, package_managers};
use crate::rewrite::beside::{Deed, is_unknown, resolved, uses};
use crate::shell::{Dialect, Script};

use super::deeds::Deeds;
use super::program::{is_in_every_image, is_there};
use super::runtime_base::RuntimeBase;
use super::single_stage::SingleStage;
use super::{Assumption, Refusal, entry_script, start};

/// What the container finds in the image that the rewrite leaves.
#[derive(Clone, Copy)]
pub struct Left<'l, 'b> {
    /// The files and folders of the build that it holds, absolute, as they lie in the build.
    pub artifacts: &'l [&'l String],
    /// The new image, with what is installed in it; `None` where the last stage stays on its own.
    pub base: Option<(&'l RuntimeBase, &'l Deeds<'b>)>,
    /// Whether what is only there for development is taken away.
    pub is_pruned: bool,
}

/// What the files beside the Dockerfile ask of the smaller image.
///
/// # Errors
/// Where one of them surely runs a container of it with a program that it would not hold.
pub fn check<'b>(single: &SingleStage<'b>, left: Left<'_, 'b>) -> Result<Vec<Assumption>, Refusal> {
    let Some(context) = single.context else { return Ok(Vec::new()) };
    let asker = Asker { single, left, stage: single.stage.name() };
    let mut asked: Vec<Assumption> = Vec::new();
    for used in uses(context, single.build.file.source.name()) {
        let text = context.text(used.path).unwrap_or_default();
        for assumption in asker.asked(used.path, text, &used.deed)? {
            if !asked.contains(&assumption) {
                asked.push(assumption);
            }
        }
    }
    Ok(asked)
}

/// Whether the smaller image holds something.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Holding {
    Held,
    Missing(String),
    Unknown,
}

struct Asker<'s, 'b> {
    single: &'s SingleStage<'b>,
    left: Left<'s, 'b>,
    stage: Option<String>,
}

impl Asker<'_, '_> {
    fn asked(&self, path: &str, text: &str, deed: &Deed) -> Result<Vec<Assumption>, Refusal> {
        match deed {
            Deed::Builds(target) => Ok(self.asked_by_target(path, target)),
            Deed::Runs { container, is_certain } => {
                let mut asked = Vec::new();
                let names_stage = container.build.as_ref().is_some_and(|target| self.names_stage(target));
                // The stage that builds keeps what it holds.
                if !names_stage {
                    asked.extend(self.asked_by_container(path, text, container, *is_certain)?);
                }
                asked.extend(container.build.iter().flat_map(|target| self.asked_by_target(path, target)));
                Ok(asked)
            }
            Deed::WorksInside if self.left.base.is_some() => Err(Refusal::Workplace(path.to_owned())),
            Deed::WorksInside | Deed::Unreadable => Ok(vec![says_what_runs(path)]),
        }
    }

    fn asked_by_target(&self, path: &str, target: &BuildTarget) -> Vec<Assumption> {
        let names_stage = self.names_stage(target).then(|| Assumption::BuildsStageByName(path.to_owned()));
        let is_set = |name: &&str| target.arguments.contains(*name);
        let chosen = self.arguments_of_image().filter(is_set).map(|name| sets(path, name));
        names_stage.into_iter().chain(chosen).collect()
    }

    fn asked_by_container(
        &self,
        path: &str,
        text: &str,
        container: &Container,
        is_certain: bool,
    ) -> Result<Option<Assumption>, Refusal> {
        let mut is_open = container.mounts.iter().any(|source| is_context(path, source));
        for words in self.other_programs(container) {
            match self.holding_of(&words) {
                Holding::Held => {}
                // A volume may bring what lies below it.
                Holding::Missing(program) if is_certain && (container.mounts.is_empty() || !program.contains('/')) => {
                    let place = place(path, text, &words, &program);
                    let command = script(&words).map_or_else(|| words.join(" "), |script| script.join(" "));
                    return Err(Refusal::RunElsewhere { place, command, program });
                }
                Holding::Missing(_) | Holding::Unknown => is_open = true,
            }
        }
        Ok(is_open.then(|| says_what_runs(path)))
    }

    /// What is started that the image itself does not start.
    fn other_programs(&self, container: &Container) -> Vec<Vec<String>> {
        let process = self.single.process();
        let entrypoint = process.entrypoint.map_or(&[][..], |step| self.single.commands.of_step(step));
        // Behind a program, they are its arguments; behind a script, most often what it starts in the end.
        let are_arguments = !entrypoint.is_empty() && !entrypoint.iter().any(entry_script::is_script);
        let commands = container.commands.iter().filter(|_| !are_arguments);
        let started = container.entrypoints.iter().chain(commands).filter(|words| self.is_another_program(words));
        started.chain(&container.checks).cloned().collect()
    }

    /// Whether the words start something else than the image does: options are for its own program.
    fn is_another_program(&self, words: &[String]) -> bool {
        let Some(first) = words.first().filter(|word| !word.is_empty() && !word.starts_with('-')) else { return false };
        !start::commands(self.single).any(|command| {
            let own: Vec<&str> = command.words.iter().map(|word| word.value.unwrap_or(word.written)).collect();
            own == *words || first.contains('/') && own.first() == Some(&first.as_str())
        })
    }

    /// Whether the smaller image holds all that a command calls: the first that is missing, if any.
    fn holding_of(&self, words: &[String]) -> Holding {
        let called = called(words);
        let mut holding = Holding::Held;
        for command in called.unwrap_or_else(|| vec![Vec::new()]) {
            match self.holding_of_command(&command) {
                Holding::Held => {}
                Holding::Unknown => holding = Holding::Unknown,
                missing @ Holding::Missing(_) => return missing,
            }
        }
        holding
    }

    fn holding_of_command(&self, words: &[String]) -> Holding {
        let Some((program, arguments)) = words.split_first() else { return Holding::Unknown };
        match self.holding_of_program(program, words) {
            Holding::Held => {}
            other => return other,
        }
        let texts = arguments.iter().filter(|word| start::is_program_text(word) && !is_unknown(word));
        texts.map(|word| self.holding_of_path(word)).find(|it| *it != Holding::Held).unwrap_or(Holding::Held)
    }

    fn holding_of_program(&self, program: &str, words: &[String]) -> Holding {
        if is_unknown(program) {
            return Holding::Unknown;
        }
        let is_in_folder = |folder: &str| program.strip_prefix(folder) == Some(file_name(program));
        let of_distribution = ["/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/"].into_iter().any(is_in_folder);
        if program.contains('/') && !of_distribution {
            return self.holding_of_path(program);
        }
        let program = file_name(program);
        let Some((base, deeds)) = self.left.base else { return Holding::Held };
        let is_own = || start::commands(self.single).any(|command| command.name() == Some(program));
        let is_artifact = || self.left.artifacts.iter().any(|path| file_name(path) == program);
        let borrowed: Vec<Option<&str>> = words.iter().map(|word| Some(word.as_str())).collect();
        let is_managed = package_managers::recognise(&borrowed).is_some();
        let builds = is_managed && !base.is_of_interpreter && !words.iter().any(|word| word.ends_with(".dll"));
        let develops = || start::developing(words.iter().map(String::as_str)).is_some();
        if builds || self.left.is_pruned && develops() {
            return Holding::Missing(program.to_owned());
        }
        if SHELLS.contains(&program) {
            return if base.has_shell(program) { Holding::Held } else { Holding::Missing(program.to_owned()) };
        }
        if is_own() || is_artifact() || entry_script::is_in_every_shell(program) {
            return Holding::Held;
        }
        let of_build = self.single.configuration.has(program) == Presence::Present;
        let of_base = base.configuration.as_ref().map_or(Presence::Unknown, |image| image.has(program));
        match of_base {
            // What lies in the folders of the interpreter comes along.
            _ if is_there(self.single, deeds, base, program) && !base.is_of_interpreter => Holding::Held,
            Presence::Present => Holding::Held,
            _ if is_in_every_image(program) && !base.is_bare => Holding::Held,
            _ if deeds.left_out.contains(&program) => Holding::Missing(program.to_owned()),
            Presence::NotListed if of_build => Holding::Missing(program.to_owned()),
            Presence::NotListed if self.is_of_distribution_alone(base) => Holding::Missing(program.to_owned()),
            Presence::NotListed | Presence::Unknown => Holding::Unknown,
        }
    }

    /// Whether the image is that of a distribution, with nothing in it but what is copied and installed.
    fn is_of_distribution_alone(&self, base: &RuntimeBase) -> bool {
        bare_image(self.single.distribution).is_some_and(|image| image.to_string() == base.reference)
    }

    /// Whether a file lies in the smaller image, where its path tells.
    fn holding_of_path(&self, written: &str) -> Holding {
        const OF_DISTRIBUTION: &[&str] = &["/bin", "/etc", "/lib", "/sbin", "/tmp", "/usr", "/var"];
        let Some(command) = start::commands(self.single).next() else { return Holding::Unknown };
        let path = match self.single.path_of(command, written) {
            Ok(path) => path,
            // Outside of the folder that is copied, nothing changes.
            Err(Refusal::NotBuilt(_)) => return Holding::Held,
            Err(_) => return Holding::Unknown,
        };
        if self.left.artifacts.iter().any(|artifact| lies_in(&path, artifact) || lies_in(artifact, &path)) {
            return Holding::Held;
        }
        if OF_DISTRIBUTION.iter().any(|folder| lies_in(&path, folder)) || self.single.is_copied_late(&path) {
            return if self.left.base.is_some() { Holding::Unknown } else { Holding::Held };
        }
        Holding::Missing(written.to_owned())
    }

    /// Whether the target is the stage of this file by its name, or by one that only the build knows.
    fn names_stage(&self, target: &BuildTarget) -> bool {
        // Nobody can ask for a stage without a name.
        let Some(stage) = self.stage.as_deref() else { return false };
        target.stage.as_deref().is_some_and(|name| is_unknown(name) || stage.eq_ignore_ascii_case(name))
    }

    /// The build arguments that choose the image of the build.
    fn arguments_of_image(&self) -> impl Iterator<Item = &str> {
        let image = self.single.stage.from.image.text();
        let names = self.single.build.global_args.iter().map(|arg| arg.pair.name.text());
        names.filter(move |name| image.contains(&format!("${name}")) || image.contains(&format!("${{{name}")))
    }
}

/// Whether the folder of the build context is mounted, over the files of the image: what runs then needs what the build has.
fn is_context(path: &str, source: &str) -> bool {
    let (folder, _) = path.rsplit_once('/').unwrap_or(("", path));
    source.starts_with('.') && resolved(folder, source) == "/" || matches!(source, "$PWD" | "${PWD}" | "$(pwd)")
}

/// What a shell is handed with `-c`.
fn script(words: &[String]) -> Option<&[String]> {
    let is_shell = words.first().is_some_and(|word| SHELLS.contains(&file_name(word)));
    let is_handed = is_shell && words.get(1).is_some_and(|word| word.starts_with('-') && word.ends_with('c'));
    words.get(2..).filter(|_| is_handed)
}

const SHELLS: &[&str] = &["ash", "bash", "dash", "sh"];

/// The commands that the words run, also those of a script that is handed to a shell. `None` where they cannot be read.
fn called(words: &[String]) -> Option<Vec<Vec<String>>> {
    let script = script(words);
    // A check, a command of Compose or of a platform may be one line for a shell.
    let is_line = words.len() == 1 || words.iter().any(|word| word.contains(['&', ';', '|']));
    let text = match script {
        Some(script) => script.join(" "),
        None if is_line => words.join(" "),
        None => words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "),
    };
    let parsed = Script::of_text(&text, Dialect::Bash);
    let shell = words.first().filter(|_| script.is_some());
    let mut called: Vec<Vec<String>> = shell.map(|shell| vec![shell.clone()]).into_iter().collect();
    for invoked in parsed.is_clean().then(|| parsed.commands())? {
        called.extend(invoked.wrappers().iter().map(|wrapper| vec![wrapper.name.to_owned()]));
        let word = |word: &crate::shell::Word| {
            word.literal().map_or_else(|| invoked.script.slice(word.span).to_owned(), str::to_owned)
        };
        called.push(invoked.words().iter().map(word).collect());
    }
    called.retain(|words| !words.is_empty());
    Some(called)
}

/// A word as a shell has to be given it.
fn quoted(word: &str) -> String {
    let is_plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+@:,=%$".contains(c));
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// Where the command stands in the file: the line that has all of its words, or else the program, where there is one.
fn place(path: &str, text: &str, words: &[String], program: &str) -> String {
    let line = || text.lines().position(|line| words.iter().all(|word| line.contains(word.as_str())));
    let is_part = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'));
    let of_program = || text.lines().position(|line| line.split(is_part).any(|word| word == program));
    line().or_else(of_program).map_or_else(|| path.to_owned(), |at| format!("{path}:{}", at + 1))
}

fn says_what_runs(path: &str) -> Assumption {
    Assumption::SaysWhatRuns(path.to_owned())
}

fn sets(path: &str, name: &str) -> Assumption {
    Assumption::ChoosesImage { path: path.to_owned(), argument: name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    const MAIN: (&str, &str) = ("main.go", "package main\n");

    /// What a file beside a Dockerfile asks; its stage is called `app`.
    fn asked(path: &str, text: &str) -> Vec<Assumption> {
        outcome(DOCKERFILE, Some(&[MAIN, (path, text)])).unwrap().unwrap_or_else(|it| panic!("{path} {text}: {it}")).1
    }

    /// Where a file beside a Dockerfile runs what the smaller image would not hold, and what of that.
    fn refused(path: &str, text: &str) -> (String, String) {
        match outcome(DOCKERFILE, Some(&[MAIN, (path, text)])).unwrap() {
            Err(Refusal::RunElsewhere { place, program, .. }) => (place, program),
            other => panic!("{path} {text}: {other:?}"),
        }
    }

    const DOCKERFILE: &str = "FROM golang:1.19 AS app\nWORKDIR /s\nCOPY . .\nRUN go build -o a .\nCMD [\"./a\"]\n";

    #[test]
    fn a_compose_file_counts_where_it_builds_this_folder() {
        let service =
            |context: &str, more: &str| format!("services:\n  a:\n    build:\n      context: {context}\n    {more}\n");
        for (path, context, more, program) in [
            ("compose.yaml", ".", "command: ./b", "./b"),
            ("docker/compose.yml", "..", "command: go run .", "go"),
            ("deploy/a/docker-compose.prod.yml", "../../", "entrypoint: [\"sh\", \"-c\", \"./a && ./b\"]", "./b"),
        ] {
            let found = refused(path, &service(context, more));
            assert_eq!(found, (format!("{path}:5"), program.to_owned()), "{path} {context} {more}");
        }
        for (path, context, more) in [
            ("docker/compose.yml", "${ROOT:-..}", "command: ./b"),
            ("docker/compose.yml", "..", "volumes:\n      - \"..:/s\""),
        ] {
            let found = asked(path, &service(context, more));
            assert_eq!(found, [Assumption::SaysWhatRuns(path.to_owned())], "{path} {context} {more}");
        }
        assert_eq!(refused("docker/compose.yml", "services:\n  a:\n    build: ..\n    command: b\n").1, "b");
        for inline in [
            "services: {a: {build: {context: .}, command: [./b, -c]}}\n",
            "services:\n  a: { build: ., entrypoint: ./b }\n",
        ] {
            assert_eq!(refused("compose.yaml", inline).1, "./b", "{inline}");
        }
        for inline in [
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
            assert_eq!(refused("compose.yaml", &service(more)).1, "./b", "{more}");
        }
        for more in ["image: postgres, command: ./b", "build: web, command: ./b", "image: e.org/app:1"] {
            assert_eq!(asked("compose.yaml", &service(more)), [], "{more}");
        }
        let dockerfile = "FROM golang:1.19\nWORKDIR /s\nCOPY . .\nRUN go build -o a .\nCMD [\"./a\"]\n";
        let base = ("compose.yaml", "services: {a: {build: .}}");
        let with = |more: &str| outcome(dockerfile, Some(&[MAIN, base, ("compose.override.yaml", more)])).unwrap();
        assert!(matches!(with("services: {a: {command: air}}"), Err(Refusal::RunElsewhere { .. })));
        assert!(with("services: {c: {command: air}}").is_ok_and(|(_, asked)| asked.is_empty()));
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
        for (more, program) in [
            ("healthcheck: {test: [CMD, curl, -f, 'http://localhost']}", "curl"),
            ("healthcheck: {test: 'sleep 1; nc -z localhost 80'}", "nc"),
        ] {
            let found = refused("compose.yaml", &format!("services: {{a: {{build: ., {more}}}}}\n"));
            assert_eq!(found.1, program, "{more}");
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
        assert_eq!(refused("heroku.yml", "build: {docker: {web: Dockerfile}}\nrun: {web: ./b}\n").0, "heroku.yml:2");
        let stage = asked("fly.toml", "[build]\nbuild-target = \"app\"\n");
        assert_eq!(stage, [Assumption::BuildsStageByName("fly.toml".to_owned())]);
    }

    #[test]
    fn a_development_container_counts_where_it_is_made_of_this_file() {
        let text =
            |dockerfile: &str| format!("{{\n  // editor\n  \"build\": {{ \"dockerfile\": \"{dockerfile}\" }}\n}}\n");
        let path = ".devcontainer/devcontainer.json";
        let made = |path: &str, text: &str| outcome(DOCKERFILE, Some(&[MAIN, (path, text)])).unwrap().map(drop);
        for (path, dockerfile) in [(path, "../Dockerfile"), (".devcontainer.json", "Dockerfile")] {
            assert_eq!(made(path, &text(dockerfile)), Err(Refusal::Workplace(path.to_owned())));
        }
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
    fn a_stage_without_a_name_is_built_by_no_target() {
        let workflow = "- uses: docker/build-push-action@v6\n  with: {target: \"${{ matrix.target }}\"}\n";
        let files = [MAIN, (".github/workflows/a.yml", workflow)];
        let asked = |dockerfile: &str| outcome(dockerfile, Some(&files)).unwrap().unwrap_or_else(|it| panic!("{it}")).1;
        assert_eq!(asked(&DOCKERFILE.replace(" AS app", "")), []);
        assert_eq!(asked(DOCKERFILE), [Assumption::BuildsStageByName(".github/workflows/a.yml".to_owned())]);
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

    #[test]
    fn a_script_or_a_pipeline_that_runs_a_tool_of_the_build_in_the_image_keeps_it_there() {
        let workflow = "jobs:\n  a:\n    steps:\n    - run: docker build -t app .\n    - run: docker run app go vet\n";
        let job = "a:\n  script:\n  - docker build -t app .\nb:\n  image: app\n  script:\n  - go test\n";
        for (path, text, place) in [
            ("ci/test.sh", "docker build -t app .\ndocker run --rm app go test ./...\n", "ci/test.sh:2"),
            ("Makefile", "test:\n\tdocker build -t app .\n\tdocker run app go test ./...\n", "Makefile:3"),
            (
                "package.json",
                "{\"scripts\": {\"t\": \"docker build -t app . && docker run app go test\"}}",
                "package.json:1",
            ),
            (".github/workflows/a.yml", workflow, ".github/workflows/a.yml:5"),
            (".gitlab-ci.yml", job, ".gitlab-ci.yml:7"),
        ] {
            assert_eq!(refused(path, text), (place.to_owned(), "go".to_owned()), "{path}");
        }
        let jenkins = outcome(DOCKERFILE, Some(&[MAIN, ("Jenkinsfile", "agent { dockerfile true }")])).unwrap();
        assert_eq!(jenkins.map(drop), Err(Refusal::Workplace("Jenkinsfile".to_owned())));
        assert_eq!(asked("ci/run.sh", "docker build -t app .\ndocker run -p 80:80 app ./a serve\n"), []);
        assert_eq!(asked("ci/lint.sh", "docker run golangci/golangci-lint golangci-lint run\n"), []);
    }

    #[test]
    fn arguments_of_an_entrypoint_start_no_other_program() {
        let dockerfile = DOCKERFILE.replace("CMD", "ENTRYPOINT");
        let with = |text: &str| outcome(&dockerfile, Some(&[MAIN, ("a.sh", text)])).unwrap();
        assert!(with("docker build -t app .\ndocker run app migrate up\n").is_ok_and(|(_, asked)| asked.is_empty()));
        assert!(with("docker build -t app .\ndocker run --entrypoint go app test\n").is_err());
    }

    #[test]
    fn a_patch_of_kustomize_counts_as_the_manifest_does() {
        let patch = "patches:\n- patch: |-\n    - op: replace\n      path: /spec/template/spec/containers/0/command\n      value: [go, run]\n";
        let path = "overlays/prod/kustomization.yaml";
        assert_eq!(asked(path, patch), [Assumption::SaysWhatRuns(path.to_owned())]);
        assert_eq!(asked(path, &patch.replace("[go, run]", "[./a]")), []);
    }
}
