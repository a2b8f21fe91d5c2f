//! Findings that the file itself asks not to see, and the requests that no finding answers to.

mod comment;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::ops::RangeInclusive;

use crate::source::{SourceFile, Span};

use super::Finding;

pub use comment::{Code, Dialect, Malformed, Reach, Suppression};

/// What of a file [`Suppressions::read`] looks at.
#[derive(Debug, Clone, Copy)]
pub struct Commented<'f> {
    /// The file.
    pub source: &'f SourceFile,
    /// Its comments by place, from `#` to the end of the text; those inside continued instructions included.
    pub comments: &'f [Span],
    /// The parser directive `# check=`: the whole of it, and its value.
    pub check: Option<(Span, Span)>,
    /// Its instructions by place.
    pub instructions: &'f [InstructionLines],
    /// The names that `# check=skip=all` stands for.
    pub checks: &'f [&'f str],
}

/// Where an instruction stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstructionLines {
    /// 1-based lines, from its first to its last.
    pub lines: RangeInclusive<usize>,
    /// Whether it is a FROM.
    pub starts_stage: bool,
}

/// All requests of one file not to see findings, and which of them were of use.
#[derive(Debug, Default)]
pub struct Suppressions {
    all: Vec<Suppression>,
    malformed: Vec<Malformed>,
    instructions: Vec<InstructionLines>,
    /// For each instruction the number of the stage that it is in; a FROM is still in the stage before it.
    stages: Vec<usize>,
    /// By code in lower case.
    by_code: HashMap<String, HashMap<Scope, Requests>>,
}

/// A code in a suppressing comment that kept no finding away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused<'s> {
    /// The comment.
    pub suppression: &'s Suppression,
    /// The code.
    pub code: &'s Code,
    /// What to delete so that the code is gone and the rest still reads well: the code with its comma, or the whole
    /// line where no code of the comment is of use. `None` where the comment holds something else besides.
    pub removal: Option<Span>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Scope {
    File,
    Stage(usize),
    Instruction(usize),
}

/// The requests for one code in one scope.
#[derive(Debug, Default)]
struct Requests {
    /// By line.
    requests: Vec<Request>,
    /// So many, from the first, were of use. (A finding uses all requests above it: each may be there for another tool.)
    used: usize,
}

#[derive(Debug, Clone, Copy)]
struct Request {
    /// Findings on this 1-based line and behind it are meant.
    from_line: usize,
    suppression: usize,
    code: usize,
}

impl Suppressions {
    /// Reads the comments of a file.
    pub fn read(file: &Commented<'_>) -> Self {
        let mut stage = 0;
        let stages = file.instructions.iter().map(|instruction| {
            let own = stage;
            stage += usize::from(instruction.starts_stage);
            own
        });
        let mut suppressions =
            Self { stages: stages.collect(), instructions: file.instructions.to_vec(), ..Self::default() };
        if let Some((directive, value)) = file.check {
            let parsed = comment::parse_check(directive, file.source.slice(value), value.start);
            suppressions.add(parsed, file.source, file.checks);
        }
        for &span in file.comments {
            let parsed = comment::parse(file.source.slice(span), span.start);
            suppressions.add(parsed, file.source, file.checks);
        }
        suppressions
    }

    fn add(&mut self, parsed: comment::Parsed, source: &SourceFile, checks: &[&str]) {
        self.malformed.extend(parsed.malformed);
        let Some(suppression) = parsed.suppression else {
            return;
        };
        if let Some((scope, from_line)) = self.scope(&suppression, source.line_at(suppression.span.start)) {
            for (index, code) in suppression.codes.iter().enumerate() {
                let request = Request { from_line, suppression: self.all.len(), code: index };
                let whole = suppression.dialect == Dialect::Check && code.text == "all";
                let names = if whole { checks } else { &[code.text.as_str()] };
                for name in names {
                    let by_scope = self.by_code.entry(name.to_ascii_lowercase()).or_default();
                    by_scope.entry(scope).or_default().requests.push(request);
                }
            }
        }
        self.all.push(suppression);
    }

