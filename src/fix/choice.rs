//! Which fixes of a round are made together.

use crate::edit::{Edit, Effect, Fix};
use crate::finding::Finding;
use crate::source::Span;
use crate::syntax::Dockerfile;

use super::outcome::AppliedFix;

/// A fix that may be made in this round.
#[derive(Debug, Clone)]
pub struct Candidate<'f> {
    /// The finding that it repairs.
    pub finding: &'f Finding,
    /// The fix.
    pub fix: &'f Fix,
    /// What makes it the same fix in another round.
    pub identity: Identity,
    /// How it is told, in places of the file as it was at first.
    pub told: AppliedFix,
}

/// What makes a fix the same in two rounds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// The rule.
    pub rule: &'static str,
    /// Where it starts in the file as it was at first.
    pub place: usize,
    /// What goes and what comes, edit by edit.
    pub edits: Vec<(String, String)>,
}

/// Fixes of which none touches another, lowest rung first, by place within a rung. What is left out comes again in
/// the next round, for a text in which it may look different.
pub fn choose<'f>(file: &Dockerfile, mut candidates: Vec<Candidate<'f>>) -> Vec<Candidate<'f>> {
    candidates.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut chosen: Vec<Candidate<'f>> = Vec::new();
    let mut taken = Taken::default();
    for candidate in candidates {
        let edits = candidate.fix.edits();
        let alone = if is_alone(candidate.fix.effect) { instructions(file, edits) } else { Vec::new() };
        if taken.is_free(edits) && alone.iter().all(|instruction| taken.is_alone(*instruction)) {
            taken.add(edits, alone);
            chosen.push(candidate);
        }
    }
    chosen
}

fn order<'c>(candidate: &Candidate<'c>) -> impl Ord + use<'c> {
    (candidate.fix.effect, candidate.fix.span(), candidate.finding.sort_key())
}

/// Whether a fix with this effect wants the instructions that it edits for itself in this round: what it does there
/// is shown by comparing, not by proof, and two at once could each take the other's change for its own.
fn is_alone(effect: Effect) -> bool {
    effect >= Effect::Content
}

/// The instructions that edits touch.
fn instructions(file: &Dockerfile, edits: &[Edit]) -> Vec<Span> {
    let spans = file.instructions().map(|instruction| instruction.span);
    spans.filter(|span| edits.iter().any(|edit| touches(edit.span, *span))).collect()
}

/// Whether the spans overlap or lie side by side.
pub fn touches(a: Span, b: Span) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// What the fixes chosen so far edit.
#[derive(Default)]
struct Taken {
    /// Sorted.
    edits: Vec<Span>,
    instructions: Vec<Span>,
}

impl Taken {
    fn is_free(&self, edits: &[Edit]) -> bool {
        edits.iter().all(|edit| {
            let next = self.edits.partition_point(|taken| taken.end < edit.span.start);
            self.edits.get(next).is_none_or(|taken| !touches(*taken, edit.span))
        })
    }

    fn is_alone(&self, instruction: Span) -> bool {
        let next = self.edits.partition_point(|taken| taken.end < instruction.start);
        self.edits.get(next).is_none_or(|taken| !touches(*taken, instruction))
            && !self.instructions.contains(&instruction)
    }

    fn add(&mut self, edits: &[Edit], instructions: Vec<Span>) {
        self.edits.extend(edits.iter().map(|edit| edit.span));
        self.edits.sort();
        self.instructions.extend(instructions);
    }
}
