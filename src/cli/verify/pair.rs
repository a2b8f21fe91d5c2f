//! Two builds, compared.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use crate::edit::Effect;
use crate::image::{Comparison, Image};
use crate::report::verified::Trial;

use super::super::failure::Failure;
use super::super::files::tell;
use super::BuildArguments;
use super::build::{BuildOrder, Built, Workshop};
use super::engine::Engine;
use super::question::Question;
use super::side::Side;

/// Two Dockerfiles or exported images, and how they are to be compared.
#[derive(Debug)]
pub struct Pair<'a> {
    /// Before and after.
    pub sides: [Side; 2],
    /// The build context of both.
    pub context: &'a Path,
    /// How to build.
    pub build: &'a BuildArguments,
    /// The rung that the difference may have.
    pub expected: Option<Effect>,
    /// What both are asked.
    pub questions: Vec<Question>,
    /// So long an image may take to answer.
    pub patience: Duration,
    /// Whether to tell nothing of what goes on.
    pub is_quiet: bool,
}

/// What came of a comparison.
#[derive(Debug)]
pub struct Verified {
    /// In what the images differ.
    pub comparison: Comparison,
    /// What they answered.
    pub trials: Vec<Trial>,
}

/// One of the two, ready to be compared.
enum Ready {
    Built(Box<Built>),
    Exported(Box<Image>),
}

impl Ready {
    fn image(&self) -> &Image {
        match self {
            Ready::Built(built) => &built.image,
            Ready::Exported(image) => image,
        }
    }
}

impl Pair<'_> {
    /// Builds, compares and asks.
    ///
    /// # Errors
    ///
    /// If there is no engine, or one of them cannot be built, read, or started.
    pub fn verify(&self) -> Result<Verified, Failure> {
        let is_built = self.sides.iter().any(Side::is_built);
        let mut workshop = if is_built { Some(Workshop::open(Engine::chosen(self.build.engine)?)?) } else { None };
        let before = self.ready(0, &mut workshop)?;
        let after = self.ready(1, &mut workshop)?;
        let mut comparison = Comparison::new(before.image(), after.image(), &BTreeSet::new());
        if let (Some(workshop), true) = (&mut workshop, self.files_are_to_blame(&comparison)) {
            let varying = self.varying(&before, workshop)?;
            comparison = Comparison::new(before.image(), after.image(), &varying);
        }
        let trials = self.questions.iter().map(|question| self.trial(question, [&before, &after], &mut workshop));
        Ok(Verified { trials: trials.collect::<Result<_, _>>()?, comparison })
    }

    fn ready(&self, side: usize, workshop: &mut Option<Workshop>) -> Result<Ready, Failure> {
        let name = ["before", "after"][side];
        let side = &self.sides[side];
        match workshop {
            Some(workshop) if side.is_built() => {
                self.tell(&format!("building {} with {}", side.name(), workshop.engine().name()));
                let dockerfile = workshop.dockerfile(side, name)?;
                workshop.build(&self.order(&dockerfile, side, false), name).map(|built| Ready::Built(Box::new(built)))
            }
            _ => side.read().map(|image| Ready::Exported(Box::new(image))),
        }
    }

    /// Whether the images differ more than expected, and only because of files: then another build may excuse them.
    fn files_are_to_blame(&self, comparison: &Comparison) -> bool {
        let Some(expected) = self.expected else { return false };
        comparison.rung > expected && comparison.rung_without_files() <= expected
    }

    /// The paths that two builds of the Dockerfile before do not agree on: times of compilers and archivers.
    fn varying(&self, before: &Ready, workshop: &mut Workshop) -> Result<BTreeSet<String>, Failure> {
        let (Ready::Built(built), side) = (before, &self.sides[0]) else { return Ok(BTreeSet::new()) };
        self.tell(&format!("building {} once more, to see what differs in every build", side.name()));
        let dockerfile = workshop.dockerfile(side, "again")?;
        let again = workshop.build(&self.order(&dockerfile, side, true), "again")?;
        Ok(Comparison::new(&built.image, &again.image, &BTreeSet::new()).differing_paths())
    }

    fn trial(
        &self,
        question: &Question,
        [before, after]: [&Ready; 2],
        workshop: &mut Option<Workshop>,
    ) -> Result<Trial, Failure> {
        let (Some(workshop), Ready::Built(before), Ready::Built(after)) = (workshop, before, after) else {
            return Err(Failure::new(
                "an exported image is read and not started: --run and --probe need two Dockerfiles",
                "",
            ));
        };
        // Buildah's chroot isolation ends with the command, without waiting for what hands on its last words.
        let may_lose_words = workshop.engine() == Engine::Buildah;
        let mut ask = |built: &Built| {
            self.tell(&format!("starting what {} has built", built.dockerfile));
            workshop.ask(built, question, self.patience)
        };
        let mut trial = Trial { question: question.name(), before: ask(before)?, after: ask(after)? };
        if may_lose_words && !trial.is_same() {
            (trial.before, trial.after) = (ask(before)?, ask(after)?);
        }
        Ok(trial)
    }

    fn order<'o>(&'o self, dockerfile: &'o Path, side: &'o Side, is_fresh: bool) -> BuildOrder<'o> {
        BuildOrder {
            dockerfile,
            name: side.name(),
            context: self.context,
            build_arguments: &self.build.build_arguments,
            target: self.build.target.as_deref(),
            options: &self.build.build_options,
            is_fresh,
        }
    }

    fn tell(&self, what: &str) {
        if !self.is_quiet {
            tell(&format!("{what}\n"));
        }
    }
}
