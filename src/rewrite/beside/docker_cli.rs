//! Command lines of Docker, Podman and other builders: what they build, and what they run.

use crate::context::{BuildTarget, Container, words_of_line};
use crate::knowledge::file_name;
use crate::shell::{Dialect, Invoked, Script};

use super::is_unknown;

/// A command that builds or runs an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DockerCommand {
    /// Builds it.
    Build {
        /// What is built.
        target: BuildTarget,
        /// The names that the image gets.
        names: Vec<String>,
    },
    /// Runs a container, or a program in one.
    Run(Container),
}

/// Programs with the command line of Docker.
const LIKE_DOCKER: &[&str] = &[
    "buildah",
    "depot",
    "docker",
    "docker-buildx",
    "docker-compose",
    "finch",
    "img",
    "nerdctl",
    "podman",
    "podman-compose",
    "podman-remote",
];

/// Builders that have another one. The program of kaniko is called `executor`.
const OTHERS: &[&str] = &["az", "buildctl", "buildctl-daemonless.sh", "executor"];

/// The commands in the text of a script, as far as they can be read.
pub fn commands(script: &str) -> Vec<DockerCommand> {
    if !may_build_or_run(script) {
        return Vec::new();
    }
    let script = without_expressions(script);
    let whole = Script::of_text(&script, Dialect::Bash);
    if whole.is_clean() {
        return whole.commands().iter().filter_map(|invoked| of_words(&words(invoked))).collect();
    }
    // What a shell does not understand may be another language around it: each line for itself.
    let joined = script.replace("\\\n", " ");
    let lines = joined.lines().map(str::trim).filter(|line| may_build_or_run(line));
    let of_line = |line: &str| {
        let script = Script::of_text(line, Dialect::Bash);
        match script.is_clean() {
            true => script.commands().iter().filter_map(|invoked| of_words(&words(invoked))).collect(),
            false => of_words(&words_of_line(line)).into_iter().collect::<Vec<_>>(),
        }
    };
    lines.flat_map(of_line).collect()
}

/// Whether a text is worth the parser of shells.
fn may_build_or_run(text: &str) -> bool {
    let has = |programs: &[&str]| programs.iter().any(|program| text.contains(program));
    let has_variable = || text.contains('$') && ["build", "run"].iter().any(|verb| text.contains(verb));
    has(LIKE_DOCKER) || has(OTHERS) || text.contains("--target") || has_variable()
}

/// The text with a variable in the place of what a pipeline fills in: `${{ github.sha }}`, `$[[ inputs.a ]]`.
fn without_expressions(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, expression) = rest.split_at(at);
        result.push_str(before);
        let end = match expression.as_bytes() {
            [b'$', b'{', b'{', ..] => expression.find("}}"),
            [b'$', b'[', b'[', ..] => expression.find("]]"),
            _ => {
                result.push('$');
                rest = &expression[1..];
                continue;
            }
        };
        let Some(end) = end else {
            // Nothing behind it ends either.
            rest = expression;
            break;
        };
        result.push_str("$EXPRESSION");
        rest = &expression[end + 2..];
    }
    result.push_str(rest);
    result
}

/// The words, those with a variable in them as they are written.
fn words(invoked: &Invoked<'_>) -> Vec<String> {
    let word = |word: &crate::shell::Word| {
        let written = invoked.script.slice(word.span);
        word.literal().map_or_else(|| written.replace(['"', '\''], ""), str::to_owned)
    };
    invoked.words().iter().map(word).collect()
}

fn of_words(words: &[String]) -> Option<DockerCommand> {
    let (written, rest) = words.split_first()?;
    let program = file_name(written);
    // `$(CONTAINER_TOOL) build`: the variable of a Makefile stands for one of them.
    let is_variable = is_unknown(written);
    let mut line = CommandLine::new(rest);
    match program {
        "executor" => Some(executor(&mut line)),
        "buildctl" | "buildctl-daemonless.sh" => buildctl(&mut line),
        "az" => az(&mut line),
        "docker-buildx" => buildx(&mut line),
        "docker-compose" | "podman-compose" => compose(&mut line),
        _ if is_variable || LIKE_DOCKER.contains(&program) => docker(&mut line).or_else(|| another_builder(words)),
        _ => another_builder(words),
    }
}

