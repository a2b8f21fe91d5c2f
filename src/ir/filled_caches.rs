//! Which commands fill a cache that would serve the next build.

use crate::knowledge::package_managers::{Action, Family, Home, Invocation, PackageManager};

use super::{Build, Command};

impl Build<'_> {
    /// Whether the command installs or compiles a project, or fetches lists, while the image is built, and could keep for
    /// the next build what it has downloaded or compiled.
    pub fn fills_cache(&self, command: &Command<'_>, invocation: &Invocation<'_>) -> bool {
        command.is_in_build()
            && fills(invocation)
            && !invocation.manager.caches.is_empty()
            && !invocation.has_flag(ELSEWHERE)
            && !self.turns_cache_off(command, invocation.manager)
    }

    /// Whether a variable keeps the manager from its cache. Also true where one may: its value is not known.
    pub(super) fn turns_cache_off(&self, command: &Command<'_>, manager: &PackageManager) -> bool {
        manager.no_cache.iter().any(|switch| {
            let values =
                switch.environment.iter().filter_map(|(name, _)| Some((*name, self.environment(command, name)?)));
            values.into_iter().any(|(name, value)| value.is_empty() || switch.is_on_by(name, &value))
        })
    }
}

/// Options with which a command has its cache elsewhere, or does not install.
const ELSEWHERE: &str = "--cache-dir --cache --cache-folder --offline --dry-run --installroot --downloadonly";

fn fills(invocation: &Invocation<'_>) -> bool {
    let manager = invocation.manager;
    match manager.home {
        Home::System(Family::Debian) => invocation.fetches_lists(),
        Home::System(_) => invocation.installs() || matches!(invocation.action, Action::Upgrade | Action::UpdateLists),
        Home::Language(language) => {
            // `npm run build` compiles, and has no cache of npm's own; `gem build` packs files.
            let compiles = invocation.action == Action::Build && !matches!(language, "javascript" | "ruby");
            invocation.is_project_install()
                || invocation.installs() && !manager.runs_from_cache()
                || invocation.downloads_what_it_runs()
                || compiles
        }
    }
}
