//! What a script is made of. Every span is a span of the script's text.

use std::rc::Rc;

use crate::shell::{Part, ScriptSource, Word, Wrapping};
use crate::source::Span;

/// A script and what is known about it.
#[derive(Debug, Clone)]
pub struct Script {
    /// The text and its map to the file.
    pub source: ScriptSource,
    /// Whether the text is valid shell.
    pub status: Status,
    /// The commands. Empty unless the status is [`Status::Clean`]. Scripts of the same text may share them.
    pub body: Rc<Sequence>,
}

/// Whether a script could be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Valid and understood.
    Clean,
    /// A shell would refuse it.
    Invalid {
        /// Where the shell would stop.
        span: Span,
        /// What is wrong, as a sentence without full stop.
        message: String,
    },
    /// Not looked into: another language, or beyond what is worth understanding.
    Opaque {
        /// Why, in a few words.
        reason: &'static str,
    },
}

/// Commands one after another.
#[derive(Debug, Clone, Default)]
pub struct Sequence {
    /// The commands with what ends each.
    pub items: Vec<Item>,
}

/// One AND-OR chain of a sequence.
#[derive(Debug, Clone)]
pub struct Item {
    /// The chain.
    pub chain: Chain,
    /// What ends it; `None` at the end of the sequence.
    pub terminator: Option<(Terminator, Span)>,
}

/// What ends a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Terminator {
    /// `;`
    Semicolon,
    /// `&`: the chain runs in the background.
    Background,
    /// The end of the line.
    Newline,
}

/// Pipelines joined by `&&` and `||`, which bind equally, from left to right.
#[derive(Debug, Clone)]
pub struct Chain {
    /// The first pipeline.
    pub first: Pipeline,
    /// The pipelines behind, each with the operator before it.
    pub rest: Vec<(AndOr, Span, Pipeline)>,
}

/// An operator between pipelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AndOr {
    /// `&&`
    And,
    /// `||`
    Or,
}

/// Commands joined by pipes.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// Whether `!` turns the exit status around.
    pub negated: bool,
    /// Whether the keyword `time` stands before it.
    pub timed: bool,
    /// The commands; at least one.
    pub commands: Vec<Command>,
    /// The operators between, one fewer than commands; `true` for `|&`.
    pub pipes: Vec<(bool, Span)>,
    /// From `!` or `time` or the first command to the last.
    pub span: Span,
}

/// A command and its redirections.
#[derive(Debug, Clone)]
pub struct Command {
    /// What kind of command.
    pub kind: CommandKind,
    /// Redirections, in the order of the text.
    pub redirections: Vec<Redirection>,
    /// From the first to the last byte, redirections included.
    pub span: Span,
}

/// The kinds of commands.
#[derive(Debug, Clone)]
pub enum CommandKind {
    /// A program, builtin or function call, or assignments alone.
    Simple(Box<Simple>),
    /// `{ …; }`
    Group(Sequence),
    /// `( … )`
    Subshell(Sequence),
    /// `if`
    If(Box<If>),
    /// `for` and `select`
    For(Box<For>),
    /// `while` and `until`
    While(Box<While>),
    /// `case`
    Case(Box<Case>),
    /// A function definition.
    Function(Box<Function>),
    /// `[[ … ]]`, with the words in it.
    Test(Vec<Word>),
    /// `(( … ))`, with the variables in it.
    Arithmetic(Vec<Part>),
    /// Something that is not looked into (`coproc`).
    Opaque,
}

/// A simple command.
#[derive(Debug, Clone)]
pub struct Simple {
    /// Assignments before the first word.
    pub assignments: Vec<Assignment>,
    /// Assignments that are arguments of `export`, `local`, `readonly`, `declare` or `typeset`.
    pub declared: Vec<Assignment>,
    /// The words, the command's name first; empty when there are only assignments or redirections.
    pub words: Vec<Word>,
    /// From the first to the last byte, redirections included.
    pub span: Span,
    /// The wrappers (`sudo`, `env`, `sh -c`) around what is really run.
    pub wrapping: Wrapping,
}