fn docker(line: &mut CommandLine<'_>) -> Option<DockerCommand> {
    match line.verb(GLOBAL)? {
        "compose" => compose(line),
        "build" | "bud" | "build-using-dockerfile" => Some(build(line)),
        "buildx" | "builder" | "image" => buildx(line),
        "run" | "create" => run(line, PLAIN_OF_RUN),
        "container" => {
            line.verb(GLOBAL).filter(|verb| matches!(*verb, "run" | "create"))?;
            run(line, PLAIN_OF_RUN)
        }
        _ => None,
    }
}

fn buildx(line: &mut CommandLine<'_>) -> Option<DockerCommand> {
    line.verb(GLOBAL).filter(|verb| matches!(*verb, "b" | "build")).map(|_| build(line))
}

/// `az acr build --target STAGE .`
fn az(line: &mut CommandLine<'_>) -> Option<DockerCommand> {
    line.verb(&[]).filter(|group| *group == "acr")?;
    line.verb(&[]).filter(|verb| *verb == "build").map(|_| build(line))
}

/// `/kaniko/executor --context . --dockerfile FILE --target STAGE --destination IMAGE`
fn executor(line: &mut CommandLine<'_>) -> DockerCommand {
    let mut target = BuildTarget::default();
    let mut names = Vec::new();
    while let Some(part) = line.next(|_| true) {
        let Part::Option(option, value) = part else { continue };
        let value = value.map(str::to_owned);
        match option {
            "--target" => target.stage = value,
            "-f" | "--dockerfile" => target.dockerfile = value,
            "-d" | "--destination" => names.extend(value),
            // The folder of a Git repository, a bucket or an archive holds what it holds.
            "-c" | "--context" => target.context = value.map(|it| it.trim_start_matches("dir://").to_owned()),
            "--build-arg" => target.arguments.extend(value.as_deref().and_then(key).map(str::to_owned)),
            _ => {}
        }
    }
    DockerCommand::Build { target, names }
}

/// `buildctl build --local context=. --opt target=STAGE`
fn buildctl(line: &mut CommandLine<'_>) -> Option<DockerCommand> {
    line.verb(&["--addr", "--timeout"]).filter(|verb| matches!(*verb, "b" | "build"))?;
    let mut target = BuildTarget::default();
    let mut names = Vec::new();
    while let Some(part) = line.next(|option| option != "--no-cache") {
        let Part::Option(option, Some(value)) = part else { continue };
        let (name, set) = value.split_once('=').unwrap_or((value, ""));
        match (option, name) {
            ("--opt", "target") => target.stage = Some(set.to_owned()),
            ("--opt", "filename") => target.dockerfile = Some(set.to_owned()),
            ("--opt", _) => target.arguments.extend(name.strip_prefix("build-arg:").map(str::to_owned)),
            ("--local", "context") => target.context = Some(set.to_owned()),
            ("--output" | "-o", _) => {
                names.extend(value.split(',').filter_map(|it| it.strip_prefix("name=")).map(str::to_owned));
            }
            _ => {}
        }
    }
    Some(DockerCommand::Build { target, names })
}

