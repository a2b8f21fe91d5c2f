//! What BuildKit would refuse while it reads the file.

use crate::source::Span;

use super::Keyword;

/// A reason for which BuildKit refuses the file, and the place that is to blame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// The word at fault.
    pub span: Span,
}

/// What BuildKit refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemKind {
    /// No instruction in the file.
    NoInstructions,
    /// A line longer than the 65,535 bytes that BuildKit's scanner takes.
    LineTooLong,
    /// The first word of an instruction is not a keyword.
    UnknownInstruction {
        /// The word, as written.
        word: String,
    },
    /// A flag that the instruction does not have.
    UnknownFlag {
        /// The instruction.
        keyword: Keyword,
        /// The flag's name, without dashes.
        name: String,
    },
    /// A flag that may stand once only.
    RepeatedFlag {
        /// The flag's name, without dashes.
        name: String,
    },
    /// A flag that needs a value and has none.
    FlagWithoutValue {
        /// The flag's name, without dashes.
        name: String,
    },
    /// A flag whose value is not what it takes.
    InvalidFlagValue {
        /// The flag's name, without dashes.
        name: String,
        /// What it takes.
        expected: String,
    },
    /// The instruction has too few arguments or too many.
    WrongArguments {
        /// The instruction.
        keyword: Keyword,
        /// What it takes: "one argument".
        expected: &'static str,
    },
    /// A heredoc whose delimiter never comes.
    UnterminatedHeredoc {
        /// The delimiter.
        delimiter: String,
    },
    /// `# escape=` with something other than a backslash or a backtick.
    InvalidEscape {
        /// The value.
        value: String,
    },
    /// A parser directive that stands twice.
    RepeatedDirective {
        /// Its name.
        name: &'static str,
    },
    /// A JSON array with an element that is no string.
    JsonNotStrings,
    /// A word of ENV or LABEL without `=` among others with it.
    PairWithoutEquals {
        /// The instruction.
        keyword: Keyword,
        /// The word.
        word: String,
    },
    /// A name or key that is empty.
    EmptyName {
        /// The instruction.
        keyword: Keyword,
    },
    /// An instruction that ONBUILD may not carry.
    ForbiddenInOnbuild {
        /// The instruction.
        keyword: Keyword,
    },
    /// `HEALTHCHECK` with something other than `CMD` or `NONE`.
    UnknownHealthcheckType {
        /// The word, as written.
        word: String,
    },
    /// `SHELL` that is not in JSON form.
    ShellNotJson,
}

impl std::fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoInstructions => write!(f, "the file has no instructions"),
            Self::LineTooLong => write!(f, "the line is longer than the 65,535 bytes that BuildKit reads"),
            Self::UnknownInstruction { word } => write!(f, "unknown instruction `{word}`"),
            Self::UnknownFlag { keyword, name } => write!(f, "{keyword} has no flag `--{name}`"),
            Self::RepeatedFlag { name } => write!(f, "the flag `--{name}` may stand only once"),
            Self::FlagWithoutValue { name } => write!(f, "the flag `--{name}` needs a value"),
            Self::InvalidFlagValue { name, expected } => write!(f, "the flag `--{name}` takes {expected}"),
            Self::WrongArguments { keyword, expected } => write!(f, "{keyword} requires {expected}"),
            Self::UnterminatedHeredoc { delimiter } => {
                write!(f, "the heredoc is never closed: no line consists of `{delimiter}` alone")
            }
            Self::InvalidEscape { value } => {
                write!(f, "the escape character must be a backslash or a backtick, not `{value}`")
            }
            Self::RepeatedDirective { name } => write!(f, "the parser directive `{name}` may stand only once"),
            Self::JsonNotStrings => write!(f, "every element of a JSON array must be a string"),
            Self::PairWithoutEquals { keyword, word } => {
                write!(f, "{keyword} takes `name=value` pairs, but `{word}` has no `=`")
            }
            Self::EmptyName { keyword } => write!(f, "{keyword} has a name that is empty"),
            Self::ForbiddenInOnbuild { keyword } => write!(f, "{keyword} is not allowed in ONBUILD"),
            Self::UnknownHealthcheckType { word } => {
                write!(f, "HEALTHCHECK takes `CMD` or `NONE`, not `{word}`")
            }
            Self::ShellNotJson => write!(f, "SHELL requires its arguments in JSON form"),
        }
    }
}
