//! `docker-clean`, the settings by which the official Debian and Ubuntu images keep apt from keeping archives.

use super::{Build, Step};

/// The file. It deletes the archives when packages have been installed, wherever they come from.
pub const DOCKER_CLEAN: &str = "/etc/apt/apt.conf.d/docker-clean";

impl Build<'_> {
    /// Whether [`DOCKER_CLEAN`] of the base image may delete the archives that the step downloads: neither the step nor one
    /// before it speaks of that file or tells apt to keep them.
    pub fn may_delete_archives(&self, step: &Step<'_>) -> bool {
        let settles = |other: &&Step<'_>| {
            let text = other.instruction.text.text();
            ["docker-clean", "Keep-Downloaded-Packages", "keep-cache"].iter().any(|name| text.contains(name))
        };
        let before = self.inherited_steps(step.stage);
        let up_to_step = before.into_iter().filter(|other| (other.stage, other.index) <= (step.stage, step.index));
        !up_to_step.into_iter().any(|other| settles(&other))
    }
}

#[cfg(test)]
mod tests {
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    fn may_delete(text: &str) -> bool {
        let file = parse(SourceFile::new("Dockerfile", text));
        let build = Build::new(&file);
        build.may_delete_archives(build.stages.last().unwrap().steps.last().unwrap())
    }

    #[test]
    fn the_file_counts_until_it_is_spoken_of() {
        assert!(may_delete("FROM debian\nRUN apt-get install a\nRUN apt-get install b"));
        assert!(!may_delete(
            "FROM debian AS a\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\nFROM a\nRUN apt-get install b"
        ));
        assert!(!may_delete("FROM debian\nRUN apt-get -o APT::Keep-Downloaded-Packages=true install a"));
        assert!(may_delete(
            "FROM debian AS a\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\nFROM debian\nRUN apt-get install b"
        ));
    }
}
