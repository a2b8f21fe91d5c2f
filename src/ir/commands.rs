//! Every command that a build or its container may run.

use std::cell::OnceCell;

use crate::knowledge::commands::{Download, Wrapped, Wrapper, strip_wrapper};
use crate::knowledge::file_name;
use crate::knowledge::package_managers::{Action, Invocation, Operand, recognise};
use crate::shell::{Failure, Invoked};
use crate::source::Span;
use crate::syntax::{CommandForm, InstructionKind, Keyword};

use super::{Build, Stage, Step, command_of};

/// The commands of a file, in the order in which they stand.
#[derive(Debug)]
pub struct Commands<'b> {
    commands: Vec<Command<'b>>,
    /// For each stage, where the commands of each of its steps start, and where those of the last one end.
    starts: Vec<Vec<usize>>,
}

/// One command, looked at through `sudo`, `env` and the like.
#[derive(Debug)]
pub struct Command<'b> {
    /// The step that holds it.
    pub step: &'b Step<'b>,
    /// Its words behind the wrappers, the name first. Empty for assignments alone.
    pub words: Vec<CommandWord<'b>>,
    /// In exec form, the wrappers' words: `tini`, `--`. The wrappers in a script are those of [`Invoked::wrappers`].
    pub wrapping: Vec<CommandWord<'b>>,
    /// The command in its script; `None` in exec form.
    pub invoked: Option<Invoked<'b>>,
    /// What it asks of a package manager, if it is one. Indices are indices of `words`.
    pub manager: Option<Invocation<'b>>,
    pub(super) download: OnceCell<Option<Download<'b>>>,
}

/// A word of a command.
#[derive(Debug, Clone, Copy)]
pub struct CommandWord<'b> {
    /// The value, where it is known without running anything.
    pub value: Option<&'b str>,
    /// The word as the shell gets it, with quotes, globs and `~`.
    pub written: &'b str,
    /// Its place in the file.
    pub span: Span,
    /// Whether the place holds the word and nothing else: no continuation or comment lies inside.
    pub is_contiguous: bool,
}

impl<'b> Commands<'b> {
    /// The commands of all RUN, CMD, ENTRYPOINT and HEALTHCHECK instructions, also of those inside ONBUILD.
    pub fn new(build: &'b Build<'b>) -> Self {
        let mut commands = Vec::new();
        let mut of_stage = |stage: &'b Stage<'b>| {
            let mut starts = Vec::with_capacity(stage.steps.len() + 1);
            for step in &stage.steps {
                starts.push(commands.len());
                add_of_step(build, step, &mut commands);
            }
            starts.push(commands.len());
            starts
        };
        let starts = build.stages.iter().map(&mut of_stage).collect();
        Self { commands, starts }
    }

    /// All commands.
    pub fn all(&self) -> &[Command<'b>] {
        &self.commands
    }

    /// The commands that the build runs: those of RUN.
    pub fn of_build(&self) -> impl Iterator<Item = &Command<'b>> {
        self.commands.iter().filter(|command| command.step.instruction.keyword == Some(Keyword::Run))
    }

    /// The commands of one step.
    pub fn of_step(&self, step: &Step<'_>) -> &[Command<'b>] {
        let starts = self.starts.get(step.stage).and_then(|starts| starts.get(step.index..step.index + 2));
        let of_step = starts.and_then(|starts| self.commands.get(starts[0]..starts[1]));
        of_step.unwrap_or_default()
    }

    /// The commands of package managers that the build runs.
    pub fn package_managers(&self) -> impl Iterator<Item = (&Command<'b>, &Invocation<'b>)> {
        self.of_build().filter_map(|command| Some((command, command.manager.as_ref()?)))
    }

    /// Whether the step takes packages of the distribution away again: which of them, `apk del .build-deps` does not say.
    pub fn removes_packages(&self, step: &Step<'_>) -> bool {
        let mut managers = self.of_step(step).iter().filter_map(|command| command.manager.as_ref());
        managers.any(|it| it.action == Action::Remove && it.manager.is_system())
    }
}

