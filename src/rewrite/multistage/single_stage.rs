//! The stage that builds, with what is known of its image.

use std::rc::Rc;

use crate::context::BuildContext;
use crate::ir::{
    Base, Build, Command, Commands, ContextCopy, ImageReference, Origin, Process, Stage, Step, clean_path, lies_in,
};
use crate::knowledge::List;
use crate::knowledge::front_ends::is_of_docker;
use crate::knowledge::images::{Configuration, Distribution, ImageFacts, Known, TagState, lookup, past_distribution};
use crate::syntax::{InstructionKind, Keyword};

use super::Refusal;
use super::copied_folder::CopiedFolder;

/// The one stage of a file, with what is known of its image; or, of several, one from which the last takes a folder.
#[derive(Clone)]
pub struct SingleStage<'b> {
    pub build: &'b Build<'b>,
    pub commands: &'b Commands<'b>,
    pub context: Option<&'b BuildContext>,
    pub stage: &'b Stage<'b>,
    pub image: &'b ImageReference,
    pub facts: ImageFacts,
    pub configuration: Configuration,
    pub distribution: Distribution,
    /// The step behind which the new stage begins: the last that changes files, but for [late copies](Self::without_late_copies).
    pub last_change: &'b Step<'b>,
    /// All steps of the stage, with those of the stages that it starts from before them.
    steps: Rc<[&'b Step<'b>]>,
    /// The stage that the container runs: the same, but in a file of several stages.
    pub run: &'b Stage<'b>,
    /// The folder that the stage which runs takes from this one, where they are two.
    copied: Option<CopiedFolder>,
}

impl<'b> SingleStage<'b> {
    /// Looks at the stage.
    ///
    /// # Errors
    /// Where the stage is not of the kind that can be split.
    pub fn of(
        build: &'b Build<'b>,
        commands: &'b Commands<'b>,
        context: Option<&'b BuildContext>,
        stage: &'b Stage<'b>,
    ) -> Result<Self, Refusal> {
        if stage.is_windows {
            return Err(Refusal::Windows);
        }
        if let Some(image) = build.file.front_ends().find(|image| !is_of_docker(image)) {
            return Err(Refusal::UnknownFrontEnd(image.to_owned()));
        }
        let image = build.root_image(stage.index).ok_or(Refusal::UnknownImage)?;
        let facts = build.image_facts(stage.index).ok_or(Refusal::UnknownImage)?;
        let configuration = build.image_configuration(stage.index).or_else(|| of_newest(image));
        let configuration = configuration.ok_or(Refusal::UnknownImage)?;
        let past = || past_distribution(&image.familiar_name(), image.tag_or_latest()?);
        let distribution = facts.distribution.or_else(past).ok_or(Refusal::UnknownImage)?;
        if stage.steps.iter().any(|step| step.instruction.keyword == Some(Keyword::Onbuild))
            || matches!(configuration.onbuild, Known::Is(list) if !list.is_empty())
        {
            return Err(Refusal::Onbuild);
        }
        let changes = |step: &&Step<'_>| step.instruction.keyword.is_some_and(changes_files);
        let last_change = stage.steps.iter().rfind(changes).ok_or(Refusal::NoProgram)?;
        let (run, copied) = (stage, None);
        let steps = build.inherited_steps(stage.index).into();
        Ok(Self {
            build,
            commands,
            context,
            stage,
            image,
            facts,
            configuration,
            distribution,
            last_change,
            steps,
            run,
            copied,
        })
    }

