//! Every command that a script may run, with the circumstances in which it runs.

use crate::shell::walk::substitutions;
use crate::shell::wrappers::base_name;
use crate::shell::{
    AndOr, Assignment, Chain, Command, CommandKind, Item, Pipeline, Redirection, RedirectionTarget, Script, Sequence,
    ShellOptions, Simple, Terminator, Word, Wrapper,
};
use crate::source::Span;

/// A simple command, looked at through its wrappers.
#[derive(Debug, Clone)]
pub struct Invoked<'a> {
    /// The script that its spans belong to; for a command in a `-c` argument, the script made of that argument.
    pub script: &'a Script,
    /// The command as it is written.
    pub simple: &'a Simple,
    /// Its redirections.
    pub redirections: &'a [Redirection],
    /// The circumstances.
    pub circumstances: Circumstances<'a>,
}

/// The circumstances in which a command runs.
#[derive(Debug, Clone)]
pub struct Circumstances<'a> {
    /// Compound commands, substitutions and `-c` scripts around it.
    pub depth: usize,
    /// Whether it is in the condition of an `if`, `while` or `until`.
    pub in_condition: bool,
    /// Whether it is in the body of a loop.
    pub in_loop: bool,
    /// Whether it is in the body of a function.
    pub in_function: bool,
    /// Whether its output is substituted into another command.
    pub in_substitution: bool,
    /// Its place in a pipe.
    pub pipe: PipePosition,
    /// The command that reads its output through a pipe.
    pub piped_into: Option<&'a Simple>,
    /// What becomes of its failure.
    pub failure: Failure,
    /// Where it runs.
    pub directory: WorkingDirectory,
    /// The options of the shell that runs it.
    pub options: ShellOptions,
    /// The command whose `-c` argument it stands in.
    pub inside: Option<&'a Simple>,
}

/// A place in a pipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PipePosition {
    /// Not in a pipe.
    Alone,
    /// At its start.
    First,
    /// Between two others.
    Middle,
    /// At its end.
    Last,
}

/// What becomes of a command's failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The script fails.
    Propagates,
    /// `|| true`, `|| :`, `|| exit 0`
    OrTrue,
    /// `|| something`
    OrElse,
    /// Another command follows behind `;` or a newline without `set -e`.
    NotLast,
    /// Its output goes into a pipe without `pipefail`.
    InPipe,
    /// It runs in the background.
    Background,
    /// It decides a condition.
    Condition,
    /// `!` turns it around.
    Negated,
    /// Its output is an argument of another command.
    Substituted,
}

/// Where a command runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkingDirectory {
    /// Where the script started.
    Initial,
    /// Where `cd` went: as written, relative to the start unless it starts with `/`.
    Path(String),
    /// Only known when the script runs.
    Unknown,
}

impl Script {
    /// Every simple command in the order in which they would run: also in compound commands, functions, substitutions
    /// and in the `-c` arguments of shells. A command with such an argument comes before the commands in it.
    pub fn commands(&self) -> Vec<Invoked<'_>> {
        self.commands_with(ShellOptions::default())
    }

    /// As [`commands`](Self::commands), for a shell that starts with `options`.
    pub fn commands_with(&self, options: ShellOptions) -> Vec<Invoked<'_>> {
        let state = State { directory: WorkingDirectory::Initial, options };
        let mut walker = Walker { script: self, state, found: Vec::new() };
        walker.sequence(&self.body, Frame::default());
        walker.found
    }
}

