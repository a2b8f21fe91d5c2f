//! The file, cut as BuildKit's line parser cuts it.

use crate::source::{LocatedText, SourceFile, Span};

use super::arguments::ArgumentParser;
use super::directive::DirectiveParser;
use super::heredoc::{self, Heredoc};
use super::instruction::Instruction;
use super::lines::{self, Line, Lines};
use super::{
    CommandForm, Directive, DirectiveName, Dockerfile, InstructionKind, Item, Problem, ProblemKind, Token, TokenKind,
};

/// Parse a Dockerfile. Never fails and takes time in proportion to the length of the text.
pub fn parse(source: SourceFile) -> Dockerfile {
    let mut parser = Parser {
        text: source.text(),
        lines: Lines::new(source.text(), 0),
        escape: '\\',
        directives: DirectiveParser::default(),
        heeded: Vec::new(),
        items: Vec::new(),
        problems: Vec::new(),
    };
    parser.run();
    let Parser { items, escape, mut problems, .. } = parser;
    problems.sort_by_key(|problem| problem.span);
    Dockerfile { source, items, escape, problems }
}

/// BuildKit's scanner refuses a line that does not fit in its buffer, line end included.
const LONGEST_LINE: usize = 65_535;

struct Parser<'t> {
    text: &'t str,
    lines: Lines<'t>,
    escape: char,
    directives: DirectiveParser,
    /// The directives met so far, each once.
    heeded: Vec<DirectiveName>,
    items: Vec<Item>,
    problems: Vec<Problem>,
}

impl Parser<'_> {
    fn run(&mut self) {
        if let Some(rest) = self.text.strip_prefix('\u{feff}') {
            let span = Span::new(0, self.text.len() - rest.len());
            self.items.push(Item::ByteOrderMark(span));
            self.lines = Lines::new(self.text, span.end);
        }
        while let Some(line) = self.next_line() {
            let item = self.item(line);
            self.items.push(item);
        }
        if !self.items.iter().any(|item| matches!(item, Item::Instruction(_))) {
            self.problem(ProblemKind::NoInstructions, Span::at(0));
        }
    }

    fn next_line(&mut self) -> Option<Line> {
        let line = self.lines.next()?;
        if line.span.len() > LONGEST_LINE {
            self.problem(ProblemKind::LineTooLong, line.content);
        }
        Some(line)
    }

    fn problem(&mut self, kind: ProblemKind, span: Span) {
        self.problems.push(Problem { kind, span });
    }

    fn item(&mut self, line: Line) -> Item {
        let content = &self.text[line.content.range()];
        let trimmed = content.trim_start();
        if let Some(directive) = self.directives.parse(trimmed, line.content.end - trimmed.len()) {
            self.heed(&directive);
            return Item::Directive(Box::new(directive), line.span);
        }
        if trimmed.starts_with('#') {
            Item::Comment(line.span)
        } else if trimmed.is_empty() {
            Item::Blank(line.span)
        } else {
            Item::Instruction(Box::new(self.instruction(line)))
        }
    }

    fn heed(&mut self, directive: &Directive) {
        if self.heeded.contains(&directive.name) {
            let name = directive.name.as_str();
            self.problem(ProblemKind::RepeatedDirective { name }, directive.span);
            return;
        }
        self.heeded.push(directive.name);
        if directive.name == DirectiveName::Escape {
            match directive.value.as_str() {
                "\\" => self.escape = '\\',
                "`" => self.escape = '`',
                value => {
                    let value = value.to_owned();
                    self.problem(ProblemKind::InvalidEscape { value }, directive.value_span);
                }
            }
        }
    }

    fn instruction(&mut self, first: Line) -> Instruction {
        let first_line = self.lines.number();
        let mut gathered = Gathered::new(first.span.start);
        let mut next = Some(first);
        while let Some(line) = next {
            let goes_on = gathered.take(self.text, line, self.escape);
            next = if goes_on { self.next_line() } else { None };
        }
        let mut parser = ArgumentParser { escape: self.escape, problems: &mut self.problems };
        let mut instruction = parser.instruction(&gathered.text, 0);
        if takes_heredocs(&instruction) {
            instruction.heredocs = heredoc::operators(&gathered.text);
            for heredoc in &mut instruction.heredocs {
                self.heredoc(heredoc, &mut gathered.tokens);
            }
        }
        instruction.span = instruction.span.cover(Span::at(end_of_content(self.text, &gathered.tokens)));
        instruction.first_line = first_line;
        instruction.last_line = self.lines.number();
        instruction.empty_continuation_lines = gathered.empty_lines;
        instruction.tokens = gathered.tokens;
        instruction
    }

    /// Take the lines up to the one that consists of the delimiter alone.
    fn heredoc(&mut self, heredoc: &mut Heredoc, tokens: &mut Vec<Token>) {
        heredoc.body = Span::at(self.lines.offset());
        while let Some(line) = self.next_line() {
            let mut content = &self.text[line.content.range()];
            if heredoc.strips_tabs {
                content = content.trim_start_matches('\t');
            }
            if content == heredoc.name {
                heredoc.terminator = Some(Span::new(line.content.end - content.len(), line.content.end));
                tokens.push(Token { kind: TokenKind::HeredocTerminator, span: line.span });
                return;
            }
            heredoc.body.end = line.span.end;
            tokens.push(Token { kind: TokenKind::HeredocBody, span: line.span });
        }
        let delimiter = heredoc.name.clone();
        self.problem(ProblemKind::UnterminatedHeredoc { delimiter }, heredoc.operator);
    }
}

