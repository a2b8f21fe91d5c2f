//! The grammar of the comments that suppress findings.

use crate::source::Span;

/// Whose comment it is, and so which codes it may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// `# dfx: ignore[...]`
    Dfx,
    /// `# hadolint ignore=...`
    Hadolint,
    /// The parser directive `# check=skip=...` of BuildKit.
    Check,
}

/// How far a comment reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// The next instruction; inside a continued instruction, its lines behind the comment.
    Instruction,
    /// The instructions behind the next FROM, up to the FROM after that one.
    Stage,
    /// The whole file.
    File,
}

/// A comment that suppresses findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Whose comment it is.
    pub dialect: Dialect,
    /// How far it reaches.
    pub reach: Reach,
    /// The codes, in their order: names, groups, other tools' codes or `ALL`.
    pub codes: Vec<Code>,
    /// Why, in the author's words; empty where none are given.
    pub reason: String,
    /// The comment, from its `#` to the end of its text.
    pub span: Span,
    /// Whether nothing is lost with the comment when its last code goes: a directive may set other options too.
    pub(super) is_removable: bool,
}

/// A code in a suppressing comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// As written.
    pub text: String,
    /// Its place in the file.
    pub span: Span,
}

/// A comment that wants to suppress findings, but is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The part at fault.
    pub span: Span,
    /// What is wrong with it, in one sentence without a final full stop.
    pub message: String,
}

/// What a comment says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parsed {
    pub suppression: Option<Suppression>,
    pub malformed: Option<Malformed>,
}

/// A stretch of the comment's text which knows its place in the file.
#[derive(Debug, Clone, Copy)]
struct Piece<'t> {
    text: &'t str,
    start: usize,
}

impl<'t> Piece<'t> {
    fn span(self) -> Span {
        Span::new(self.start, self.start + self.text.len())
    }

    fn split_at(self, at: usize) -> (Piece<'t>, Piece<'t>) {
        let (head, tail) = self.text.split_at(at);
        (Piece { text: head, start: self.start }, Piece { text: tail, start: self.start + at })
    }

    fn trim_start(self) -> Piece<'t> {
        self.split_at(self.text.len() - self.text.trim_start().len()).1
    }

    fn trim(self) -> Piece<'t> {
        let piece = self.trim_start();
        piece.split_at(piece.text.trim_end().len()).0
    }

    /// What follows `prefix`.
    fn after(self, prefix: &str) -> Option<Piece<'t>> {
        self.text.starts_with(prefix).then(|| self.split_at(prefix.len()).1)
    }

    /// The head of characters that `belongs` accepts, and the rest.
    fn take_while(self, belongs: impl Fn(char) -> bool) -> (Piece<'t>, Piece<'t>) {
        self.split_at(self.text.find(|c| !belongs(c)).unwrap_or(self.text.len()))
    }

    /// The pieces between the `separator`s.
    fn split(self, separator: char) -> impl Iterator<Item = Piece<'t>> {
        let mut rest = Some(self);
        std::iter::from_fn(move || {
            let piece = rest?;
            let Some(at) = piece.text.find(separator) else {
                rest = None;
                return Some(piece);
            };
            let (head, tail) = piece.split_at(at);
            rest = Some(tail.split_at(separator.len_utf8()).1);
            Some(head)
        })
    }

    fn code(self) -> Code {
        Code { text: self.text.to_owned(), span: self.span() }
    }

    fn malformed(self, message: impl Into<String>) -> Parsed {
        Parsed { suppression: None, malformed: Some(Malformed { span: self.span(), message: message.into() }) }
    }
}

/// Reads a comment, given from its `#` at the byte `start` of the file to the end of its text.
pub(super) fn parse(text: &str, start: usize) -> Parsed {
    let comment = Piece { text, start };
    let Some(body) = comment.after("#").map(Piece::trim_start) else {
        return Parsed::default();
    };
    if let Some(body) = body.after("dfx:") {
        dfx(comment, body.trim_start())
    } else if let Some(body) = body.after("hadolint").filter(|body| body.text.starts_with([' ', '\t'])) {
        hadolint(comment, body.trim_start())
    } else {
        Parsed::default()
    }
}

