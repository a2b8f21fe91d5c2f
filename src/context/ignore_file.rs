//! A `.dockerignore` file: its patterns, and which paths they leave out.

use super::clean::clean;
use super::ignore_pattern::Pattern;
use crate::source::{SourceFile, Span};

/// A `.dockerignore` file.
///
/// Unlike `.gitignore`, each pattern is matched from the root of the context: `node_modules` is the one at the top, and
/// `**/node_modules` is each. The last pattern that matches a path or a folder above it decides.
///
/// The Dockerfile and the ignore file may be ignored like any other file: BuildKit still reads them, and COPY does not
/// see them.
#[derive(Debug, Clone)]
pub struct IgnoreFile {
    source: SourceFile,
    patterns: Vec<Pattern>,
    problems: Vec<Problem>,
    /// No exception has a wildcard but for a final `/*` or `/**`, so that a folder can be compared with them.
    exceptions_are_prefixes: bool,
}

/// A line of an ignore file with which the build fails or does not do what it seems to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The pattern at fault.
    pub span: Span,
    /// What is wrong with it.
    pub kind: ProblemKind,
}

/// What is wrong with a line of an ignore file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// `!` without a pattern. The build fails.
    LoneExclamationMark,
    /// An open or empty class, a range that ends before it starts, a lone final backslash. The build fails.
    Malformed,
    /// A backslash before a letter or digit, as in `bin\Debug`: BuildKit copies it into a regular expression, where
    /// it means a class of characters (`\D` is all but digits) or fails the build.
    EscapedLetter,
    /// A line of 64 KiB or more. The build fails.
    LineTooLong,
}

/// What the patterns say about one path, and all that is needed to judge the paths right below it.
#[derive(Debug, Clone)]
pub struct PathState {
    matched: Vec<bool>,
    ignored_by: Option<usize>,
    is_closed: bool,
}

impl PathState {
    /// Place in [`IgnoreFile::patterns`] of the pattern that leaves the path out.
    pub fn ignored_by(&self) -> Option<usize> {
        self.ignored_by
    }

    /// Whether nothing below the path, if it is a folder, can be taken back in: BuildKit does not look inside.
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }
}

/// Go's `bufio.Scanner`, which reads the file for BuildKit, holds no longer line. In bytes.
const LONGEST_LINE: usize = 64 * 1024 - 1;

impl IgnoreFile {
    /// Reads an ignore file. Lines at fault become problems; those with which the build would fail are left out.
    pub fn parse(source: SourceFile) -> Self {
        let mut patterns = Vec::new();
        let mut problems = Vec::new();
        for span in pattern_spans(source.text()) {
            read_pattern(span, source.slice(span), &mut patterns, &mut problems);
        }
        let exceptions_are_prefixes = patterns
            .iter()
            .filter(|pattern: &&Pattern| pattern.is_exception())
            .all(|pattern| !pattern.without_trailing_glob().contains(['*', '[', ']', '?', '^', '\\']));
        Self { source, patterns, problems, exceptions_are_prefixes }
    }

    /// The file, into which the spans of patterns and problems point.
    pub fn source(&self) -> &SourceFile {
        &self.source
    }

    /// The patterns in the order of their lines.
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// The lines at fault, in order.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The pattern that leaves `path` out of the context, whether or not there is such a file.
    pub fn is_ignored(&self, path: &str) -> Option<&Pattern> {
        self.patterns.get(self.state_of(path)?.ignored_by?)
    }

    /// Whether nothing at or below `folder` can reach the builder.
    pub fn excludes_directory_completely(&self, folder: &str) -> bool {
        self.state_of(folder).is_some_and(|state| state.is_closed)
    }

    /// `None` for the root of the context, which cannot be ignored.
    fn state_of(&self, path: &str) -> Option<PathState> {
        if matches!(path, "" | ".") {
            return None;
        }
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        ends.fold(None, |parent: Option<PathState>, end| Some(self.judge(&path[..end], parent.as_ref())))
    }

