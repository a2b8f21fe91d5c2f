//! What the last stage and its container do with a folder that is copied, and whether they find what they need in the parts
//! of it that are left.

use crate::ir::{Command, CommandWord, Step, lies_in};
use crate::shell::RedirectionTarget;
use crate::syntax::{InstructionKind, Keyword};

use super::Refusal;
use super::copied_folder::CopiedFolder;
use super::program::prepares;
use super::single_stage::SingleStage;

/// The question whether all that is used of a folder is kept.
pub struct LaterUses<'u, 'b> {
    pub single: &'u SingleStage<'b>,
    pub folder: &'u CopiedFolder,
    /// The COPY that brings the folder.
    pub step: &'b Step<'b>,
    /// The paths that are kept of it, as they lie in the build stage.
    pub kept: &'u [String],
}

impl<'b> LaterUses<'_, 'b> {
    /// Goes through what follows the COPY, the variables and what the container starts with.
    ///
    /// # Errors
    /// The first use of something that is not kept.
    pub fn check(&self) -> Result<(), Refusal> {
        let (build, run) = (self.single.build, self.single.run);
        for step in run.steps.iter().skip(self.step.index + 1) {
            self.step(step)?;
        }
        for step in build.inherited_steps(run.index) {
            match &step.instruction.kind {
                InstructionKind::Env(_) => self.text(step)?,
                InstructionKind::Onbuild(_) => return Err(Refusal::Onbuild),
                _ => {}
            }
        }
        let health = build.last_step_of(run.index, Keyword::Healthcheck);
        let commands = self.single.process().steps().chain(health).flat_map(|step| self.single.commands.of_step(step));
        commands.into_iter().try_for_each(|command| self.container_command(command))
    }

    /// An instruction behind the COPY.
    fn step(&self, step: &'b Step<'b>) -> Result<(), Refusal> {
        match &step.instruction.kind {
            InstructionKind::Run(_) => {
                if self.single.build.scripts(step).iter().any(|script| !script.is_clean()) {
                    return Err(Refusal::UnknownScript);
                }
                self.single.commands.of_step(step).iter().try_for_each(|command| self.build_command(command))
            }
            InstructionKind::Workdir(word) => self.path(step, step.certain_value(word), word.text()),
            InstructionKind::Volume(words) => {
                words.iter().try_for_each(|word| self.path(step, step.certain_value(word), word.text()))
            }
            InstructionKind::Malformed => Err(Refusal::UnknownScript),
            _ => Ok(()),
        }
    }

    fn path(&self, step: &Step<'_>, value: Option<&str>, written: &str) -> Result<(), Refusal> {
        let path = value.and_then(|path| self.single.build.absolute_path(step, path));
        match path {
            Some(path) if self.is_left(&path) => Ok(()),
            Some(_) => Err(self.used(step.instruction.keyword_word.text(), written)),
            None => Err(Refusal::UnknownPath(written.to_owned())),
        }
    }

    /// A command of a RUN behind the COPY. Of most commands it is not known which files they read.
    fn build_command(&self, command: &Command<'_>) -> Result<(), Refusal> {
        const PLAIN: &[&str] = &[
            ":",
            "[",
            "addgroup",
            "adduser",
            "apt-mark",
            "chmod",
            "chown",
            "dpkg-reconfigure",
            "echo",
            "exit",
            "export",
            "groupadd",
            "id",
            "ldconfig",
            "ln",
            "locale-gen",
            "mkdir",
            "printf",
            "set",
            "setcap",
            "test",
            "true",
            "update-ca-certificates",
            "useradd",
            "usermod",
        ];
        // Their words are paths also where no `/` stands in them.
        const OF_PATHS: &[&str] = &["chmod", "chown", "ln", "mkdir", "setcap", "["];
        self.redirections(command)?;
        let Some(name) = command.name() else {
            return if command.words.is_empty() { Ok(()) } else { Err(Refusal::UnknownScript) };
        };
        let is_of_system = command.manager.as_ref().is_some_and(|it| it.manager.is_system());
        let forces =
            || command.arguments().iter().any(|word| word.written.starts_with('-') && word.written.contains('f'));
        if name == "rm" && forces() {
            return Ok(());
        }
        if !is_of_system && !PLAIN.contains(&name) {
            return Err(self.used("RUN", name));
        }
        let own_word = usize::from(matches!(name, "chmod" | "chown" | "setcap"));
        let words = command.arguments().iter().filter(|word| !word.written.starts_with('-')).skip(own_word);
        for word in words {
            let is_path = OF_PATHS.contains(&name) || word.written.contains('/');
            let makes = name == "mkdir";
            if is_path && !makes {
                self.word(command, word, word.pattern())?;
            }
        }
        Ok(())
    }

    fn redirections(&self, command: &Command<'_>) -> Result<(), Refusal> {
        let Some(invoked) = &command.invoked else { return Ok(()) };
        for redirection in invoked.redirections {
            let RedirectionTarget::Word(word) = &redirection.target else { continue };
            let target = word.literal().ok_or(Refusal::UnknownScript)?;
            let is_left = self.single.build.path_of(command, target).is_some_and(|path| self.is_left(&path));
            if !is_left && !target.starts_with("/dev/") && target.parse::<i32>().is_err() {
                return Err(self.used("RUN", target));
            }
        }
        Ok(())
    }

    /// A command of the container: each part of each word that could be a path.
    fn container_command(&self, command: &Command<'_>) -> Result<(), Refusal> {
        if prepares(command) && command.name() != Some("cd") {
            return Ok(());
        }
        let words = command.wrapping.iter().chain(&command.words);
        words.into_iter().try_for_each(|word| match word.pattern() {
            Some(text) => parts(text).try_for_each(|part| self.word(command, word, Some(part))),
            None if word.written.contains('/') => Err(Refusal::UnknownPath(word.written.to_owned())),
            None => Ok(()),
        })
    }

    fn word(&self, command: &Command<'_>, word: &CommandWord<'_>, text: Option<&str>) -> Result<(), Refusal> {
        let unknown = || Refusal::UnknownPath(word.written.to_owned());
        let path = self.single.build.path_of(command, text.ok_or_else(unknown)?).ok_or_else(unknown)?;
        match self.is_left(&path) {
            true => Ok(()),
            false => Err(self.used(command.step.instruction.keyword_word.text(), word.written)),
        }
    }

    /// The paths in the text of an instruction.
    fn text(&self, step: &Step<'_>) -> Result<(), Refusal> {
        let text = step.instruction.arguments.text();
        let mut paths =
            text.split([' ', '\t', '\n', '=', ':', ',', ';', '"', '\'']).filter(|part| part.starts_with('/'));
        match paths.find(|path| !self.is_left(&crate::ir::clean_path(path))) {
            Some(path) => Err(self.used(step.instruction.keyword_word.text(), path)),
            None => Ok(()),
        }
    }

    /// Whether a path of the last stage is there as before: it lies elsewhere, or in or above what is kept, or something
    /// else brings it.
    fn is_left(&self, path: &str) -> bool {
        let Some(path_in_build) = self.folder.in_build(path) else { return true };
        let is_kept = |kept: &String| lies_in(&path_in_build, kept) || lies_in(kept, &path_in_build);
        self.kept.iter().any(is_kept) || self.is_brought(path)
    }

    /// Whether another COPY or a `mkdir` of the last stage brings the path.
    fn is_brought(&self, path: &str) -> bool {
        let build = self.single.build;
        let others = build.inherited_steps(self.single.run.index);
        others.into_iter().filter(|step| !std::ptr::eq(*step, self.step)).any(|step| {
            let copied = build.copied_to(step);
            let copied = copied.into_iter().flat_map(|it| {
                let is_inside = lies_in(&it.destination, &self.folder.to) && it.destination != self.folder.to;
                it.below.into_iter().chain(Some(it.destination).filter(|_| is_inside))
            });
            let made =
                self.single.commands.of_step(step).iter().filter(|command| {
                    command.name() == Some("mkdir") && step.instruction.keyword == Some(Keyword::Run)
                });
            let made = made
                .flat_map(|command| command.arguments().iter().filter_map(|word| build.path_of(command, word.value?)));
            copied.chain(made).any(|brought| lies_in(path, &brought))
        })
    }

    fn used(&self, keyword: &str, what: &str) -> Refusal {
        Refusal::UsedLater { what: format!("{keyword} {what}"), folder: self.folder.to.clone() }
    }
}

/// The parts of a word that could be paths: `--config=conf/a.yml`, `a.jar:lib/*`.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let is_address = text.contains("://");
    text.split(['=', ':', ',', '@']).filter(move |part| !is_address && could_be_path(part))
}

fn could_be_path(part: &str) -> bool {
    let has_ending = part.rsplit_once('.').is_some_and(|(stem, ending)| {
        !stem.is_empty() && ending.starts_with(|c: char| c.is_ascii_alphabetic()) && ending.len() <= 10
    });
    !part.starts_with('-') && (part.contains('/') || has_ending)
}