impl<'b> CommandWord<'b> {
    /// The value, or else the word with its globs and `~` as they stand; `None` where expansions or braces make it up.
    pub fn pattern(&self) -> Option<&'b str> {
        self.value.or_else(|| is_plain(self.written).then_some(self.written))
    }

    /// The word as it stands, but for its quotes.
    pub fn without_quotes(&self) -> String {
        self.written.replace(['"', '\''], "")
    }

    /// A path below `$HOME` in which nothing else has to be expanded, without quotes.
    fn path_in_home(&self) -> Option<&'b str> {
        let quoted = self.written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let path = quoted.unwrap_or(self.written);
        let below = ["$HOME/", "${HOME}/"].iter().find_map(|start| path.strip_prefix(start))?;
        let is_glob = below.contains(['*', '?', '[']);
        (is_plain(below) && !(is_glob && quoted.is_some())).then_some(path)
    }
}

/// Whether nothing in the text has to be expanded but globs and `~`.
fn is_plain(text: &str) -> bool {
    !text.contains(['$', '`', '{', '"', '\'', '\\', '(', '<', '>'])
}

fn add_of_step<'b>(build: &'b Build<'b>, step: &'b Step<'b>, commands: &mut Vec<Command<'b>>) {
    match command_of(step.instruction.innermost()) {
        Some(CommandForm::Exec { words, .. }) if build.scripts(step).is_empty() => {
            let words = words.iter().map(|word| CommandWord {
                value: Some(word.text()),
                written: word.text(),
                span: word.span(),
                is_contiguous: word.is_contiguous(),
            });
            commands.push(Command::in_exec_form(step, words.collect()));
        }
        Some(_) => of_scripts(build, step, commands),
        None => {}
    }
}

fn of_scripts<'b>(build: &'b Build<'b>, step: &'b Step<'b>, commands: &mut Vec<Command<'b>>) {
    let options = match command_of(step.instruction.innermost()) {
        Some(CommandForm::Shell(_)) => build.shell_of(step).1,
        _ => crate::shell::ShellOptions::default(),
    };
    for script in build.scripts(step) {
        for invoked in script.commands_with(options) {
            let words = invoked.words().iter().map(|word| {
                let exact = invoked.script.source.to_file(word.span);
                CommandWord {
                    value: word.literal(),
                    written: invoked.script.slice(word.span),
                    span: exact.unwrap_or_else(|| invoked.to_file(word.span)),
                    is_contiguous: exact.is_some(),
                }
            });
            commands.push(Command::new(step, words.collect(), Some(invoked)));
        }
    }
}

impl<'b> Command<'b> {
    /// Nobody but the wrappers themselves looks at the words of an exec form.
    fn in_exec_form(step: &'b Step<'b>, mut words: Vec<CommandWord<'b>>) -> Self {
        let mut head = 0;
        let values: Vec<Option<&str>> = words.iter().map(|word| word.value).collect();
        while let Some(Wrapper { command: Wrapped::Words(at), .. }) = strip_wrapper(&values[head..])
            && at > 0
        {
            head += at;
        }
        let wrapping = words.drain(..head).collect();
        Self { wrapping, ..Self::new(step, words, None) }
    }

    fn new(step: &'b Step<'b>, words: Vec<CommandWord<'b>>, invoked: Option<Invoked<'b>>) -> Self {
        let values: Vec<Option<&'b str>> = words.iter().map(|word| word.value).collect();
        Self { step, manager: recognise(&values), words, invoked, wrapping: Vec::new(), download: OnceCell::new() }
    }

