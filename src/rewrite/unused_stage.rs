//! A stage that nothing needs, taken out.

use std::cell::OnceCell;
use std::fmt;

use crate::context::{BuildContext, BuildTarget};
use crate::edit::Edit;
use crate::ir::{Base, Build, Stage};
use crate::syntax::{Instruction, Keyword, Word};

use super::beside::{Deed, Use, is_unknown, uses};
use super::whole_lines;

/// Why a stage that nothing in the file needs stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StageStays {
    /// A comment stands in it or above it.
    Comment,
    /// An instruction of ONBUILD takes files from a stage that it may name by number.
    Onbuild,
    /// A file beside the Dockerfile builds it, or may.
    BuiltBy(String),
}

impl fmt::Display for StageStays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Comment => f.write_str("a comment stands in the stage or above it"),
            Self::Onbuild => f.write_str("an instruction of ONBUILD takes files from a stage, perhaps by its number"),
            Self::BuiltBy(path) => write!(f, "`{path}` may build it with `--target`"),
        }
    }
}

/// The stages before the last that no other stage needs. None where a reference cannot be followed: it may lead to any of
/// them.
pub fn unused_stages<'b>(build: &'b Build<'b>) -> Vec<&'b Stage<'b>> {
    let stages = &build.stages;
    let has_unknown = stages
        .iter()
        .flat_map(|stage| &stage.steps)
        .flat_map(|step| &step.sources)
        .any(|source| matches!(source.source, Base::Unknown));
    let Some((_, earlier)) = stages.split_last().filter(|_| !has_unknown) else { return Vec::new() };
    let is_needed = |index: usize| stages.iter().any(|stage| stage.needs.contains(&index));
    // A build argument may choose any stage that has a name: `FROM build-$TARGETARCH`.
    let may_be_chosen = |stage: &Stage<'_>| stage.from.name.is_some() && stages.iter().any(is_chosen_by_argument);
    earlier.iter().filter(|stage| !is_needed(stage.index) && !may_be_chosen(stage)).collect()
}

/// Takes stages out that no other needs. What lies beside the Dockerfile is read once, however many there are.
pub struct StageRemover<'b> {
    build: &'b Build<'b>,
    context: Option<&'b BuildContext>,
    beside: OnceCell<Vec<Use<'b>>>,
}

impl<'b> StageRemover<'b> {
    /// One for a Dockerfile in its build context, where that is known.
    pub fn new(build: &'b Build<'b>, context: Option<&'b BuildContext>) -> Self {
        Self { build, context, beside: OnceCell::new() }
    }

    /// Takes a stage out that no other needs, and counts the stages behind it anew.
    ///
    /// # Errors
    /// Why it stays.
    pub fn removal(&self, stage: &Stage<'_>) -> Result<Vec<Edit>, StageStays> {
        if let Some(path) = stage.name().and_then(|name| self.file_that_builds(&name)) {
            return Err(StageStays::BuiltBy(path.to_owned()));
        }
        let build = self.build;
        if build.stages.iter().any(copies_for_the_next_build) {
            return Err(StageStays::Onbuild);
        }
        let instructions: Vec<&Instruction> =
            std::iter::once(stage.instruction).chain(stage.steps.iter().map(|step| step.instruction)).collect();
        let lines = whole_lines::of(build.file, &instructions).ok_or(StageStays::Comment)?;
        let later = build.stages.iter().skip(stage.index + 1);
        let sources = later.flat_map(|stage| &stage.steps).flat_map(|step| &step.sources);
        let renumbered = sources.filter_map(|source| {
            let number = number(&source.word).filter(|number| *number > stage.index)?;
            Some(Edit::replace(source.word.span(), (number - 1).to_string()))
        });
        Ok(renumbered.chain([Edit::delete(lines)]).collect())
    }

    /// The file of the context that builds the stage of this name, or one by a name that only the build knows.
    fn file_that_builds(&self, name: &str) -> Option<&'b str> {
        let context = self.context?;
        let is_it = |target: &BuildTarget| {
            target.stage.as_deref().is_some_and(|stage| is_unknown(stage) || stage.eq_ignore_ascii_case(name))
        };
        let builds = |deed: &Deed| match deed {
            Deed::Builds(target) => is_it(target),
            Deed::Runs { container, .. } => container.build.as_ref().is_some_and(is_it),
            Deed::Unreadable => true,
            Deed::WorksInside => false,
        };
        let beside = self.beside.get_or_init(|| uses(context, self.build.file.source.name()));
        beside.iter().find(|used| builds(&used.deed)).map(|used| used.path)
    }
}

/// The number by which a stage is named.
fn number(word: &Word) -> Option<usize> {
    word.text().bytes().all(|byte| byte.is_ascii_digit()).then(|| word.text().parse().ok()).flatten()
}

/// Whether a build argument can turn what the stage starts from into the name of a stage, in which no `:`, `/` or `@` stands.
fn is_chosen_by_argument(stage: &Stage<'_>) -> bool {
    let text = stage.from.image.text();
    let mut depth = 0;
    let mut written_out = text.chars().filter(|c| {
        depth += usize::from(*c == '{');
        let is_outside = depth == 0;
        depth -= usize::from(*c == '}' && depth > 0);
        is_outside
    });
    text.contains('$') && !written_out.any(|c| matches!(c, ':' | '/' | '@'))
}

fn copies_for_the_next_build(stage: &Stage<'_>) -> bool {
    stage.steps.iter().any(|step| {
        let is_trigger = step.instruction.keyword == Some(Keyword::Onbuild);
        is_trigger && step.instruction.arguments.text().contains("from=")
    })
}
