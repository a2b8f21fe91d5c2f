//! What dfx reports: findings, how grave they are, and how they are told apart over time.

mod fingerprint;
mod known;
pub mod suppression;

use crate::edit::Fix;
use crate::source::Span;

pub use fingerprint::fingerprints;
pub use known::{Comparison, FingerprintsByRule, compare, fingerprints_by_rule};

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A matter of taste; nothing behaves differently.
    Style,
    /// Worth knowing; the image works as it is.
    Info,
    /// Likely to hurt: a slower build, a larger or weaker image.
    Warning,
    /// The build fails, or the image does not do what the file says.
    Error,
}

impl Severity {
    /// All severities, from the mildest to the gravest.
    pub const ALL: [Severity; 4] = [Severity::Style, Severity::Info, Severity::Warning, Severity::Error];

    /// The severity's name, as users write it.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Style => "style",
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether a finding is worth a reviewer's minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Weight {
    /// As much as its rule is.
    #[default]
    Ordinary,
    /// True, and hardly ever worth it here: not part of the default profile.
    Minor,
    /// An answer to whoever asks for the rule by its name or a code of it: part of no profile and no group.
    OnRequest,
}

/// A place and what is to be said there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What to say there; empty where the finding's message says it all.
    pub text: String,
}

/// One thing that a rule reports about one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's full name, `group/what-is-wrong`.
    pub rule: &'static str,
    /// How grave it is here.
    pub severity: Severity,
    /// Whether it is worth a reviewer's minute.
    pub weight: Weight,
    /// What is wrong, in the words of this file. One sentence without a final full stop.
    pub message: String,
    /// The word at fault, as tight as the fault.
    pub span: Span,
    /// Said at the primary span; empty where the message says it all.
    pub label: String,
    /// Other places that explain this one: the ENTRYPOINT that wins, the COPY that busts the cache.
    pub related: Vec<Label>,
    /// The way from the cause to its victims, in the order in which a build takes it; empty where there is none.
    pub flow: Vec<Label>,
    /// Why it matters here. Whole sentences.
    pub notes: Vec<String>,
    /// What was decided on the way to the fix, or why there is none, for those who ask.
    pub decisions: Vec<String>,
    /// Why it has no fix although its rule has looked for one. No whole sentence: "a RUN is in exec form". One of the notes
    /// says the same.
    pub refusal: Option<String>,
    /// What to do, as an order.
    pub help: Option<String>,
    /// The codes of other tools that this very finding answers to (a subset of the rule's aliases).
    pub aliases: Vec<&'static str>,
    /// How to repair it.
    pub fix: Option<Fix>,
}

impl Finding {
    /// The order in which findings of one file are reported: by place, then rule, then message.
    pub fn sort_key(&self) -> (Span, &'static str, &str) {
        (self.span, self.rule, &self.message)
    }
}
