//! Which of ShellCheck's codes are looked for, what they are worth in a Dockerfile, and what helps.
//!
//! In the list is what the linter and ShellCheck agree on: `scripts/compare-shellcheck.py` counts, code by code, over the
//! scripts of a folder of Dockerfiles. What a shell refuses to read is left to `Status::Invalid`.

use super::Worth::{self, Bug, Dialect, Taste};

/// A code that is looked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// ShellCheck's name for it: `SC2086`.
    pub name: &'static str,
    /// What that is worth.
    pub worth: Worth,
    /// What to do about it.
    pub help: &'static str,
}

/// The codes, sorted. `for key in KEY`, `A= B=`, `mix do compile` and `"a "$(b)" c"` are idioms of real Dockerfiles that work;
/// and `rm -rf $DIR/*` mostly has a `DIR` from ENV.
#[rustfmt::skip]
pub(super) const CODES: &[Code] = &[
    Code { name: "SC1001", worth: Taste, help: "drop the backslash, or put the word in single quotes" },
    Code { name: "SC1003", worth: Taste, help: "to get a single quote into single quotes, write '\\''" },
    Code { name: "SC1007", worth: Taste, help: "for an empty value write `NAME=''`, for a value drop the blank behind `=`" },
    Code { name: "SC1010", worth: Taste, help: "put `;` or a line end before it" },
    Code { name: "SC1075", worth: Bug, help: "write `elif`" },
    Code { name: "SC2003", worth: Taste, help: "write `$(( ... ))`" },
    Code { name: "SC2004", worth: Taste, help: "drop the `$`" },
    Code { name: "SC2005", worth: Taste, help: "run the command without `echo`" },
    Code { name: "SC2006", worth: Taste, help: "write `$( ... )`" },
    Code { name: "SC2010", worth: Taste, help: "let a pattern choose: `for file in *.txt`, or use `find`" },
    Code { name: "SC2011", worth: Taste, help: "use `find ... -exec ... +`" },
    Code { name: "SC2016", worth: Taste, help: "for the value of the variable, use double quotes" },
    Code { name: "SC2018", worth: Taste, help: "write `[:lower:]`, unless only a to z are meant" },
    Code { name: "SC2019", worth: Taste, help: "write `[:upper:]`, unless only A to Z are meant" },
    Code { name: "SC2026", worth: Bug, help: "look at the quotes: this word stands outside them" },
    Code { name: "SC2027", worth: Taste, help: "look at the quotes: the ones around the variable end the others" },
    Code { name: "SC2028", worth: Taste, help: "use `printf`" },
    Code { name: "SC2034", worth: Taste, help: "delete it, or `export` it for a command that reads it" },
    Code { name: "SC2035", worth: Taste, help: "write `./*`, so that no name is taken for an option" },
    Code { name: "SC2038", worth: Taste, help: "write `find ... -print0 | xargs -0 ...`, or `find ... -exec ... +`" },
    Code { name: "SC2043", worth: Taste, help: "this loop runs once: look for missing `$`, quotes or patterns" },
    Code { name: "SC2044", worth: Taste, help: "use `find ... -exec ... +`" },
    Code { name: "SC2045", worth: Taste, help: "loop over a pattern: `for file in *`" },
    Code { name: "SC2046", worth: Taste, help: "put it in double quotes, unless it must become several words" },
    Code { name: "SC2050", worth: Bug, help: "a `$` may be missing" },
    Code { name: "SC2059", worth: Taste, help: "write `printf '%s' ...`" },
    Code { name: "SC2061", worth: Bug, help: "put the pattern in quotes, or the shell replaces it before `find` sees it" },
    Code { name: "SC2067", worth: Bug, help: "write `\\;` or `+` as a word of its own" },
    Code { name: "SC2069", worth: Bug, help: "write `>file 2>&1`" },
    Code { name: "SC2070", worth: Bug, help: "put the variable in double quotes" },
    Code { name: "SC2086", worth: Taste, help: "put it in double quotes, unless it must become several words" },
    Code { name: "SC2089", worth: Bug, help: "quotes inside a value are no quotes for the shell: use `set --`, or an array in Bash" },
    Code { name: "SC2090", worth: Bug, help: "quotes inside a value are no quotes for the shell: use `set --`, or an array in Bash" },
    Code { name: "SC2091", worth: Bug, help: "drop `$( )` around the command, unless its output is the command to run" },
    Code { name: "SC2094", worth: Bug, help: "write to another file, then rename it" },
    Code { name: "SC2097", worth: Bug, help: "set the variable in a command before this one" },
    Code { name: "SC2098", worth: Bug, help: "set the variable in a command before this one" },
    Code { name: "SC2115", worth: Taste, help: "write `${NAME:?}`, which ends the script when it is empty" },
    Code { name: "SC2116", worth: Taste, help: "use the words without `echo`" },
    Code { name: "SC2129", worth: Taste, help: "write `{ ...; ...; } >>file`" },
    Code { name: "SC2140", worth: Taste, help: "look at the quotes: those in the middle end the outer ones" },
    Code { name: "SC2144", worth: Bug, help: "loop over the pattern, or use `ls` and look at its result" },
    Code { name: "SC2145", worth: Bug, help: "write `$*` in text, or `\"$@\"` alone" },
    Code { name: "SC2153", worth: Taste, help: "one of the two names may be a slip" },
    Code { name: "SC2154", worth: Taste, help: "set it, declare it with ARG or ENV, or write `${NAME:-}`" },
    Code { name: "SC2155", worth: Taste, help: "assign first, then `export`: a failure of the command is lost here" },
    Code { name: "SC2156", worth: Taste, help: "hand `{}` over as an argument: `sh -c '... \"$1\"' sh {}`" },
    Code { name: "SC2157", worth: Bug, help: "a `$` may be missing, or the quotes hold more than the variable" },
    Code { name: "SC2162", worth: Taste, help: "write `read -r`" },
    Code { name: "SC2163", worth: Bug, help: "drop the `$`" },
    Code { name: "SC2164", worth: Taste, help: "write `cd ... || exit 1`, or `set -e` first" },
    Code { name: "SC2166", worth: Taste, help: "write `[ ... ] && [ ... ]`" },
    Code { name: "SC2174", worth: Taste, help: "run `mkdir -p` first and `chmod` what needs it" },
    Code { name: "SC2185", worth: Taste, help: "write `find . ...`" },
    Code { name: "SC2196", worth: Taste, help: "write `grep -E`" },
    Code { name: "SC2211", worth: Bug, help: "a file's name is run here as a command: look for a missing `;`, a comment or quotes" },
    Code { name: "SC2231", worth: Taste, help: "put the variable in double quotes, the pattern outside them" },
    Code { name: "SC2233", worth: Taste, help: "write `{ ...; }`, or nothing around it" },
    Code { name: "SC2261", worth: Bug, help: "redirect it once; `tee` writes to several files" },
    Code { name: "SC2267", worth: Taste, help: "write `xargs -I{}`" },
    Code { name: "SC2268", worth: Taste, help: "compare the value itself, in double quotes" },
    Code { name: "SC2291", worth: Taste, help: "put the text in double quotes to keep the blanks" },
    Code { name: "SC3003", worth: Dialect, help: "use `printf`, or Bash through SHELL" },
    Code { name: "SC3009", worth: Dialect, help: "write the words out, or use Bash through SHELL" },
    Code { name: "SC3010", worth: Dialect, help: "write `[ ... ]`, or use Bash through SHELL" },
    Code { name: "SC3014", worth: Dialect, help: "write `=`" },
    Code { name: "SC3020", worth: Dialect, help: "write `>file 2>&1`" },
    Code { name: "SC3026", worth: Dialect, help: "write `[!...]`" },
    Code { name: "SC3028", worth: Dialect, help: "set it, or use Bash through SHELL" },
    Code { name: "SC3037", worth: Dialect, help: "use `printf`" },
    Code { name: "SC3040", worth: Dialect, help: "use Bash through SHELL" },
    Code { name: "SC3043", worth: Taste, help: "use a name of its own, or a subshell" },
    Code { name: "SC3044", worth: Dialect, help: "use Bash through SHELL" },
    Code { name: "SC3045", worth: Dialect, help: "use Bash through SHELL" },
    Code { name: "SC3046", worth: Dialect, help: "write `.`" },
    Code { name: "SC3053", worth: Dialect, help: "use Bash through SHELL" },
    Code { name: "SC3057", worth: Dialect, help: "use `cut` or `${NAME#...}`, or Bash through SHELL" },
    Code { name: "SC3060", worth: Dialect, help: "use `sed`, or Bash through SHELL" },
];

