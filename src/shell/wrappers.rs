//! Commands that run another command: `sudo`, `env`, `timeout`, `sh -c`, …

use std::ops::Range;

use crate::shell::lower::parse_nested;
use crate::shell::{Dialect, Part, Script, ScriptForm, ScriptSource, ShellOptions, Word};
use crate::source::Span;

/// What stands around the command that is really run.
#[derive(Debug, Clone, Default)]
pub struct Wrapping {
    /// The wrappers, the outermost first.
    pub wrappers: Vec<Wrapper>,
    /// Index of the first word behind the wrappers; the number of words when nothing is behind them.
    pub head: usize,
    /// The script in the argument of `-c`, when the command is a shell, `su` or `eval` and the argument is static.
    pub script: Option<Box<Script>>,
    /// The options with which that shell starts.
    pub options: ShellOptions,
}

/// One wrapper.
#[derive(Debug, Clone)]
pub struct Wrapper {
    /// Its name without directory.
    pub name: &'static str,
    /// Its words: name, options, operands.
    pub words: Range<usize>,
    /// The word that names the user it runs the command as.
    pub user: Option<usize>,
    /// The words `NAME=value` that it puts into the environment.
    pub environment: Vec<usize>,
}

/// How to read a wrapper's own words.
struct Syntax {
    name: &'static str,
    /// Options whose value is the next word: letters of short options, and long options.
    valued_letters: &'static str,
    valued_long: &'static [&'static str],
    /// Options after which it does not run the command (`command -v`), as letters.
    lookup_letters: &'static str,
    /// Operands before the command (`timeout 5 make`).
    operands: usize,
    /// Whether `NAME=value` words may stand before the command.
    assignments: bool,
    /// Where the user is named: an option's letter, or the first operand.
    user: User,
}

#[derive(Clone, Copy, PartialEq)]
enum User {
    None,
    Option(char),
    Operand,
}

const fn plain(name: &'static str, valued_letters: &'static str) -> Syntax {
    Syntax {
        name,
        valued_letters,
        valued_long: &[],
        lookup_letters: "",
        operands: 0,
        assignments: false,
        user: User::None,
    }
}

/// Sorted by name. Options from the manual pages of sudo 1.9, coreutils 9, findutils 4.10, util-linux 2.40, bash 5.2.
const WRAPPERS: &[Syntax] = &[
    plain("builtin", ""),
    Syntax { operands: 1, valued_long: &["--groups", "--userspec"], ..plain("chroot", "") },
    Syntax { lookup_letters: "vV", ..plain("command", "") },
    Syntax { user: User::Option('u'), ..plain("doas", "uC") },
    plain("dumb-init", "r"),
    plain("eatmydata", ""),
    Syntax { assignments: true, valued_long: &["--unset", "--chdir"], ..plain("env", "uC") },
    plain("exec", "a"),
    Syntax { valued_long: &["--lib", "--faked"], ..plain("fakeroot", "lsib") },
    Syntax { operands: 1, user: User::Operand, ..plain("gosu", "") },
    Syntax { valued_long: &["--class", "--classdata"], lookup_letters: "pPu", ..plain("ionice", "cn") },
    plain("linux32", ""),
    plain("linux64", ""),
    Syntax { valued_long: &["--adjustment"], ..plain("nice", "n") },
    plain("nohup", ""),
    Syntax {
        valued_long: &["--reuid", "--regid", "--groups", "--inh-caps", "--ambient-caps", "--bounding-set"],
        ..plain("setpriv", "")
    },
    plain("setsid", ""),
    Syntax { valued_long: &["--input", "--output", "--error"], ..plain("stdbuf", "ioe") },
    Syntax { operands: 1, user: User::Operand, ..plain("su-exec", "") },
    Syntax {
        assignments: true,
        valued_long: &["--user", "--group", "--host", "--prompt", "--chdir", "--chroot", "--role", "--type"],
        lookup_letters: "lvVKe",
        user: User::Option('u'),
        ..plain("sudo", "ugpCDRTUhrt")
    },
    Syntax { valued_long: &["--format", "--output"], ..plain("time", "fo") },
    Syntax { operands: 1, valued_long: &["--signal", "--kill-after"], ..plain("timeout", "sk") },
    plain("tini", "pe"),
    Syntax {
        valued_long: &["--arg-file", "--delimiter", "--max-args", "--max-chars", "--max-procs", "--replace"],
        ..plain("xargs", "adEILnPs")
    },
];

