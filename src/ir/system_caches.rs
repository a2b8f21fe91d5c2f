//! Which of the directories that a package manager of a distribution may fill it does fill in a stage.

use crate::knowledge::package_managers::{Cache, Family, Home, rpm_cache};

use super::{Build, Command, ImageReference};

impl Build<'_> {
    /// Whether a mount over the cache is what the command needs. `None` where the table names several directories, and it
    /// is not known which of them is in use.
    pub fn is_worth_a_mount(&self, command: &Command<'_>, cache: &Cache) -> Option<bool> {
        let invocation = command.manager.as_ref()?;
        match invocation.manager.home {
            Home::System(Family::Fedora) => {
                let program = command.words.get(invocation.tool)?.value?.rsplit('/').next()?;
                let (family, release) = self.release(command.step.stage).unwrap_or_default();
                Some(rpm_cache(program, family, release)? == cache.path)
            }
            Home::System(_) | Home::Language(_) => Some(cache.stays && !cache.of_later_versions),
        }
    }

    /// Of the directories that the table names for what `cache` is for, the one that the command fills, where it is known
    /// to be another.
    pub(super) fn cache_in_use(&self, command: &Command<'_>, cache: &'static Cache) -> &'static Cache {
        let manager = command.manager.as_ref().map(|invocation| invocation.manager);
        let mut others = manager.into_iter().filter(|it| it.is_system()).flat_map(|it| it.caches_of(cache.kind));
        others.find(|other| self.is_worth_a_mount(command, other) == Some(true)).unwrap_or(cache)
    }

    /// The distribution that the stage starts from, and its release.
    fn release(&self, stage: usize) -> Option<(&str, Option<&str>)> {
        if let Some(number) = self.root_image(stage).and_then(release_of_red_hat) {
            return Some(("rhel-ubi", Some(number)));
        }
        let distribution = self.image_facts(stage)?.distribution?;
        Some((distribution.family, distribution.release))
    }
}

/// Red Hat's images have the release in their name: `registry.access.redhat.com/ubi9/ubi-minimal:9.4`.
fn release_of_red_hat(image: &ImageReference) -> Option<&str> {
    let is_of_red_hat = image.registry.ends_with(".redhat.com") || image.repository.starts_with("redhat/");
    let mut numbers = image.repository.split('/').filter_map(|part| part.strip_prefix("ubi")?.split('-').next());
    numbers.find(|number| is_of_red_hat && number.parse::<u8>().is_ok())
}