    /// What a suppression on a 1-based line covers; `None` where nothing comes behind it.
    fn scope(&self, suppression: &Suppression, line: usize) -> Option<(Scope, usize)> {
        let next = self.instructions.partition_point(|instruction| *instruction.lines.end() < line);
        match suppression.reach {
            Reach::File => Some((Scope::File, 0)),
            Reach::Instruction => (next < self.instructions.len()).then_some((Scope::Instruction(next), line + 1)),
            Reach::Stage => {
                let instruction = self.instructions.get(next).filter(|instruction| instruction.starts_stage);
                instruction.and_then(|_| self.stages.get(next)).map(|stage| (Scope::Stage(stage + 1), 0))
            }
        }
    }

    /// The suppression that covers `finding`, whose primary span starts on a 1-based line, as an index into
    /// [`all`](Self::all). It counts as used from now on, as does every other that covers the finding.
    pub fn cover(&mut self, finding: &Finding, line: usize) -> Option<usize> {
        if self.by_code.is_empty() {
            return None;
        }
        let mut scopes = vec![Scope::File];
        let at = self.instructions.partition_point(|instruction| *instruction.lines.end() < line);
        if self.instructions.get(at).is_some_and(|instruction| instruction.lines.contains(&line)) {
            scopes.extend([Scope::Stage(self.stages[at]), Scope::Instruction(at)]);
        }
        let group = finding.rule.split_once('/').map_or(finding.rule, |(group, _)| group);
        let mut covering = None;
        for code in ["all", group, finding.rule].iter().chain(&finding.aliases) {
            let Some(by_scope) = self.by_code.get_mut(&code.to_ascii_lowercase()) else {
                continue;
            };
            for scope in &scopes {
                let Some(requests) = by_scope.get_mut(scope) else {
                    continue;
                };
                let above = requests.requests.partition_point(|request| request.from_line <= line);
                requests.used = requests.used.max(above);
                let nearest = above.checked_sub(1).and_then(|last| requests.requests.get(last));
                covering = nearest.map(|request| request.suppression).or(covering);
            }
        }
        covering
    }

    /// Every suppression, by place.
    pub fn all(&self) -> &[Suppression] {
        &self.all
    }

    /// The comments that want to suppress findings but are not understood, by place.
    pub fn malformed(&self) -> &[Malformed] {
        &self.malformed
    }

    /// Whether the file asks for nothing, well or badly.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty() && self.malformed.is_empty()
    }

    /// The codes that covered no finding yet, by place. A code is passed over where `was_looked_for` says that its
    /// rules did not run.
    pub fn unused(&self, source: &SourceFile, was_looked_for: impl Fn(&Code) -> bool) -> Vec<Unused<'_>> {
        let mut used: Vec<Vec<bool>> =
            self.all.iter().map(|suppression| vec![false; suppression.codes.len()]).collect();
        for requests in self.by_code.values().flat_map(HashMap::values) {
            for request in requests.requests.iter().take(requests.used) {
                used[request.suppression][request.code] = true;
            }
        }
        let mut unused = Vec::new();
        for (suppression, used) in self.all.iter().zip(used) {
            let is_unused: Vec<bool> =
                suppression.codes.iter().zip(used).map(|(code, used)| !used && was_looked_for(code)).collect();
            let whole = is_unused.iter().all(|unused| *unused);
            for (index, code) in suppression.codes.iter().enumerate().filter(|(index, _)| is_unused[*index]) {
                let removal = if whole {
                    suppression.is_removable.then(|| source.line_span(source.line_at(suppression.span.start)))
                } else {
                    code_with_comma(&suppression.codes, index)
                };
                unused.push(Unused { suppression, code, removal });
            }
        }
        unused
    }
}

/// The code and the comma between it and its neighbour.
fn code_with_comma(codes: &[Code], index: usize) -> Option<Span> {
    let own = codes.get(index)?.span;
    match codes.get(index + 1) {
        Some(next) => Some(Span::new(own.start, next.span.start)),
        None => {
            index.checked_sub(1).and_then(|before| codes.get(before)).map(|before| Span::new(before.span.end, own.end))
        }
    }
}
