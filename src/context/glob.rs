//! Patterns over paths: Go's `filepath.Match`, and the machine that it shares with `.dockerignore`.

/// A pattern of a COPY or ADD source, with the meaning of Go's `filepath.Match`.
///
/// `*` and `?` do not match `/`; `**` is no different from `*`; a class such as `[a-z]` or `[^a]` matches one
/// character, `/` among them; `\` takes the next character literally.
#[derive(Debug, Clone)]
pub struct Glob {
    steps: Steps,
}

/// The pattern is not well formed: an open or empty class, a range without its end, a lone final `\`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadPattern;

impl Glob {
    /// Reads a pattern.
    pub fn new(pattern: &str) -> Result<Self, BadPattern> {
        let mut steps = Vec::new();
        let mut rest = pattern.chars().peekable();
        while let Some(next) = rest.next() {
            steps.push(match next {
                '*' => Step::Star,
                '?' => Step::NotSlash,
                '[' => Step::Class(Class::read(&mut rest)?),
                '\\' => Step::Char(rest.next().ok_or(BadPattern)?),
                literal => Step::Char(literal),
            });
        }
        steps.dedup_by(|next, previous| matches!((next, previous), (Step::Star, Step::Star)));
        Ok(Self { steps: Steps::new(steps) })
    }

    /// Whether the pattern matches all of `path`.
    pub fn matches(&self, path: &str) -> bool {
        self.steps.matches(path)
    }

    /// Whether `text` has a character that makes BuildKit look for matches instead of taking the path as it stands.
    ///
    /// BuildKit takes `a\[b` as it stands, backslash included: without a live wildcard nothing is unescaped.
    pub fn has_wildcard(text: &str) -> bool {
        let mut rest = text.chars();
        while let Some(next) = rest.next() {
            match next {
                '\\' => drop(rest.next()),
                '*' | '?' | '[' => return true,
                _ => {}
            }
        }
        false
    }
}

/// A set of characters, written `[...]`.
#[derive(Debug, Clone, Default)]
pub(super) struct Class {
    pub(super) negated: bool,
    pub(super) ranges: Vec<(char, char)>,
}

type Rest<'p> = std::iter::Peekable<std::str::Chars<'p>>;

impl Class {
    /// Reads a class behind its `[`, by the rules of `filepath.Match`: `]` and `-` need a backslash, and there is at
    /// least one character.
    pub(super) fn read(rest: &mut Rest<'_>) -> Result<Self, BadPattern> {
        let negated = rest.next_if_eq(&'^').is_some();
        let mut ranges = Vec::new();
        loop {
            if !ranges.is_empty() && rest.next_if_eq(&']').is_some() {
                return Ok(Self { negated, ranges });
            }
            let low = class_character(rest)?;
            let high = if rest.next_if_eq(&'-').is_some() { class_character(rest)? } else { low };
            ranges.push((low, high));
        }
    }

    fn contains(&self, character: char) -> bool {
        self.ranges.iter().any(|&(low, high)| low <= character && character <= high) != self.negated
    }
}

fn class_character(rest: &mut Rest<'_>) -> Result<char, BadPattern> {
    match rest.next() {
        None | Some('-' | ']') => Err(BadPattern),
        Some('\\') => rest.next().ok_or(BadPattern),
        Some(character) => Ok(character),
    }
}

/// One step of a pattern.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// This character.
    Char(char),
    /// Any character but `/`.
    NotSlash,
    /// One character of a set.
    Class(Class),
    /// Any number of characters but `/`.
    Star,
    /// Nothing, or anything that ends in `/`; always followed by [`Step::InFolders`].
    Folders,
    /// The inside of [`Step::Folders`].
    InFolders,
    /// Anything to the end.
    Anything,
    /// No character at all.
    Never,
}

/// A whole pattern, ready to match. The time to match is at most proportional to pattern times path, whatever either
/// holds: all ways through the pattern are followed side by side.
#[derive(Debug, Clone)]
pub(super) struct Steps {
    steps: Vec<Step>,
    /// Each match begins with this.
    prefix: String,
    /// Each match ends with this.
    suffix: String,
    /// Each match holds this.
    needle: String,
}

impl Steps {
    pub(super) fn new(steps: Vec<Step>) -> Self {
        let mut runs = steps.split(|step| !matches!(step, Step::Char(_))).map(literal_text);
        let prefix = runs.clone().next().unwrap_or_default();
        let suffix = runs.clone().next_back().unwrap_or_default();
        let first = runs.next().unwrap_or_default();
        let needle = runs.fold(first, |longest, run| if run.len() > longest.len() { run } else { longest });
        Self { steps, prefix, suffix, needle }
    }

    pub(super) fn matches(&self, path: &str) -> bool {
        // Most paths fail here, without the bookkeeping below.
        let plausible =
            path.starts_with(&self.prefix) && path.ends_with(&self.suffix) && path.contains(self.needle.as_str());
        plausible && self.runs_to_the_end(path)
    }

