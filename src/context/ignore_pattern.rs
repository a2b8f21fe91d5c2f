//! One pattern of a `.dockerignore` file, with the meaning that moby's `patternmatcher` gives it.

use std::iter::Peekable;
use std::str::Chars;

use super::glob::{BadPattern, Class, Glob, Step, Steps};
use crate::source::Span;

/// One pattern of a `.dockerignore` file.
///
/// moby turns a pattern into a regular expression without escaping all of it. dfx follows that for `^` and for a
/// backslash before a letter; it takes `|`, `{`, `}` and the inside of `[...]` literally, where moby would read
/// `a|b*` as two alternatives, `a{2}*` as a repetition and a `*` inside a class as the class's end.
#[derive(Debug, Clone)]
pub struct Pattern {
    span: Span,
    text: String,
    is_exception: bool,
    matcher: Matcher,
}

/// moby's `matchType`.
#[derive(Debug, Clone)]
enum Matcher {
    /// The path is the pattern.
    Exact,
    /// The path begins with the pattern less its final `**`.
    Prefix,
    /// The path ends with the pattern less its initial `**`.
    Suffix,
    Steps(Steps),
}

impl Pattern {
    /// A cleaned pattern, its `!` taken off.
    pub(super) fn new(span: Span, text: String, is_exception: bool) -> Result<Self, BadPattern> {
        Glob::new(&text)?;
        let matcher = Compiler::new(&text).compile()?;
        Ok(Self { span, text, is_exception, matcher })
    }

    /// The pattern as written in the ignore file, `!` included.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The pattern as it is matched: cleaned, without `!` and without its first `/`.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the pattern begins with `!` and so takes paths back in.
    pub fn is_exception(&self) -> bool {
        self.is_exception
    }

    /// Whether the pattern matches `path` itself; that it matches a folder above is asked of the ignore file.
    pub fn matches(&self, path: &str) -> bool {
        match &self.matcher {
            Matcher::Exact => path == self.text,
            Matcher::Prefix => self.text.strip_suffix("**").is_some_and(|prefix| path.starts_with(prefix)),
            Matcher::Suffix => self.text.strip_prefix("**").is_some_and(|suffix| {
                path.ends_with(suffix) || suffix.strip_prefix('/').is_some_and(|name| path == name)
            }),
            Matcher::Steps(steps) => steps.matches(path),
        }
    }

    /// The pattern less a final `/**` and then a final `/*`: what BuildKit compares with folders to see whether an
    /// exception may lie inside (`patternWithoutTrailingGlob` in fsutil).
    pub(super) fn without_trailing_glob(&self) -> &str {
        let text = self.text.strip_suffix("/**").unwrap_or(&self.text);
        text.strip_suffix("/*").unwrap_or(text)
    }
}

/// What kind of matching the pattern has been seen to need so far.
#[derive(PartialEq)]
enum Need {
    Exact,
    Prefix,
    Suffix,
    Steps,
}

/// moby's `Pattern.compile`, with steps in the place of a regular expression.
struct Compiler<'p> {
    rest: Peekable<Chars<'p>>,
    steps: Vec<Step>,
    need: Need,
}

impl<'p> Compiler<'p> {
    fn new(text: &'p str) -> Self {
        Self { rest: text.chars().peekable(), steps: Vec::new(), need: Need::Exact }
    }

    fn compile(mut self) -> Result<Matcher, BadPattern> {
        let mut at_start = true;
        while let Some(next) = self.rest.next() {
            match next {
                '*' if self.rest.next_if_eq(&'*').is_some() => self.double_star(at_start),
                '*' => self.special(Step::Star),
                '?' => self.special(Step::NotSlash),
                '[' => {
                    let class = Class::read(&mut self.rest)?;
                    if class.ranges.iter().any(|&(low, high)| low > high) {
                        return Err(BadPattern);
                    }
                    self.special(Step::Class(class));
                }
                ']' => self.special(Step::Char(']')),
                '\\' => {
                    let escaped = self.rest.next().ok_or(BadPattern)?;
                    self.special(escape(escaped));
                }
                // The start of the text, to a regular expression; it says nothing new where the pattern starts.
                '^' if at_start => {}
                '^' => self.steps.push(Step::Never),
                literal => self.steps.push(Step::Char(literal)),
            }
            at_start = false;
        }
        Ok(match self.need {
            Need::Exact => Matcher::Exact,
            Need::Prefix => Matcher::Prefix,
            Need::Suffix => Matcher::Suffix,
            Need::Steps => Matcher::Steps(Steps::new(self.steps)),
        })
    }

    fn special(&mut self, step: Step) {
        self.steps.push(step);
        self.need = Need::Steps;
    }

    fn double_star(&mut self, at_start: bool) {
        self.rest.next_if_eq(&'/');
        if self.rest.peek().is_some() {
            self.special(Step::Folders);
            self.special(Step::InFolders);
        } else if self.need == Need::Exact {
            self.need = Need::Prefix;
        } else {
            self.special(Step::Anything);
        }
        if at_start {
            self.need = Need::Suffix;
        }
    }
}

