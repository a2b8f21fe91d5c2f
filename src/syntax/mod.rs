//! The lossless syntax tree of a Dockerfile; parsing never fails.
//!
//! [`parse`] cuts the text into directives, comments, blank lines and instructions exactly as BuildKit's
//! `frontend/dockerfile/parser` does. Joined, the [tokens](Dockerfile::tokens) give the text, byte for byte. What
//! BuildKit would refuse is a [`Problem`] beside the tree; everything else is there all the same.

mod arguments;
mod directive;
pub mod expansion;
mod flag;
mod healthcheck;
mod heredoc;
mod instruction;
mod json;
mod keyword;
mod lines;
mod parser;
mod problem;
mod words;

use crate::source::{SourceFile, Span};

pub use directive::{Directive, DirectiveName};
pub use flag::{Flag, MountField};
pub use healthcheck::parse_duration;
pub use heredoc::Heredoc;
pub use instruction::{
    CommandForm, From, Healthcheck, Instruction, InstructionKind, Pair, Pairs, StageName, Transfer, Word,
};
pub use keyword::Keyword;
pub use parser::parse;
pub use problem::{Problem, ProblemKind};

/// A parsed Dockerfile.
#[derive(Debug, Clone)]
pub struct Dockerfile {
    /// The text.
    pub source: SourceFile,
    /// Everything in the file, in order and without a gap.
    pub items: Vec<Item>,
    /// The escape character: a backslash, or a backtick where the `escape` directive says so.
    pub escape: char,
    /// What BuildKit would refuse, by place.
    pub problems: Vec<Problem>,
}

/// A piece of the file at the top level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A byte order mark.
    ByteOrderMark(Span),
    /// A parser directive; the span holds the whole line.
    Directive(Box<Directive>, Span),
    /// A comment line, with its line end.
    Comment(Span),
    /// A line of nothing but white space, with its line end.
    Blank(Span),
    /// An instruction with all its lines.
    Instruction(Box<Instruction>),
}

/// A piece of text that is not cut any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its bytes.
    pub span: Span,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// The byte order mark at the very start.
    ByteOrderMark,
    /// A line that holds a parser directive.
    Directive,
    /// A comment line, at the top level or inside a continued instruction.
    Comment,
    /// A line of nothing but white space, at the top level or inside a continued instruction.
    Blank,
    /// Text of an instruction.
    Text,
    /// The escape character at the end of a line, blanks behind it, and the line end.
    Continuation,
    /// The end of an instruction's last line.
    LineEnd,
    /// A line of a heredoc's body.
    HeredocBody,
    /// The line that ends a heredoc.
    HeredocTerminator,
}

impl Dockerfile {
    /// The instructions, in order.
    pub fn instructions(&self) -> impl Iterator<Item = &Instruction> {
        self.items.iter().filter_map(|item| match item {
            Item::Instruction(instruction) => Some(instruction.as_ref()),
            _ => None,
        })
    }

    /// The parser directives.
    pub fn directives(&self) -> impl Iterator<Item = &Directive> {
        self.items.iter().filter_map(|item| match item {
            Item::Directive(directive, _) => Some(directive.as_ref()),
            _ => None,
        })
    }

    /// The front ends that `# syntax` lines ask for.
    pub fn front_ends(&self) -> impl Iterator<Item = &str> {
        let asks = |directive: &&Directive| directive.name == DirectiveName::Syntax;
        self.directives().filter(asks).map(|directive| directive.value.as_str())
    }

    /// The comments, in order, those inside continued instructions included. Each is given from its `#` to the end of
    /// its text. Parser directives are not comments; lines of heredocs are not either.
    pub fn comments(&self) -> impl Iterator<Item = Span> {
        self.tokens().filter(|token| token.kind == TokenKind::Comment).map(|token| {
            let text = self.source.slice(token.span);
            let start = token.span.start + (text.len() - text.trim_start().len());
            Span::new(start, token.span.start + text.trim_end().len())
        })
    }

    /// All tokens. Joined, they are the text.
    pub fn tokens(&self) -> impl Iterator<Item = Token> {
        self.items.iter().flat_map(|item| {
            let (single, many): (Option<Token>, &[Token]) = match item {
                Item::ByteOrderMark(span) => (Some(Token { kind: TokenKind::ByteOrderMark, span: *span }), &[]),
                Item::Directive(_, span) => (Some(Token { kind: TokenKind::Directive, span: *span }), &[]),
                Item::Comment(span) => (Some(Token { kind: TokenKind::Comment, span: *span }), &[]),
                Item::Blank(span) => (Some(Token { kind: TokenKind::Blank, span: *span }), &[]),
                Item::Instruction(instruction) => (None, instruction.tokens()),
            };
            single.into_iter().chain(many.iter().copied())
        })
    }
}
