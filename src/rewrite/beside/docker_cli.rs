//! Command lines of Docker, Podman and nerdctl: what they build, and what they run.

use crate::context::{BuildTarget, Container};
use crate::knowledge::file_name;
use crate::shell::{Dialect, Invoked, Script, ScriptForm, ScriptSource};

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

/// The programs.
const PROGRAMS: &[&str] = &["buildah", "docker", "docker-compose", "nerdctl", "podman"];

/// The commands in the text of a script, as far as they can be read.
pub fn commands(script: &str) -> Vec<DockerCommand> {
    if !PROGRAMS.iter().any(|program| script.contains(program)) {
        return Vec::new();
    }
    let script = without_expressions(script);
    let whole = parse(&script);
    if whole.is_clean() {
        return whole.commands().iter().filter_map(|invoked| of_words(&words(invoked))).collect();
    }
    // What a shell does not understand may be another language around it: each line for itself.
    let joined = script.replace("\\\n", " ");
    let lines = joined.lines().map(str::trim);
    let of_line = |line: &str| {
        let script = parse(line);
        match script.is_clean() {
            true => script.commands().iter().filter_map(|invoked| of_words(&words(invoked))).collect(),
            false => of_words(&cut(line)).into_iter().collect::<Vec<_>>(),
        }
    };
    lines.flat_map(of_line).collect()
}

fn parse(text: &str) -> Script {
    let mut source = ScriptSource::new(Dialect::Bash, ScriptForm::ShellForm);
    source.push(text, 0);
    Script::parse(source)
}

/// The text with a variable in the place of what a pipeline fills in: `${{ github.sha }}`, `$[[ inputs.a ]]`.
fn without_expressions(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, end)) = [("${{", "}}"), ("$[[", "]]")]
        .into_iter()
        .filter_map(|(start, end)| Some((rest.find(start)?, end)))
        .min_by_key(|(at, _)| *at)
    {
        let Some(length) = rest[at..].find(end) else { break };
        result.push_str(&rest[..at]);
        result.push_str("$EXPRESSION");
        rest = &rest[at + length + end.len()..];
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

fn cut(line: &str) -> Vec<String> {
    line.split_whitespace().map(|word| word.trim_matches(['"', '\'']).to_owned()).collect()
}

fn of_words(words: &[String]) -> Option<DockerCommand> {
    let (program, rest) = words.split_first()?;
    let program = file_name(program);
    if !PROGRAMS.contains(&program) {
        return None;
    }
    let mut line = CommandLine::new(rest);
    if program == "docker-compose" {
        return compose(&mut line);
    }
    match line.verb(GLOBAL)? {
        "compose" => compose(&mut line),
        "build" | "bud" | "build-using-dockerfile" => Some(build(&mut line)),
        "buildx" | "builder" | "image" => {
            line.verb(GLOBAL).filter(|verb| matches!(*verb, "b" | "build")).map(|_| build(&mut line))
        }
        "run" | "create" => run(&mut line, PLAIN_OF_RUN),
        "container" => {
            line.verb(GLOBAL).filter(|verb| matches!(*verb, "run" | "create"))?;
            run(&mut line, PLAIN_OF_RUN)
        }
        _ => None,
    }
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
    "--check",
    "--compress",
    "--force-rm",
    "--load",
    "--no-cache",
    "--pull",
    "--push",
    "--quiet",
    "--rm",
    "--squash",
    "-q",
];
/// Options of a run that take no value, those of one letter aside.
const PLAIN_OF_RUN: &[&str] = &[
    "--detach",
    "--disable-content-trust",
    "--init",
    "--interactive",
    "--no-healthcheck",
    "--oom-kill-disable",
    "--privileged",
    "--publish-all",
    "--quiet",
    "--read-only",
    "--rm",
    "--sig-proxy",
    "--tty",
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
                target.arguments.extend(value.and_then(|value| value.split('=').next()).map(str::to_owned));
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
        let value = self.words.split_first().filter(|_| takes(word));
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

    #[test]
    fn what_a_pipeline_fills_in_is_a_variable_and_other_languages_are_read_by_lines() {
        let text = "if (a) {\n  docker build --target ${{ matrix.t }} .\n}";
        let Some(DockerCommand::Build { target, .. }) = commands(text).pop() else { panic!() };
        assert_eq!(target.stage.as_deref(), Some("$EXPRESSION"));
    }
}
