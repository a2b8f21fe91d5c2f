//! From the text of an instruction to its typed view.

use crate::source::{LocatedText, Span};

use super::instruction::{
    CommandForm, From, Healthcheck, Instruction, InstructionKind, Pair, Pairs, StageName, Transfer, Word,
};
use super::json::{self, JsonForm};
use super::{Flag, Keyword, Problem, ProblemKind, flag, healthcheck, words};

/// ONBUILD inside ONBUILD is refused by BuildKit; no need to follow it further down.
const GREATEST_NESTING: usize = 3;

/// Reads one instruction and collects what BuildKit would refuse in it.
pub(super) struct ArgumentParser<'p> {
    /// The escape character in force.
    pub escape: char,
    /// Where problems go.
    pub problems: &'p mut Vec<Problem>,
}

impl ArgumentParser<'_> {
    /// The instruction that `text`, without continuations, spells. Its lines, tokens and heredocs are not set.
    pub fn instruction(&mut self, text: &LocatedText, nesting: usize) -> Instruction {
        let trimmed = text.trimmed();
        let (keyword_word, rest) = words::split_first(&trimmed);
        let (flags, rest) = words::split_flags(&rest);
        let arguments = rest.trimmed();
        let keyword = Keyword::parse(keyword_word.text());
        let kind = match keyword {
            Some(keyword) => self.kind(keyword, &keyword_word, &flags, &arguments, nesting),
            None => {
                let word = keyword_word.text().to_owned();
                self.problem(ProblemKind::UnknownInstruction { word }, keyword_word.span());
                None
            }
        };
        Instruction {
            span: trimmed.span(),
            first_line: 0,
            last_line: 0,
            keyword,
            keyword_word,
            flags,
            arguments,
            kind: kind.unwrap_or(InstructionKind::Malformed),
            heredocs: Vec::new(),
            empty_continuation_lines: Vec::new(),
            text: trimmed,
            tokens: Vec::new(),
        }
    }

    fn kind(
        &mut self,
        keyword: Keyword,
        keyword_word: &Word,
        flags: &[Flag],
        arguments: &Word,
        nesting: usize,
    ) -> Option<InstructionKind> {
        for (kind, span) in flag::check(keyword, flags) {
            self.problem(kind, span);
        }
        let missing = |expected| (ProblemKind::WrongArguments { keyword, expected }, keyword_word.span());
        let kind = match keyword {
            Keyword::Add => InstructionKind::Add(self.transfer(keyword, keyword_word, arguments)?),
            Keyword::Copy => InstructionKind::Copy(self.transfer(keyword, keyword_word, arguments)?),
            Keyword::Cmd => InstructionKind::Cmd(self.command(arguments)?),
            Keyword::Entrypoint => InstructionKind::Entrypoint(self.command(arguments)?),
            Keyword::Run => InstructionKind::Run(self.command(arguments)?),
            _ if arguments.is_empty() => {
                let (kind, span) = missing(expected_arguments(keyword));
                self.problem(kind, span);
                return None;
            }
            Keyword::Arg => InstructionKind::Arg(self.arg(arguments)),
            Keyword::Env => InstructionKind::Env(self.pairs(keyword, arguments)?),
            Keyword::Label => InstructionKind::Label(self.pairs(keyword, arguments)?),
            Keyword::Expose => InstructionKind::Expose(words::split_blanks(arguments)),
            Keyword::From => InstructionKind::From(self.from(arguments)?),
            Keyword::Healthcheck => InstructionKind::Healthcheck(self.healthcheck(flags, arguments)?),
            Keyword::Maintainer => InstructionKind::Maintainer(arguments.clone()),
            Keyword::Onbuild => InstructionKind::Onbuild(self.onbuild(arguments, nesting)?),
            Keyword::Shell => InstructionKind::Shell(self.shell(arguments)?),
            Keyword::Stopsignal => InstructionKind::Stopsignal(arguments.clone()),
            Keyword::User => InstructionKind::User(arguments.clone()),
            Keyword::Volume => InstructionKind::Volume(self.list(arguments)?.0),
            Keyword::Workdir => InstructionKind::Workdir(arguments.clone()),
        };
        Some(kind)
    }

    fn problem(&mut self, kind: ProblemKind, span: Span) {
        self.problems.push(Problem { kind, span });
    }

    fn command(&mut self, arguments: &Word) -> Option<CommandForm> {
        match json::parse_array(arguments) {
            JsonForm::Strings { elements, span } => {
                Some(CommandForm::Exec { words: elements, span: arguments.locate(span) })
            }
            JsonForm::OtherElement { span } => {
                self.problem(ProblemKind::JsonNotStrings, arguments.locate(span));
                None
            }
            JsonForm::NotJson => Some(CommandForm::Shell(arguments.clone())),
        }
    }

    /// A list that is a JSON array or words between blanks, and whether it was JSON.
    fn list(&mut self, arguments: &Word) -> Option<(Vec<Word>, bool)> {
        match self.command(arguments)? {
            CommandForm::Exec { words, .. } => Some((words, true)),
            CommandForm::Shell(text) => Some((words::split_blanks(&text), false)),
        }
    }

    fn transfer(&mut self, keyword: Keyword, keyword_word: &Word, arguments: &Word) -> Option<Transfer> {
        let (mut sources, json) = self.list(arguments)?;
        let destination = sources.pop();
        match destination {
            Some(destination) if !sources.is_empty() => Some(Transfer { sources, destination, json }),
            _ => {
                let expected = "at least two arguments: a source and a destination";
                self.problem(ProblemKind::WrongArguments { keyword, expected }, keyword_word.span());
                None
            }
        }
    }

    fn arg(&mut self, arguments: &Word) -> Pairs {
        let pairs: Vec<Pair> = words::split_quoted(arguments, self.escape).iter().map(split_pair).collect();
        self.refuse_empty_names(Keyword::Arg, &pairs);
        Pairs { pairs, legacy: false }
    }

    /// The first word decides: with `=` all words are pairs, without it name and value stand between blanks.
    fn pairs(&mut self, keyword: Keyword, arguments: &Word) -> Option<Pairs> {
        let words = words::split_quoted(arguments, self.escape);
        if !words.first()?.text().contains('=') {
            return self.legacy_pair(keyword, arguments);
        }
        if let Some(word) = words.iter().find(|word| !word.text().contains('=')) {
            let text = word.text().to_owned();
            self.problem(ProblemKind::PairWithoutEquals { keyword, word: text }, word.span());
            return None;
        }
        let pairs: Vec<Pair> = words.iter().map(split_pair).collect();
        self.refuse_empty_names(keyword, &pairs);
        Some(Pairs { pairs, legacy: false })
    }

    fn legacy_pair(&mut self, keyword: Keyword, arguments: &Word) -> Option<Pairs> {
        let (name, value) = words::split_first(arguments);
        if value.is_empty() {
            self.problem(ProblemKind::WrongArguments { keyword, expected: "a name and a value" }, arguments.span());
            return None;
        }
        Some(Pairs { pairs: vec![Pair { name, value: Some(value) }], legacy: true })
    }

    fn refuse_empty_names(&mut self, keyword: Keyword, pairs: &[Pair]) {
        for pair in pairs.iter().filter(|pair| pair.name.is_empty()) {
            self.problem(ProblemKind::EmptyName { keyword }, pair.span());
        }
    }

    fn from(&mut self, arguments: &Word) -> Option<From> {
        let words = words::split_blanks(arguments);
        let image = words.first()?.clone();
        let name = match words.as_slice() {
            [_, as_keyword, word] if as_keyword.text().eq_ignore_ascii_case("as") => {
                Some(StageName { as_keyword: as_keyword.clone(), word: word.clone() })
            }
            [_] => None,
            [_, rest @ ..] => {
                let expected = "an image, or an image followed by `AS` and a name";
                let span = rest.iter().fold(rest[0].span(), |span, word| span.cover(word.span()));
                self.problem(ProblemKind::WrongArguments { keyword: Keyword::From, expected }, span);
                None
            }
            [] => None,
        };
        Some(From { image, name })
    }

    fn healthcheck(&mut self, flags: &[Flag], arguments: &Word) -> Option<Healthcheck> {
        let whole = arguments.text();
        let end = whole.find(char::is_whitespace).unwrap_or(whole.len());
        let kind = arguments.slice(Span::new(0, end));
        let rest = arguments.slice(Span::new(end, whole.len())).trimmed();
        for (problem, span) in healthcheck::check_flags(flags) {
            self.problem(problem, span);
        }
        let keyword = Keyword::Healthcheck;
        if kind.text().eq_ignore_ascii_case("none") {
            if !rest.is_empty() {
                let expected = "no arguments behind `NONE`";
                self.problem(ProblemKind::WrongArguments { keyword, expected }, rest.span());
            }
            return Some(Healthcheck::None);
        }
        if !kind.text().eq_ignore_ascii_case("cmd") {
            let word = kind.text().to_owned();
            self.problem(ProblemKind::UnknownHealthcheckType { word }, kind.span());
            return None;
        }
        if rest.is_empty() {
            self.problem(ProblemKind::WrongArguments { keyword, expected: "a command behind `CMD`" }, kind.span());
            return None;
        }
        Some(Healthcheck::Cmd(self.command(&rest)?))
    }

    fn onbuild(&mut self, arguments: &Word, nesting: usize) -> Option<Box<Instruction>> {
        if nesting == GREATEST_NESTING {
            return None;
        }
        let inner = self.instruction(arguments, nesting + 1);
        if let Some(keyword @ (Keyword::Onbuild | Keyword::From | Keyword::Maintainer)) = inner.keyword {
            self.problem(ProblemKind::ForbiddenInOnbuild { keyword }, inner.keyword_span());
        }
        Some(Box::new(inner))
    }

    fn shell(&mut self, arguments: &Word) -> Option<Vec<Word>> {
        match self.command(arguments)? {
            CommandForm::Exec { words, .. } if !words.is_empty() => Some(words),
            CommandForm::Exec { span, .. } => {
                let expected = expected_arguments(Keyword::Shell);
                self.problem(ProblemKind::WrongArguments { keyword: Keyword::Shell, expected }, span);
                None
            }
            CommandForm::Shell(text) => {
                self.problem(ProblemKind::ShellNotJson, text.span());
                None
            }
        }
    }
}

fn split_pair(word: &Word) -> Pair {
    let text = word.text();
    match text.find('=') {
        Some(equals) => {
            Pair { name: word.slice(Span::new(0, equals)), value: Some(word.slice(Span::new(equals + 1, text.len()))) }
        }
        None => Pair { name: word.clone(), value: None },
    }
}

fn expected_arguments(keyword: Keyword) -> &'static str {
    match keyword {
        Keyword::From => "an image, or an image followed by `AS` and a name",
        Keyword::Maintainer | Keyword::Stopsignal | Keyword::User | Keyword::Workdir => "exactly one argument",
        _ => "at least one argument",
    }
}