/// A program of another name that is told to build a stage: `./scripts/dockerw build --target STAGE`, `$(BUILD) --target STAGE`.
fn another_builder(words: &[String]) -> Option<DockerCommand> {
    let (program, arguments) =
        words.split_first().filter(|(program, _)| !matches!(file_name(program), "echo" | "printf"))?;
    let builds = is_unknown(program) || arguments.iter().any(|word| matches!(word.as_str(), "build" | "buildx"));
    let mut line = CommandLine::new(arguments);
    while let Some(part) = line.next(|option| option == "--target").filter(|_| builds) {
        if let Part::Option("--target", Some(stage)) = part
            && !is_unknown(stage)
        {
            let target = BuildTarget { stage: Some(stage.to_owned()), ..BuildTarget::default() };
            return Some(DockerCommand::Build { target, names: Vec::new() });
        }
    }
    None
}

fn key(setting: &str) -> Option<&str> {
    setting.split('=').next()
}

/// Options before the verb that take a value.
const GLOBAL: &[&str] = &["--builder", "--config", "--context", "--host", "--log-level", "-H", "-c", "-l"];
/// The same of Compose.
const GLOBAL_OF_COMPOSE: &[&str] = &[
    "--ansi",
    "--env-file",
    "--file",
    "--parallel",
    "--profile",
    "--progress",
    "--project-directory",
    "--project-name",
    "-f",
    "-p",
];
/// Options of a build that take no value.
const PLAIN_OF_BUILD: &[&str] = &[
    "--all-platforms",
    "--check",
    "--compress",
    "--debug",
    "--detach",
    "--disable-compression",
    "--force-compression",
    "--force-rm",
    "--http-proxy",
    "--identity-label",
    "--inherit-annotations",
    "--inherit-labels",
    "--layers",
    "--lint",
    "--load",
    "--no-cache",
    "--no-hostname",
    "--no-hosts",
    "--no-logs",
    "--no-wait",
    "--omit-history",
    "--pull",
    "--pull-always",
    "--pull-never",
    "--push",
    "--quiet",
    "--rewrite-timestamp",
    "--rm",
    "--save",
    "--save-stages",
    "--skip-unused-stages",
    "--squash",
    "--squash-all",
    "--stdin",
    "--tls-verify",
    "-D",
    "-q",
];
/// Options of a run that take no value, those of one letter aside.
const PLAIN_OF_RUN: &[&str] = &[
    "--detach",
    "--disable-content-trust",
    "--env-host",
    "--http-proxy",
    "--init",
    "--interactive",
    "--no-healthcheck",
    "--no-hostname",
    "--no-hosts",
    "--oom-kill-disable",
    "--passwd",
    "--privileged",
    "--publish-all",
    "--quiet",
    "--read-only",
    "--read-only-tmpfs",
    "--replace",
    "--rm",
    "--rmi",
    "--sig-proxy",
    "--tls-verify",
    "--tty",
    "--unsetenv-all",
    "--use-api-socket",
];
/// The same of `compose run` and `compose exec`.
const PLAIN_OF_COMPOSE: &[&str] = &[
    "--build",
    "--detach",
    "--interactive",
    "--no-deps",
    "--no-TTY",
    "--no-tty",
    "--privileged",
    "--quiet",
    "--quiet-build",
    "--quiet-pull",
    "--remove-orphans",
    "--rm",
    "--service-ports",
    "--tty",
    "--use-aliases",
];
/// Letters of options without a value, which may stand together: `-it`.
const PLAIN_LETTERS: &str = "PTdiqt";

fn build(line: &mut CommandLine<'_>) -> DockerCommand {
    let mut target = BuildTarget::default();
    let mut names = Vec::new();
    while let Some(word) = line.next(|option| !PLAIN_OF_BUILD.contains(&option)) {
        match word {
            Part::Option("--target", value) => target.stage = value.map(str::to_owned),
            Part::Option("-f" | "--file", value) => target.dockerfile = value.map(str::to_owned),
            Part::Option("-t" | "--tag", value) => names.extend(value.map(str::to_owned)),
            Part::Option("--build-arg", value) => {
                target.arguments.extend(value.and_then(key).map(str::to_owned));
            }
            Part::Option(..) => {}
            Part::Operand(context) => target.context = Some(context.to_owned()),
        }
    }
    DockerCommand::Build { target, names }
}