/// What is wrong, where the linter's own words do not tell what comes of it.
#[cfg(feature = "shellcheck")]
#[rustfmt::skip]
const SAYS: &[(&str, &str)] = &[
    ("SC1010", "the shell takes this for a word of its own"),
    ("SC2016", "in single quotes, `$` is a plain letter"),
    ("SC2043", "this loop runs once"),
    ("SC2046", "the shell splits what this command prints at blanks, and expands patterns in it"),
    ("SC2069", "`2>&1` stands before `>`: the errors go where the output went until then"),
    ("SC2070", "without quotes, `-n` is true of an empty variable, too"),
    ("SC2086", "the shell splits this value at blanks, and expands patterns in it"),
    ("SC2091", "what this command prints is run as a command"),
    ("SC2094", "this file is written while it is being read"),
    ("SC2155", "if this command fails, `export` succeeds all the same"),
    ("SC2164", "if `cd` fails, what follows works in the wrong folder"),
    ("SC3009", "`{a,b}` is Bash's: `sh` takes it as it stands"),
    ("SC3010", "`[[` is Bash's: `sh` need not know it"),
    ("SC3014", "`==` is Bash's: the `[` of `sh` need not know it"),
    ("SC3020", "`&>` is Bash's: for `sh` it is `&` and `>`, so that the command runs in the background and counts as a success"),
    ("SC3046", "`source` is Bash's: `sh` need not know it"),
];

#[cfg(feature = "shellcheck")]
impl Code {
    /// What is wrong, in our words.
    pub(super) fn says(&self) -> Option<&'static str> {
        SAYS.iter().find(|(name, _)| *name == self.name).map(|(_, says)| *says)
    }
}

/// Any other code, as another linter may tell it.
pub static UNLISTED: Code =
    Code { name: "SC", worth: Taste, help: "the page of the code at shellcheck.net tells more" };

/// The row of a code.
pub(super) fn code_named(name: &str) -> Option<&'static Code> {
    CODES.iter().find(|code| code.name == name)
}

/// Of what other shells lack, BusyBox's `ash` lacks this, too.
pub(super) const LACKING_IN_ASH: &[&str] = &["SC3009", "SC3053"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_sorted() {
        assert!(CODES.is_sorted_by(|one, next| one.name < next.name));
        #[cfg(feature = "shellcheck")]
        assert!(SAYS.iter().all(|(name, _)| code_named(name).is_some()));
    }
}
