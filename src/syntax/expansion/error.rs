//! Why a word cannot be expanded.

use std::fmt;

use super::Reference;
use crate::source::Span;

/// A word that cannot be expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpansionError {
    /// What is wrong.
    pub kind: ExpansionErrorKind,
    /// Where, as a byte span inside the word.
    pub span: Span,
    /// The variables that were looked up before the fault was met: BuildKit's checks report these even so.
    pub references: Vec<Reference>,
}

/// What is wrong with a word. All but the last two are BuildKit's own refusals: the build fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpansionErrorKind {
    /// A single quote without its partner.
    UnterminatedSingleQuote,
    /// A double quote without its partner.
    UnterminatedDoubleQuote,
    /// `${` without its `}`.
    MissingBrace,
    /// `${name/pattern` without the slash that ends the pattern.
    MissingSlash,
    /// `${}`, `${:...}`, `${{...}`.
    BadSubstitution,
    /// What follows the name is none of the modifiers that BuildKit knows.
    UnsupportedModifier(String),
    /// `${name?message}` or `${name:?message}`, and the variable is not set.
    Unset {
        /// The variable.
        name: String,
        /// What the file says to that; may be empty.
        message: String,
    },
    /// `${name:?message}`, and the variable is empty.
    Empty {
        /// The variable.
        name: String,
        /// What the file says to that; may be empty.
        message: String,
    },
    /// In a pattern, `\` may stand only before `*`, `?`, `\`, `}` and `/`.
    InvalidPattern {
        /// The pattern.
        pattern: String,
        /// The escape at fault.
        escape: String,
    },
    /// More braces inside braces than dfx follows. BuildKit has no such limit.
    TooDeep,
    /// A result longer, or a pattern dearer, than dfx computes. BuildKit has no such limit.
    TooLarge,
}

impl ExpansionErrorKind {
    /// Whether BuildKit refuses the word as well; otherwise dfx merely does not know what comes out.
    pub fn fails_the_build(&self) -> bool {
        !matches!(self, Self::TooDeep | Self::TooLarge)
    }
}

impl fmt::Display for ExpansionErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnterminatedSingleQuote => f.write_str("this single quote is never closed"),
            Self::UnterminatedDoubleQuote => f.write_str("this double quote is never closed"),
            Self::MissingBrace => f.write_str("syntax error: missing '}'"),
            Self::MissingSlash => f.write_str("syntax error: missing '/' behind the pattern in ${name/pattern/text}"),
            Self::BadSubstitution => f.write_str("syntax error: bad substitution, ${ needs a variable name"),
            Self::UnsupportedModifier(modifier) => write!(f, "unsupported modifier ({modifier}) in substitution"),
            Self::Unset { name, message } if message.is_empty() => write!(f, "{name}: is not allowed to be unset"),
            Self::Empty { name, message } if message.is_empty() => write!(f, "{name}: is not allowed to be empty"),
            Self::Unset { name, message } | Self::Empty { name, message } => write!(f, "{name}: {message}"),
            Self::InvalidPattern { pattern, escape } => {
                write!(f, "invalid pattern ({pattern}) in substitution: invalid escape '{escape}'")
            }
            Self::TooDeep => f.write_str("substitutions are nested too deeply to follow"),
            Self::TooLarge => f.write_str("the expanded text is too long to follow"),
        }
    }
}

impl fmt::Display for ExpansionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl std::error::Error for ExpansionError {}

/// An error before the references are known.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) kind: ExpansionErrorKind,
    pub(super) span: Span,
}

impl Problem {
    pub(super) fn new(kind: ExpansionErrorKind, span: Span) -> Self {
        Self { kind, span }
    }

    pub(super) fn with_references(self, references: Vec<Reference>) -> ExpansionError {
        ExpansionError { kind: self.kind, span: self.span, references }
    }
}