/// `run [OPTIONS] IMAGE [COMMAND...]`
fn run(line: &mut CommandLine<'_>, plain: &[&str]) -> Option<DockerCommand> {
    let (mut container, image, words) = started(line, plain)?;
    container.image = Some(image);
    Some(DockerCommand::Run(with_command(container, words)))
}

/// `compose [OPTIONS] run [OPTIONS] SERVICE [COMMAND...]`
fn compose(line: &mut CommandLine<'_>) -> Option<DockerCommand> {
    line.verb(GLOBAL_OF_COMPOSE).filter(|verb| matches!(*verb, "run" | "exec"))?;
    let (mut container, service, words) = started(line, PLAIN_OF_COMPOSE)?;
    container.names = vec![service];
    Some(DockerCommand::Run(with_command(container, words)))
}

fn started(line: &mut CommandLine<'_>, plain: &[&str]) -> Option<(Container, String, Vec<String>)> {
    let mut container = Container::default();
    let is_plain = |option: &str| {
        let letters = option.strip_prefix('-').filter(|letters| !letters.starts_with('-'));
        plain.contains(&option) || letters.is_some_and(|it| it.chars().all(|letter| PLAIN_LETTERS.contains(letter)))
    };
    while let Some(word) = line.next(|option| !is_plain(option)) {
        match word {
            Part::Option("--entrypoint", Some(value)) => container.entrypoints = vec![vec![value.to_owned()]],
            Part::Option("-v" | "--volume", Some(value)) => {
                container.mounts.extend(value.split(':').next().map(str::to_owned));
            }
            Part::Option(..) => {}
            Part::Operand(image) => return Some((container, image.to_owned(), line.rest().to_vec())),
        }
    }
    None
}

fn with_command(mut container: Container, words: Vec<String>) -> Container {
    match container.entrypoints.first_mut() {
        Some(entrypoint) => entrypoint.extend(words),
        None if words.is_empty() => {}
        None => container.commands = vec![words],
    }
    container
}

/// The words behind the program.
struct CommandLine<'w> {
    words: &'w [String],
}

enum Part<'w> {
    /// An option, and its value if it takes one.
    Option(&'w str, Option<&'w str>),
    Operand(&'w str),
}

impl<'w> CommandLine<'w> {
    fn new(words: &'w [String]) -> Self {
        Self { words }
    }

    /// The next part; `takes` says whether an option takes a value.
    fn next(&mut self, takes: impl Fn(&str) -> bool) -> Option<Part<'w>> {
        let (word, rest) = self.words.split_first()?;
        self.words = rest;
        if !word.starts_with('-') || word == "-" {
            return Some(Part::Operand(word));
        }
        if let Some((option, value)) = word.split_once('=') {
            return Some(Part::Option(option, Some(value)));
        }
        let is_short = !word.starts_with("--") && word.is_ascii() && word.len() > 2;
        if is_short && takes(&word[..2]) {
            return Some(Part::Option(&word[..2], Some(&word[2..])));
        }
        let value = self.words.split_first().filter(|(value, _)| takes(word) && is_value(value));
        Some(match value {
            Some((value, rest)) => {
                self.words = rest;
                Part::Option(word, Some(value))
            }
            None => Part::Option(word, None),
        })
    }

    /// The next word that is no option; those in `with_value` take one.
    fn verb(&mut self, with_value: &[&str]) -> Option<&'w str> {
        loop {
            match self.next(|option| with_value.contains(&option))? {
                Part::Operand(verb) => return Some(verb),
                Part::Option(..) => {}
            }
        }
    }

    fn rest(&self) -> &'w [String] {
        self.words
    }
}