/// `ignore[code, code] reason`
fn dfx(comment: Piece<'_>, body: Piece<'_>) -> Parsed {
    let (verb, rest) = body.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let reach = match verb.text {
        "ignore" => Reach::Instruction,
        "ignore-file" => Reach::File,
        _ => return body.malformed("a `dfx:` comment says `ignore[...]` or `ignore-file[...]`"),
    };
    let Some(list) = rest.trim_start().after("[") else {
        return verb.malformed(format!("`{0}` names no rule; write `{0}[rule]`", verb.text));
    };
    let Some(end) = list.text.find(']') else {
        return list.malformed("the list of rules is not closed with `]`");
    };
    let (list, reason) = list.split_at(end);
    let codes: Vec<Code> =
        list.split(',').map(Piece::trim).filter(|piece| !piece.text.is_empty()).map(Piece::code).collect();
    if codes.is_empty() {
        return verb.malformed(format!("`{0}` names no rule; write `{0}[rule]`", verb.text));
    }
    let reason = reason.text.trim_start_matches(']').trim_start_matches([' ', '\t', ':', '-', '#']).to_owned();
    let suppression =
        Suppression { dialect: Dialect::Dfx, reach, codes, reason, span: comment.span(), is_removable: true };
    Parsed { suppression: Some(suppression), malformed: None }
}

/// `[global|stage] ignore=code,code # reason`
///
/// hadolint drops a pragma with other words in it without a word; its codes are honoured here, and the words reported.
fn hadolint(comment: Piece<'_>, body: Piece<'_>) -> Parsed {
    let scoped = |word, reach| {
        body.after(word).filter(|rest| rest.text.starts_with([' ', '\t'])).map(|rest| (reach, rest.trim_start()))
    };
    let (reach, body) =
        scoped("global", Reach::File).or_else(|| scoped("stage", Reach::Stage)).unwrap_or((Reach::Instruction, body));
    let (verb, rest) = body.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let Some(list) = rest.trim_start().after("=") else {
        // "# hadolint is strict here" is prose.
        return Parsed::default();
    };
    match verb.text {
        "ignore" => {}
        "shell" => return Parsed::default(),
        _ => return verb.malformed(format!("`{}` is no hadolint pragma", verb.text)),
    }
    let (codes, rest) = hadolint_codes(list.trim_start());
    let reason = rest.after("#").map(Piece::trim_start);
    let malformed = (reason.is_none() && !rest.text.is_empty())
        .then(|| Malformed { span: rest.span(), message: "hadolint takes nothing but codes here, or a `#`".into() });
    if codes.is_empty() {
        let fault = malformed.unwrap_or(Malformed { span: verb.span(), message: "`ignore=` names no code".into() });
        return Parsed { suppression: None, malformed: Some(fault) };
    }
    let reason = reason.map_or("", |reason| reason.text).to_owned();
    let suppression =
        Suppression { dialect: Dialect::Hadolint, reach, codes, reason, span: comment.span(), is_removable: true };
    Parsed { suppression: Some(suppression), malformed }
}

/// The codes at the head of a list, and what follows them.
fn hadolint_codes(mut list: Piece<'_>) -> (Vec<Code>, Piece<'_>) {
    let mut codes = Vec::new();
    loop {
        let (word, rest) = list.take_while(|c| c.is_ascii_alphanumeric());
        if !is_hadolint_code(word.text) {
            return (codes, list);
        }
        codes.push(word.code());
        let rest = rest.trim_start();
        let Some(next) = rest.after(",") else {
            return (codes, rest);
        };
        list = next.trim_start();
    }
}

fn is_hadolint_code(word: &str) -> bool {
    let digits = word.trim_start_matches(|c: char| c.is_ascii_uppercase());
    word.len() - digits.len() == 2 && digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads the value of the parser directive `# check=`, which starts at the byte `start` of the file, as BuildKit's
/// linter does: options apart by `;`, of which `skip` holds names of checks or `all`.
pub(super) fn parse_check(directive: Span, value: &str, start: usize) -> Parsed {
    let options: Vec<Piece<'_>> = Piece { text: value, start }.split(';').collect();
    for option in &options {
        let Some(list) = option.trim_start().after("skip").and_then(|rest| rest.trim_start().after("=")) else {
            continue;
        };
        let codes: Vec<Code> =
            list.split(',').map(Piece::trim).filter(|piece| !piece.text.is_empty()).map(Piece::code).collect();
        if codes.is_empty() {
            continue;
        }
        let suppression = Suppression {
            dialect: Dialect::Check,
            reach: Reach::File,
            codes,
            reason: String::new(),
            span: directive,
            is_removable: options.len() == 1,
        };
        return Parsed { suppression: Some(suppression), malformed: None };
    }
    Parsed::default()
}