/// `NAME=value`
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The variable.
    pub name: Box<str>,
    /// The place of the name.
    pub name_span: Span,
    /// The value: one word, or the elements of an array.
    pub value: Vec<Word>,
    /// Whether it is `NAME=( … )`.
    pub array: bool,
    /// Whether it is `+=`.
    pub append: bool,
    /// Name and value.
    pub span: Span,
}

/// An `if` with its `elif`s.
#[derive(Debug, Clone)]
pub struct If {
    /// Condition and commands of `if` and each `elif`.
    pub branches: Vec<(Sequence, Sequence)>,
    /// Commands of `else`.
    pub otherwise: Option<Sequence>,
}

/// A `for` or `select` loop.
#[derive(Debug, Clone)]
pub struct For {
    /// The variable; `None` for the arithmetic form `for (( … ))`.
    pub variable: Option<(Box<str>, Span)>,
    /// The words after `in`; `None` without `in`.
    pub words: Option<Vec<Word>>,
    /// The commands.
    pub body: Sequence,
}

/// A `while` or `until` loop.
#[derive(Debug, Clone)]
pub struct While {
    /// The condition.
    pub condition: Sequence,
    /// The commands.
    pub body: Sequence,
    /// Whether it is `until`.
    pub until: bool,
}

/// A `case`.
#[derive(Debug, Clone)]
pub struct Case {
    /// The word that is compared.
    pub word: Word,
    /// Words inside the patterns, and the commands, of each arm.
    pub arms: Vec<(Vec<Word>, Sequence)>,
}

/// A function definition.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name.
    pub name: Box<str>,
    /// Its body.
    pub body: Command,
}

/// A redirection.
#[derive(Debug, Clone)]
pub struct Redirection {
    /// The file descriptor written before the operator.
    pub descriptor: Option<i32>,
    /// The operator.
    pub operator: RedirectionOperator,
    /// What it reads or writes.
    pub target: RedirectionTarget,
    /// Descriptor, operator and target; for a heredoc up to the delimiter.
    pub span: Span,
}

/// The redirection operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectionOperator {
    /// `>`
    Output,
    /// `>|`
    Clobber,
    /// `>>`
    Append,
    /// `<`
    Input,
    /// `<>`
    ReadWrite,
    /// `<<` and `<<-`
    Heredoc,
    /// `<<<`
    HereString,
    /// `>&`
    DuplicateOutput,
    /// `<&`
    DuplicateInput,
    /// `&>` and `&>>`
    OutputBoth,
}

/// What a redirection reads or writes.
#[derive(Debug, Clone)]
pub enum RedirectionTarget {
    /// A path, a descriptor or a string.
    Word(Word),
    /// The lines up to the delimiter.
    Heredoc {
        /// The lines, without the delimiter's.
        body: Span,
        /// Whether the delimiter is quoted, so that nothing in the body is expanded.
        quoted: bool,
        /// The expansions in the body.
        expansions: Vec<Part>,
    },
}

impl RedirectionOperator {
    /// Whether something is given to the command to read.
    pub fn reads(self) -> bool {
        use RedirectionOperator::{DuplicateInput, HereString, Heredoc, Input, ReadWrite};
        matches!(self, Input | ReadWrite | Heredoc | HereString | DuplicateInput)
    }
}

impl Script {
    /// The text of a span.
    pub fn slice(&self, span: Span) -> &str {
        self.source.text().get(span.range()).unwrap_or_default()
    }

    /// Whether the commands are known.
    pub fn is_clean(&self) -> bool {
        self.status == Status::Clean
    }
}

impl Chain {
    /// The pipelines, from left to right.
    pub fn pipelines(&self) -> impl Iterator<Item = &Pipeline> {
        std::iter::once(&self.first).chain(self.rest.iter().map(|(_, _, pipeline)| pipeline))
    }

    /// From the first to the last pipeline.
    pub fn span(&self) -> Span {
        self.rest.last().map_or(self.first.span, |(_, _, last)| self.first.span.cover(last.span))
    }
}

impl Command {
    /// The simple command, when it is one.
    pub fn simple(&self) -> Option<&Simple> {
        match &self.kind {
            CommandKind::Simple(simple) => Some(simple),
            _ => None,
        }
    }
}

impl Simple {
    /// The first word's value, when it is static.
    pub fn name(&self) -> Option<&str> {
        self.words.first()?.literal()
    }
}
