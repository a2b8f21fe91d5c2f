//! The instructions that a step touches, and what may follow from them.

use crate::edit::{Effect, places_of_replacements};
use crate::plan::{Difference, Field, Maker, Part, differences};
use crate::source::Span;
use crate::syntax::{Dockerfile, Keyword};

use super::choice::touches;
use super::guard::{Read, Step};

/// What a step touches, in the file before and in the file after.
pub struct Touched {
    rung: Effect,
    before: Vec<Span>,
    after: Vec<Span>,
    /// The keywords of the instructions that are touched.
    keywords: Vec<Keyword>,
}

impl Touched {
    /// What the step touches.
    pub fn by(step: &Step, before: &Dockerfile, after: &Dockerfile) -> Self {
        let spans_before: Vec<Span> = step.edits.iter().map(|edit| edit.span).collect();
        let spans_after = places_of_replacements(&step.edits);
        let keywords_in = |file: &Dockerfile, places: &[Span]| -> Vec<Keyword> {
            let touched = file.instructions().filter(|it| places.iter().any(|place| touches(*place, it.span)));
            touched.filter_map(|instruction| instruction.keyword).collect()
        };
        let mut keywords = keywords_in(before, &spans_before);
        keywords.extend(keywords_in(after, &spans_after));
        Self { rung: step.rung, before: spans_before, after: spans_after, keywords }
    }

    /// The differences that do not follow from what was touched.
    pub fn differences_beyond(&self, before: Read<'_>, after: Read<'_>) -> Vec<Difference> {
        let mut differences = differences(&before.reading.plan, &after.reading.plan);
        differences.retain(|difference| !self.explains(difference));
        differences
    }

    fn explains(&self, difference: &Difference) -> bool {
        let was_touched = |maker: &Maker| self.before.iter().any(|place| touches(*place, maker.span));
        let is_touched = |maker: &Maker| self.after.iter().any(|place| touches(*place, maker.span));
        match difference {
            Difference::Stages { .. } => false,
            Difference::Base { .. } => self.rung == Effect::Runtime && self.has(&[Keyword::From, Keyword::Arg]),
            Difference::Removed { before, .. } => was_touched(before),
            Difference::Added { after, .. } => is_touched(after),
            Difference::Changed { before, after, parts, .. } => {
                was_touched(before) || is_touched(after) || parts.iter().all(|part| self.follows(*part))
            }
            Difference::Configuration { field, .. } => self.allows(*field),
        }
    }

    /// Whether a step that was not touched may differ in this, because of an instruction that changes the state.
    fn follows(&self, part: Part) -> bool {
        match part {
            Part::Environment => self.has(&[Keyword::Env, Keyword::Arg]),
            Part::Directory => self.has(&[Keyword::Workdir]),
            Part::User | Part::Owner => self.has(&[Keyword::User]) && self.rung == Effect::Runtime,
            Part::Command => self.has(&[Keyword::Shell]) && self.rung == Effect::Runtime,
            _ => false,
        }
    }

    fn allows(&self, field: Field) -> bool {
        let own: &[Keyword] = match field {
            Field::Env => &[Keyword::Env],
            Field::Cmd => &[Keyword::Cmd, Keyword::Entrypoint, Keyword::Shell],
            Field::Entrypoint => &[Keyword::Entrypoint, Keyword::Shell],
            Field::User => &[Keyword::User],
            Field::WorkingDir => &[Keyword::Workdir],
            Field::ExposedPorts => &[Keyword::Expose],
            Field::Volumes => &[Keyword::Volume],
            Field::Labels => &[Keyword::Label, Keyword::Maintainer],
            Field::Healthcheck => &[Keyword::Healthcheck],
            Field::StopSignal => &[Keyword::Stopsignal],
            Field::Shell => &[Keyword::Shell],
            Field::OnBuild => &[Keyword::Onbuild],
            Field::Author => &[Keyword::Maintainer],
        };
        // What says nothing of how the image runs is content. A directory that is put back may read `/` for unset.
        let is_content = matches!(field, Field::Labels | Field::Author | Field::WorkingDir);
        (is_content || self.rung == Effect::Runtime) && self.has(own)
    }

    fn has(&self, keywords: &[Keyword]) -> bool {
        keywords.iter().any(|keyword| self.keywords.contains(keyword))
    }
}
