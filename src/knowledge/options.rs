//! How programs write options on their command line, told apart into names and values.
//!
//! Words are the static values of the words of one simple command; `None` is a word whose value is not known
//! before the build runs, such as one that holds a variable.

/// One option as it stands on a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag<'w> {
    /// The name with its dashes: `-y`, `--prefix`. The bundle `-yq` gives two flags, `-y` and `-q`.
    pub name: String,
    /// Its value, where it has one.
    pub value: Option<Value<'w>>,
    /// The index of the word that holds the name.
    pub word: usize,
}

impl Flag<'_> {
    /// Whether the flag's name is among `names`, written with blanks between: `"-y --yes"`.
    pub fn is_one_of(&self, names: &str) -> bool {
        is_among(&self.name, names)
    }

    /// The value's text, where there is a value and it is known.
    pub fn text(&self) -> Option<&str> {
        self.value.as_ref().and_then(|value| value.text)
    }
}

/// The value of an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Value<'w> {
    /// The text; `None` when it is not known before the build runs.
    pub text: Option<&'w str>,
    /// The index of the word that holds it: the flag's own (`--prefix=d`) or the next one (`--prefix d`).
    pub word: usize,
}

/// How a program reads words that begin with a dash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionSyntax {
    /// As GNU's getopt_long: `-abc` is three options, `--name=value` or `--name value` is one.
    Gnu,
    /// As GNU, and a switch also takes a following `true` or `false` (npm's nopt).
    GnuWithBooleans,
    /// One option a word, whatever the number of dashes: `-mod=vendor`, `-pl module` (Go, Maven, Gradle, find).
    WholeWords,
}

/// Whether the option is among `names`, written with blanks between: `"-y --yes"`.
pub fn is_among(option: &str, names: &str) -> bool {
    // Lists are short: going byte by byte is faster than setting up a search.
    names.as_bytes().split(|byte| *byte == b' ').any(|name| name == option.as_bytes())
}

/// Whether `word` is an option and not an operand. `-` and `--` are none.
pub fn is_option(word: &str) -> bool {
    word.len() > 1 && word.starts_with('-') && word != "--"
}

/// Reads the option at index `at` of `words` into `flags`; the answer is the index of the first word after it and
/// its value. `takes_value` says of a name with its dashes whether a value must follow.
pub fn read_option<'w>(
    words: &[Option<&'w str>],
    at: usize,
    syntax: OptionSyntax,
    takes_value: &dyn Fn(&str) -> bool,
    flags: &mut Vec<Flag<'w>>,
) -> usize {
    let Some(Some(word)) = words.get(at).copied() else { return at + 1 };
    if word.starts_with("--") || syntax == OptionSyntax::WholeWords || word.len() > LONGEST_BUNDLE {
        read_whole_word(word, words, at, syntax, takes_value, flags)
    } else {
        read_bundle(word, words, at, takes_value, flags)
    }
}

/// No program has that many one-letter options; a longer word is hostile input.
const LONGEST_BUNDLE: usize = 4096;

fn read_whole_word<'w>(
    word: &'w str,
    words: &[Option<&'w str>],
    at: usize,
    syntax: OptionSyntax,
    takes_value: &dyn Fn(&str) -> bool,
    flags: &mut Vec<Flag<'w>>,
) -> usize {
    if let Some((name, value)) = word.split_once('=') {
        let value = Some(Value { text: Some(value), word: at });
        flags.push(Flag { name: name.to_owned(), value, word: at });
        return at + 1;
    }
    let next = words.get(at + 1).copied();
    let boolean = syntax == OptionSyntax::GnuWithBooleans && matches!(next, Some(Some("true" | "false")));
    let value = next.filter(|_| boolean || takes_value(word)).map(|text| Value { text, word: at + 1 });
    let after = at + 1 + usize::from(value.is_some());
    flags.push(Flag { name: word.to_owned(), value, word: at });
    after
}

fn read_bundle<'w>(
    word: &'w str,
    words: &[Option<&'w str>],
    at: usize,
    takes_value: &dyn Fn(&str) -> bool,
    flags: &mut Vec<Flag<'w>>,
) -> usize {
    for (offset, letter) in word.char_indices().skip(1) {
        let name = format!("-{letter}");
        let rest = word.get(offset + letter.len_utf8()..).unwrap_or_default();
        if let Some(value) = rest.strip_prefix('=') {
            flags.push(Flag { name, value: Some(Value { text: Some(value), word: at }), word: at });
            return at + 1;
        }
        if !takes_value(&name) {
            flags.push(Flag { name, value: None, word: at });
            continue;
        }
        if !rest.is_empty() {
            flags.push(Flag { name, value: Some(Value { text: Some(rest), word: at }), word: at });
            return at + 1;
        }
        let value = words.get(at + 1).map(|text| Value { text: *text, word: at + 1 });
        let after = at + 1 + usize::from(value.is_some());
        flags.push(Flag { name, value, word: at });
        return after;
    }
    at + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&'static str], syntax: OptionSyntax) -> (String, usize) {
        let words: Vec<_> = words.iter().map(|word| (*word != "?").then_some(*word)).collect();
        let mut flags = vec![];
        let next = read_option(&words, 0, syntax, &|name| ["-o", "--option", "-pl"].contains(&name), &mut flags);
        let shown = flags.iter().map(|flag| match &flag.value {
            Some(value) => format!("{}={}@{}", flag.name, value.text.unwrap_or("?"), value.word),
            None => flag.name.clone(),
        });
        (shown.collect::<Vec<_>>().join(" "), next)
    }

    #[test]
    fn an_option_is_read_with_its_value_wherever_that_stands() {
        use OptionSyntax::{Gnu, GnuWithBooleans, WholeWords};
        for (words, syntax, flags, next) in [
            (&["-yq"][..], Gnu, "-y -q", 1),
            (&["-q=2"], Gnu, "-q=2@0", 1),
            (&["-yo", "A=b"], Gnu, "-y -o=A=b@1", 2),
            (&["-oA=b", "x"], Gnu, "-o=A=b@0", 1),
            (&["-o=A=b", "x"], Gnu, "-o=A=b@0", 1),
            (&["--option", "?"], Gnu, "--option=?@1", 2),
            (&["--option"], Gnu, "--option", 1),
            (&["--option=A", "x"], Gnu, "--option=A@0", 1),
            (&["--quiet", "true"], Gnu, "--quiet", 1),
            (&["--quiet", "true"], GnuWithBooleans, "--quiet=true@1", 2),
            (&["-pl", "core"], WholeWords, "-pl=core@1", 2),
            (&["-DskipTests", "x"], WholeWords, "-DskipTests", 1),
            (&["-é"], Gnu, "-é", 1),
            (&["?"], Gnu, "", 1),
        ] {
            assert_eq!(read(words, syntax), (flags.to_owned(), next), "{words:?}");
        }
    }

    #[test]
    fn a_hostile_bundle_is_one_option() {
        let word = format!("-{}", "y".repeat(10_000_000));
        let mut flags = vec![];
        read_option(&[Some(&word)], 0, OptionSyntax::Gnu, &|_| false, &mut flags);
        assert_eq!(flags.len(), 1);
    }
}
