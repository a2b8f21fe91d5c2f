//! Sequences, chains, pipelines and compound commands.

use shuck_ast::{self as ast};

use super::{Fault, Lowered, Lowerer};
use crate::shell::{
    AndOr, Case, Chain, Command, CommandKind, For, Function, If, Item, Pipeline, Redirection, Sequence, Terminator,
    While, Word,
};
use crate::source::Span;

impl Lowerer<'_> {
    pub(super) fn sequence(&mut self, sequence: &ast::StmtSeq) -> Lowered<Sequence> {
        let mut items = Vec::with_capacity(sequence.len());
        for (index, statement) in sequence.iter().enumerate() {
            self.skip_lines();
            let chain = self.chain(statement)?;
            let terminator = self.terminator()?;
            if terminator.is_none() && index + 1 < sequence.len() {
                return Err(self.unexpected());
            }
            items.push(Item { chain, terminator });
        }
        Ok(Sequence { items })
    }

    /// A sequence that must hold a command.
    fn commands(&mut self, sequence: &ast::StmtSeq) -> Lowered<Sequence> {
        if sequence.is_empty() {
            self.skip_lines();
            return Err(Fault::Invalid(Span::at(self.cursor), "a command is missing here".to_owned()));
        }
        self.sequence(sequence)
    }

    fn terminator(&mut self) -> Lowered<Option<(Terminator, Span)>> {
        self.skip_blanks();
        let (kind, length) = match self.rest().as_bytes() {
            [b';', b';' | b'&', ..] | [b'&', b'&', ..] => return Ok(None),
            [b';', ..] => (Terminator::Semicolon, 1),
            [b'&', ..] => (Terminator::Background, 1),
            [b'\n', ..] => (Terminator::Newline, 1),
            [b'#', ..] => (Terminator::Newline, 0),
            _ => return Ok(None),
        };
        let span = Span::new(self.cursor, self.cursor + length);
        if kind == Terminator::Newline {
            return Ok(Some((kind, span)));
        }
        self.cursor += 1;
        self.skip_blanks();
        if kind == Terminator::Background
            && matches!(self.rest().as_bytes(), [b';'] | [b';', b'\0'..=b':' | b'<'.., ..])
        {
            let message = "`&` already ends the command, so a shell does not accept the `;` behind it".to_owned();
            return Err(Fault::Invalid(Span::new(self.cursor, self.cursor + 1), message));
        }
        Ok(Some((kind, span)))
    }

    fn chain(&mut self, statement: &ast::Stmt) -> Lowered<Chain> {
        let mut leftmost = statement;
        let mut links = Vec::new();
        while let ast::Command::Binary(binary) = &leftmost.command {
            let operator = match binary.op {
                ast::BinaryOp::And => AndOr::And,
                ast::BinaryOp::Or => AndOr::Or,
                _ => break,
            };
            links.push((operator, &*binary.right));
            leftmost = &binary.left;
        }
        let first = self.pipeline(leftmost)?;
        let mut rest = Vec::with_capacity(links.len());
        for (operator, right) in links.into_iter().rev() {
            self.skip_blanks();
            let span = self.expect(if operator == AndOr::And { "&&" } else { "||" })?;
            self.skip_lines();
            rest.push((operator, span, self.pipeline(right)?));
        }
        Ok(Chain { first, rest })
    }

    fn pipeline(&mut self, statement: &ast::Stmt) -> Lowered<Pipeline> {
        let (mut negated, mut timed) = (false, false);
        let mut statement = statement;
        self.skip_blanks();
        let start = self.cursor;
        loop {
            if statement.negated {
                self.expect("!")?;
                negated = !negated;
                self.skip_blanks();
            }
            let ast::Command::Compound(ast::CompoundCommand::Time(time)) = &statement.command else { break };
            self.expect("time")?;
            timed = true;
            self.skip_blanks();
            if time.posix_format {
                self.expect("-p")?;
                self.skip_blanks();
            }
            match &time.command {
                Some(inner) => statement = inner,
                None => return Err(Fault::Opaque("`time` without a command")),
            }
        }
        let mut rights = Vec::new();
        while let ast::Command::Binary(binary) = &statement.command {
            let both = match binary.op {
                ast::BinaryOp::Pipe => false,
                ast::BinaryOp::PipeAll => true,
                _ => return Err(Fault::Opaque("not understood")),
            };
            rights.push((both, &*binary.right));
            statement = &binary.left;
        }
        let mut commands = vec![self.command(statement)?];
        let mut pipes = Vec::with_capacity(rights.len());
        for (both, right) in rights.into_iter().rev() {
            self.skip_blanks();
            pipes.push((both, self.expect(if both { "|&" } else { "|" })?));
            self.skip_lines();
            commands.push(self.command(right)?);
        }
        Ok(Pipeline { negated, timed, commands, pipes, span: Span::new(start, self.cursor) })
    }

    fn command(&mut self, statement: &ast::Stmt) -> Lowered<Command> {
        self.skip_blanks();
        let start = self.cursor;
        let kind = match &statement.command {
            ast::Command::Simple(simple) => return self.simple_command(simple, &statement.redirects),
            ast::Command::Builtin(builtin) => return self.builtin(builtin, &statement.redirects),
            ast::Command::Decl(declaration) => return self.declaration(declaration, &statement.redirects),
            ast::Command::Compound(compound) => self.compound(compound)?,
            ast::Command::Function(function) => self.function(function)?,
            ast::Command::Binary(_) | ast::Command::AnonymousFunction(_) => {
                return Err(Fault::Opaque("not understood"));
            }
        };
        let redirections = self.trailing_redirections(&statement.redirects)?;
        Ok(Command { kind, redirections, span: Span::new(start, self.cursor) })
    }

    fn trailing_redirections(&mut self, redirects: &[ast::Redirect]) -> Lowered<Vec<Redirection>> {
        let mut redirections = Vec::with_capacity(redirects.len());
        for redirect in redirects {
            if self.is_half(redirect) {
                continue;
            }
            self.skip_blanks();
            redirections.push(self.redirection(redirect)?);
        }
        Ok(redirections)
    }

    fn compound(&mut self, compound: &ast::CompoundCommand) -> Lowered<CommandKind> {
        use ast::CompoundCommand as Compound;
        Ok(match compound {
            Compound::BraceGroup(body) => CommandKind::Group(self.enclosed("{", body, "}")?),
            Compound::Subshell(body) => CommandKind::Subshell(self.enclosed("(", body, ")")?),
            Compound::If(conditional) => CommandKind::If(Box::new(self.conditional(conditional)?)),
            Compound::For(header) => CommandKind::For(Box::new(self.for_loop(header)?)),
            Compound::ArithmeticFor(header) => {
                self.expect("for")?;
                self.cursor = self.span(header.right_paren_span).end.max(self.cursor);
                let body = self.loop_body(&header.body)?;
                CommandKind::For(Box::new(For { variable: None, words: None, body }))
            }
            Compound::Select(select) => {
                self.expect("select")?;
                self.skip_blanks();
                let variable = (select.variable.as_str().into(), self.expect(select.variable.as_str())?);
                let words = Some(self.loop_words(&select.words)?);
                let body = self.loop_body(&select.body)?;
                CommandKind::For(Box::new(For { variable: Some(variable), words, body }))
            }
            Compound::While(header) => self.while_loop("while", &header.condition, &header.body)?,
            Compound::Until(header) => self.while_loop("until", &header.condition, &header.body)?,
            Compound::Case(case) => CommandKind::Case(Box::new(self.case(case)?)),
            Compound::Conditional(test) => {
                let mut words = Vec::new();
                self.test_words(&test.expression, &mut words)?;
                self.expect("[[")?;
                self.cursor = self.span(test.right_bracket_span).end.max(self.cursor);
                CommandKind::Test(words)
            }
            Compound::Arithmetic(arithmetic) => {
                self.expect("((")?;
                let end = self.span(arithmetic.right_paren_span).end.max(self.cursor);
                let parts = self.arithmetic_names(Span::new(self.cursor, end));
                self.cursor = end;
                CommandKind::Arithmetic(parts)
            }
            Compound::Coproc(coproc) => {
                self.cursor = self.span(coproc.span).end.max(self.cursor);
                CommandKind::Opaque
            }
            Compound::Repeat(_) | Compound::Foreach(_) | Compound::Always(_) | Compound::Time(_) => {
                return Err(Fault::Opaque("not understood"));
            }
        })
    }

    fn enclosed(&mut self, open: &str, body: &ast::StmtSeq, close: &str) -> Lowered<Sequence> {
        self.expect(open)?;
        let body = self.commands(body)?;
        self.expect_after_lines(close)?;
        Ok(body)
    }

    fn conditional(&mut self, conditional: &ast::IfCommand) -> Lowered<If> {
        self.expect("if")?;
        let mut branches = Vec::with_capacity(1 + conditional.elif_branches.len());
        let condition = self.commands(&conditional.condition)?;
        self.expect_after_lines("then")?;
        branches.push((condition, self.commands(&conditional.then_branch)?));
        for (condition, body) in &conditional.elif_branches {
            self.expect_after_lines("elif")?;
            let condition = self.commands(condition)?;
            self.expect_after_lines("then")?;
            branches.push((condition, self.commands(body)?));
        }
        let otherwise = match &conditional.else_branch {
            Some(body) => {
                self.expect_after_lines("else")?;
                Some(self.commands(body)?)
            }
            None => None,
        };
        self.expect_after_lines("fi")?;
        Ok(If { branches, otherwise })
    }

    fn for_loop(&mut self, header: &ast::ForCommand) -> Lowered<For> {
        self.expect("for")?;
        self.skip_blanks();
        let (Some(target), 1) = (header.targets.first(), header.targets.len()) else {
            return Err(Fault::Opaque("not understood"));
        };
        let name_span = self.span(target.span);
        self.expect(self.slice(name_span))?;
        let variable = Some((self.slice(name_span).into(), name_span));
        let words = header.words.as_ref().map(|words| self.loop_words(words)).transpose()?;
        Ok(For { variable, words, body: self.loop_body(&header.body)? })
    }

    fn loop_words(&mut self, words: &[ast::Word]) -> Lowered<Vec<Word>> {
        self.expect_after_lines("in")?;
        words
            .iter()
            .map(|word| {
                self.skip_blanks();
                self.next_word(word)
            })
            .collect()
    }

    fn loop_body(&mut self, body: &ast::StmtSeq) -> Lowered<Sequence> {
        self.skip_blanks();
        if self.rest().starts_with(';') {
            self.cursor += 1;
        }
        self.skip_lines();
        let (open, close) = if self.rest().starts_with('{') { ("{", "}") } else { ("do", "done") };
        self.enclosed(open, body, close)
    }

    fn while_loop(&mut self, keyword: &str, condition: &ast::StmtSeq, body: &ast::StmtSeq) -> Lowered<CommandKind> {
        self.expect(keyword)?;
        let condition = self.commands(condition)?;
        self.skip_lines();
        let body = self.enclosed("do", body, "done")?;
        Ok(CommandKind::While(Box::new(While { condition, body, until: keyword == "until" })))
    }

    fn case(&mut self, case: &ast::CaseCommand) -> Lowered<Case> {
        self.expect("case")?;
        self.skip_blanks();
        let word = self.next_word(&case.word)?;
        self.expect_after_lines("in")?;
        let mut arms = Vec::with_capacity(case.cases.len());
        for item in &case.cases {
            self.skip_lines();
            if self.rest().starts_with('(') {
                self.cursor += 1;
            }
            let mut words = Vec::new();
            for (index, pattern) in item.patterns.iter().enumerate() {
                self.skip_blanks();
                if index > 0 {
                    self.expect("|")?;
                    self.skip_blanks();
                }
                self.pattern_words(pattern, &mut words)?;
                self.cursor = self.span(pattern.span).end.max(self.cursor);
            }
            self.skip_blanks();
            self.expect(")")?;
            let body = self.sequence(&item.body)?;
            if item.terminator_span.is_some() {
                self.expect_after_lines(match item.terminator {
                    ast::CaseTerminator::Break => ";;",
                    ast::CaseTerminator::FallThrough => ";&",
                    ast::CaseTerminator::Continue => ";;&",
                    ast::CaseTerminator::ContinueMatching => ";|",
                })?;
            }
            arms.push((words, body));
        }
        self.expect_after_lines("esac")?;
        Ok(Case { word, arms })
    }

    fn function(&mut self, function: &ast::FunctionDef) -> Lowered<CommandKind> {
        if function.uses_function_keyword() {
            self.expect("function")?;
            self.skip_blanks();
        }
        let (Some(entry), 1) = (function.header.entries.first(), function.header.entries.len()) else {
            return Err(Fault::Opaque("not understood"));
        };
        let name = self.slice(self.span(entry.word.span));
        self.expect(name)?;
        if function.has_trailing_parens() {
            self.skip_blanks();
            self.expect("(")?;
            self.skip_blanks();
            self.expect(")")?;
        }
        self.skip_lines();
        Ok(CommandKind::Function(Box::new(Function { name: name.into(), body: self.command(&function.body)? })))
    }
}
