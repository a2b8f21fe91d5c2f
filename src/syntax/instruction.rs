//! One instruction, with a typed view of its arguments.

use crate::source::{LocatedText, Span};

use super::{Flag, Heredoc, Keyword, Token};

/// A word of an instruction, which knows its place in the file. Quotes and escapes are still in it, except in flags
/// and in the strings of a JSON array.
pub type Word = LocatedText;

/// One instruction of a Dockerfile.
///
/// ```text
/// RUN --mount=type=cache,target=/c <<EOF cat \
/// |-|                                              keyword_word
///     |--------------------------|                 flags
///                                  |--------       arguments, continued on the next lines
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// From the keyword to the last byte of its last line, heredocs included, without that line's end.
    pub span: Span,
    /// 1-based line on which it starts.
    pub first_line: usize,
    /// 1-based line on which it ends, as BuildKit counts: heredocs and comments behind a continuation belong to it.
    pub last_line: usize,
    /// What it is; `None` for a word that BuildKit does not know.
    pub keyword: Option<Keyword>,
    /// The keyword as written.
    pub keyword_word: Word,
    /// The flags, in their order.
    pub flags: Vec<Flag>,
    /// The arguments behind the flags, without white space around them.
    pub arguments: Word,
    /// The arguments as the instruction takes them.
    pub kind: InstructionKind,
    /// The heredocs, in the order of their operators.
    pub heredocs: Vec<Heredoc>,
    /// Lines with nothing but white space inside the continued instruction, which BuildKit drops with a warning.
    pub empty_continuation_lines: Vec<Span>,
    /// The instruction without its continuations and inner comments: what BuildKit parses, keyword included.
    pub text: LocatedText,
    /// The bytes of all lines of the instruction, in pieces, without a gap.
    pub(super) tokens: Vec<Token>,
}

/// The arguments of an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstructionKind {
    /// `ADD`
    Add(Transfer),
    /// `ARG`
    Arg(Pairs),
    /// `CMD`
    Cmd(CommandForm),
    /// `COPY`
    Copy(Transfer),
    /// `ENTRYPOINT`
    Entrypoint(CommandForm),
    /// `ENV`
    Env(Pairs),
    /// `EXPOSE`, with its ports.
    Expose(Vec<Word>),
    /// `FROM`
    From(From),
    /// `HEALTHCHECK`
    Healthcheck(Healthcheck),
    /// `LABEL`
    Label(Pairs),
    /// `MAINTAINER`, with the name.
    Maintainer(Word),
    /// `ONBUILD`, with the instruction that it keeps for later.
    Onbuild(Box<Instruction>),
    /// `RUN`
    Run(CommandForm),
    /// `SHELL`, with the words of the shell.
    Shell(Vec<Word>),
    /// `STOPSIGNAL`, with the signal.
    Stopsignal(Word),
    /// `USER`, with user and group.
    User(Word),
    /// `VOLUME`, with its paths.
    Volume(Vec<Word>),
    /// `WORKDIR`, with the path.
    Workdir(Word),
    /// An unknown keyword, or arguments that make no sense; a [`Problem`](super::Problem) says which.
    Malformed,
}

/// The arguments of `FROM`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From {
    /// The base image or stage.
    pub image: Word,
    /// The stage's name, where it has one.
    pub name: Option<StageName>,
}

/// `AS name`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageName {
    /// The word `AS`, in any case.
    pub as_keyword: Word,
    /// The name.
    pub word: Word,
}

/// The arguments of `COPY` and `ADD`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// The sources; a heredoc stands here with its operator.
    pub sources: Vec<Word>,
    /// The destination.
    pub destination: Word,
    /// Whether the arguments are a JSON array.
    pub json: bool,
}

/// A command: a string for the shell, or the words themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandForm {
    /// Shell form: the text that the shell gets.
    Shell(Word),
    /// Exec form.
    Exec {
        /// The decoded strings.
        words: Vec<Word>,
        /// From `[` to `]`.
        span: Span,
    },
}

impl CommandForm {
    /// From the first byte of the command to the last.
    pub fn span(&self) -> Span {
        match self {
            CommandForm::Shell(text) => text.span(),
            CommandForm::Exec { span, .. } => *span,
        }
    }
}

/// The arguments of `ENV`, `LABEL` and `ARG`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairs {
    /// The pairs, in their order.
    pub pairs: Vec<Pair>,
    /// Whether this is the old form of ENV and LABEL, `ENV name value`.
    pub legacy: bool,
}

/// A name and its value. Quotes and escapes are still in both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The name.
    pub name: Word,
    /// The value; `None` for `ARG name`.
    pub value: Option<Word>,
}

impl Pair {
    /// From the name to the end of the value.
    pub fn span(&self) -> Span {
        self.value.as_ref().map_or(self.name.span(), |value| self.name.span().cover(value.span()))
    }
}

/// The arguments of `HEALTHCHECK`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Healthcheck {
    /// `HEALTHCHECK NONE`
    None,
    /// `HEALTHCHECK CMD ...`
    Cmd(CommandForm),
}

impl Instruction {
    /// The flag called `name`, without dashes; the first where it stands several times.
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.name.text() == name)
    }

    /// The place of the keyword.
    pub fn keyword_span(&self) -> Span {
        self.keyword_word.span()
    }

    /// The heredoc whose operator is `word`, a source of COPY or ADD.
    pub fn heredoc_of(&self, word: &Word) -> Option<&Heredoc> {
        let span = word.span();
        let found = self.heredocs.partition_point(|heredoc| heredoc.operator < span);
        self.heredocs.get(found).filter(|heredoc| heredoc.operator == span)
    }

    /// The instruction that will run: the one inside ONBUILD, else this one.
    pub fn innermost(&self) -> &Instruction {
        let mut instruction = self;
        while let InstructionKind::Onbuild(inner) = &instruction.kind {
            instruction = inner;
        }
        instruction
    }

    /// The pieces of the instruction's lines, from the first byte of its first line to the last byte of its last.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }
}