    fn runs_to_the_end(&self, path: &str) -> bool {
        let mut current = Frontier::new(self.steps.len() + 1);
        let mut next = Frontier::new(self.steps.len() + 1);
        self.reach(&mut current, 0);
        for character in path.chars() {
            next.clear();
            for index in 0..current.places.len() {
                self.advance(current.places[index], character, &mut next);
            }
            if next.places.is_empty() {
                return false;
            }
            std::mem::swap(&mut current, &mut next);
        }
        current.holds(self.steps.len())
    }

    /// Adds `place` and every place behind it that takes no character to get to.
    fn reach(&self, frontier: &mut Frontier, place: usize) {
        let mut place = place;
        while frontier.add(place) {
            match self.steps.get(place) {
                Some(Step::Star | Step::Anything) => place += 1,
                Some(Step::Folders) => {
                    frontier.add(place + 1);
                    place += 2;
                }
                _ => return,
            }
        }
    }

    fn advance(&self, place: usize, character: char, next: &mut Frontier) {
        match self.steps.get(place) {
            Some(Step::Char(expected)) if *expected == character => self.reach(next, place + 1),
            Some(Step::NotSlash) if character != '/' => self.reach(next, place + 1),
            Some(Step::Class(class)) if class.contains(character) => self.reach(next, place + 1),
            Some(Step::Star) if character != '/' => self.reach(next, place),
            // BuildKit's regular expression says `.*` here, and Go's `.` does not match a line end.
            Some(Step::Anything) if character != '\n' => self.reach(next, place),
            Some(Step::InFolders) if character != '\n' => {
                next.add(place);
                if character == '/' {
                    self.reach(next, place + 1);
                }
            }
            _ => {}
        }
    }
}

fn literal_text(run: &[Step]) -> String {
    run.iter().filter_map(|step| if let Step::Char(literal) = step { Some(*literal) } else { None }).collect()
}

/// A set of places in the pattern.
struct Frontier {
    places: Vec<usize>,
    held: Vec<bool>,
}

impl Frontier {
    fn new(size: usize) -> Self {
        Self { places: Vec::with_capacity(size.min(16)), held: vec![false; size] }
    }

    /// Adds a place; `false` when it was there already.
    fn add(&mut self, place: usize) -> bool {
        let new = !self.holds(place);
        if new {
            self.held[place] = true;
            self.places.push(place);
        }
        new
    }

    fn holds(&self, place: usize) -> bool {
        self.held[place]
    }

    fn clear(&mut self) {
        for place in self.places.drain(..) {
            self.held[place] = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_go_matches_them() {
        let cases = [
            ("abc", "abc", true),
            ("*", "abc", true),
            ("*", "a/b", false),
            ("**", "a/b", false),
            ("**/b", "a/b", true),
            ("**/b", "x/a/b", false),
            ("*c", "abc", true),
            ("a*", "a", true),
            ("a*", "ab/c", false),
            ("a*/b", "abc/b", true),
            ("a*/b", "a/c/b", false),
            ("a*b*c*d*e*/f", "axbxcxdxexxx/f", true),
            ("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", false),
            ("a*b?c*x", "abxbbxdbxebxczzx", true),
            ("a*b?c*x", "abxbbxdbxebxczzy", false),
            ("ab[c]", "abc", true),
            ("ab[b-d]", "abc", true),
            ("ab[^e-g]", "abc", true),
            ("ab[^c]", "abc", false),
            ("a[^x]b", "a/b", true),
            ("a\\*b", "a*b", true),
            ("a\\*b", "ab", false),
            ("a?b", "a☺b", true),
            ("a???b", "a☺b", false),
            ("a?b", "a/b", false),
            ("[a-ζ]*", "α", true),
            ("*[a-ζ]", "A", false),
            ("[\\]a]", "]", true),
            ("[x\\-]", "-", true),
            ("[x\\-]", "z", false),
            ("[!a]", "!", true),
            ("[!a]", "b", false),
            ("arr[[]0].txt", "arr[0].txt", true),
            ("package*.json", "package-lock.json", true),
            ("*x", "xxx", true),
            ("", "", true),
            ("", "a", false),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(Glob::new(pattern).unwrap().matches(path), expected, "{pattern:?} {path:?}");
        }
    }

    #[test]
    fn malformed_patterns_are_refused_as_go_refuses_them() {
        for pattern in ["[]a]", "[-]", "[x-]", "[-x]", "\\", "a\\", "[a-b-c]", "[", "[^", "[^bc", "a[", "[]"] {
            assert!(Glob::new(pattern).is_err(), "{pattern:?}");
        }
    }

    #[test]
    fn many_stars_do_not_explode() {
        let glob = Glob::new(&format!("{}[b]", "*a".repeat(200))).unwrap();
        assert!(!glob.matches(&"a".repeat(4000)));
        assert!(glob.matches(&format!("{}b", "a".repeat(4000))));
        assert!(!glob.matches(&format!("{}b", "a".repeat(199))));
    }

    #[test]
    fn an_escaped_wildcard_is_no_wildcard() {
        assert!(Glob::has_wildcard("a*"));
        assert!(Glob::has_wildcard("\\*[a]"));
        assert!(!Glob::has_wildcard("a\\*b"));
        assert!(!Glob::has_wildcard("a\\"));
        assert!(!Glob::has_wildcard("a]b"));
    }
}
