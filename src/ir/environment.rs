//! The environment in which a command of a RUN runs.

use super::{Build, Command, Step};

impl Build<'_> {
    /// The value of the variable in the environment of a command: what it sets itself, what its script has assigned,
    /// what ENV and ARG say. Empty for a value that only the build knows; `None` for a variable that nothing in the
    /// file sets. What the base image sets is not known.
    pub fn environment(&self, command: &Command<'_>, name: &str) -> Option<String> {
        if let Some(invoked) = &command.invoked {
            let assigned = invoked.assignments().iter().find(|assignment| &*assignment.name == name);
            if let Some(assignment) = assigned {
                let value = assignment.value.first().map_or(Some(""), |word| word.literal());
                return Some(value.unwrap_or_default().to_owned());
            }
            let is_assigned = || invoked.script.variables().iter().any(|it| it.assigned && it.name == name);
            if invoked.sets_variable(name) || is_assigned() {
                return Some(String::new());
            }
        }
        self.visible(command.step).variable(name).map(|variable| variable.value.clone().unwrap_or_default())
    }

    /// The home directory of the user that runs the step, where that is root as far as the file tells.
    pub fn home(&self, step: &Step<'_>) -> Option<&'static str> {
        let user = step.state.user.as_ref().map_or("root", |setting| setting.value.as_str());
        let user = user.split(':').next().unwrap_or_default();
        matches!(user, "root" | "0").then_some("/root")
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
