//! Which fixes of a round are made together.

use crate::edit::{Edit, Effect, Fix};
use crate::finding::Finding;
use crate::rules::find;
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
    let waiting: Vec<bool> = candidates.iter().map(|candidate| gives_way(file, candidate, &candidates)).collect();
    let mut waits = waiting.into_iter();
    candidates.retain(|_| !waits.next().unwrap_or_default());
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

/// Whether the fix waits for that of another rule, which would make it needless or another: a cache that is mounted is not
/// cleaned up, and a RUN that is cut in two gets a mount in one half.
fn gives_way(file: &Dockerfile, candidate: &Candidate<'_>, all: &[Candidate<'_>]) -> bool {
    let Some(rule) = find(candidate.finding.rule) else { return false };
    let mut others = all.iter().filter(|other| rule.meta.gives_way_to.contains(&other.finding.rule)).peekable();
    if others.peek().is_none() {
        return false;
    }
    let own = instructions(file, candidate.fix.edits());
    others.any(|other| instructions(file, other.fix.edits()).iter().any(|instruction| own.contains(instruction)))
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

#[cfg(test)]
mod tests {
    use crate::Settings;
    use crate::config::{Choice, Selection, Selector};
    use crate::knowledge::Date;
    use crate::rules::Options;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::super::outcome::Fixed;
    use super::*;

    fn repaired(rules: &[&'static str], text: &str) -> Fixed {
        let select = Some(rules.iter().map(|rule| Selector::Rule(rule)).collect());
        let selection = Selection::new(Choice { select, ..Choice::default() }, Choice::default(), Vec::new());
        let settings = Settings::new(selection, Options::new(Date::new(2026, 11, 25).unwrap()));
        crate::fix(&parse(SourceFile::new("Dockerfile", text)), &settings, None, Effect::Debris)
    }

    /// The rules whose fixes are made when those of `rules` are asked for.
    fn made(rules: &[&'static str], text: &str) -> Vec<&'static str> {
        repaired(rules, text).applied.iter().map(|fix| fix.rule).collect()
    }

    /// What becomes of a text by the fixes of `rules`.
    fn fixed(rules: &[&'static str], text: &str) -> String {
        repaired(rules, text).after.source.text().to_owned()
    }

    #[test]
    fn a_mount_or_a_clean_up_does_not_get_into_the_half_of_a_run_that_has_no_use_for_it() {
        let (split, mount, clean) =
            ("cache/packages-in-volatile-run", "cache/missing-cache-mount", "size/package-cache-kept");
        let head = "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN apt-get update && apt-get install -y jq";
        let text = &format!("{head} && npm ci\n");
        assert_eq!(
            fixed(&[split, clean], text),
            format!("{head} && rm -rf /var/lib/apt/lists/*\nRUN npm ci && npm cache clean --force\n")
        );
        let mounted = fixed(&[split, mount], text);
        assert!(mounted.ends_with("RUN --mount=type=cache,target=/root/.npm npm ci\n"), "{mounted}");
        assert_eq!(mounted.matches("/root/.npm").count(), 1, "{mounted}");
        assert_eq!(mounted.matches("/var/lib/apt/lists").count(), 1, "{mounted}");
    }

    #[test]
    fn a_cache_that_is_going_to_be_mounted_is_not_cleaned_up_before() {
        let (mount, clean, defeated) =
            ("cache/missing-cache-mount", "size/package-cache-kept", "cache/defeated-cache-mount");
        let text = "FROM debian:13\nRUN apt-get update && apt-get install -y git\nCMD [\"git\"]\n";
        assert_eq!(made(&[clean, defeated], text), [clean]);
        assert_eq!(made(&[mount, clean, defeated], text), [mount]);
        let beside = "FROM debian:13\nRUN apt-get update && apt-get install -y git && apk add a\nCMD [\"a\"]\n";
        assert_eq!(made(&[mount, clean, defeated], beside), [mount, clean]);
    }
}