    /// The name of what is run, without directory, where it is known.
    pub fn name(&self) -> Option<&'b str> {
        self.words.first()?.value.map(file_name)
    }

    /// The compiled program that .NET's host is told to run: `app.dll` of `dotnet app.dll`.
    pub fn assembly(&self) -> Option<&CommandWord<'b>> {
        let is_assembly = |word: &&CommandWord<'_>| word.value.is_some_and(|value| value.ends_with(".dll"));
        self.first_operand().filter(is_assembly).filter(|_| self.name() == Some("dotnet"))
    }

    /// The place of the name.
    pub fn name_span(&self) -> Span {
        self.words.first().map_or(self.step.instruction.keyword_span(), |word| word.span)
    }

    /// From the name to the last word.
    pub fn span(&self) -> Span {
        self.words.last().map_or(self.name_span(), |last| self.name_span().cover(last.span))
    }

    /// The words behind the name.
    pub fn arguments(&self) -> &[CommandWord<'b>] {
        self.words.get(1..).unwrap_or_default()
    }

    /// The words with globs and `~` left as they stand; `None` for one that expansions, or braces, make up.
    pub fn patterns(&self) -> Vec<Option<&'b str>> {
        self.words.iter().map(|word| word.pattern()).collect()
    }

    /// The words as [`patterns`](Self::patterns) has them, and also paths below `$HOME` as they stand, for those who know
    /// where that is.
    pub fn patterns_in_home(&self) -> Vec<Option<&'b str>> {
        let is_home_set = || {
            let script = self.invoked.as_ref().map(|invoked| invoked.script);
            script.is_some_and(|script| script.variables().iter().any(|it| it.assigned && it.name == "HOME"))
        };
        self.words
            .iter()
            .map(|word| word.pattern().or_else(|| word.path_in_home().filter(|_| !is_home_set())))
            .collect()
    }

    /// The words with which `rm` and `find` are told where to remove something, each with its place among the words.
    pub fn removal_operands(&self) -> impl Iterator<Item = (usize, &CommandWord<'b>)> {
        let is_option = |word: &CommandWord<'_>| word.value.unwrap_or(word.written).starts_with(['-', '(', '!']);
        let is_find = self.name() == Some("find");
        let words = self.words.iter().enumerate().skip(1);
        words.take_while(move |(_, word)| !is_find || !is_option(word)).filter(move |(_, word)| !is_option(word))
    }

    /// Whether the command surely has nothing to do with what a package manager of a language has downloaded. Scripts and
    /// `make` may.
    pub fn uses_no_downloads(&self) -> bool {
        const NAMES: &[&str] = &[
            "addgroup", "adduser", "cat", "cd", "chmod", "chown", "cp", "echo", "export", "groupadd", "ln", "ls",
            "mkdir", "mv", "printf", "rm", "set", "strip", "tar", "test", "touch", "true", "useradd",
        ];
        let is_system = self.manager.as_ref().is_some_and(|invocation| invocation.manager.is_system());
        is_system || self.name().is_some_and(|name| NAMES.binary_search(&name).is_ok())
    }

    /// Whether one of the words behind the name is exactly `value`.
    pub fn has_argument(&self, value: &str) -> bool {
        self.arguments().iter().any(|word| word.value == Some(value))
    }

    /// The first word behind the name that is no option.
    pub fn first_operand(&self) -> Option<&CommandWord<'b>> {
        self.arguments().iter().find(|word| !word.value.is_some_and(|value| value.starts_with('-')))
    }

    /// The place of an operand of a package manager's command.
    pub fn operand_span(&self, operand: &Operand<'_>) -> Span {
        self.words.get(operand.word).map_or(self.span(), |word| word.span)
    }

    /// The place of the verb of a package manager's command; of its name where it has no verb.
    pub fn verb_span(&self) -> Span {
        let verb = self.manager.as_ref().map_or(&[][..], |manager| &manager.verb);
        let spans = verb.iter().filter_map(|&at| self.words.get(at)).map(|word| word.span);
        spans.reduce(Span::cover).unwrap_or(self.name_span())
    }

    /// A word with the blanks before it, to be taken out; `None` for the first one.
    pub fn span_of_word_with_blanks(&self, word: usize) -> Option<Span> {
        let (before, word) = (self.words.get(word.checked_sub(1)?)?, self.words.get(word)?);
        (before.span.end <= word.span.start).then(|| Span::new(before.span.end, word.span.end))
    }

    /// Whether its script is ready for its failure: it decides a condition, or `||` or `!` stands beside it.
    pub fn is_expected_to_fail(&self) -> bool {
        self.invoked.as_ref().is_some_and(|invoked| {
            let circumstances = &invoked.circumstances;
            let is_caught = matches!(
                circumstances.failure,
                Failure::OrTrue | Failure::OrElse | Failure::Condition | Failure::Negated
            );
            circumstances.in_condition || circumstances.in_function || is_caught
        })
    }

    /// Whether this is a shell for a person at a terminal: one that is given no script, `bash --login -i`.
    pub fn is_interactive_shell(&self) -> bool {
        matches!(self.name(), Some("ash" | "bash" | "dash" | "fish" | "sh" | "zsh"))
            && self.arguments().iter().all(|word| word.value.is_some_and(|it| it.starts_with('-') && it != "-c"))
    }

    /// Whether the command is in a RUN, not in what the container will run.
    pub fn is_in_build(&self) -> bool {
        matches!(self.step.instruction.kind, InstructionKind::Run(_))
    }
}
