//! What the tables know of the images that stages start from.

use crate::knowledge::images::{Basis, Configuration, ImageFacts, Known, lookup};
use crate::shell::Dialect;

use super::{Base, Build, ImageReference};

impl Build<'_> {
    /// The image at the bottom of the stage's lineage, where it is one whose name no build argument can change: of
    /// `node:${VERSION}` the tag may be another, the repository not.
    pub fn root_image(&self, stage: usize) -> Option<&ImageReference> {
        let root = self.root(stage)?;
        let repository = root.from.image.text().split('@').next().unwrap_or_default();
        let repository = repository.rsplit_once(':').map_or(repository, |(repository, _)| repository);
        root.base_image().filter(|_| !repository.contains('$'))
    }

    /// What the tables know of the image that the stage starts from, through its base stages. `None` for images that
    /// they do not know, where a build argument names the image, and where a digest stands without a tag.
    pub fn image_facts(&self, stage: usize) -> Option<ImageFacts> {
        self.root_image(stage)?;
        self.root(stage)?.facts.clone()
    }

    /// The settings and contents of that image, where they are those of its own tag or of a tag of the same series.
    pub fn image_configuration(&self, stage: usize) -> Option<Configuration> {
        let facts = self.image_facts(stage)?;
        facts.configuration.filter(|_| !matches!(facts.basis, Basis::Names))
    }

    /// Whether the stage surely has no shell at all: it starts from `scratch` or a distroless image.
    pub fn starts_without_shell(&self, stage: usize) -> bool {
        match self.root(stage).map(|root| &root.base) {
            Some(Base::Scratch) => true,
            _ => self.image_configuration(stage).is_some_and(|image| image.shell == Known::Nothing && !image.partial),
        }
    }

    /// The user that the stage's image runs as where no USER says otherwise.
    pub fn image_user(&self, stage: usize) -> Known<&'static str> {
        match self.root(stage).map(|root| &root.base) {
            Some(Base::Scratch) => Known::Nothing,
            _ => self.image_configuration(stage).map_or(Known::Unknown, |image| image.user),
        }
    }

    /// Whether the stage stands on a distribution's own image, an interpreter's or a compiler's: its CMD is a shell or
    /// the interpreter, and what the container runs is what this file says.
    pub fn stands_on_plain_image(&self, stage: usize) -> bool {
        match self.root(stage).map(|root| &root.base) {
            Some(Base::Scratch) => true,
            _ => self.image_configuration(stage).is_some_and(|image| image.ports == Known::Nothing),
        }
    }
}

pub(super) fn facts_of_base(base: &Base) -> Option<ImageFacts> {
    let Base::Image(image) = base else { return None };
    lookup(&image.familiar_name(), Some(image.tag_or_latest()?))
}

/// The program behind `/bin/sh` in an image.
pub(super) fn shell_of(facts: Option<&ImageFacts>) -> Dialect {
    let Some(facts) = facts else { return Dialect::Sh };
    let program = facts.configuration.as_ref().and_then(|configuration| configuration.sh.value());
    match (program, facts.distribution.map(|distribution| distribution.family)) {
        (Some("dash"), _) | (None, Some("debian" | "ubuntu")) => Dialect::Dash,
        (Some("busybox"), _) | (None, Some("alpine" | "busybox")) => Dialect::Ash,
        (Some("bash"), _) => Dialect::Bash,
        _ => Dialect::Sh,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    fn shells(text: &str) -> Vec<Dialect> {
        let file = parse(SourceFile::new("Dockerfile", text));
        let build = Build::new(&file);
        build.steps().map(|step| build.shell_of(step).0).collect()
    }

    #[test]
    fn the_image_tells_which_program_sh_is() {
        for (image, dialect) in [
            ("debian:12", Dialect::Dash),
            ("docker.io/library/python:3.12-slim", Dialect::Dash),
            ("alpine:3.20", Dialect::Ash),
            ("node:22-alpine", Dialect::Ash),
            ("fedora:41", Dialect::Bash),
            ("example.com/own", Dialect::Sh),
        ] {
            assert_eq!(shells(&format!("FROM {image}\nRUN a")), [dialect], "{image}");
        }
    }

    #[test]
    fn a_link_over_sh_changes_the_shell_of_later_steps() {
        let text = "FROM debian:12\nRUN ln -sf /bin/bash /bin/sh\nRUN a";
        assert_eq!(shells(text), [Dialect::Dash, Dialect::Bash]);
        assert_eq!(shells("FROM debian:12\nSHELL [\"/bin/bash\", \"-c\"]\nRUN a")[1], Dialect::Bash);
    }

    #[test]
    fn a_name_from_an_argument_is_no_name() {
        let facts = |text: &str| {
            let file = parse(SourceFile::new("Dockerfile", text));
            Build::new(&file).image_facts(0).is_some()
        };
        assert!(facts("ARG V=22\nFROM node:${V}"));
        assert!(!facts("ARG BASE=node:22\nFROM ${BASE}"));
        assert!(!facts("FROM node@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    }
}
