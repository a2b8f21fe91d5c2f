//! What becomes of a build whose forerunners are in the cache.

use std::collections::HashSet;

use crate::plan::{Digest, Exec, Operation, Source};

use super::inputs::{paths_read, stages_read};
use super::keys::{Keys, State, StepKey};

/// What becomes of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// Its result is in the cache.
    Kept,
    /// It is taken from the cache if a stage that it reads, or that stands before it, gave the same files again.
    Unknown,
    /// It is done again.
    Rebuilt,
}

impl Fate {
    /// The word for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Fate::Kept => "kept",
            Fate::Unknown => "unknown",
            Fate::Rebuilt => "rebuilt",
        }
    }
}

/// What becomes of one step, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Its stage.
    pub stage: usize,
    /// Its place among the vertices of the stage.
    pub vertex: usize,
    /// What becomes of it.
    pub fate: Fate,
    /// Why it is not kept.
    pub reason: Option<Reason>,
    /// What becomes of laying `COPY --link` over what stands before.
    pub merged: Option<Fate>,
}

/// Why a step is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The build before did nothing like it: the instruction is new or was changed.
    Instruction,
    /// The build before ran the same command, with other values of these variables, set by ENV or ARG.
    Variables(Vec<String>),
    /// The build before ran the same command for another user, in another directory, or with other mounts.
    Surroundings,
    /// It takes in these files of the context, which changed.
    Files(Vec<String>),
    /// It reads this stage, which is rebuilt.
    Stage(usize),
    /// The image that its stage starts from, or that it reads, is another.
    Image(String),
    /// It is done at another place: what stands before it is not what stood before it.
    Moved,
    /// It stands behind a step of its own or of a base stage that is not kept: stage and vertex.
    Behind(usize, usize),
}

/// The keys of all builds that were run.
#[derive(Debug, Clone, Default)]
pub struct Cache {
    strict: HashSet<Digest>,
    lenient: HashSet<Digest>,
}

impl Cache {
    /// Remembers a build that was run.
    pub fn remember(&mut self, keys: &Keys) {
        for key in keys.stages.iter().flatten() {
            let merged = key.merged.iter().copied();
            self.strict.extend(std::iter::once(key.strict).chain(merged.clone().map(|merged| merged.0)));
            self.lenient.extend(std::iter::once(key.lenient).chain(merged.map(|merged| merged.1)));
        }
    }

    /// What would become of a build, and why: compared with the build `before`, which was the last.
    pub fn judge(&self, before: (&State<'_>, &Keys), after: (&State<'_>, &Keys)) -> Vec<Judged> {
        let mut judged: Vec<Judged> = Vec::new();
        let comparison = Comparison { before, after };
        for (stage, keys) in after.1.stages.iter().enumerate() {
            for (vertex, key) in keys.iter().enumerate() {
                let fate = self.fate(key.strict, key.lenient);
                let merged = key.merged.map(|(strict, lenient)| self.fate(strict, lenient));
                let reason = (fate != Fate::Kept).then(|| comparison.reason(stage, vertex, &judged));
                judged.push(Judged { stage, vertex, fate, reason, merged });
            }
        }
        judged
    }

    fn fate(&self, strict: Digest, lenient: Digest) -> Fate {
        match (self.strict.contains(&strict), self.lenient.contains(&lenient)) {
            (true, _) => Fate::Kept,
            (false, true) => Fate::Unknown,
            (false, false) => Fate::Rebuilt,
        }
    }
}