impl<'a> Invoked<'a> {
    /// The words behind the wrappers, the name first; empty for assignments alone.
    pub fn words(&self) -> &'a [Word] {
        self.simple.words.get(self.simple.wrapping.head..).unwrap_or_default()
    }

    /// The words behind the name.
    pub fn arguments(&self) -> &'a [Word] {
        self.words().get(1..).unwrap_or_default()
    }

    /// The name of what is run, without directory, when it is static.
    pub fn name(&self) -> Option<&'a str> {
        self.words().first()?.literal().map(base_name)
    }

    /// The wrappers around it, the outermost first.
    pub fn wrappers(&self) -> &'a [Wrapper] {
        &self.simple.wrapping.wrappers
    }

    /// From the name to the last argument; the whole command when it has no words.
    pub fn span(&self) -> Span {
        match (self.words().first(), self.words().last()) {
            (Some(first), Some(last)) => first.span.cover(last.span),
            _ => self.simple.span,
        }
    }

    /// The place of a span of this command in the file.
    pub fn to_file(&self, span: Span) -> Span {
        self.script.source.to_file_cover(span)
    }

    /// The assignments before it.
    pub fn assignments(&self) -> &'a [Assignment] {
        &self.simple.assignments
    }

    /// Whether `name` is put into its environment, by an assignment before it or by a wrapper.
    pub fn sets_variable(&self, name: &str) -> bool {
        let by_wrapper = |wrapper: &Wrapper| {
            wrapper.environment.iter().filter_map(|&at| self.simple.words.get(at)).any(|word| {
                let text = self.script.slice(word.span);
                text.strip_prefix(name).is_some_and(|rest| rest.starts_with('='))
            })
        };
        self.assignments().iter().any(|assignment| &*assignment.name == name)
            || self.wrappers().iter().any(by_wrapper)
            || self.circumstances.inside.is_some_and(|outer| outer.assignments.iter().any(|it| &*it.name == name))
    }

    /// The wrapper of that name.
    pub fn wrapper(&self, name: &str) -> Option<&'a Wrapper> {
        self.wrappers().iter().find(|wrapper| wrapper.name == name)
    }
}

/// What changes as commands run.
#[derive(Clone)]
struct State {
    directory: WorkingDirectory,
    options: ShellOptions,
}

/// What is the same for everything inside a command.
#[derive(Clone, Copy)]
struct Frame<'a> {
    depth: usize,
    in_condition: bool,
    in_loop: bool,
    in_function: bool,
    in_substitution: bool,
    failure: Failure,
    pipe: PipePosition,
    piped_into: Option<&'a Simple>,
    inside: Option<&'a Simple>,
}

impl Default for Frame<'_> {
    fn default() -> Self {
        Self {
            depth: 0,
            in_condition: false,
            in_loop: false,
            in_function: false,
            in_substitution: false,
            failure: Failure::Propagates,
            pipe: PipePosition::Alone,
            piped_into: None,
            inside: None,
        }
    }
}

impl Frame<'_> {
    fn deeper(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }

    fn condition(self) -> Self {
        Self { in_condition: true, failure: Failure::Condition, ..self.deeper() }
    }
}

struct Walker<'a> {
    script: &'a Script,
    state: State,
    found: Vec<Invoked<'a>>,
}

impl<'a> Walker<'a> {
    fn sequence(&mut self, sequence: &'a Sequence, frame: Frame<'a>) {
        for (index, item) in sequence.items.iter().enumerate() {
            if matches!(item.terminator, Some((Terminator::Background, _))) {
                let frame = Frame { failure: Failure::Background, ..frame };
                self.elsewhere(|walker| walker.chain(&item.chain, frame, Failure::Background));
                continue;
            }
            let last = index + 1 == sequence.items.len();
            let before_and = if last { frame.failure } else { Failure::NotLast };
            self.chain(&item.chain, frame, before_and);
        }
    }

    /// `before_and` is what becomes of a failure that an `&&` behind it keeps from ending a script with `set -e`.
    fn chain(&mut self, chain: &'a Chain, frame: Frame<'a>, before_and: Failure) {
        let count = chain.rest.len();
        for (index, pipeline) in chain.pipelines().enumerate() {
            let caught_by = chain.rest.iter().skip(index).find(|(operator, ..)| *operator == AndOr::Or);
            let at_end = index == count;
            let failure = match caught_by.map(|(_, _, pipeline)| remedy(pipeline)) {
                Some(Some(failure)) => failure,
                _ if at_end && self.state.options.errexit && before_and == Failure::NotLast => frame.failure,
                _ => before_and,
            };
            let frame = Frame { failure, ..frame };
            let is_alternative = index > 0 && chain.rest.get(index - 1).is_some_and(|link| link.0 == AndOr::Or);
            if is_alternative {
                self.perhaps(|walker| walker.pipeline(pipeline, frame));
            } else {
                self.pipeline(pipeline, frame);
            }
        }
    }

