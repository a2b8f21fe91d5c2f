//! What ShellCheck finds in Dockerfiles and the linter does not, looked for here.

use crate::shell::{Dialect, Script, Simple, Word};
use crate::source::Span;

use super::Remark;
use super::codes::code_named;

pub(super) fn remarks(script: &Script, dialect: Dialect, variables: &[&str]) -> Vec<Remark> {
    let mut remarks = bash_variables(script, dialect, variables);
    for command in script.simple_commands() {
        match command.name() {
            Some("find") => remarks.extend(unfinished_exec(command).into_iter().chain(find_without_path(command))),
            Some("mkdir") => remarks.extend(mode_of_parents(command)),
            _ => {}
        }
    }
    remarks
}

fn remark(span: Span, code: &str, message: impl Into<String>) -> Option<Remark> {
    Some(Remark { span, code: code_named(code)?, message: message.into() })
}

/// `find … -exec command` without the word `;` or `+`.
fn unfinished_exec(find: &Simple) -> Option<Remark> {
    let is_exec = |word: &Word| matches!(word.literal(), Some("-exec" | "-execdir"));
    let start = find.words.iter().rposition(is_exec)?;
    // A variable may hold the end.
    let may_end = |word: &Word| matches!(word.literal(), Some(";" | "+") | None);
    if find.words[start + 1..].iter().any(may_end) {
        return None;
    }
    let message = "the command of `-exec` has no end: a plain `;` or `&&` ends `find` itself";
    remark(find.words[start].span, "SC2067", message)
}

fn find_without_path(find: &Simple) -> Option<Remark> {
    let is_option =
        |word: &&Word| matches!(word.literal(), Some("-H" | "-L" | "-P" | "--" | "-O0" | "-O1" | "-O2" | "-O3"));
    let first = find.words[1..].iter().find(|word| !is_option(word));
    let starts_at_expression = match first.map(Word::literal) {
        None => true,
        Some(None) => false,
        Some(Some("-D" | "-f" | "-files0-from" | "-help" | "-version")) => false,
        Some(Some(word)) => word.starts_with('-') && !word.starts_with("--"),
    };
    let message = "some versions of `find` refuse to start without a folder";
    starts_at_expression.then(|| remark(find.words[0].span, "SC2185", message))?
}

/// `mkdir -p -m MODE a/b`: what `-p` creates above `b` has the usual mode.
fn mode_of_parents(mkdir: &Simple) -> Option<Remark> {
    let words = &mkdir.words[1..];
    words.iter().find(|word| has_option(word, 'p', "parents"))?;
    let mode = words.iter().find(|word| has_option(word, 'm', "mode"))?;
    let is_nested = |word: &Word| {
        word.literal().is_some_and(|text| {
            let below = text.trim_start_matches("./").trim_start_matches("../").trim_matches('/');
            below.contains('/') && !text.starts_with('-')
        })
    };
    let message = "`-m` sets the mode of the last folder only; those that `-p` creates above it have the usual one";
    words.iter().any(is_nested).then(|| remark(mode.span, "SC2174", message))?
}

/// Whether a word of `mkdir` has an option, among others perhaps; behind `m` stands the mode.
fn has_option(word: &Word, letter: char, long: &str) -> bool {
    let Some(text) = word.literal() else { return false };
    match (text.strip_prefix("--"), text.strip_prefix('-')) {
        (Some(name), _) => name.split('=').next() == Some(long),
        (None, Some(letters)) => letters.split_inclusive('m').next().is_some_and(|it| it.contains(letter)),
        (None, None) => false,
    }
}

/// What only Bash sets. `HOSTNAME` is not among them: BuildKit and Docker set it in every container.
const BASH_VARIABLES: &[&str] = &[
    "BASHPID",
    "BASH_COMMAND",
    "BASH_SOURCE",
    "DIRSTACK",
    "EPOCHSECONDS",
    "EUID",
    "FUNCNAME",
    "GROUPS",
    "HOSTTYPE",
    "MACHTYPE",
    "OSTYPE",
    "PIPESTATUS",
    "RANDOM",
    "SECONDS",
    "SHELLOPTS",
    "UID",
];

fn bash_variables(script: &Script, dialect: Dialect, variables: &[&str]) -> Vec<Remark> {
    if !matches!(dialect, Dialect::Sh | Dialect::Dash) {
        return Vec::new();
    }
    let uses = script.variables();
    let is_set = |name: &str| variables.contains(&name) || uses.iter().any(|it| it.assigned && it.name == name);
    let of_bash = uses.iter().filter(|it| !it.assigned && BASH_VARIABLES.contains(&it.name) && !is_set(it.name));
    of_bash.filter_map(|it| remark(it.span, "SC3028", format!("`sh` does not set `{}`; Bash does", it.name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::{ScriptForm, ScriptSource};

    fn codes(text: &str) -> Vec<&'static str> {
        let mut source = ScriptSource::new(Dialect::Dash, ScriptForm::ShellForm);
        source.push(text, 0);
        remarks(&Script::parse(source), Dialect::Dash, &["GROUPS"]).into_iter().map(|it| it.code.name).collect()
    }

    #[test]
    fn an_exec_of_find_needs_its_end_as_a_word_of_its_own() {
        for text in [
            "find . -exec rm {} ;",
            "find . -exec rm {} && ls",
            r"find . -exec a {} \; -exec b {}",
            "find . -execdir rm",
        ] {
            assert_eq!(codes(text), ["SC2067"], "{text}");
        }
        for text in
            [r"find . -exec rm {} \;", "find . -exec rm {} +", "find . -exec rm {} ';' -print", "find . -exec \"$@\""]
        {
            assert_eq!(codes(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn find_is_told_where_to_look() {
        for text in ["find", "find -name x", "find -L -type f", "find '-type' f"] {
            assert_eq!(codes(text), ["SC2185"], "{text}");
        }
        for text in ["find . -name x", "find $x", "find --help", "find -version", "find ! -name x"] {
            assert_eq!(codes(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn the_mode_of_mkdir_is_for_the_last_folder() {
        for text in
            ["mkdir -p -m 755 a/b", "mkdir -pm700 /a/b", "mkdir --parents --mode=755 /a/b", "mkdir -m 700 -p ./a/b"]
        {
            assert_eq!(codes(text), ["SC2174"], "{text}");
        }
        for text in ["mkdir -p -m 755 a", "mkdir -m 755 /a/b", "mkdir -p /a/m", "mkdir -p -m 755 ../a", "mkdir -mp a/b"]
        {
            assert_eq!(codes(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn variables_of_bash_are_empty_elsewhere_unless_set() {
        assert_eq!(codes("echo $RANDOM ${UID:-0}"), ["SC3028", "SC3028"]);
        assert_eq!(codes("UID=1; echo $UID $HOSTNAME $GROUPS"), [""; 0]);
    }
}