/// Two builds, one after the other.
struct Comparison<'c> {
    before: (&'c State<'c>, &'c Keys),
    after: (&'c State<'c>, &'c Keys),
}

impl Comparison<'_> {
    /// Why a step is not kept; `judged` are the steps before it, of this stage and of earlier ones.
    fn reason(&self, stage: usize, vertex: usize, judged: &[Judged]) -> Reason {
        let key = &self.after.1.stages[stage][vertex];
        let operation = &self.after.0.plan.stages[stage].vertices[vertex].operation;
        let was = |of: fn(&StepKey) -> Digest| self.before.1.stages.iter().flatten().any(|old| of(old) == of(key));
        if !was(|key| key.alone) {
            return self.changed(operation);
        }
        if !was(|key| key.with_files) {
            return Reason::Files(self.changed_files(operation));
        }
        if let Some(behind) = self.culprit_before(stage, vertex, judged) {
            return behind;
        }
        let is_new = |read: &usize| judged.iter().any(|step| step.stage == *read && step.fate != Fate::Kept);
        if let Some(read) = stages_read(operation).into_iter().find(is_new) {
            return Reason::Stage(read);
        }
        match &self.after.0.plan.stages[stage].base {
            base @ Source::Image { reference, .. } if !self.was_based_on(base) => Reason::Image(reference.clone()),
            _ => Reason::Moved,
        }
    }

    fn was_based_on(&self, base: &Source) -> bool {
        let [before, after] = [self.before.0, self.after.0];
        before.plan.stages.iter().any(|stage| before.today(&stage.base) == after.today(base))
    }

    /// The step that the step stands behind and that is not kept. Of several the first one has pulled the others along.
    fn culprit_before(&self, stage: usize, vertex: usize, judged: &[Judged]) -> Option<Reason> {
        let mut lineage = vec![(stage, vertex)];
        while let Some((last, _)) = lineage.last()
            && let Source::Stage(base) = self.after.0.plan.stages[*last].base
        {
            lineage.push((base, usize::MAX));
        }
        let culprits = lineage
            .iter()
            .rev()
            .flat_map(|(of, end)| judged.iter().filter(move |step| step.stage == *of && step.vertex < *end));
        let mut culprits = culprits.filter(|step| step.merged.unwrap_or(step.fate) != Fate::Kept);
        let first =
            culprits.find(|step| !matches!(step.reason, Some(Reason::Behind(..)) | None) || step.merged.is_some())?;
        Some(match &first.reason {
            // All steps of a stage wait for its image.
            Some(Reason::Image(image)) => Reason::Image(image.clone()),
            _ => Reason::Behind(first.stage, first.vertex),
        })
    }

    /// What is new of an operation that the build before did not do.
    fn changed(&self, operation: &Operation) -> Reason {
        let Operation::Exec(exec) = operation else { return Reason::Instruction };
        let vertices = self.before.0.plan.stages.iter().flat_map(|stage| &stage.vertices);
        let mut same = vertices.filter_map(|vertex| match &vertex.operation {
            Operation::Exec(old) if old.arguments == exec.arguments => Some(old),
            _ => None,
        });
        match same.next() {
            Some(old) => changed_surroundings(old, exec),
            None => Reason::Instruction,
        }
    }

    /// The files that a step takes in and that are not as before.
    fn changed_files(&self, operation: &Operation) -> Vec<String> {
        let mut changed: Vec<String> = Vec::new();
        for (path, excluded) in paths_read(operation) {
            let [old, new] = [self.before.0, self.after.0].map(|state| state.files.selected(path, excluded));
            changed.extend(old.differences(&new));
        }
        changed.sort_unstable();
        changed.dedup();
        changed
    }
}

fn changed_surroundings(old: &Exec, new: &Exec) -> Reason {
    let [before, after] = [old, new].map(|exec| exec.environment.iter().collect::<Vec<_>>());
    let differs = |(one, other): (&(&str, &str), &[(&str, &str)])| !other.contains(one);
    let gone = before.iter().filter(|variable| differs((variable, &after)));
    let come = after.iter().filter(|variable| differs((variable, &before)));
    let mut names: Vec<String> = gone.chain(come).map(|(name, _)| (*name).to_owned()).collect();
    names.sort_unstable();
    names.dedup();
    match (names.is_empty(), before == after) {
        (false, _) => Reason::Variables(names),
        // The same variables in another order.
        (true, false) => Reason::Variables(after.iter().map(|(name, _)| (*name).to_owned()).collect()),
        (true, true) => Reason::Surroundings,
    }
}
