//! What came of fixing a file.

use crate::edit::{Applicability, Edit, Effect, Fix, OtherFile};
use crate::finding::Finding;
use crate::source::{SourceFile, Span};
use crate::syntax::Dockerfile;

/// What came of fixing a file.
#[derive(Debug)]
pub struct Fixed {
    /// The file as it was.
    pub before: SourceFile,
    /// The file as it is now.
    pub after: Dockerfile,
    /// All that was changed: sorted edits of the file as it was, without overlaps.
    pub edits: Vec<Edit>,
    /// The fixes that were made, by place.
    pub applied: Vec<AppliedFix>,
    /// The fixes that were allowed and could not be made.
    pub held_back: Vec<HeldBack>,
    /// The fixes that were not allowed: their effect is greater, or only the user can know whether they are right.
    pub offered: Vec<OfferedFix>,
    /// The file that one of the applied fixes writes.
    pub other_file: Option<OtherFile>,
    /// The findings for which a fix was looked for in vain.
    pub refused: Vec<Refused>,
    /// Whether there was still something to do when the engine gave up. A mistake of dfx.
    pub gave_up: bool,
}

/// A fix with the finding that it repairs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedFix {
    /// The rule.
    pub rule: &'static str,
    /// The codes of other tools that the finding answers to.
    pub aliases: Vec<&'static str>,
    /// What was wrong.
    pub message: String,
    /// What was done, as an order.
    pub title: String,
    /// What was decided on the way, and why.
    pub decisions: Vec<String>,
    /// The promise about the image, which was checked.
    pub effect: Effect,
    /// Who decides whether it is made.
    pub applicability: Applicability,
    /// The least that the image gets smaller, in megabytes of 1,000,000 bytes, where that is estimated.
    pub least_megabytes: Option<u64>,
    /// The word at fault in the file as it was. Empty for one that an earlier fix has brought.
    pub span: Span,
}

/// A fix that was allowed and could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBack {
    /// The fix.
    pub fix: AppliedFix,
    /// Why it was not made.
    pub reason: Reason,
}

/// A finding for which a fix was looked for in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The rule.
    pub rule: &'static str,
    /// What is wrong.
    pub message: String,
    /// The codes of other tools that the finding answers to.
    pub aliases: Vec<&'static str>,
    /// Why there is none, where it takes no more than this to say. No whole sentence.
    pub reason: Option<String>,
    /// What was decided, and why.
    pub decisions: Vec<String>,
    /// The word at fault in the file as it was.
    pub span: Span,
}

/// A fix that was not allowed.
pub type OfferedFix = AppliedFix;

/// Why a fix was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// BuildKit would refuse the file, or something else in it.
    Problem(String),
    /// A comment would go.
    Comment(String),
    /// A parser directive would change.
    Directive,
    /// It would write bytes again that are no UTF-8, which dfx cannot.
    Bytes,
    /// A shell would refuse the command.
    Shell(String),
    /// The build would change more than the fix states. Each line tells one difference.
    Plan(Vec<String>),
    /// Its finding would be there again.
    Endless,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reason::Problem(problem) => write!(f, "BuildKit would refuse the result: {problem}"),
            Reason::Comment(text) => write!(f, "the comment `{text}` would be lost"),
            Reason::Directive => f.write_str("a parser directive would change"),
            Reason::Bytes => f.write_str("it would rewrite bytes that are no UTF-8"),
            Reason::Shell(message) => write!(f, "a shell would refuse the result: {message}"),
            Reason::Plan(differences) => write!(f, "it would change more than it says: {}", differences.join("; ")),
            Reason::Endless => f.write_str("its finding would still be there"),
        }
    }
}

impl AppliedFix {
    /// The fix of a finding whose word at fault lies at `span` of the file as it was.
    pub(super) fn new(finding: &Finding, fix: &Fix, span: Span) -> Self {
        Self {
            rule: finding.rule,
            aliases: finding.aliases.clone(),
            message: finding.message.clone(),
            title: fix.title.clone(),
            decisions: finding.decisions.clone(),
            effect: fix.effect,
            applicability: fix.applicability,
            least_megabytes: fix.new_stage().and_then(|stage| stage.least_megabytes),
            span,
        }
    }
}

impl Fixed {
    /// Whether anything was changed: the Dockerfile, or what lies in its build context.
    pub fn is_changed(&self) -> bool {
        self.other_file.is_some() || self.is_dockerfile_changed()
    }

    /// Whether the Dockerfile itself was changed.
    pub fn is_dockerfile_changed(&self) -> bool {
        self.before.bytes() != self.after.source.bytes()
    }
}