impl Wrapping {
    /// Looks through the wrappers of a command of a script that stands `depth` scripts deep.
    pub(super) fn of(words: &[Word], source: &ScriptSource, depth: usize) -> Wrapping {
        let mut wrapping = Wrapping::default();
        while let Some(wrapper) = read_wrapper(words, wrapping.head) {
            wrapping.head = wrapper.words.end;
            wrapping.wrappers.push(wrapper);
        }
        wrapping.read_script(words, source, depth);
        wrapping
    }

    fn read_script(&mut self, words: &[Word], source: &ScriptSource, depth: usize) {
        let Some(argument) = script_argument(words, self.head) else { return };
        let Some(text) = words.get(argument.word).and_then(|word| static_text(word, source, argument.dialect)) else {
            return;
        };
        self.script = Some(Box::new(parse_nested(text, depth + 1)));
        let own = words.get(self.head + 1..argument.word).unwrap_or_default();
        if argument.has_options {
            self.options.apply(own.iter().filter_map(Word::literal).filter(|word| *word != "-c"));
        }
    }
}

fn read_wrapper(words: &[Word], start: usize) -> Option<Wrapper> {
    let name = base_name(words.get(start)?.literal()?);
    let syntax = WRAPPERS.binary_search_by(|syntax| syntax.name.cmp(name)).ok().and_then(|at| WRAPPERS.get(at))?;
    let mut wrapper = Wrapper { name: syntax.name, words: start..start, user: None, environment: Vec::new() };
    let mut at = start + 1;
    while let Some(option) = words.get(at).and_then(Word::literal).filter(|word| word.starts_with('-')) {
        at += 1;
        match option {
            "--" => break,
            "-" => {}
            long if long.starts_with("--") => {
                let takes_next = syntax.valued_long.contains(&long);
                if takes_next && long == "--user" {
                    wrapper.user = Some(at);
                }
                at += usize::from(takes_next);
            }
            short => {
                if short.contains(|letter| syntax.lookup_letters.contains(letter)) {
                    return None;
                }
                let valued = short.find(|letter| letter != '-' && syntax.valued_letters.contains(letter));
                let Some(position) = valued else { continue };
                let takes_next = position + 1 == short.len();
                if let User::Option(letter) = syntax.user
                    && short[position..].starts_with(letter)
                {
                    wrapper.user = Some(if takes_next { at } else { at - 1 });
                }
                at += usize::from(takes_next);
            }
        }
    }
    if syntax.user == User::Operand {
        wrapper.user = Some(at);
    }
    at += syntax.operands;
    while syntax.assignments && words.get(at).is_some_and(is_assignment) {
        wrapper.environment.push(at);
        at += 1;
    }
    // Without a command behind it, the word is the command itself: `env`, `exec 2>&1`, `sudo -i`.
    words.get(at)?;
    wrapper.words.end = at;
    Some(wrapper)
}

/// `NAME=…`
fn is_assignment(word: &Word) -> bool {
    let Some(Part::Literal { value, .. }) = word.parts.first() else { return false };
    let Some((name, _)) = value.split_once('=') else { return false };
    is_variable_name(name)
}

/// Whether a variable of a shell can have the name.
pub(super) fn is_variable_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|character: char| character.is_ascii_digit())
        && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

struct ScriptArgument {
    word: usize,
    dialect: Dialect,
    has_options: bool,
}

