//! What the container of an image runs.

use crate::syntax::{CommandForm, InstructionKind};

use super::{Build, Command, Commands, Step, command_of};

/// The ENTRYPOINT and the CMD that are in force when a stage ends, as far as this file sets them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Process<'b> {
    /// The ENTRYPOINT; `None` where the base image's is in force.
    pub entrypoint: Option<&'b Step<'b>>,
    /// The CMD; `None` where the base image's is in force, or none.
    pub cmd: Option<&'b Step<'b>>,
}

impl<'b> Build<'b> {
    /// What the container of a stage runs. An ENTRYPOINT drops the CMD that the stage has inherited (BuildKit's
    /// `dispatchEntrypoint`).
    pub fn process(&'b self, stage: usize) -> Process<'b> {
        let mut process = Process::default();
        let mut cmd_of_stage = None;
        for step in self.inherited_steps(stage) {
            match &step.instruction.kind {
                InstructionKind::Cmd(_) => {
                    process.cmd = Some(step);
                    cmd_of_stage = Some(step.stage);
                }
                InstructionKind::Entrypoint(_) => {
                    process.entrypoint = Some(step);
                    if cmd_of_stage != Some(step.stage) {
                        process.cmd = None;
                    }
                }
                _ => {}
            }
        }
        process
    }

    /// Whether the stage leaves it to its image what runs, and that is a server: images of programs that serve files begin so.
    pub fn starts_server_of_image(&'b self, stage: usize) -> bool {
        let process = self.process(stage);
        let cmd = self.image_configuration(stage).and_then(|image| image.cmd.value());
        let program = cmd.and_then(|cmd| cmd.iter().next());
        process.entrypoint.is_none() && process.cmd.is_none() && program.is_some_and(|name| SERVERS.contains(&name))
    }
}

/// Programs in the CMD of official images that serve what is put beside them.
const SERVERS: &[&str] = &["apache2-foreground", "php-fpm"];

impl<'b> Process<'b> {
    /// ENTRYPOINT, then CMD, where they are set and not empty.
    pub fn steps(self) -> impl Iterator<Item = &'b Step<'b>> {
        [self.entrypoint, self.cmd].into_iter().flatten().filter(|step| !is_empty(step))
    }

    /// The commands that the container starts with.
    pub fn commands(self, commands: &'b Commands<'b>) -> impl Iterator<Item = &'b Command<'b>> {
        self.steps().flat_map(|step| commands.of_step(step))
    }
}

/// `CMD []` takes away the command that the base image has.
fn is_empty(step: &Step<'_>) -> bool {
    match command_of(step.instruction) {
        Some(CommandForm::Exec { words, .. }) => words.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    fn process(text: &str) -> (bool, bool) {
        let file = parse(SourceFile::new("Dockerfile", text));
        let build = Build::new(&file);
        let process = build.process(build.stages.len() - 1);
        (process.entrypoint.is_some(), process.cmd.is_some())
    }

    #[test]
    fn an_entrypoint_drops_the_cmd_of_the_base_stage_only() {
        assert_eq!(process("FROM a AS b\nCMD x\nFROM b\nENTRYPOINT y"), (true, false));
        assert_eq!(process("FROM a\nCMD x\nENTRYPOINT y"), (true, true));
        assert_eq!(process("FROM a AS b\nENTRYPOINT y\nFROM b\nCMD x"), (true, true));
    }
}
