//! Simple commands, assignments and redirections.

use shuck_ast::{self as ast};

use super::{Fault, Lowered, Lowerer};
use crate::shell::{
    Assignment, Command, CommandKind, Part, Redirection, RedirectionOperator, RedirectionTarget, Simple, Word, Wrapping,
};
use crate::source::Span;

/// What a simple command is made of, in the order of the text.
enum Token<'t> {
    Assignment(&'t ast::Assignment),
    Declared(&'t ast::Assignment),
    Word(&'t ast::Word),
    Name(&'t ast::VarRef),
    Redirect(&'t ast::Redirect),
}

impl Token<'_> {
    fn span(&self) -> ast::Span {
        match self {
            Token::Assignment(assignment) | Token::Declared(assignment) => assignment.span,
            Token::Word(word) => word.span,
            Token::Name(name) => name.span,
            Token::Redirect(redirect) => redirect.span,
        }
    }
}

impl Lowerer<'_> {
    pub(super) fn simple_command(
        &mut self,
        simple: &ast::SimpleCommand,
        redirects: &[ast::Redirect],
    ) -> Lowered<Command> {
        let mut tokens: Vec<Token<'_>> = simple.assignments.iter().map(Token::Assignment).collect();
        let has_name = !self.span(simple.name.span).is_empty();
        tokens.extend(has_name.then_some(Token::Word(&simple.name)));
        tokens.extend(simple.args.iter().map(Token::Word));
        self.tokens(tokens, redirects, None)
    }

    pub(super) fn builtin(&mut self, builtin: &ast::BuiltinCommand, redirects: &[ast::Redirect]) -> Lowered<Command> {
        use ast::BuiltinCommand as Builtin;
        let (name, assignments, operand, rest) = match builtin {
            Builtin::Break(it) => ("break", &it.assignments, &it.depth, &it.extra_args),
            Builtin::Continue(it) => ("continue", &it.assignments, &it.depth, &it.extra_args),
            Builtin::Return(it) => ("return", &it.assignments, &it.code, &it.extra_args),
            Builtin::Exit(it) => ("exit", &it.assignments, &it.code, &it.extra_args),
        };
        let mut tokens: Vec<Token<'_>> = assignments.iter().map(Token::Assignment).collect();
        tokens.extend(operand.iter().chain(rest).map(Token::Word));
        self.tokens(tokens, redirects, Some(name))
    }

    pub(super) fn declaration(
        &mut self,
        declaration: &ast::DeclClause,
        redirects: &[ast::Redirect],
    ) -> Lowered<Command> {
        let mut tokens: Vec<Token<'_>> = declaration.assignments.iter().map(Token::Assignment).collect();
        tokens.extend(declaration.operands.iter().map(|operand| match operand {
            ast::DeclOperand::Flag(word) | ast::DeclOperand::Dynamic(word) => Token::Word(word),
            ast::DeclOperand::Name(name) => Token::Name(name),
            ast::DeclOperand::Assignment(assignment) => Token::Declared(assignment),
        }));
        self.tokens(tokens, redirects, Some(declaration.variant.as_str()))
    }

    /// Lowers the tokens of a command. `name` is the command's name when the tree does not keep it as a word.
    fn tokens<'t>(
        &mut self,
        mut tokens: Vec<Token<'t>>,
        redirects: &'t [ast::Redirect],
        mut name: Option<&str>,
    ) -> Lowered<Command> {
        tokens.extend(redirects.iter().filter(|redirect| !self.is_half(redirect)).map(Token::Redirect));
        tokens.sort_by_key(|token| token.span().start.offset());
        let start = self.cursor;
        let (mut assignments, mut declared, mut words) = (Vec::new(), Vec::new(), Vec::new());
        let mut redirections = Vec::new();
        for token in tokens {
            self.skip_blanks();
            if self.span(token.span()).start != self.cursor
                && !self.rest().starts_with('{')
                && let Some(missing) = name.take()
            {
                words.push(self.bare_word(missing)?);
                self.skip_blanks();
            }
            match token {
                Token::Assignment(assignment) => assignments.push(self.assignment(assignment)?),
                Token::Declared(assignment) => {
                    let assignment = self.assignment(assignment)?;
                    words.push(self.declared_word(&assignment));
                    declared.push(assignment);
                }
                Token::Word(word) => words.push(self.next_word(word)?),
                Token::Name(name) => {
                    let text = self.slice(self.span(name.span));
                    words.push(self.bare_word(text)?);
                }
                Token::Redirect(redirect) => redirections.push(self.redirection(redirect)?),
            }
        }
        if let Some(missing) = name {
            self.skip_blanks();
            words.push(self.bare_word(missing)?);
        }
        let span = Span::new(start, self.cursor);
        let simple = Simple { assignments, declared, ..self.simple_of_words(words, span) };
        Ok(Command { kind: CommandKind::Simple(Box::new(simple)), redirections, span })
    }

    /// The simple command that consists of words alone.
    pub(super) fn simple_of_words(&mut self, words: Vec<Word>, span: Span) -> Simple {
        let wrapping = Wrapping::of(&words, self.source, self.depth);
        self.holds_script |= wrapping.script.is_some();
        Simple { assignments: Vec::new(), declared: Vec::new(), words, span, wrapping }
    }

    /// The unquoted word `text`, which must come next.
    fn bare_word(&mut self, text: &str) -> Lowered<Word> {
        let span = self.expect(text)?;
        Ok(Word::new(span, vec![Part::Literal { span, value: text.into() }], false, false))
    }

    fn assignment(&mut self, assignment: &ast::Assignment) -> Lowered<Assignment> {
        let start = self.cursor;
        let name_span = self.span(assignment.target.name_span);
        if name_span.start != start {
            return Err(self.unexpected());
        }
        let span = self.span(assignment.span);
        let (array, value) = match &assignment.value {
            ast::AssignmentValue::Scalar(word) => {
                let value_span = self.span(word.span);
                let value = if value_span.is_empty() { Vec::new() } else { vec![self.word(word, value_span)?] };
                (false, value)
            }
            ast::AssignmentValue::Compound(array) => {
                if !self.slice(span).ends_with(')') {
                    return Err(Fault::Invalid(span, "`)` is missing".to_owned()));
                }
                let words = array.elements.iter().map(|element| &element.value().word);
                (true, words.map(|word| self.word(word, self.span(word.span))).collect::<Lowered<_>>()?)
            }
        };
        self.cursor = span.end.max(start);
        let name = assignment.target.name.as_str().into();
        Ok(Assignment { name, name_span, value, array, append: assignment.append, span })
    }

    /// An argument such as `A=b` of `export` as a word.
    fn declared_word(&self, assignment: &Assignment) -> Word {
        let value_start = assignment.value.first().map_or(assignment.span.end, |word| word.span.start);
        let name = Span::new(assignment.span.start, value_start);
        let mut parts = vec![Part::Literal { span: name, value: self.slice(name).into() }];
        let mut has_glob = assignment.array;
        for word in &assignment.value {
            parts.extend(word.parts.iter().cloned());
            has_glob |= word.has_glob;
        }
        Word::new(assignment.span, parts, has_glob, false)
    }

    /// Whether it is the `2>&1` that the parser adds for `&>> file`.
    pub(super) fn is_half(&self, redirect: &ast::Redirect) -> bool {
        redirect.kind == ast::RedirectKind::DupOutput && self.slice(self.span(redirect.span)).starts_with('&')
    }

    pub(super) fn redirection(&mut self, redirect: &ast::Redirect) -> Lowered<Redirection> {
        let mut span = self.span(redirect.span);
        if let Some(variable) = &redirect.fd_var {
            span.start = span.start.saturating_sub(variable.as_str().len() + 2);
        }
        if span.start != self.cursor {
            return Err(self.unexpected());
        }
        let target = match &redirect.target {
            ast::RedirectTarget::Word(word) => RedirectionTarget::Word(self.redirection_word(word, span)?),
            ast::RedirectTarget::Heredoc(heredoc) => {
                let delimiter = &heredoc.delimiter;
                self.pending_heredocs.push((delimiter.cooked.to_string(), delimiter.strip_tabs));
                RedirectionTarget::Heredoc {
                    body: self.span(heredoc.body.span),
                    quoted: delimiter.quoted,
                    expansions: self.heredoc_expansions(&heredoc.body),
                }
            }
        };
        self.cursor = span.end;
        let operator =
            if self.slice(span).starts_with("&>") { RedirectionOperator::OutputBoth } else { operator(redirect.kind) };
        Ok(Redirection { descriptor: redirect.fd, operator, target, span })
    }

    /// The target of a redirection. The tree has no place for a descriptor behind `>&`: it is found by its text.
    fn redirection_word(&mut self, word: &ast::Word, redirection: Span) -> Lowered<Word> {
        let word_span = self.span(word.span);
        if redirection.contains(word_span) && !word_span.is_empty() {
            return self.word(word, word_span);
        }
        let text = self.slice(redirection);
        let operator_end = text.rfind(['<', '>', '&']).map_or(0, |at| at + 1);
        let blank = text.get(operator_end..).map_or(0, |target| target.len() - target.trim_start().len());
        let span = Span::new(redirection.start + operator_end + blank, redirection.end);
        let value = self.slice(span).into();
        Ok(Word::new(span, vec![Part::Literal { span, value }], false, false))
    }
}

fn operator(kind: ast::RedirectKind) -> RedirectionOperator {
    match kind {
        ast::RedirectKind::Output => RedirectionOperator::Output,
        ast::RedirectKind::Clobber => RedirectionOperator::Clobber,
        ast::RedirectKind::Append => RedirectionOperator::Append,
        ast::RedirectKind::Input => RedirectionOperator::Input,
        ast::RedirectKind::ReadWrite => RedirectionOperator::ReadWrite,
        ast::RedirectKind::HereDoc | ast::RedirectKind::HereDocStrip => RedirectionOperator::Heredoc,
        ast::RedirectKind::HereString => RedirectionOperator::HereString,
        ast::RedirectKind::DupOutput => RedirectionOperator::DuplicateOutput,
        ast::RedirectKind::DupInput => RedirectionOperator::DuplicateInput,
        ast::RedirectKind::OutputBoth => RedirectionOperator::OutputBoth,
    }
}