impl DirectiveName {
    /// The name as it is written in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            DirectiveName::Syntax => "syntax",
            DirectiveName::Escape => "escape",
            DirectiveName::Check => "check",
        }
    }
}

/// The lines of one instruction, without heredocs.
struct Gathered {
    text: LocatedText,
    tokens: Vec<Token>,
    empty_lines: Vec<Span>,
}

impl Gathered {
    fn new(offset: usize) -> Self {
        Self { text: LocatedText::empty_at(offset), tokens: Vec::new(), empty_lines: Vec::new() }
    }

    /// Take a line. True when the instruction goes on behind it.
    fn take(&mut self, text: &str, line: Line, escape: char) -> bool {
        let content = &text[line.content.range()];
        let is_first = self.tokens.is_empty();
        if !is_first && lines::is_comment(content) {
            self.tokens.push(Token { kind: TokenKind::Comment, span: line.span });
            return true;
        }
        if !is_first && content.trim_start().is_empty() {
            self.tokens.push(Token { kind: TokenKind::Blank, span: line.span });
            self.empty_lines.push(line.content);
            return true;
        }
        let before = lines::before_continuation(content, escape);
        let goes_on = before.is_some();
        let kept = before.unwrap_or(content);
        let text_span = Span::new(line.span.start, line.span.start + kept.len());
        let kind = if goes_on { TokenKind::Continuation } else { TokenKind::LineEnd };
        self.text.push_verbatim(kept, text_span.start);
        if !text_span.is_empty() {
            self.tokens.push(Token { kind: TokenKind::Text, span: text_span });
        }
        if text_span.end < line.span.end {
            self.tokens.push(Token { kind, span: Span::new(text_span.end, line.span.end) });
        }
        goes_on
    }
}

/// BuildKit looks for heredocs in ADD, COPY and RUN that are not in JSON form, and in those that ONBUILD holds.
fn takes_heredocs(instruction: &Instruction) -> bool {
    let inner = match &instruction.kind {
        InstructionKind::Onbuild(inner) => inner,
        _ => instruction,
    };
    let json = match &inner.kind {
        InstructionKind::Add(transfer) | InstructionKind::Copy(transfer) => transfer.json,
        InstructionKind::Run(command) => matches!(command, CommandForm::Exec { .. }),
        _ => false,
    };
    !json && inner.keyword.is_some_and(super::Keyword::takes_heredocs)
}

/// Offset behind the last byte that is not part of a line end.
fn end_of_content(text: &str, tokens: &[Token]) -> usize {
    let end = tokens.last().map_or(0, |token| token.span.end);
    let start = tokens.first().map_or(0, |token| token.span.start);
    start + text[start..end].trim_end_matches(['\r', '\n']).len()
}
