//! From the parser's tree to ours, with every byte of the text accounted for.
//!
//! The parser accepts text that no shell accepts (`a &; b`, `find . ( -type d )`), and the spans of its compound
//! commands leave out their delimiters. Lowering therefore walks the text with a cursor: what the tree says comes
//! next must stand there, with nothing but blanks and comments between. Where it does not, the script is invalid.

mod commands;
mod cursor;
mod plain;
mod remembered;
mod simple;
mod words;

use std::rc::Rc;

use shuck_ast::{self as ast};
use shuck_parser::parser::{ParseResult, Parser};
use shuck_parser::{ShellDialect, ShellProfile};

use crate::shell::{Dialect, Script, ScriptForm, ScriptSource, Sequence, Status};
use crate::source::Span;

/// Compound commands and substitutions inside each other; half of it in a script inside a script, and so on, as all
/// share one stack. Real scripts stay below ten.
const DEEPEST_NESTING: usize = 32;
/// Scripts inside the `-c` argument of a shell inside a script.
const DEEPEST_SCRIPT: usize = 3;
/// Longest text that is parsed, in bytes. The longest RUN of the corpus has 30 kB.
const LONGEST_TEXT: usize = 1 << 20;
/// Brackets open at once, in quotes or not. Real scripts stay below thirty.
const MOST_OPEN_BRACKETS: usize = 200;
/// Parser operations per byte; real scripts need about one.
const OPERATIONS_PER_BYTE: usize = 16;

impl Script {
    /// Parses a script. Never fails: the [`Status`] says what became of it.
    pub fn parse(source: ScriptSource) -> Script {
        parse_nested(source, 0)
    }

    /// Parses a text that stands in no Dockerfile: its spans are places in itself.
    pub fn of_text(text: &str, dialect: Dialect) -> Script {
        let mut source = ScriptSource::new(dialect, ScriptForm::ShellForm);
        source.push(text, 0);
        Self::parse(source)
    }
}

/// Parses a script that stands `depth` scripts deep.
pub(super) fn parse_nested(source: ScriptSource, depth: usize) -> Script {
    let outcome = if depth > DEEPEST_SCRIPT {
        Err(Fault::Opaque("too deeply nested"))
    } else if source.dialect() == Dialect::Opaque {
        Err(Fault::Opaque("not a POSIX shell"))
    } else if source.text().len() > LONGEST_TEXT {
        Err(Fault::Opaque("too long"))
    } else if source.text().len() > MOST_OPEN_BRACKETS
        && (opens_too_often(source.text()) || repeats_too_often(source.text()))
    {
        Err(Fault::Opaque("too deeply nested"))
    } else {
        lower(&source, depth)
    };
    let (status, body) = match outcome {
        Ok(body) => (Status::Clean, body),
        Err(Fault::Invalid(span, message)) => (Status::Invalid { span, message }, Rc::default()),
        Err(Fault::Opaque(reason)) => (Status::Opaque { reason }, Rc::default()),
    };
    Script { source, status, body }
}

fn lower(source: &ScriptSource, depth: usize) -> Lowered<Rc<Sequence>> {
    // Scripts inside a script are parsed with another limit.
    let remembered = if depth == 0 { remembered::body_of(source.text()) } else { None };
    if let Some(body) = remembered {
        return Ok(body);
    }
    let mut lowerer = Lowerer::new(source, depth);
    let body = Rc::new(lowerer.script()?);
    if depth == 0 && !lowerer.holds_script {
        remembered::remember(source.text(), &body);
    }
    Ok(body)
}

/// Why a script has no model.
enum Fault {
    /// A shell would refuse it.
    Invalid(Span, String),
    /// It is not looked into.
    Opaque(&'static str),
}

type Lowered<T> = Result<T, Fault>;

/// Walks the parser's tree and the text side by side.
struct Lowerer<'a> {
    source: &'a ScriptSource,
    text: &'a str,
    /// Everything before is accounted for.
    cursor: usize,
    /// End of the script or substitution that is being lowered.
    end: usize,
    /// Delimiters of heredocs whose bodies start at the next line, and whether tabs before them are ignored.
    pending_heredocs: Vec<(String, bool)>,
    /// Added to the parser's offsets where it has lost count of them.
    shift: isize,
    /// Whether the text has lost one level of backslashes to backticks.
    in_backticks: bool,
    /// Scripts around this one.
    depth: usize,
    /// Whether a word of it is a script in turn, which knows its own place in the file.
    holds_script: bool,
}

