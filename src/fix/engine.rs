//! Rounds of fixes, to a fixpoint.

use std::collections::{BTreeMap, BTreeSet};

use crate::Settings;
use crate::check::fixable;
use crate::context::{BuildContext, IgnoreFile};
use crate::edit::{Applicability, Composition, Edit, Effect, Fix, OtherFile, apply, moved};
use crate::finding::Finding;
use crate::source::{SUBSTITUTE, SourceFile, Span};
use crate::syntax::{Dockerfile, parse};

use super::choice::{Candidate, Identity, choose};
use super::guard::{Read, Step, judge};
use super::outcome::{AppliedFix, Fixed, HeldBack, OfferedFix, Reason, Refused};
use super::reading::Reading;

/// More rounds than any chain of fixes needs: a file that still changes then is a mistake of dfx, and said to be one.
const MOST_ROUNDS: usize = 50;

/// Repairs a file: all fixes of the rules that `settings` turn on, up to the rung `greatest`. Never fails: what cannot
/// be shown to do no more than it states is held back.
pub fn fix(file: &Dockerfile, settings: &Settings, build_context: Option<&BuildContext>, greatest: Effect) -> Fixed {
    let mut engine = Engine {
        settings,
        build_context,
        greatest,
        composition: Composition::new(file.source.bytes().len()),
        applied: Vec::new(),
        other_file: None,
        held_back: BTreeMap::new(),
        made: BTreeSet::new(),
    };
    let context = engine.with_other_file(file);
    Engine { build_context: context.as_ref().or(build_context), ..engine }.run(file)
}

/// The state between rounds.
struct Engine<'s> {
    settings: &'s Settings,
    build_context: Option<&'s BuildContext>,
    greatest: Effect,
    /// All that was done so far, in places of the file as it was.
    composition: Composition,
    applied: Vec<AppliedFix>,
    /// The ignore file to write.
    other_file: Option<OtherFile>,
    held_back: BTreeMap<Identity, HeldBack>,
    /// What was done, to notice a fix that does not make its finding go away.
    made: BTreeSet<Identity>,
}