    fn pipeline(&mut self, pipeline: &'a Pipeline, frame: Frame<'a>) {
        let failure = if pipeline.negated { Failure::Negated } else { frame.failure };
        let [command] = pipeline.commands.as_slice() else {
            let count = pipeline.commands.len();
            for (index, command) in pipeline.commands.iter().enumerate() {
                let last = index + 1 == count;
                let lost = !last && !self.state.options.pipefail && failure == Failure::Propagates;
                let frame = Frame {
                    failure: if lost { Failure::InPipe } else { failure },
                    pipe: match index {
                        0 => PipePosition::First,
                        _ if last => PipePosition::Last,
                        _ => PipePosition::Middle,
                    },
                    piped_into: pipeline.commands.get(index + 1).and_then(Command::simple),
                    ..frame
                };
                self.elsewhere(|walker| walker.command(command, frame));
            }
            return;
        };
        self.command(command, Frame { failure, ..frame });
    }

    fn command(&mut self, command: &'a Command, frame: Frame<'a>) {
        self.command_substitutions(command, frame);
        let inner = frame.deeper();
        match &command.kind {
            CommandKind::Simple(simple) => self.simple(simple, &command.redirections, frame),
            CommandKind::Group(body) => self.sequence(body, inner),
            CommandKind::Subshell(body) => self.elsewhere(|walker| walker.sequence(body, inner)),
            CommandKind::If(conditional) => {
                for (condition, body) in &conditional.branches {
                    self.sequence(condition, frame.condition());
                    self.perhaps(|walker| walker.sequence(body, inner));
                }
                if let Some(body) = &conditional.otherwise {
                    self.perhaps(|walker| walker.sequence(body, inner));
                }
            }
            CommandKind::For(header) => {
                self.perhaps(|walker| walker.sequence(&header.body, Frame { in_loop: true, ..inner }));
            }
            CommandKind::While(header) => {
                self.perhaps(|walker| {
                    walker.sequence(&header.condition, frame.condition());
                    walker.sequence(&header.body, Frame { in_loop: true, ..inner });
                });
            }
            CommandKind::Case(case) => {
                for (_, body) in &case.arms {
                    self.perhaps(|walker| walker.sequence(body, inner));
                }
            }
            CommandKind::Function(function) => self.elsewhere(|walker| {
                walker.state.directory = WorkingDirectory::Unknown;
                walker.command(&function.body, Frame { in_function: true, ..inner });
            }),
            CommandKind::Test(_) | CommandKind::Arithmetic(_) | CommandKind::Opaque => {}
        }
    }

    fn simple(&mut self, simple: &'a Simple, redirections: &'a [Redirection], frame: Frame<'a>) {
        self.found.push(Invoked {
            script: self.script,
            simple,
            redirections,
            circumstances: Circumstances {
                depth: frame.depth,
                in_condition: frame.in_condition,
                in_loop: frame.in_loop,
                in_function: frame.in_function,
                in_substitution: frame.in_substitution,
                pipe: frame.pipe,
                piped_into: frame.piped_into,
                failure: frame.failure,
                directory: self.state.directory.clone(),
                options: self.state.options,
                inside: frame.inside,
            },
        });
        if let Some(script) = &simple.wrapping.script {
            self.elsewhere(|walker| {
                walker.script = script;
                walker.state.options = simple.wrapping.options;
                if simple.wrapping.wrappers.iter().any(|wrapper| wrapper.name == "chroot") {
                    walker.state.directory = WorkingDirectory::Unknown;
                }
                walker.sequence(&script.body, Frame { inside: Some(simple), ..frame.deeper() });
            });
        }
        self.apply(simple, frame.failure);
    }

    /// What the command changes for those behind it.
    fn apply(&mut self, simple: &Simple, failure: Failure) {
        let arguments = || simple.words.iter().skip(1).map(Word::literal);
        match simple.name() {
            Some("cd" | "pushd") => {
                let target = arguments().find(|argument| argument.is_none_or(|text| !is_option_of_cd(text)));
                let directory = self.state.directory.join(target.flatten());
                let may_have_failed = matches!(failure, Failure::OrTrue | Failure::OrElse);
                self.state.directory = if may_have_failed { WorkingDirectory::Unknown } else { directory };
            }
            Some("popd" | "." | "source" | "eval") => self.state.directory = WorkingDirectory::Unknown,
            Some("set") => self.state.options.apply(arguments().map_while(|argument| argument)),
            _ => {}
        }
    }