    /// The same stage, cut behind the last step of which the build can need anything: what COPY and ADD bring from the
    /// context after that stays where it is, now in the new stage. The sources then do not go through the build stage, of
    /// which a change of theirs would have the whole folder copied again, dependencies and all. `None` where there are none.
    pub fn without_late_copies(&self) -> Option<Self> {
        let is_late = |step: &Step<'_>| match &step.instruction.kind {
            InstructionKind::Copy(transfer) | InstructionKind::Add(transfer) => {
                self.build.context_copies(step).len() == transfer.sources.len()
            }
            kind => !matches!(kind, InstructionKind::Run(_) | InstructionKind::Malformed),
        };
        let is_change = |step: &&Step<'_>| step.instruction.keyword.is_some_and(changes_files);
        // The folder that a WORKDIR makes belongs to the USER above it, which need not be the last one then.
        let is_user = |step: &&Step<'_>| step.instruction.keyword == Some(Keyword::User);
        if self.stage.steps.iter().filter(is_user).count() > 1 {
            return None;
        }
        // A stage of which another takes a folder goes on as it is.
        let mut steps = self.steps_of_build().filter(|_| self.runs_itself());
        let last_change = steps.rfind(|step| !is_late(step)).filter(is_change)?;
        (last_change.index < self.last_change.index).then(|| Self { last_change, ..self.clone() })
    }

    /// What COPY and ADD bring from the context behind the build stage.
    pub fn late_copies(&self) -> Vec<ContextCopy<'b>> {
        self.steps_behind().iter().flat_map(|step| self.build.context_copies(step)).collect()
    }

    /// Whether one of these may bring a file or folder of this name, to where the project lies.
    pub fn late_copies_may_bring(&self, name: &str) -> bool {
        self.late_copies().into_iter().any(|copy| {
            let (Some(context), Some(source)) = (self.context, copy.step.certain_value(copy.source)) else {
                return true;
            };
            let path = clean_path(&format!("/{source}")).trim_start_matches('/').to_owned();
            let below = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            let is_file = context.exists(&path) && !context.is_dir(&path);
            !is_file && !context.would_exclude(&below)
        })
    }

    /// Where these copy to, absolute.
    ///
    /// # Errors
    /// Where that is only known when the build runs.
    pub fn late_destinations(&self) -> Result<Vec<String>, Refusal> {
        self.late_copies().iter().map(|copy| self.destination(copy)).collect()
    }

    /// Whether the path lies where one of these copies to.
    pub fn is_copied_late(&self, path: &str) -> bool {
        self.late_copies().iter().any(|copy| self.destination(copy).is_ok_and(|target| lies_in(path, &target)))
    }

    fn destination(&self, copy: &ContextCopy<'_>) -> Result<String, Refusal> {
        let written = &copy.transfer.destination;
        let path = copy.step.certain_value(written).and_then(|path| self.build.absolute_path(copy.step, path));
        path.ok_or_else(|| Refusal::UnknownPath(written.text().to_owned()))
    }

    /// Looks at the stage from which a COPY of the last one takes a folder.
    ///
    /// # Errors
    /// As [`of`](Self::of); where it is another stage that copies, and where the last one has the folder by standing on that
    /// stage.
    pub fn behind(
        build: &'b Build<'b>,
        commands: &'b Commands<'b>,
        context: Option<&'b BuildContext>,
        step: &Step<'_>,
    ) -> Result<(Self, CopiedFolder), Refusal> {
        let folder = CopiedFolder::of(build, step)?;
        let run = build.target().filter(|last| last.index == step.stage).ok_or(Refusal::StageBetween)?;
        if build.lineage(run.index).any(|stage| stage.index == folder.stage) {
            return Err(Refusal::needed_by(run));
        }
        let stage = build.stages.get(folder.stage).ok_or(Refusal::UnknownImage)?;
        let single = Self { run, copied: Some(folder.clone()), ..Self::of(build, commands, context, stage)? };
        Ok((single, folder))
    }

    /// Whether the stage runs what it builds.
    pub fn runs_itself(&self) -> bool {
        self.copied.is_none()
    }

    /// What the container runs.
    pub fn process(&self) -> Process<'b> {
        self.build.process(self.run.index)
    }

    /// The ENTRYPOINT of the image that the container's stage stands on.
    pub fn entrypoint_of_image(&self) -> Known<List> {
        if self.runs_itself() {
            return self.configuration.entrypoint;
        }
        let of_image = || {
            let known = self.build.image_configuration(self.run.index);
            known.or_else(|| of_newest(self.build.root_image(self.run.index)?))
        };
        match self.build.root(self.run.index).map(|root| &root.base) {
            Some(Base::Scratch) => Known::Nothing,
            _ => of_image().map_or(Known::Unknown, |image| image.entrypoint),
        }
    }

    /// The steps that go into the build stage, with those of the stages that it starts from.
    pub fn steps_of_build(&self) -> impl DoubleEndedIterator<Item = &'b Step<'b>> {
        let (stage, end) = (self.stage.index, self.last_change.index);
        self.steps.iter().copied().filter(move |step| step.stage != stage || step.index <= end)
    }

    /// The steps that stay where they are, now in the new stage.
    pub fn steps_behind(&self) -> &'b [Step<'b>] {
        &self.stage.steps[self.last_change.index + 1..]
    }

    /// The working directory at the end of the build stage.
    ///
    /// # Errors
    /// Where a variable or an image that is not known has a say.
    pub fn directory_after_build(&self) -> Result<String, Refusal> {
        let next = self.steps_behind().first().map_or(&self.stage.last_state, |step| &step.state);
        match &next.workdir {
            Some(setting) if setting.is_certain => Ok(setting.value.clone()),
            Some(_) => Err(Refusal::UnknownDirectory),
            None => self.directory_of_image(),
        }
    }

    /// The working directory that the image sets.
    ///
    /// # Errors
    /// Where it is not known.
    pub fn directory_of_image(&self) -> Result<String, Refusal> {
        match self.configuration.workdir {
            Known::Is(directory) => Ok(directory.to_owned()),
            Known::Nothing => Ok("/".to_owned()),
            Known::Unknown => Err(Refusal::UnknownDirectory),
        }
    }

    /// The absolute path of a word of a command in the stage that builds, also where the stage that runs has it elsewhere.
    ///
    /// # Errors
    /// Where it is only known when the build runs.
    pub fn path_of(&self, command: &Command<'_>, word: &str) -> Result<String, Refusal> {
        let path = self.build.path_of(command, word);
        let path = path.or_else(|| self.build.path_of(command, &self.with_environment(command, word)?));
        let path = path.ok_or_else(|| Refusal::UnknownPath(word.to_owned()))?;
        match self.copied.as_ref().filter(|_| !self.is_of_build(command)) {
            None => Ok(path),
            Some(copied) => copied.in_build(&path).ok_or_else(|| Refusal::NotBuilt(word.to_owned())),
        }
    }

    /// The word with the values that ENV gives its variables. Build arguments may have another value in the next build.
    fn with_environment(&self, command: &Command<'_>, word: &str) -> Option<String> {
        let plain = word.replace('"', "");
        let mut parts = plain.split('$');
        let mut text = parts.next()?.to_owned();
        for part in parts {
            let (name, rest) = match part.strip_prefix('{') {
                Some(braced) => braced.split_once('}')?,
                None => {
                    part.split_at(part.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(part.len()))
                }
            };
            let variable = self.build.visible(command.step).variable(name)?;
            let is_of_env = variable.origin == Origin::Env && variable.is_certain && command.assigned(name).is_none();
            let value = self.build.environment(command, name).filter(|_| is_of_env)?;
            text.push_str(&value);
            text.push_str(rest);
        }
        (!text.contains(['$', '`', '\\', '(', '\'', ' ', '\t', '\n'])).then_some(text)
    }

    /// The commands of the build.
    pub fn build_commands(&self) -> impl Iterator<Item = &'b Command<'b>> {
        self.commands.of_build().filter(|command| self.is_of_build(command))
    }

    fn is_of_build(&self, command: &Command<'_>) -> bool {
        self.build.lineage(self.stage.index).any(|stage| stage.index == command.step.stage)
    }

    /// Name and tag of the build image as people write them.
    pub fn image_name_and_tag(&self) -> String {
        format!("{}:{}", self.image.familiar_name(), self.image.tag_or_latest().unwrap_or("latest"))
    }

    /// Whether the image stays on its release of the distribution: the tag or a digest says so, or nobody builds it any
    /// more.
    pub fn stays_on_its_release(&self) -> bool {
        let is_written_out = !self.stage.from.image.text().contains('$');
        let is_rebuilt = matches!(self.facts.tag, TagState::Tagged) || self.distribution.release.is_none();
        is_written_out && (self.distribution.named_in_tag || self.image.is_digest_pinned() || !is_rebuilt)
    }
}

fn changes_files(keyword: Keyword) -> bool {
    matches!(keyword, Keyword::Run | Keyword::Copy | Keyword::Add)
}

/// What the newest tag of the same variant says, for an old tag that is not in the tables: user, directory and command
/// of official images of compilers have not changed over the years.
fn of_newest(image: &ImageReference) -> Option<Configuration> {
    let tag = image.tag_or_latest()?;
    let variant = ["alpine", "slim"].into_iter().find(|variant| tag.contains(variant)).unwrap_or("latest");
    lookup(&image.familiar_name(), Some(variant))?.configuration.filter(|configuration| !configuration.partial)
}