/// The word that a shell, `su` or `eval` at `head` runs as a script.
fn script_argument(words: &[Word], head: usize) -> Option<ScriptArgument> {
    let name = base_name(words.get(head)?.literal()?);
    match name {
        "eval" if words.len() == head + 2 => {
            Some(ScriptArgument { word: head + 1, dialect: Dialect::Sh, has_options: false })
        }
        "su" | "runuser" => {
            let rest = words.get(head + 1..)?;
            let is_flag = |word: &Word| {
                word.literal().is_some_and(|text| {
                    text == "--command" || (text.starts_with('-') && !text.starts_with("--") && text.ends_with('c'))
                })
            };
            let word = head + 2 + rest.iter().position(is_flag)?;
            (word < words.len()).then_some(ScriptArgument { word, dialect: Dialect::Sh, has_options: false })
        }
        "busybox" => None,
        _ => match Dialect::from_program(name) {
            Dialect::Opaque => None,
            dialect => Some(ScriptArgument { word: string_of_shell(words, head)?, dialect, has_options: true }),
        },
    }
}

/// The word that a shell at `head` runs because of `-c`.
fn string_of_shell(words: &[Word], head: usize) -> Option<usize> {
    let mut at = head + 1;
    let mut runs_string = false;
    loop {
        let option = words.get(at)?.literal()?;
        let Some(letters) = option.strip_prefix(['-', '+']) else { break };
        at += 1;
        if option.starts_with("--") {
            at += usize::from(matches!(option, "--rcfile" | "--init-file"));
        } else {
            runs_string |= letters.contains('c');
            at += letters.matches(['o', 'O']).count();
        }
    }
    runs_string.then_some(at)
}

/// The value of a static word as a script with places in the file.
fn static_text(word: &Word, source: &ScriptSource, dialect: Dialect) -> Option<ScriptSource> {
    word.literal()?;
    let mut text = ScriptSource::new(dialect, ScriptForm::ExecDashC);
    for part in &word.parts {
        push_part(part, source, &mut text);
    }
    (word.literal() == Some(text.text())).then_some(text)
}

fn push_part(part: &Part, source: &ScriptSource, into: &mut ScriptSource) {
    match part {
        Part::DoubleQuoted { parts, .. } => parts.iter().for_each(|part| push_part(part, source, into)),
        Part::SingleQuoted { span, .. } if span.len() >= 2 => {
            into.push_from(source, Span::new(span.start + 1, span.end - 1));
        }
        Part::Literal { span, value } => push_decoded(*span, value, source, into),
        _ => {}
    }
}

/// Appends `value`, which is the text of `span` without some of its backslashes and `\`-newlines.
fn push_decoded(span: Span, value: &str, source: &ScriptSource, into: &mut ScriptSource) {
    let raw = source.text().get(span.range()).unwrap_or_default();
    let mut wanted = value.as_bytes().iter().peekable();
    let mut run = span.start;
    let mut skip_newline = false;
    for (at, &byte) in raw.as_bytes().iter().enumerate() {
        let dropped = (skip_newline && byte == b'\n')
            || (byte == b'\\' && (wanted.peek() != Some(&&b'\\') || escapes_backslash(raw, at, value, &wanted)));
        skip_newline = dropped && byte == b'\\';
        if dropped {
            into.push_from(source, Span::new(run, span.start + at));
            run = span.start + at + 1;
        } else {
            wanted.next();
        }
    }
    into.push_from(source, Span::new(run, span.end));
}

/// Whether the backslash at `at` only quotes the backslash behind it.
fn escapes_backslash(
    raw: &str,
    at: usize,
    value: &str,
    wanted: &std::iter::Peekable<std::slice::Iter<'_, u8>>,
) -> bool {
    let in_raw = raw.as_bytes()[at..].iter().take_while(|byte| **byte == b'\\').count();
    let left = wanted.len();
    let in_value = value.as_bytes()[value.len() - left..].iter().take_while(|byte| **byte == b'\\').count();
    in_raw > in_value
}

/// The name of a program without its directory.
pub(super) fn base_name(program: &str) -> &str {
    // Words are short: going byte by byte is faster than setting up a search.
    let directory = program.bytes().rposition(|byte| byte == b'/');
    directory.and_then(|end| program.get(end + 1..)).unwrap_or(program)
}