impl<'a> Lowerer<'a> {
    fn new(source: &'a ScriptSource, depth: usize) -> Self {
        let text = source.text();
        let end = text.len();
        Self {
            source,
            text,
            cursor: 0,
            end,
            pending_heredocs: Vec::new(),
            shift: 0,
            in_backticks: false,
            depth,
            holds_script: false,
        }
    }

    fn script(&mut self) -> Lowered<Sequence> {
        self.plain_script().map_or_else(|| self.parsed_script(), Ok)
    }

    fn parsed_script(&mut self) -> Lowered<Sequence> {
        let parsed = parse(self.text, self.depth);
        if parsed.is_err() {
            return Err(self.refusal(&parsed));
        }
        let body = self.sequence(&parsed.file.body)?;
        self.skip_lines();
        if self.cursor < self.end { Err(self.unexpected()) } else { Ok(body) }
    }

    /// What the parser's refusal means to a reader.
    fn refusal(&self, parsed: &ParseResult) -> Fault {
        let diagnostic = parsed.diagnostics.first();
        let said = diagnostic.map_or("", |diagnostic| diagnostic.message.as_str());
        if parsed.diagnostics.iter().any(|diagnostic| is_limit(&diagnostic.message)) {
            return Fault::Opaque("too deeply nested or too long");
        }
        let span = diagnostic.map_or(Span::at(self.text.len()), |diagnostic| self.span(diagnostic.span));
        let unclosed = [
            ("double quote", "this double quote is never closed"),
            ("single quote", "this single quote is never closed"),
            ("command substitution", "this `$(` is never closed"),
            ("backtick", "this backtick is never closed"),
        ];
        if let Some((_, message)) =
            unclosed.iter().find(|(what, _)| said.contains("unterminated") && said.contains(what))
        {
            return Fault::Invalid(span, (*message).to_owned());
        }
        let missing = ["'esac'", "'fi'", "'done'", "'do'", "'then'", "'in'", "')'", "'}'"];
        if let Some(word) = missing.iter().find(|word| said.contains(**word)) {
            return Fault::Invalid(span, format!("`{}` is missing", word.trim_matches('\'')));
        }
        if said.contains("empty") {
            return Fault::Invalid(span, "a command is missing here".to_owned());
        }
        let token = self.text.get(span.range()).unwrap_or_default().trim();
        let at_end = self.text.get(span.end..).is_none_or(|rest| rest.trim().is_empty());
        match (at_end, token) {
            (true, _) => Fault::Invalid(span, "the script ends inside a command".to_owned()),
            (_, "") => Fault::Invalid(span, "a shell does not accept what follows here".to_owned()),
            (_, token) => Fault::Invalid(span, format!("a shell does not expect `{}` here", first_line(token))),
        }
    }

    /// The parser's span as ours, moved to character boundaries inside the text.
    fn span(&self, span: ast::Span) -> Span {
        let offset = |offset: usize| {
            let shifted = offset.saturating_add_signed(self.shift);
            self.text.floor_char_boundary(shifted.min(self.text.len()))
        };
        let start = offset(span.start.offset());
        Span::new(start, offset(span.end.offset()).max(start))
    }

    fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.range()).unwrap_or_default()
    }
}

/// Always as Bash: what other shells lack of it does not hinder their scripts, and `[[` is understood in all.
fn parse(text: &str, depth: usize) -> ParseResult {
    let operations = 10_000 + OPERATIONS_PER_BYTE * text.len();
    let profile = ShellProfile::native(ShellDialect::Bash);
    Parser::with_limits_and_profile(text, DEEPEST_NESTING >> depth, operations, profile).parse()
}

/// Whether more brackets are open at once than the parser bears: thousands of `${` overflow its stack and thousands of
/// `{` take it quadratic time. Quotes are not looked at; no real script comes near.
fn opens_too_often(text: &str) -> bool {
    let mut open = 0usize;
    text.bytes().any(|byte| {
        match byte {
            b'(' | b'{' | b'[' => open += 1,
            b')' | b'}' | b']' => open = open.saturating_sub(1),
            _ => {}
        }
        open > MOST_OPEN_BRACKETS
    })
}

/// Whether there are so many `time` that, one inside the other (`time a | time b | …`), they overflow the parser's stack,
/// or so many heredocs that they take it quadratic time.
fn repeats_too_often(text: &str) -> bool {
    ["time", "coproc", "<<"].iter().any(|prefix| text.matches(prefix).nth(MOST_OPEN_BRACKETS).is_some())
}

fn is_limit(message: &str) -> bool {
    ["too deep", "too long", "too large", "fuel", "budget"].iter().any(|words| message.contains(words))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
