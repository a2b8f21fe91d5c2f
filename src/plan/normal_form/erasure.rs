//! Taking out of a file what a rung of the effect ladder does not look at.
//!
//! Two files that differ only in such words become equal here, and everything that compares them can then be strict.

use crate::edit::{Edit, apply};
use crate::ir::{Build, Command, Commands, Mount, Step};
use crate::knowledge::package_managers::{Cache, Invocation, PackageManager, Switch, all, words_that_empty_caches};
use crate::source::SourceFile;
use crate::syntax::{Dockerfile, Keyword, parse};

use super::Tolerance;

/// The file without the words that make no difference on the rung: flags that answer questions, `sudo` of root, `apt`
/// for `apt-get`; with [`Tolerance::Debris`] also flags and mounts that keep caches out or fill them, and commands that empty them.
/// `None` where there are none.
pub fn erased(file: &Dockerfile, tolerance: Tolerance) -> Option<Dockerfile> {
    let build = Build::new(file);
    let commands = Commands::new(&build);
    let eraser = Eraser { build: &build, tolerance };
    let mut edits: Vec<Edit> = commands.of_build().flat_map(|command| eraser.of_command(command)).collect();
    edits.extend(build.steps_of(Keyword::Run).flat_map(|step| eraser.of_mounts(step)));
    edits.sort();
    edits.dedup_by(|later, earlier| later.span.start < earlier.span.end);
    (!edits.is_empty()).then(|| parse(SourceFile::new(file.source.name(), apply(file.source.bytes(), &edits))))
}

struct Eraser<'e> {
    build: &'e Build<'e>,
    tolerance: Tolerance,
}

impl Eraser<'_> {
    fn of_command(&self, command: &Command<'_>) -> Vec<Edit> {
        let sudo = self
            .build
            .needless_sudo(command)
            .filter(|sudo| sudo.keeps_environment)
            .and_then(|sudo| sudo.removable)
            .map(Edit::delete);
        let apt = command.apt_for_apt_get().map(|name| Edit::replace(name, "apt-get"));
        let mut edits: Vec<Edit> = sudo.into_iter().chain(apt).collect();
        if let Some(invocation) = &command.manager {
            edits.extend(switched_on(command, invocation, invocation.manager.no_prompt.as_ref()));
            if self.tolerance == Tolerance::Debris {
                edits.extend(switched_on(command, invocation, invocation.manager.no_cache.as_ref()));
                // Without a mount, what is kept would stay in the layer.
                let is_mounted = |cache: &Cache| command.step.mounts_over(cache.path);
                let keeps = invocation.manager.keeps.as_ref();
                let keeps = keeps.filter(|_| invocation.manager.caches.iter().any(is_mounted));
                edits.extend(switched_on(command, invocation, keeps));
            }
        }
        if self.tolerance == Tolerance::Debris {
            edits.extend(self.of_clean_up(command));
        }
        edits
    }

    /// A command that does nothing but empty caches, or the words of one that name caches.
    fn of_clean_up(&self, command: &Command<'_>) -> Vec<Edit> {
        if self.build.only_empties_caches(command) {
            return self.build.span_without(command).into_iter().map(Edit::delete).collect();
        }
        let home = self.build.home(command.step).unwrap_or("~");
        let words = words_that_empty_caches(&command.patterns_in_home(), home);
        words.into_iter().filter_map(|at| command.span_of_word_with_blanks(at)).map(Edit::delete).collect()
    }

    /// Mounts over directories that package managers fill and can fill again.
    fn of_mounts(&self, step: &Step<'_>) -> Vec<Edit> {
        if self.tolerance != Tolerance::Debris {
            return Vec::new();
        }
        let is_over_cache = |mount: &Mount| {
            let target = mount.target.as_deref();
            mount.kind == "cache" && target.is_some_and(|target| self.is_cache(step, target))
        };
        step.mounts().into_iter().filter(is_over_cache).map(|mount| Edit::delete(mount.span)).collect()
    }

    fn is_cache(&self, step: &Step<'_>, directory: &str) -> bool {
        let variable = |name: &str| self.build.variable(step, name).filter(|value| !value.is_empty());
        let directory = directory.trim_end_matches('/');
        // Whose home it is makes no difference to a cache of the system.
        let home = |cache: &Cache| self.build.home(step).or(cache.path.starts_with('/').then_some("~"));
        let is_it = |cache: &Cache| match home(cache) {
            Some(home) => cache.directory(home, variable) == directory,
            None => directory.ends_with(&format!("/{}", cache.path)) || cache.directory("~", variable) == directory,
        };
        all().iter().flat_map(|manager: &&PackageManager| manager.caches).any(is_it)
    }
}

/// The words that do nothing but turn `switch` on, each with the blanks before it.
fn switched_on(command: &Command<'_>, invocation: &Invocation<'_>, switch: Option<&Switch>) -> Vec<Edit> {
    let words = switch.map_or_else(Vec::new, |switch| invocation.words_of(switch));
    words.into_iter().filter_map(|at| command.span_of_word_with_blanks(at)).map(Edit::delete).collect()
}
