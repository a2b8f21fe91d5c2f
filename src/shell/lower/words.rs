//! Words, their quotes and expansions.

use shuck_ast::{self as ast};

use super::{Fault, Lowered, Lowerer};
use crate::shell::{Chain, Command, CommandKind, Item, Parameter, ParameterOperator, Part, Pipeline, Sequence, Word};
use crate::source::Span;

impl Lowerer<'_> {
    /// The word that must come next.
    pub(super) fn next_word(&mut self, word: &ast::Word) -> Lowered<Word> {
        let span = self.span(word.span);
        if span.start != self.cursor || span.is_empty() {
            return Err(self.unexpected());
        }
        let word = self.word(word, span)?;
        self.cursor = span.end;
        Ok(word)
    }

    pub(super) fn word(&mut self, word: &ast::Word, span: Span) -> Lowered<Word> {
        let mut has_glob = false;
        let mut parts = self.parts(&word.parts, span, false, &mut has_glob)?;
        split_tilde(&mut parts, self.text);
        Ok(Word::new(span, parts, has_glob, word.has_active_brace_expansion()))
    }

    /// The parts of a word or of double quotes, which must fill `within`.
    fn parts(
        &mut self,
        nodes: &[ast::WordPartNode],
        within: Span,
        in_quotes: bool,
        has_glob: &mut bool,
    ) -> Lowered<Vec<Part>> {
        if !self.in_backticks && !self.fills(nodes, within) {
            return self.recounted_parts(nodes, within, in_quotes, has_glob);
        }
        let nodes = nodes.iter().map(|node| (&node.kind, self.span(node.span)));
        let nodes: Vec<_> = nodes.filter(|(_, span)| !span.is_empty()).collect();
        nodes.into_iter().map(|(kind, span)| self.part(kind, span, in_quotes, has_glob)).collect()
    }

    /// Whether each part starts where the one before ends, from the start to the end of `within`.
    fn fills(&self, nodes: &[ast::WordPartNode], within: Span) -> bool {
        let spans = nodes.iter().map(|node| self.span(node.span)).filter(|span| !span.is_empty());
        let reached = spans.into_iter().try_fold(within.start, |at, span| (span.start == at).then_some(span.end));
        reached == Some(within.end)
    }

    /// The parts with their places counted anew: behind an escape the parser's places may be too small by the number
    /// of backslashes. The expansions are found in the text one after the other.
    fn recounted_parts(
        &mut self,
        nodes: &[ast::WordPartNode],
        within: Span,
        in_quotes: bool,
        has_glob: &mut bool,
    ) -> Lowered<Vec<Part>> {
        let shift = self.shift;
        let mut parts = Vec::with_capacity(nodes.len() + 1);
        let mut reached = within.start;
        for node in nodes.iter().filter(|node| !matches!(node.kind, ast::WordPart::Literal(_))) {
            let rest = self.slice(Span::new(reached, within.end));
            let Some(distance) = next_part(rest, in_quotes) else { return Err(Fault::Opaque("not understood")) };
            self.push_literal(Span::new(reached, reached + distance), in_quotes, has_glob, &mut parts);
            let start = reached + distance;
            self.shift = start as isize - node.span.start.offset() as isize;
            let span = self.span(node.span);
            reached = span.end;
            let part = self.part(&node.kind, span, in_quotes, has_glob);
            self.shift = shift;
            // What looks invalid here may only be counted wrongly.
            parts.push(part.map_err(|_| Fault::Opaque("not understood"))?);
        }
        if reached > within.end {
            return Err(Fault::Opaque("not understood"));
        }
        let tail = Span::new(reached, within.end);
        if next_part(self.slice(tail), in_quotes).is_some() {
            return Err(Fault::Opaque("not understood"));
        }
        self.push_literal(tail, in_quotes, has_glob, &mut parts);
        Ok(parts)
    }

    fn push_literal(&self, span: Span, in_quotes: bool, has_glob: &mut bool, parts: &mut Vec<Part>) {
        if !span.is_empty() {
            let raw = self.slice(span);
            *has_glob |= !in_quotes && has_active_glob(raw);
            parts.push(Part::Literal { span, value: decode(raw, in_quotes) });
        }
    }

    fn part(&mut self, part: &ast::WordPart, span: Span, in_quotes: bool, has_glob: &mut bool) -> Lowered<Part> {
        Ok(match part {
            ast::WordPart::Literal(literal) => {
                let raw = if self.in_backticks { literal_text(literal, self.text, span) } else { self.slice(span) };
                if !in_quotes {
                    *has_glob |= has_active_glob(raw);
                }
                if raw.starts_with('(') && !in_quotes {
                    self.cursor = span.start;
                    return Err(self.unexpected());
                }
                Part::Literal { span, value: decode(raw, in_quotes) }
            }
            ast::WordPart::SingleQuoted { value, dollar } => {
                let raw = self.slice(span);
                let inner = raw.strip_prefix('\'').and_then(|raw| raw.strip_suffix('\''));
                let value = match inner {
                    Some(inner) if !dollar => inner,
                    _ if value.is_source_backed() => self.slice(self.span(value.span())),
                    _ => value.slice(self.text),
                };
                Part::SingleQuoted { span, value: value.into() }
            }
            ast::WordPart::DoubleQuoted { parts, .. } => {
                let open = if self.slice(span).starts_with('$') { 2 } else { 1 };
                if span.len() <= open || !self.slice(span).ends_with('"') {
                    return Err(Fault::Invalid(span, "this double quote is never closed".to_owned()));
                }
                let inner = Span::new(span.start + open, span.end - 1);
                Part::DoubleQuoted { span, parts: self.parts(parts, inner, true, has_glob)? }
            }
            ast::WordPart::CommandSubstitution { body, syntax } => self.command_substitution(body, *syntax, span)?,
            ast::WordPart::ProcessSubstitution { body, .. } => {
                Part::ProcessSubstitution { span, body: self.substituted(body, span, 2, 1)? }
            }
            ast::WordPart::ArithmeticExpansion { expression_word_ast, .. } => {
                self.arithmetic(expression_word_ast, span)?
            }
            ast::WordPart::ZshQualifiedGlob(_) => return Err(Fault::Opaque("not understood")),
            expansion => self.parameter(expansion, span)?,
        })
    }

    fn command_substitution(
        &mut self,
        body: &ast::StmtSeq,
        syntax: ast::CommandSubstitutionSyntax,
        span: Span,
    ) -> Lowered<Part> {
        if syntax == ast::CommandSubstitutionSyntax::DollarParen {
            return Ok(Part::CommandSubstitution { span, body: self.substituted(body, span, 2, 1)? });
        }
        let outside = std::mem::replace(&mut self.in_backticks, true);
        let body = self.substituted(body, span, 1, 1);
        self.in_backticks = outside;
        // Inside backticks the text carries backslashes for the outer shell, so that it and the tree may differ.
        let body = match body {
            Err(_) if self.slice(span).contains('\\') => opaque_sequence(span),
            body => body?,
        };
        Ok(Part::CommandSubstitution { span, body })
    }

    /// The commands between delimiters of `open` and `close` bytes at the ends of `span`.
    fn substituted(&mut self, body: &ast::StmtSeq, span: Span, open: usize, close: usize) -> Lowered<Sequence> {
        if span.len() < open + close || span.end > self.end {
            return Err(Fault::Opaque("not understood"));
        }
        let saved = (self.cursor, self.end, std::mem::take(&mut self.pending_heredocs));
        self.cursor = span.start + open;
        self.end = span.end - close;
        let sequence = self.sequence(body).and_then(|sequence| {
            self.skip_lines();
            if self.cursor == self.end { Ok(sequence) } else { Err(self.unexpected()) }
        });
        (self.cursor, self.end, self.pending_heredocs) = saved;
        sequence
    }

    fn arithmetic(&mut self, expression: &ast::Word, span: Span) -> Lowered<Part> {
        let mut parts = self.arithmetic_names(span);
        for node in &expression.parts {
            if let ast::WordPart::CommandSubstitution { body, syntax } = &node.kind
                && span.contains(self.span(node.span))
                && self.slice(self.span(node.span)).starts_with(['$', '`'])
            {
                let node_span = self.span(node.span);
                parts.push(self.command_substitution(body, *syntax, node_span)?);
            }
        }
        Ok(Part::Arithmetic { span, parts })
    }

    /// The variables that an arithmetic expression names, with or without `$`. Commands inside are left out.
    pub(super) fn arithmetic_names(&self, span: Span) -> Vec<Part> {
        let text = self.slice(span);
        let mut parts = Vec::new();
        let mut at = 0;
        let mut parentheses_of_command = 0usize;
        while let Some(&byte) = text.as_bytes().get(at) {
            let length = identifier_length(&text[at..]);
            match byte {
                b'$' if text[at..].starts_with("$(") && !text[at..].starts_with("$((") => {
                    parentheses_of_command += 1;
                    at += 2;
                    continue;
                }
                b'(' if parentheses_of_command > 0 => parentheses_of_command += 1,
                b')' if parentheses_of_command > 0 => parentheses_of_command -= 1,
                b'0'..=b'9' => {
                    at += text[at..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
                    continue;
                }
                _ if length > 0 && parentheses_of_command == 0 => {
                    let place = Span::new(span.start + at, span.start + at + length);
                    parts.push(Part::Parameter(Box::new(Parameter {
                        name: text[at..at + length].into(),
                        span: place,
                        operator: ParameterOperator::None,
                        operand: None,
                    })));
                }
                _ => {}
            }
            at += length.max(text[at..].chars().next().map_or(1, char::len_utf8));
        }
        parts
    }

    fn parameter(&mut self, part: &ast::WordPart, span: Span) -> Lowered<Part> {
        let text = self.slice(span);
        if text.starts_with("${") && !text.ends_with('}') {
            return Err(Fault::Invalid(span, "this `${` is never closed".to_owned()));
        }
        let (name, operator, operand) = dissect(part);
        let name = name.unwrap_or_else(|| text.trim_start_matches(['$', '{', '#', '!']).trim_end_matches('}'));
        let mut parameter = Parameter { name: name.into(), span, operator, operand: None };
        if let Some(operand) = operand {
            let operand_span = self.span(operand.span);
            match self.word(operand, operand_span) {
                Ok(word) if span.contains(operand_span) => parameter.operand = Some(word),
                _ => parameter.operator = ParameterOperator::Other,
            }
        }
        Ok(Part::Parameter(Box::new(parameter)))
    }

    /// The expansions in the body of a heredoc, as far as they have a place in the text.
    pub(super) fn heredoc_expansions(&mut self, body: &ast::HeredocBody) -> Vec<Part> {
        use ast::HeredocBodyPart as BodyPart;
        let mut expansions = Vec::new();
        for node in &body.parts {
            let span = self.span(node.span);
            if !self.slice(span).starts_with(['$', '`']) {
                continue;
            }
            let part = match &node.kind {
                BodyPart::Literal(_) => continue,
                BodyPart::Variable(name) => self.parameter(&ast::WordPart::Variable(name.clone()), span),
                BodyPart::Parameter(parameter) => self.parameter(&ast::WordPart::Parameter(parameter.clone()), span),
                BodyPart::CommandSubstitution { body, syntax } => self.command_substitution(body, *syntax, span),
                BodyPart::ArithmeticExpansion { expression_word_ast, .. } => self.arithmetic(expression_word_ast, span),
            };
            expansions.extend(part.ok());
        }
        expansions
    }

    /// The words in a `[[ … ]]`.
    pub(super) fn test_words(&mut self, expression: &ast::ConditionalExpr, words: &mut Vec<Word>) -> Lowered<()> {
        use ast::ConditionalExpr as Expression;
        let mut stack = vec![expression];
        while let Some(expression) = stack.pop() {
            match expression {
                Expression::Binary(binary) => stack.extend([&*binary.right, &*binary.left]),
                Expression::Unary(unary) => stack.push(&unary.expr),
                Expression::Parenthesized(inner) => stack.push(&inner.expr),
                Expression::Word(word) | Expression::Regex(word) => {
                    words.extend(self.inner_word(word)?);
                }
                Expression::Pattern(pattern) => self.pattern_words(pattern, words)?,
                Expression::VarRef(_) => {}
            }
        }
        Ok(())
    }

    /// The words in a pattern: its quoted and expanded parts.
    pub(super) fn pattern_words(&mut self, pattern: &ast::Pattern, words: &mut Vec<Word>) -> Lowered<()> {
        for node in &pattern.parts {
            match &node.kind {
                ast::PatternPart::Word(word) => words.extend(self.inner_word(word)?),
                ast::PatternPart::Group { patterns, .. } => {
                    for pattern in patterns {
                        self.pattern_words(pattern, words)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A word that is looked at for its expansions alone: when it is not understood, it is left out.
    fn inner_word(&mut self, word: &ast::Word) -> Lowered<Option<Word>> {
        match self.word(word, self.span(word.span)) {
            Ok(word) => Ok(Some(word)),
            Err(Fault::Opaque(_)) => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}

/// Name, operator and operand of an expansion.
fn dissect(part: &ast::WordPart) -> (Option<&str>, ParameterOperator, Option<&ast::Word>) {
    use ast::BourneParameterExpansion as Bourne;
    match part {
        ast::WordPart::Variable(name) => (Some(name.as_str()), ParameterOperator::None, None),
        ast::WordPart::Parameter(parameter) => match parameter.bourne() {
            Some(Bourne::Access { reference }) => (Some(reference.name.as_str()), plain(reference), None),
            Some(Bourne::Operation { reference, operator, operand_word_ast, colon_variant, .. }) => (
                Some(reference.name.as_str()),
                operation(operator, *colon_variant),
                operand_word_ast.as_deref().or(operator.replacement_word_ast()),
            ),
            Some(
                Bourne::Length { reference }
                | Bourne::Indices { reference }
                | Bourne::Indirect { reference, .. }
                | Bourne::Slice { reference, .. }
                | Bourne::Transformation { reference, .. },
            ) => (Some(reference.name.as_str()), ParameterOperator::Other, None),
            Some(Bourne::PrefixMatch { prefix, .. }) => (Some(prefix.as_str()), ParameterOperator::Other, None),
            None => (None, ParameterOperator::Other, None),
        },
        ast::WordPart::ParameterExpansion { reference, operator, operand_word_ast, colon_variant, .. } => (
            Some(reference.name.as_str()),
            operation(operator, *colon_variant),
            operand_word_ast.as_deref().or(operator.replacement_word_ast()),
        ),
        ast::WordPart::Length(reference)
        | ast::WordPart::ArrayAccess(reference)
        | ast::WordPart::ArrayLength(reference)
        | ast::WordPart::ArrayIndices(reference)
        | ast::WordPart::Substring { reference, .. }
        | ast::WordPart::ArraySlice { reference, .. }
        | ast::WordPart::IndirectExpansion { reference, .. }
        | ast::WordPart::Transformation { reference, .. } => {
            (Some(reference.name.as_str()), ParameterOperator::Other, None)
        }
        _ => (None, ParameterOperator::Other, None),
    }
}

fn plain(reference: &ast::VarRef) -> ParameterOperator {
    if reference.subscript.is_some() { ParameterOperator::Other } else { ParameterOperator::None }
}

fn operation(operator: &ast::ParameterOp, colon: bool) -> ParameterOperator {
    match operator {
        ast::ParameterOp::UseDefault => ParameterOperator::Default { colon },
        ast::ParameterOp::AssignDefault => ParameterOperator::Assign,
        ast::ParameterOp::UseReplacement => ParameterOperator::Alternative { colon },
        ast::ParameterOp::Error => ParameterOperator::Error,
        _ => ParameterOperator::Other,
    }
}

fn literal_text<'t>(literal: &'t ast::LiteralText, text: &'t str, span: Span) -> &'t str {
    match literal {
        ast::LiteralText::Source => text.get(span.range()).unwrap_or_default(),
        ast::LiteralText::Owned(text) | ast::LiteralText::CookedSource(text) => text,
    }
}

/// The distance to the next quote or expansion in the text of a word.
fn next_part(text: &str, in_quotes: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, bytes.get(at + 1)) {
            (b'\\', _) => at += 1,
            (b'`', _) => return Some(at),
            (b'\'' | b'"', _) if !in_quotes => return Some(at),
            (b'$', Some(b'\'' | b'"')) if !in_quotes => return Some(at),
            (b'$', Some(next)) if next.is_ascii_alphanumeric() || b"_{([@*#?$!-".contains(next) => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The value of literal text: without the backslashes that quote, and without `\`-newlines.
fn decode(raw: &str, in_quotes: bool) -> Box<str> {
    if !raw.contains('\\') {
        return raw.into();
    }
    let mut value = String::with_capacity(raw.len());
    let mut characters = raw.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            value.push(character);
            continue;
        }
        match characters.next() {
            Some('\n') => {}
            Some(quoted) => {
                if in_quotes && !matches!(quoted, '$' | '`' | '"' | '\\') {
                    value.push('\\');
                }
                value.push(quoted);
            }
            None => value.push('\\'),
        }
    }
    value.into()
}

fn has_active_glob(raw: &str) -> bool {
    let mut open = false;
    let mut characters = raw.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '*' | '?' => return true,
            '[' => open = true,
            ']' if open => return true,
            _ => {}
        }
    }
    false
}

/// Makes a part of its own of a `~` at the start.
fn split_tilde(parts: &mut Vec<Part>, text: &str) {
    let Some(Part::Literal { span, value }) = parts.first_mut() else { return };
    if !value.starts_with('~') || !text.get(span.range()).is_some_and(|raw| raw.starts_with('~')) {
        return;
    }
    let raw = text.get(span.range()).unwrap_or_default();
    let length = raw.find('/').unwrap_or(raw.len());
    let tilde = Span::new(span.start, span.start + length);
    if length == raw.len() {
        parts[0] = Part::Tilde { span: tilde };
    } else {
        *span = Span::new(tilde.end, span.end);
        *value = value.find('/').map_or_else(Box::default, |at| value[at..].into());
        parts.insert(0, Part::Tilde { span: tilde });
    }
}

pub(super) fn identifier_length(text: &str) -> usize {
    match text.bytes().next() {
        Some(first) if first == b'_' || first.is_ascii_alphabetic() => {
            text.bytes().take_while(|byte| *byte == b'_' || byte.is_ascii_alphanumeric()).count()
        }
        _ => 0,
    }
}

/// A sequence of one command that is not looked into.
fn opaque_sequence(span: Span) -> Sequence {
    let command = Command { kind: CommandKind::Opaque, redirections: Vec::new(), span };
    let first = Pipeline { negated: false, timed: false, commands: vec![command], pipes: Vec::new(), span };
    Sequence { items: vec![Item { chain: Chain { first, rest: Vec::new() }, terminator: None }] }
}