/// What a backslash and this character mean to Go's regular expressions, into which moby copies both.
fn escape(escaped: char) -> Step {
    let class = |negated, ranges: &[(char, char)]| Step::Class(Class { negated, ranges: ranges.to_vec() });
    let digit = [('0', '9')];
    let word = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
    let space = [('\t', '\n'), ('\u{C}', '\r'), (' ', ' ')];
    match escaped {
        'd' | 'D' => class(escaped == 'D', &digit),
        'w' | 'W' => class(escaped == 'W', &word),
        's' | 'S' => class(escaped == 'S', &space),
        'a' => Step::Char('\u{7}'),
        'f' => Step::Char('\u{C}'),
        'n' => Step::Char('\n'),
        'r' => Step::Char('\r'),
        't' => Step::Char('\t'),
        'v' => Step::Char('\u{B}'),
        _ if escaped.is_ascii_alphanumeric() => Step::Never,
        _ => Step::Char(escaped),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::new(Span::at(0), text.to_owned(), false).unwrap()
    }

    #[test]
    fn a_pattern_matches_the_path_itself() {
        let cases: &[(&str, &[&str], &[&str])] = &[
            ("foo", &["foo"], &["foo/a", "a/foo", "fo", "fooo"]),
            ("*", &["a", ".git"], &["a/b"]),
            ("*.md", &["README.md", ".md"], &["docs/README.md", "README.mdx"]),
            ("temp?", &["tempa", "temp☺"], &["temp", "temp/", "tempab"]),
            ("*/temp*", &["a/temp", "a/temporary.txt"], &["temp", "a/b/temp"]),
            ("*/*/temp*", &["a/b/temp.txt"], &["a/temp", "a/b/c/temp"]),
            ("**", &["a", "a/b", "a/b/c"], &[]),
            ("**/**", &["a", "a/b"], &[]),
            ("**/*.go", &["a.go", "a/b.go", "a/b/c.go"], &["a.gox", "a.go/b"]),
            ("**/**/*.txt", &["a.txt", "a/b/c.txt"], &["a.txt2"]),
            ("**/foo/bar", &["foo/bar", "a/foo/bar", "a/b/foo/bar"], &["afoo/bar", "foo/a/bar"]),
            ("**/.foo", &[".foo", "a/.foo"], &["bar.foo"]),
            ("**foo", &["foo", "a/foo", "xfoo", "a/xfoo"], &["foox"]),
            ("**/foo*", &["foo", "a/foobar"], &["xfoo", "a/xfoo"]),
            ("**/dir/*", &["dir/a", "x/dir/a"], &["dir", "dir/a/b"]),
            ("**/dir/**", &["dir/a", "x/dir/a/b"], &["dir"]),
            ("dir/**", &["dir/a", "dir/a/b"], &["dir", "dirs/a"]),
            ("dir**", &["dir", "dir/a", "dirs/a"], &["di"]),
            ("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["a/xb", "ab", "x/a/b"]),
            ("a**/*.txt", &["a/f.txt", "a/d/f.txt", "a/d/e/f.txt", "af.txt"], &["b/f.txt"]),
            ("a/*.txt**", &["a/f.txt", "a/f.txt.bak", "a/f.txt/x"], &["a/b/f.txt"]),
            ("a**b*", &["ab", "ax/bc", "ax/y/b"], &["axb"]),
            ("a[b-d]e", &["ace"], &["ae", "aae"]),
            ("a[^b-d]e", &["aze", "a/e"], &["ace"]),
            ("[a-z]", &["a"], &["A", "ab"]),
            (".*", &[".env", ".git"], &["env"]),
            ("a.c", &["a.c"], &["abc"]),
            ("a(b)c/d", &["a(b)c/d"], &["abc/d"]),
            ("a.|)$(}+{bc", &["a.|)$(}+{bc"], &[]),
            ("*.{js,ts}", &["a.{js,ts}"], &["a.js"]),
            ("a\\*b", &["a*b"], &["axb"]),
            ("a\\\\", &["a\\"], &["a"]),
            ("\\!a", &["!a"], &["a"]),
            ("\\#a", &["#a"], &["a"]),
            ("a^b", &["a^b"], &[]),
            ("a^b*", &[], &["a^bc"]),
            (".", &[], &["a"]),
            ("..", &[], &["a"]),
            ("bin\\Debug", &["bin/ebug", "binxebug"], &["bin/Debug", "bin\\Debug"]),
        ];
        for (text, hits, misses) in cases {
            let pattern = pattern(text);
            for path in *hits {
                assert!(pattern.matches(path), "{text:?} should match {path:?}");
            }
            for path in *misses {
                assert!(!pattern.matches(path), "{text:?} should not match {path:?}");
            }
        }
    }

    #[test]
    fn a_range_that_ends_before_it_starts_is_refused_by_the_regular_expression() {
        assert!(Pattern::new(Span::at(0), "[b-a]".to_owned(), false).is_err());
    }
}