/// Whether the word can be the value of the option before it: what begins with `-` is the next option, but for numbers and the
/// standard input. An option without a value that no table here has does so not hide another.
fn is_value(word: &str) -> bool {
    let rest = word.strip_prefix('-');
    rest.is_none_or(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_with_values_are_told_from_those_without() {
        let build = |line: &str| match commands(line).pop() {
            Some(DockerCommand::Build { target, names }) => (target.stage, target.context, target.dockerfile, names),
            other => panic!("{other:?}"),
        };
        let some = |text: &str| Some(text.to_owned());
        let line = "docker --context x build --no-cache -q --build-arg A=1 -t a:1 -tb --target s -f b/Dockerfile ..";
        assert_eq!(build(line).0, some("s"));
        assert_eq!(build("podman build --file=f --pull ."), (None, some("."), some("f"), Vec::new()));
        let run = |line: &str| match commands(line).pop() {
            Some(DockerCommand::Run(it)) => {
                (it.image, it.commands.concat().join(" "), it.entrypoints.concat().join(" "))
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(run("docker run -dit --init -w /a -v .:/a x y -z"), (some("x"), "y -z".to_owned(), String::new()));
        assert_eq!(run("docker run --entrypoint=sh $I -c 'a b'"), (some("$I"), String::new(), "sh -c a b".to_owned()));
        assert_eq!(commands("docker push x"), []);
    }

    /// The stage that a line builds.
    fn stage(line: &str) -> Option<String> {
        commands(line).into_iter().find_map(|command| match command {
            DockerCommand::Build { target, .. } => target.stage,
            DockerCommand::Run(_) => None,
        })
    }

    #[test]
    fn a_switch_that_is_not_known_hides_no_option_behind_it() {
        for line in [
            "podman build --squash-all --target dev .",
            "buildah bud --layers --target dev .",
            "docker build --brand-new-switch --target dev .",
            "docker build --memory-swap -1 --target dev .",
        ] {
            assert_eq!(stage(line).as_deref(), Some("dev"), "{line}");
        }
        for line in ["podman run --replace img cmd", "docker run --memory-swap -1 img cmd"] {
            let Some(DockerCommand::Run(container)) = commands(line).pop() else { panic!("{line}") };
            assert_eq!(
                (container.image.as_deref(), container.commands.concat().join(" ")),
                (Some("img"), "cmd".to_owned())
            );
        }
    }

    #[test]
    fn other_builders_and_programs_in_variables_build_a_stage_too() {
        for line in [
            "$CONTAINER_TOOL build --target dev .",
            "${DOCKER} buildx build -t x --target=dev .",
            "$DOCKER_BUILD --target dev .",
            "./scripts/dockerw build --target dev .",
            "/kaniko/executor --context . --no-push --target dev --destination x",
            "buildctl build --frontend dockerfile.v0 --local context=. --opt target=dev",
            "az acr build -r registry -t x --target dev .",
            "depot build --save --target dev .",
        ] {
            assert_eq!(stage(line).as_deref(), Some("dev"), "{line}");
        }
        for line in ["cargo build --target $TARGET", "echo build --target dev", "pip install --target dev x"] {
            assert_eq!(stage(line), None, "{line}");
        }
    }

    #[test]
    fn half_a_million_bytes_of_expressions_are_read_in_one_pass() {
        assert_eq!(without_expressions("a ${{ b }} $c $[[ d ]] ${{ e"), "a $EXPRESSION $c $EXPRESSION ${{ e");
        let text = "${{}}".repeat(100_000);
        let started = std::time::Instant::now();
        assert_eq!(without_expressions(&text).len(), "$EXPRESSION".len() * 100_000);
        assert!(started.elapsed().as_secs() < 2, "{:?}", started.elapsed());
    }

    #[test]
    fn what_a_pipeline_fills_in_is_a_variable_and_other_languages_are_read_by_lines() {
        let text = "if (a) {\n  docker build --target ${{ matrix.t }} .\n}";
        let Some(DockerCommand::Build { target, .. }) = commands(text).pop() else { panic!() };
        assert_eq!(target.stage.as_deref(), Some("$EXPRESSION"));
    }
}