    /// Judges `path`, given the state of the folder right above it (`None` at the root of the context).
    ///
    /// BuildKit walks the context from its root and hands each folder's matches down. A pattern that had nothing to
    /// decide for a folder was not asked there and is not asked again below: with `a/b` and then `!a`, the file `a/b`
    /// stays out, because `!a` had nothing to take back when the walk was at `a`
    /// (`PatternMatcher.MatchesUsingParentResults`).
    pub fn judge(&self, path: &str, parent: Option<&PathState>) -> PathState {
        if let Some(closed) = parent.filter(|parent| parent.is_closed) {
            return closed.clone();
        }
        let mut matched = vec![false; self.patterns.len()];
        let mut ignored_by = None;
        for (index, pattern) in self.patterns.iter().enumerate() {
            let inherited = parent.is_some_and(|parent| parent.matched.get(index) == Some(&true));
            let has_something_to_decide = pattern.is_exception() == ignored_by.is_some();
            matched[index] = inherited || (has_something_to_decide && pattern.matches(path));
            if matched[index] {
                ignored_by = (!pattern.is_exception()).then_some(index);
            }
        }
        let is_closed = ignored_by.is_some() && self.exceptions_are_prefixes && !self.has_exception_inside(path);
        PathState { matched, ignored_by, is_closed }
    }

    /// fsutil's test before it skips a folder.
    fn has_exception_inside(&self, folder: &str) -> bool {
        self.patterns.iter().filter(|pattern| pattern.is_exception()).any(|pattern| {
            let inside = pattern.without_trailing_glob().strip_prefix(folder);
            inside.is_some_and(|inside| inside.is_empty() || inside.starts_with('/'))
        })
    }
}

/// The trimmed lines that are neither blank nor comments. A `#` is a comment only as the first byte of its line.
fn pattern_spans(text: &str) -> impl Iterator<Item = Span> {
    let without_mark = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut offset = text.len() - without_mark.len();
    without_mark.split('\n').filter_map(move |line| {
        let start = offset + (line.len() - line.trim_start().len());
        let is_comment = line.starts_with('#');
        offset += line.len() + 1;
        let trimmed = line.trim();
        (!is_comment && !trimmed.is_empty()).then(|| Span::new(start, start + trimmed.len()))
    })
}

fn read_pattern(span: Span, line: &str, patterns: &mut Vec<Pattern>, problems: &mut Vec<Problem>) {
    let mut problem = |kind| problems.push(Problem { span, kind });
    if line.len() > LONGEST_LINE {
        return problem(ProblemKind::LineTooLong);
    }
    let text = normalize(line);
    let (text, is_exception) = match text.strip_prefix('!') {
        Some("") => return problem(ProblemKind::LoneExclamationMark),
        Some(text) => (text, true),
        None => (text.as_str(), false),
    };
    if text.is_empty() {
        return;
    }
    match Pattern::new(span, text.to_owned(), is_exception) {
        Ok(pattern) => patterns.push(pattern),
        Err(_) => return problem(ProblemKind::Malformed),
    }
    if escapes_a_letter(text) {
        problem(ProblemKind::EscapedLetter);
    }
}

/// A trimmed line as `ignorefile.ReadAll` and then `patternmatcher.New` rewrite it: `! /a/` becomes `!a`, and `/!a`
/// becomes `!a` too.
fn normalize(line: &str) -> String {
    let (mark, pattern) = match line.strip_prefix('!') {
        Some(pattern) => ("!", pattern.trim()),
        None => ("", line),
    };
    let pattern = if pattern.is_empty() { String::new() } else { clean(pattern) };
    let pattern = pattern.strip_prefix('/').filter(|rest| !rest.is_empty()).unwrap_or(&pattern);
    let read = format!("{mark}{pattern}");
    let trimmed = read.trim();
    if trimmed.is_empty() { String::new() } else { clean(trimmed) }
}

fn escapes_a_letter(pattern: &str) -> bool {
    let mut rest = pattern.chars();
    while let Some(next) = rest.next() {
        if next == '\\' && rest.next().is_some_and(|escaped| escaped.is_ascii_alphanumeric()) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests;
