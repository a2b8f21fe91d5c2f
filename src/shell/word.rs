//! Words and their parts.

use crate::shell::Sequence;
use crate::source::Span;

/// One word of a command.
#[derive(Debug, Clone)]
pub struct Word {
    /// The word with its quotes.
    pub span: Span,
    /// What it is made of.
    pub parts: Vec<Part>,
    /// Whether a part of it is quoted.
    pub quoted: bool,
    /// Whether it has an unquoted `*`, `?` or `[ ]`.
    pub has_glob: bool,
    /// Whether it has a `{a,b}` or `{1..9}`.
    pub has_brace: bool,
    pub(super) literal: Option<Box<str>>,
}

/// A part of a word.
#[derive(Debug, Clone)]
pub enum Part {
    /// Unquoted text; the value is without the backslashes.
    Literal {
        /// The text.
        span: Span,
        /// The value.
        value: Box<str>,
    },
    /// `'…'` or `$'…'`
    SingleQuoted {
        /// The text with its quotes.
        span: Span,
        /// The value.
        value: Box<str>,
    },
    /// `"…"`
    DoubleQuoted {
        /// The text with its quotes.
        span: Span,
        /// What is between the quotes.
        parts: Vec<Part>,
    },
    /// `$NAME` or `${NAME…}`
    Parameter(Box<Parameter>),
    /// `$( … )` or backticks.
    CommandSubstitution {
        /// The text with its delimiters.
        span: Span,
        /// The commands.
        body: Sequence,
    },
    /// `<( … )` or `>( … )`
    ProcessSubstitution {
        /// The text with its delimiters.
        span: Span,
        /// The commands.
        body: Sequence,
    },
    /// `$(( … ))`
    Arithmetic {
        /// The text with its delimiters.
        span: Span,
        /// The expansions inside, and the names of variables written without `$`.
        parts: Vec<Part>,
    },
    /// `~` or `~user` at the start of a word.
    Tilde {
        /// The text.
        span: Span,
    },
}

/// The expansion of a variable.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The variable, or a special parameter such as `?` or `@`.
    pub name: Box<str>,
    /// The text from `$` on.
    pub span: Span,
    /// What is done with the value.
    pub operator: ParameterOperator,
    /// Expansions in the operator's operand.
    pub operand: Option<Word>,
}

/// What an expansion does with the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterOperator {
    /// `$X`, `${X}`
    None,
    /// `${X-d}`; with `colon`, `${X:-d}`
    Default {
        /// Whether an empty value counts as unset.
        colon: bool,
    },
    /// `${X=d}`, `${X:=d}`
    Assign,
    /// `${X+d}`, `${X:+d}`
    Alternative {
        /// Whether an empty value counts as unset.
        colon: bool,
    },
    /// `${X?message}`, `${X:?message}`
    Error,
    /// Anything else: length, pattern removal, replacement, slices, arrays, indirection.
    Other,
}

impl Part {
    /// The text of the part, with its quotes.
    pub fn span(&self) -> Span {
        match self {
            Part::Literal { span, .. }
            | Part::SingleQuoted { span, .. }
            | Part::DoubleQuoted { span, .. }
            | Part::CommandSubstitution { span, .. }
            | Part::ProcessSubstitution { span, .. }
            | Part::Arithmetic { span, .. }
            | Part::Tilde { span } => *span,
            Part::Parameter(parameter) => parameter.span,
        }
    }

    fn is_static(&self) -> bool {
        match self {
            Part::Literal { .. } | Part::SingleQuoted { .. } => true,
            Part::DoubleQuoted { parts, .. } => parts.iter().all(Part::is_static),
            _ => false,
        }
    }

    fn push_static(&self, into: &mut String) {
        match self {
            Part::Literal { value, .. } | Part::SingleQuoted { value, .. } => into.push_str(value),
            Part::DoubleQuoted { parts, .. } => parts.iter().for_each(|part| part.push_static(into)),
            _ => {}
        }
    }
}

impl Word {
    pub(super) fn new(span: Span, parts: Vec<Part>, has_glob: bool, has_brace: bool) -> Self {
        let quoted = parts.iter().any(|part| matches!(part, Part::SingleQuoted { .. } | Part::DoubleQuoted { .. }));
        let literal = (!has_glob && !has_brace && parts.iter().all(Part::is_static)).then(|| match parts.as_slice() {
            [Part::Literal { value, .. } | Part::SingleQuoted { value, .. }] => value.clone(),
            _ => {
                let mut value = String::new();
                parts.iter().for_each(|part| part.push_static(&mut value));
                value.into_boxed_str()
            }
        });
        Self { span, parts, quoted, has_glob, has_brace, literal }
    }

    /// The value after quote removal, when no expansion, glob, brace or tilde has a say in it.
    pub fn literal(&self) -> Option<&str> {
        self.literal.as_deref()
    }

    /// Whether an unquoted expansion may make several words of it, or none.
    pub fn splits(&self) -> bool {
        self.parts
            .iter()
            .any(|part| matches!(part, Part::Parameter(_) | Part::CommandSubstitution { .. } | Part::Arithmetic { .. }))
    }

    /// The value with `lookup` giving the values of variables; `None` when a variable is unknown, when a command's
    /// output, a glob, brace or tilde has a say, or when an unquoted value would be split into several words.
    pub fn value_with(&self, lookup: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        if let Some(literal) = self.literal() {
            return Some(literal.to_owned());
        }
        if self.has_glob || self.has_brace {
            return None;
        }
        let mut value = String::new();
        resolve(&self.parts, false, lookup, &mut value)?;
        Some(value)
    }

    /// The words that this word becomes, with `lookup` giving the values of variables: an unquoted value is split at
    /// blanks. `None` when something else than a known variable has a say.
    pub fn values_with(&self, lookup: &dyn Fn(&str) -> Option<String>) -> Option<Vec<String>> {
        match self.parts.as_slice() {
            [Part::Parameter(parameter)] => {
                let value = parameter.value(lookup)?;
                (!value.contains(['*', '?', '['])).then(|| value.split_whitespace().map(str::to_owned).collect())
            }
            _ => self.value_with(lookup).map(|value| vec![value]),
        }
    }
}

impl Parameter {
    fn value(&self, lookup: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        let operand = || self.operand.as_ref().map_or(Some(String::new()), |word| word.value_with(lookup));
        match (self.operator, lookup(&self.name)) {
            (ParameterOperator::Alternative { colon: true }, Some(value)) if value.is_empty() => Some(value),
            (ParameterOperator::Alternative { .. }, Some(_)) => operand(),
            (ParameterOperator::Default { colon: true }, Some(value)) if value.is_empty() => operand(),
            (
                ParameterOperator::None
                | ParameterOperator::Default { .. }
                | ParameterOperator::Assign
                | ParameterOperator::Error,
                value,
            ) => value,
            _ => None,
        }
    }
}

fn resolve(parts: &[Part], in_quotes: bool, lookup: &dyn Fn(&str) -> Option<String>, into: &mut String) -> Option<()> {
    for part in parts {
        match part {
            Part::Literal { value, .. } | Part::SingleQuoted { value, .. } => into.push_str(value),
            Part::DoubleQuoted { parts, .. } => resolve(parts, true, lookup, into)?,
            Part::Parameter(parameter) => {
                let value = parameter.value(lookup)?;
                if !in_quotes && value.contains([' ', '\t', '\n', '*', '?', '[']) {
                    return None;
                }
                into.push_str(&value);
            }
            _ => return None,
        }
    }
    Some(())
}