impl Engine<'_> {
    /// Decides on the ignore file to write, and gives the build context with it: what it leaves out decides which fixes of the
    /// Dockerfile are right. That the sources come behind the dependencies, for one, has to be known before a stage is added.
    fn with_other_file(&mut self, file: &Dockerfile) -> Option<BuildContext> {
        let context = self.build_context.filter(|_| self.greatest >= Effect::Content)?;
        let findings = fixable(file, self.settings, self.build_context);
        let mut fixes = findings.iter().filter_map(|finding| Some((finding, finding.fix.as_ref()?)));
        let (finding, fix) = fixes.find(|(finding, fix)| fix.other_file().is_some() && self.allows(finding, fix))?;
        let other_file = fix.other_file()?;
        self.applied.push(self.told(finding, fix));
        self.other_file = Some(other_file.clone());
        let ignored = SourceFile::new(other_file.path.as_str(), other_file.text());
        Some(context.with_ignore_file(IgnoreFile::parse(ignored)))
    }

    fn run(mut self, before: &Dockerfile) -> Fixed {
        let (mut changed, mut reading) = (None, None);
        for _ in 0..MOST_ROUNDS {
            let file = changed.as_ref().unwrap_or(before);
            let findings = fixable(file, self.settings, self.build_context);
            let candidates = self.candidates(file, &findings);
            if candidates.is_empty() {
                let refused = self.refused(&findings);
                let offered = self.offered(&findings);
                return Fixed { refused, ..self.finish(before, changed, offered) };
            }
            let now = reading.take().unwrap_or_else(|| Reading::of(file));
            let round = self.round(file, now, choose(file, candidates));
            reading = Some(round.reading);
            changed = round.file.or(changed);
        }
        Fixed { gave_up: true, ..self.finish(before, changed, Vec::new()) }
    }

    /// The fixes that are allowed and not held back yet.
    fn candidates<'f>(&mut self, file: &Dockerfile, findings: &'f [Finding]) -> Vec<Candidate<'f>> {
        let mut candidates = Vec::new();
        for finding in findings {
            let Some(fix) = finding.fix.as_ref().filter(|fix| self.allows(finding, fix)) else { continue };
            if fix.other_file().is_some() {
                continue;
            }
            let (identity, told) = (self.identity(file, finding, fix), self.told(finding, fix));
            if self.made.contains(&identity) {
                self.held_back.entry(identity).or_insert(HeldBack { fix: told, reason: Reason::Endless });
            } else if !self.held_back.contains_key(&identity) {
                candidates.push(Candidate { finding, fix, identity, told });
            }
        }
        candidates
    }

    fn allows(&self, finding: &Finding, fix: &Fix) -> bool {
        fix.effect <= self.greatest
            && (fix.applicability == Applicability::Automatic
                || self.settings.selection.names(finding.rule, &finding.aliases))
    }

    /// Makes the chosen fixes, rung by rung.
    fn round<'d>(&mut self, file: &'d Dockerfile, reading: Reading, chosen: Vec<Candidate<'_>>) -> Round<'d> {
        let mut round = Round { start: file, file: None, reading, made: Vec::new() };
        for rung in Effect::ALL {
            // Halves that were not tried yet, the first last: a fix that does too much is found by halving.
            let mut open = vec![chosen.iter().filter(|it| it.fix.effect == rung).collect::<Vec<_>>()];
            while let Some(mut batch) = open.pop().filter(|batch| !batch.is_empty()) {
                match round.make(&batch, rung) {
                    Ok(edits) => {
                        self.composition.add(&edits);
                        self.made.extend(batch.iter().map(|candidate| candidate.identity.clone()));
                        self.applied.extend(batch.iter().map(|candidate| candidate.told.clone()));
                    }
                    Err(reason) if batch.len() == 1 => {
                        let fixes = batch.iter().map(|it| (it.identity.clone(), it.told.clone()));
                        let held_back = fixes.map(|(it, fix)| (it, HeldBack { fix, reason: reason.clone() }));
                        self.held_back.extend(held_back);
                    }
                    Err(_) => {
                        let second = batch.split_off(batch.len() / 2);
                        open.extend([second, batch]);
                    }
                }
            }
        }
        round
    }

    /// What the findings would still have to give where more was allowed.
    fn offered(&self, findings: &[Finding]) -> Vec<OfferedFix> {
        let offered = findings.iter().filter_map(|finding| {
            let fix = finding.fix.as_ref().filter(|fix| !self.allows(finding, fix))?;
            Some(self.told(finding, fix))
        });
        offered.collect()
    }

    /// The findings that have no fix, with the reason.
    fn refused(&self, findings: &[Finding]) -> Vec<Refused> {
        let without_fix = findings.iter().filter(|finding| finding.fix.is_none());
        let refused = without_fix.map(|finding| Refused {
            rule: finding.rule,
            message: finding.message.clone(),
            aliases: finding.aliases.clone(),
            reason: finding.refusal.clone(),
            decisions: finding.decisions.clone(),
            span: self.original(finding.span),
        });
        refused.collect()
    }

    fn identity(&self, file: &Dockerfile, finding: &Finding, fix: &Fix) -> Identity {
        let edits = fix.edits().iter().map(|edit| (file.source.slice(edit.span).to_owned(), edit.replacement.clone()));
        Identity { rule: finding.rule, place: self.composition.original(fix.span().start), edits: edits.collect() }
    }

    fn told(&self, finding: &Finding, fix: &Fix) -> AppliedFix {
        AppliedFix::new(finding, fix, self.original(finding.span))
    }

    /// The place in the file as it was at first.
    fn original(&self, span: Span) -> Span {
        let start = self.composition.original(span.start);
        Span::new(start, self.composition.original(span.end).max(start))
    }

    fn finish(self, before: &Dockerfile, after: Option<Dockerfile>, offered: Vec<OfferedFix>) -> Fixed {
        let mut applied = self.applied;
        applied.sort_by(|a, b| (a.span, a.rule, &a.title).cmp(&(b.span, b.rule, &b.title)));
        let held_back = self.held_back.into_values().collect();
        Fixed {
            before: before.source.clone(),
            after: after.unwrap_or_else(|| before.clone()),
            edits: self.composition.edits(),
            applied,
            held_back,
            offered,
            refused: Vec::new(),
            other_file: self.other_file,
            gave_up: false,
        }
    }
}

/// The state within a round.
struct Round<'d> {
    /// The file at the start of the round.
    start: &'d Dockerfile,
    /// The file as it is now; `None` as long as nothing was made.
    file: Option<Dockerfile>,
    /// What is read of the file as it is now.
    reading: Reading,
    /// Edits that were made in this round, in places of the file at its start, sorted.
    made: Vec<Edit>,
}

impl Round<'_> {
    /// Makes fixes of one rung, all or none. Gives the edits in places of the file as it was just before.
    fn make(&mut self, batch: &[&Candidate<'_>], rung: Effect) -> Result<Vec<Edit>, Reason> {
        let mut edits: Vec<Edit> = batch.iter().flat_map(|candidate| candidate.fix.edits()).cloned().collect();
        edits.sort();
        let stages = match batch {
            [alone] => alone.fix.stages.clone(),
            _ => None,
        };
        let step = Step { edits: moved(&edits, &self.made), rung, stages };
        let before = self.file.as_ref().unwrap_or(self.start);
        let source = &before.source;
        if source.has_invalid_bytes() && step.edits.iter().any(|edit| edit.replacement.contains(SUBSTITUTE)) {
            return Err(Reason::Bytes);
        }
        let after = parse(SourceFile::new(source.name(), apply(source.bytes(), &step.edits)));
        let reading = Reading::of(&after);
        judge(Read { file: before, reading: &self.reading }, Read { file: &after, reading: &reading }, &step)?;
        self.made.extend(edits);
        self.made.sort();
        (self.file, self.reading) = (Some(after), reading);
        Ok(step.edits)
    }
}