    fn command_substitutions(&mut self, command: &'a Command, frame: Frame<'a>) {
        let mut found = Vec::new();
        // `x=$(false)` fails; `echo $(false)` does not.
        let mut decides = false;
        match &command.kind {
            CommandKind::Simple(simple) => {
                let values = simple.assignments.iter().flat_map(|assignment| &assignment.value);
                values.chain(&simple.words).for_each(|word| substitutions(&word.parts, &mut found));
                decides = simple.words.is_empty();
            }
            CommandKind::For(header) => {
                header.words.iter().flatten().for_each(|word| substitutions(&word.parts, &mut found));
            }
            CommandKind::Case(case) => substitutions(&case.word.parts, &mut found),
            CommandKind::Test(words) => words.iter().for_each(|word| substitutions(&word.parts, &mut found)),
            CommandKind::Arithmetic(parts) => substitutions(parts, &mut found),
            _ => {}
        }
        for redirection in &command.redirections {
            match &redirection.target {
                RedirectionTarget::Word(word) => substitutions(&word.parts, &mut found),
                RedirectionTarget::Heredoc { expansions, .. } => substitutions(expansions, &mut found),
            }
        }
        let failure = if decides { frame.failure } else { Failure::Substituted };
        let inner =
            Frame { in_substitution: true, failure, pipe: PipePosition::Alone, piped_into: None, ..frame.deeper() };
        for body in found {
            self.elsewhere(|walker| walker.sequence(body, inner));
        }
    }

    /// Walks what runs in a process of its own: nothing it changes stays.
    fn elsewhere(&mut self, walk: impl FnOnce(&mut Self)) {
        let (script, state) = (self.script, self.state.clone());
        walk(self);
        (self.script, self.state) = (script, state);
    }

    /// Walks what may not run, or run more than once: a directory that it changes is unknown behind it.
    fn perhaps(&mut self, walk: impl FnOnce(&mut Self)) {
        let before = self.state.clone();
        walk(self);
        if self.state.directory != before.directory {
            self.state.directory = WorkingDirectory::Unknown;
        }
        self.state.options = before.options;
    }
}

impl WorkingDirectory {
    fn join(&self, target: Option<&str>) -> WorkingDirectory {
        match (self, target) {
            (_, Some(target)) if target.starts_with('/') => WorkingDirectory::Path(target.to_owned()),
            (_, None | Some("-" | "")) => WorkingDirectory::Unknown,
            (WorkingDirectory::Initial, Some(target)) => WorkingDirectory::Path(target.to_owned()),
            (WorkingDirectory::Path(path), Some(target)) => {
                WorkingDirectory::Path(format!("{}/{target}", path.trim_end_matches('/')))
            }
            (WorkingDirectory::Unknown, Some(_)) => WorkingDirectory::Unknown,
        }
    }
}

fn is_option_of_cd(argument: &str) -> bool {
    matches!(argument, "--" | "-P" | "-L" | "-e" | "-Pe")
}

