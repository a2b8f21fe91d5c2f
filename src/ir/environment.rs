//! The environment in which a command of a RUN runs.

use crate::knowledge::base_environment;
use crate::knowledge::build_arguments::is_volatile;
use crate::knowledge::package_managers::{Cache, Mounting};
use crate::syntax::{InstructionKind, Pair, Word};

use super::{Build, Command, ImageReference, Step};

impl Step<'_> {
    /// Whether it sets nothing but variables that differ in every build: ARG that names a commit or a day, and ENV that
    /// hands such values on.
    pub fn is_volatile(&self) -> bool {
        let hands_on = |value: &Word| value.text().contains('$');
        let is_named = |pair: &Pair| is_volatile(pair.name.text());
        match &self.instruction.kind {
            InstructionKind::Arg(pairs) => pairs.pairs.iter().all(is_named),
            InstructionKind::Env(pairs) => {
                pairs.pairs.iter().all(|pair| is_named(pair) && pair.value.as_ref().is_some_and(hands_on))
            }
            _ => false,
        }
    }
}

impl Command<'_> {
    /// The value that the command gives the variable itself, or its script before it. Empty for a value that is only known
    /// when it runs; `None` where neither sets it.
    pub fn assigned(&self, name: &str) -> Option<String> {
        let invoked = self.invoked.as_ref()?;
        let assigned = invoked.assignments().iter().find(|assignment| &*assignment.name == name);
        if let Some(assignment) = assigned {
            let value = assignment.value.first().map_or(Some(""), |word| word.literal());
            return Some(value.unwrap_or_default().to_owned());
        }
        let is_assigned = || invoked.script.variables().iter().any(|it| it.assigned && it.name == name);
        (invoked.sets_variable(name) || is_assigned()).then(String::new)
    }
}

impl Build<'_> {
    /// The value of the variable in the environment of a command: what it sets itself, what its script has assigned,
    /// what ENV and ARG say, what the tables know of the base image. Empty for a value that only the build knows; `None`
    /// for a variable that nothing is known to set.
    pub fn environment(&self, command: &Command<'_>, name: &str) -> Option<String> {
        command.assigned(name).or_else(|| self.variable(command.step, name))
    }

    /// The value of the variable in the environment of a step: what ENV and ARG say, else what the tables know of the
    /// base image. Empty for a value that only the build knows; `None` for a variable that nothing is known to set.
    pub fn variable(&self, step: &Step<'_>, name: &str) -> Option<String> {
        let of_image = || {
            let image = self.root_image(step.stage)?;
            base_environment::value(&image.familiar_name(), name).map(str::to_owned)
        };
        self.variable_of_file(step, name).or_else(of_image)
    }

    /// The value that ENV and ARG give the variable in the environment of a step. Empty for a value that only the build
    /// knows; `None` where neither sets it.
    pub(super) fn variable_of_file(&self, step: &Step<'_>, name: &str) -> Option<String> {
        self.visible(step).variable(name).map(|variable| variable.value.clone().unwrap_or_default())
    }

    /// Whether it is known where the cache lies for a step: no base image can have moved it without dfx's knowledge.
    pub fn knows_place_of(&self, step: &Step<'_>, cache: &Cache) -> bool {
        let image = self.root_image(step.stage).map(ImageReference::familiar_name);
        let sets = |name: &str| image.as_ref().and_then(|image| base_environment::sets(image, name));
        for (name, _) in cache.moved_by {
            match self.variable(step, name) {
                Some(value) => return !value.is_empty(),
                None if sets(name) == Some(false) => {}
                None => return false,
            }
        }
        true
    }

    /// Whether a variable moves the cache for the command.
    pub fn is_moved(&self, command: &Command<'_>, cache: &Cache) -> bool {
        cache.moved_by.iter().any(|(name, _)| self.environment(command, name).is_some_and(|value| !value.is_empty()))
    }

    /// Whether it is known that the cache lies where the table says, because a variable moves it or the program is in the
    /// folder beside it.
    pub fn is_placed(&self, command: &Command<'_>, cache: &Cache) -> bool {
        let Mounting::WherePlaced { program_in, .. } = cache.mounting else { return true };
        let called_as = command.manager.as_ref().and_then(|it| command.words.get(it.tool)?.value);
        let is_beside = |folder: &str| match called_as.and_then(|path| path.rsplit_once('/')) {
            Some((called_in, _)) => called_in == folder,
            None => self.environment(command, "PATH").is_some_and(|path| path.split(':').any(|part| part == folder)),
        };
        self.is_moved(command, cache) || program_in.is_some_and(is_beside)
    }

    /// The home directory of the user that runs the step, where that is root as far as the file tells, and `HOME` is its
    /// own. [`account`](Self::account) knows other users too.
    pub fn home(&self, step: &Step<'_>) -> Option<&'static str> {
        let user = self.user_named(step).split(':').next().unwrap_or_default();
        let is_moved = || self.variable(step, "HOME").is_some_and(|home| home.trim_end_matches('/') != "/root");
        (matches!(user, "root" | "0") && !is_moved()).then_some("/root")
    }
}

#[cfg(test)]
mod tests {
    use crate::ir::Commands;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    fn value_of(text: &str, name: &str) -> Option<String> {
        let file = parse(SourceFile::new("Dockerfile", format!("FROM debian\n{text}")));
        let build = Build::new(&file);
        let commands = Commands::new(&build);
        let last = commands.all().last().unwrap();
        build.environment(last, name)
    }

    #[test]
    fn the_nearest_setting_counts() {
        assert_eq!(value_of("ENV A=1\nRUN A=2 x", "A").as_deref(), Some("2"));
        assert_eq!(value_of("ENV A=1\nRUN x", "A").as_deref(), Some("1"));
        assert_eq!(value_of("RUN export A=3 && x", "A").as_deref(), Some(""));
        assert_eq!(value_of("RUN env A=3 x", "A").as_deref(), Some(""));
        assert_eq!(value_of("RUN x", "A"), None);
    }
}
