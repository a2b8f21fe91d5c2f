//! `COPY --link`: a layer that is made without a look at what stands before it.

use crate::syntax::{Flag, Keyword};

use super::{Base, Build, Commands, Footprint, Step};

impl Step<'_> {
    /// Whether it copies files without a look at what stands before it: `--link`, which BuildKit does not heed beside
    /// `--chmod` (`cfg.link && cfg.chmod == ""`).
    pub fn is_linked(&self) -> bool {
        let link = self.instruction.flag("link").and_then(Flag::boolean);
        link == Some(true) && self.instruction.flag("chmod").is_none()
    }

    /// Whether `--chown` gives a name, which only the files before the step turn into a number.
    pub fn names_owner(&self) -> bool {
        let owner = self.instruction.flag("chown").and_then(|flag| flag.value.as_ref());
        owner.is_some_and(|owner| !owner.text().bytes().all(|byte| byte.is_ascii_digit() || byte == b':'))
    }
}

impl Build<'_> {
    /// Whether `--link` makes no difference to the files of the image.
    ///
    /// The linked files are laid over what stands before them. A copy gives the same, unless there is a symbolic link on its
    /// way, a folder of another owner or mode, or a folder where a file goes. In a stage that starts from nothing, and
    /// where no step before works where the copy does, there is none of these.
    pub fn link_makes_no_difference(&self, commands: &Commands<'_>, step: &Step<'_>) -> bool {
        let is_copy = matches!(step.instruction.keyword, Some(Keyword::Copy | Keyword::Add));
        let starts_from_nothing = self.root(step.stage).is_some_and(|root| root.base == Base::Scratch);
        if !is_copy || !starts_from_nothing || step.names_owner() {
            return false;
        }
        let own = self.footprint(commands, step);
        let earlier = self
            .lineage(step.stage)
            .flat_map(|stage| stage.steps.iter().filter(|other| other.stage != step.stage || other.index < step.index));
        own != Footprint::Anywhere
            && earlier
                .filter(|other| other.is_run_by_builder())
                .all(|other| !self.footprint(commands, other).meets(&own))
    }
}

#[cfg(test)]
mod tests {
    use crate::ir::{Build, Commands};
    use crate::source::SourceFile;
    use crate::syntax::parse;

    /// Whether it is known of the last step that `--link` makes no difference.
    fn is_known(text: &str) -> bool {
        let file = parse(SourceFile::new("Dockerfile", text));
        let build = Build::new(&file);
        let step = build.stages.last().and_then(|stage| stage.steps.last()).unwrap();
        build.link_makes_no_difference(&Commands::new(&build), step)
    }

    #[test]
    fn only_where_all_files_before_are_known_and_lie_elsewhere() {
        assert!(is_known("FROM scratch\nCOPY a /etc/a\nCOPY b /app/\n"));
        assert!(is_known("FROM scratch AS s\nCOPY a /etc/a\nFROM s\nWORKDIR /app/\nCOPY --chown=1:1 b /srv/\n"));
        for unknown in [
            "FROM debian\nCOPY a /etc/a\nCOPY b /app/\n",
            "FROM scratch\nCOPY a /app\nCOPY b /app/\n",
            "FROM scratch\nCOPY a /etc/a\nCOPY --chown=user b /app/\n",
            "FROM scratch\nCOPY --chown=1 a /app/a\nCOPY b /app/b\n",
            "FROM scratch\nCOPY a /etc/a\nRUN [\"/b\"]\nCOPY b /app/\n",
            "FROM scratch\nARG D\nCOPY a /etc/a\nCOPY b $D\n",
        ] {
            assert!(!is_known(unknown), "{unknown}");
        }
    }
}
