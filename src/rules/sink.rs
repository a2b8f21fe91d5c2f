//! Where a rule puts what it finds.

use crate::edit::{Applicability, Edit, Effect, Fix, NewStage, OtherFile, StageChange};
use crate::finding::{Finding, Label, Severity, Weight};
use crate::rewrite::multistage::Assumption;
use crate::source::Span;

use super::Meta;

/// Collects the findings of one rule in one file.
#[derive(Debug)]
pub struct Sink<'s> {
    meta: &'static Meta,
    findings: &'s mut Vec<Finding>,
}

impl<'s> Sink<'s> {
    /// A sink that fills in what `meta` says of the rule.
    pub fn new(meta: &'static Meta, findings: &'s mut Vec<Finding>) -> Self {
        Self { meta, findings }
    }

    /// Report `message` about the word at `span`. The message is one sentence in the words of this file, without a
    /// final full stop; the rest is added to the report that comes back.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> Report<'_> {
        let index = self.findings.len();
        self.findings.push(Finding {
            rule: self.meta.name,
            severity: self.meta.severity,
            weight: Weight::Ordinary,
            message: message.into(),
            span,
            label: String::new(),
            related: Vec::new(),
            flow: Vec::new(),
            notes: Vec::new(),
            decisions: Vec::new(),
            refusal: None,
            help: None,
            aliases: self.meta.aliases.to_vec(),
            fix: None,
        });
        Report { meta: self.meta, finding: &mut self.findings[index], narrowed: false }
    }
}

/// A finding that has been reported and may be told more about.
#[derive(Debug)]
pub struct Report<'f> {
    meta: &'static Meta,
    finding: &'f mut Finding,
    narrowed: bool,
}

impl Report<'_> {
    /// What to say at the primary span itself.
    pub fn label(self, text: impl Into<String>) -> Self {
        self.finding.label = text.into();
        self
    }

    /// Another place that explains this one.
    pub fn related(self, span: Span, text: impl Into<String>) -> Self {
        self.finding.related.push(Label { span, text: text.into() });
        self
    }

    /// Other places that explain this one, each with what to say of it.
    pub fn related_all(self, labels: impl IntoIterator<Item = (Span, String)>) -> Self {
        self.finding.related.extend(labels.into_iter().map(|(span, text)| Label { span, text }));
        self
    }

    /// The way from the cause to its victims, in the order in which a build takes it.
    pub fn flow(self, labels: Vec<Label>) -> Self {
        self.finding.flow = labels;
        self
    }

    /// Why it matters here. Whole sentences.
    pub fn note(self, text: impl Into<String>) -> Self {
        self.finding.notes.push(text.into());
        self
    }

    /// What to do, as an order without a final full stop: "add `-y`".
    pub fn help(self, text: impl Into<String>) -> Self {
        self.finding.help = Some(text.into());
        self
    }

    /// A severity other than the rule's own.
    pub fn severity(self, severity: Severity) -> Self {
        self.finding.severity = severity;
        self
    }

    /// Whether the finding is worth a reviewer's minute.
    pub fn weight(self, weight: Weight) -> Self {
        self.finding.weight = weight;
        self
    }

    /// The finding answers to this code only (and to others named the same way), not to all aliases of the rule.
    pub fn alias(mut self, code: &'static str) -> Self {
        debug_assert!(self.meta.aliases.contains(&code), "{code} is not an alias of {}", self.meta.name);
        if !std::mem::replace(&mut self.narrowed, true) {
            self.finding.aliases.clear();
        }
        self.finding.aliases.push(code);
        self
    }

    /// The finding answers to these codes only, perhaps to none: the table's codes for the tool at hand.
    pub fn aliases(mut self, codes: &[&'static str]) -> Self {
        self.narrowed = true;
        self.finding.aliases.clear();
        codes.iter().fold(self, |report, code| report.alias(code))
    }

    /// How to repair it. Edits that overlap, or no edits, are no fix.
    pub fn fix(self, title: impl Into<String>, effect: Effect, edits: Vec<Edit>) -> Self {
        debug_assert!(
            self.meta.effect.is_some_and(|greatest| effect <= greatest),
            "{} states {effect} beyond its META",
            self.meta.name
        );
        self.finding.fix = Fix::new(title, effect, edits);
        self
    }

    /// As [`fix`](Self::fix), where only the user can know whether it is right here: the engine makes it when the rule
    /// is selected by name.
    pub fn suggest(self, title: impl Into<String>, effect: Effect, edits: Vec<Edit>) -> Self {
        let report = self.fix(title, effect, edits);
        if let Some(fix) = &mut report.finding.fix {
            fix.applicability = Applicability::Suggested;
        }
        report
    }

    /// As [`fix`](Self::fix), and as [`suggest`](Self::suggest) where something has to be true that only the user can know.
    pub fn rewritten(self, title: impl Into<String>, effect: Effect, edits: Vec<Edit>, if_true: &[Assumption]) -> Self {
        let report = if_true.iter().fold(self, |report, assumption| report.note(assumption.to_string()));
        if if_true.is_empty() { report.fix(title, effect, edits) } else { report.suggest(title, effect, edits) }
    }

    /// The repair is another file, of which only the user can know whether it is right: the engine writes it when the
    /// rule is selected by name.
    pub fn suggest_file(self, title: impl Into<String>, effect: Effect, file: OtherFile) -> Self {
        let mut fix = Fix::writing(title, effect, file);
        fix.applicability = Applicability::Suggested;
        self.finding.fix = Some(fix);
        self
    }

    /// Why it has no fix, although one was looked for. No whole sentence: "a RUN is in exec form".
    pub fn no_fix(self, reason: impl std::fmt::Display) -> Self {
        let reason = reason.to_string();
        self.finding.notes.push(format!("dfx does not fix this: {reason}."));
        self.finding.refusal = Some(reason);
        self
    }

    /// What would make the repair possible that [`no_fix`](Self::no_fix) refuses. An order: "copy the file".
    pub fn remedy(self, remedy: impl std::fmt::Display) -> Self {
        let refused = self.finding.refusal.as_ref().map(|reason| format!("refused: {reason}"));
        let decided = refused.into_iter().chain([format!("to make it possible: {remedy}")]).collect::<Vec<_>>();
        self.note(format!("To make it possible: {remedy}.")).decisions(decided)
    }

    /// The fix adds a stage, of which it promises this.
    pub fn new_stage(self, new_stage: NewStage) -> Self {
        if let Some(fix) = &mut self.finding.fix {
            fix.stages = Some(StageChange::Added(new_stage));
        }
        self
    }

    /// The fix takes a stage out that the last does not need.
    pub fn removes_stage(&mut self) {
        if let Some(fix) = &mut self.finding.fix {
            fix.stages = Some(StageChange::Removed);
        }
    }

    /// What was decided on the way to the fix, or why there is none, for those who ask.
    pub fn decisions(self, decisions: impl IntoIterator<Item = String>) -> Self {
        self.finding.decisions.extend(decisions);
        self
    }
}