/// What the right side of `||` makes of the failure before it; `None` when it passes the failure on.
fn remedy(pipeline: &Pipeline) -> Option<Failure> {
    let [command] = pipeline.commands.as_slice() else { return Some(Failure::OrElse) };
    if let CommandKind::Group(body) = &command.kind {
        // `|| { echo failed; exit 1; }`
        return match body.items.last() {
            Some(Item { chain, .. }) if chain.rest.is_empty() => remedy(&chain.first).map(|_| Failure::OrElse),
            _ => Some(Failure::OrElse),
        };
    }
    let Some(simple) = command.simple() else { return Some(Failure::OrElse) };
    let operand = simple.words.get(1).map(Word::literal);
    match (simple.name(), operand) {
        (Some("true" | ":"), _) | (Some("exit" | "return"), Some(Some("0"))) => Some(Failure::OrTrue),
        (Some("exit" | "return" | "false"), _) => None,
        _ => Some(Failure::OrElse),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::{Dialect, ScriptForm, ScriptSource, Status};

    fn parse(text: &str) -> Script {
        let mut source = ScriptSource::new(Dialect::Sh, ScriptForm::ShellForm);
        source.push(text, 100);
        let script = Script::parse(source);
        assert_eq!(script.status, Status::Clean, "{text}");
        script
    }

    fn names(text: &str) -> Vec<String> {
        parse(text).commands().iter().map(|it| it.name().unwrap_or("?").to_owned()).collect()
    }

    fn failures(text: &str) -> Vec<(String, Failure)> {
        let script = parse(text);
        let commands = script.commands();
        commands.iter().map(|it| (it.name().unwrap_or("?").to_owned(), it.circumstances.failure)).collect()
    }

    fn failure(text: &str, name: &str) -> Failure {
        failures(text).into_iter().find(|(found, _)| found == name).unwrap().1
    }

    fn directory(text: &str, name: &str) -> WorkingDirectory {
        let script = parse(text);
        let commands = script.commands();
        commands.iter().find(|it| it.name() == Some(name)).unwrap().circumstances.directory.clone()
    }

    #[test]
    fn commands_come_in_the_order_in_which_they_run() {
        assert_eq!(names("a $(b \"$(c)\") && ( d | e ) || { f; }"), ["c", "b", "a", "d", "e", "f"]);
        assert_eq!(names("if a; then b; fi; for x in $(c); do d; done; f() { g; }"), ["a", "b", "c", "d", "g"]);
    }

    #[test]
    fn wrappers_are_looked_through() {
        for text in [
            "sudo -E -u root apt-get install",
            "env -i A=1 B=2 apt-get install",
            "sudo A=1 nice -n 5 timeout -s KILL 5m apt-get install",
            "/usr/bin/time -p apt-get install",
            "gosu app:app apt-get install",
            "xargs -r -n 1 apt-get install",
            "command exec apt-get install",
            "chroot --userspec=a:b /mnt apt-get install",
            "stdbuf -oL nohup apt-get install",
        ] {
            let script = parse(text);
            let commands = script.commands();
            assert_eq!((commands[0].name(), commands[0].arguments().len()), (Some("apt-get"), 1), "{text}");
        }
    }

    #[test]
    fn a_wrapper_without_a_command_is_the_command() {
        assert_eq!(names("env"), ["env"]);
        assert_eq!(names("command -v curl"), ["command"]);
        assert_eq!(names("sudo -v"), ["sudo"]);
    }

    #[test]
    fn wrappers_say_as_whom_and_with_which_environment() {
        let script = parse("sudo -u app DEBIAN_FRONTEND=noninteractive apt-get update");
        let command = &script.commands()[0];
        let user = command.wrapper("sudo").and_then(|it| it.user).map(|at| command.simple.words[at].literal());
        assert_eq!(user, Some(Some("app")));
        assert!(command.sets_variable("DEBIAN_FRONTEND") && !command.sets_variable("DEBIAN"));
    }

    #[test]
    fn commands_in_the_argument_of_a_shell_are_found_and_have_places_in_the_file() {
        for text in [
            "bash -lc 'apt-get update'",
            "sh -exc \"apt-get update\"",
            "bash -o pipefail -c 'apt-get update'",
            "su - app -c 'apt-get update'",
            "sudo bash -c 'apt-get update'",
            "eval 'apt-get update'",
        ] {
            let script = parse(text);
            let commands = script.commands();
            let inner = commands.iter().find(|it| it.name() == Some("apt-get")).unwrap();
            assert_eq!(inner.to_file(inner.span()).start, 100 + text.find("apt-get").unwrap(), "{text}");
            assert!(inner.circumstances.inside.is_some());
        }
    }

    #[test]
    fn a_shell_inside_a_shell_is_entered_with_exact_places() {
        let text = r#"bash -c "sh -c \"echo 'a' && apt-get \\\\ update\"""#;
        let script = parse(text);
        let commands = script.commands();
        let inner = commands.iter().find(|it| it.name() == Some("apt-get")).unwrap();
        assert_eq!(
            inner.to_file(inner.words()[0].span),
            Span::at(100 + text.find("apt-get").unwrap()).cover(Span::at(100 + text.find("apt-get").unwrap() + 7))
        );
        assert_eq!(inner.to_file(inner.words().last().unwrap().span).end, 100 + text.find("update").unwrap() + 6);
    }

    #[test]
    fn a_dynamic_argument_of_a_shell_is_not_entered() {
        assert_eq!(names("sh -c \"apt-get install $X\""), ["sh"]);
        assert_eq!(names("sh install.sh"), ["sh"]);
    }

    #[test]
    fn a_failure_is_followed_to_its_end() {
        assert_eq!(failure("a && b", "a"), Failure::Propagates);
        assert_eq!(failure("a || true", "a"), Failure::OrTrue);
        assert_eq!(failure("a && b || :", "a"), Failure::OrTrue);
        assert_eq!(failure("a || b", "a"), Failure::OrElse);
        assert_eq!(failure("a || exit 1", "a"), Failure::Propagates);
        assert_eq!(failure("a || { echo no; exit 1; }", "a"), Failure::Propagates);
        assert_eq!(failure("a; b", "a"), Failure::NotLast);
        assert_eq!(failure("a; b", "b"), Failure::Propagates);
        assert_eq!(failure("a & b", "a"), Failure::Background);
        assert_eq!(failure("if a; then b; fi", "a"), Failure::Condition);
        assert_eq!(failure("! a", "a"), Failure::Negated);
        assert_eq!(failure("echo $(a)", "a"), Failure::Substituted);
        assert_eq!(failure("x=$(a) && b", "a"), Failure::Propagates);
        assert_eq!(failure("a | b", "a"), Failure::InPipe);
    }

    #[test]
    fn set_options_decide_about_failures() {
        assert_eq!(failure("set -e; a; b", "a"), Failure::Propagates);
        assert_eq!(failure("set -ex; a && c; b", "a"), Failure::NotLast);
        assert_eq!(failure("set -ex; a && c; b", "c"), Failure::Propagates);
        assert_eq!(failure("set -o pipefail && a | b", "a"), Failure::Propagates);
        assert_eq!(failure("bash -ec 'a; b'", "a"), Failure::Propagates);
        assert_eq!(failure("set -e; sh -c 'a; b'", "a"), Failure::NotLast);
        assert_eq!(failure("( set -e ); a; b", "a"), Failure::NotLast);
    }

    #[test]
    fn the_working_directory_is_followed() {
        let path = |text: &str| WorkingDirectory::Path(text.to_owned());
        assert_eq!(directory("a", "a"), WorkingDirectory::Initial);
        assert_eq!(directory("cd /src && a", "a"), path("/src"));
        assert_eq!(directory("cd -P -- /src; cd sub; a", "a"), path("/src/sub"));
        assert_eq!(directory("(cd /src && b); a", "a"), WorkingDirectory::Initial);
        assert_eq!(directory("cd $X && a", "a"), WorkingDirectory::Unknown);
        assert_eq!(directory("cd; a", "a"), WorkingDirectory::Unknown);
        assert_eq!(directory("if b; then cd /x; fi; a", "a"), WorkingDirectory::Unknown);
        assert_eq!(directory("cd /x || true; a", "a"), WorkingDirectory::Unknown);
        assert_eq!(directory("cd /x || exit 1; a", "a"), path("/x"));
        assert_eq!(directory("cd x && sh -c 'a'", "a"), path("x"));
    }

    #[test]
    fn circumstances_tell_where_a_command_stands() {
        let script = parse("while a; do b; done; f() { c; }; curl x | sh; echo $(d)");
        let commands = script.commands();
        let of = |name: &str| &commands.iter().find(|it| it.name() == Some(name)).unwrap().circumstances;
        assert!(of("a").in_condition && !of("a").in_loop);
        assert!(of("b").in_loop && of("c").in_function && of("d").in_substitution);
        assert_eq!(of("curl").piped_into.and_then(Simple::name), Some("sh"));
        assert_eq!((of("curl").pipe, of("sh").pipe), (PipePosition::First, PipePosition::Last));
    }
}
