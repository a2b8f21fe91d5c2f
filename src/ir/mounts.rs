//! What a RUN mounts over its file system: such directories leave nothing in the layer.

use crate::knowledge::package_managers::{Cache, Invocation, all};
use crate::source::Span;
use crate::syntax::{Flag, Keyword};

use super::{Build, Command, Step};

/// A `--mount` of a RUN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// `bind`, `cache`, `tmpfs`, `secret` or `ssh`, in lower case.
    pub kind: String,
    /// The directory or file that it hides, as written; `None` where the flag names none or a variable has a say.
    pub target: Option<String>,
    /// How builds share it, as written: `shared`, `private` or `locked`; `None` where the flag does not say.
    pub sharing: Option<String>,
    /// The flag.
    pub span: Span,
}

impl Step<'_> {
    /// What the step mounts. Empty for all but RUN.
    pub fn mounts(&self) -> Vec<Mount> {
        if self.instruction.keyword != Some(Keyword::Run) {
            return Vec::new();
        }
        self.instruction.flags.iter().filter(|flag| flag.name.text() == "mount").map(Mount::new).collect()
    }

    /// Whether what is written below `directory` stays out of the layer, because a cache or a temporary file system
    /// is mounted there, above it, or on a part of it. Also true where a variable may say so.
    pub fn mounts_over(&self, directory: &str) -> bool {
        let covers = |target: &str| lies_in(directory, target) || lies_in(target, directory);
        self.mounts()
            .iter()
            .any(|mount| matches!(mount.kind.as_str(), "cache" | "tmpfs") && mount.target.as_deref().is_none_or(covers))
    }
}

impl Build<'_> {
    /// Whether a cache mount keeps what the command downloads for the next build. Also true where one may.
    pub fn keeps_downloads(&self, command: &Command<'_>, invocation: &Invocation<'_>) -> bool {
        let manager = invocation.manager;
        let home = self.home(command.step).unwrap_or("~");
        let directory = |cache: &Cache| cache.directory(home, |name| self.environment(command, name));
        let mounts: Vec<Mount> = command.step.mounts().into_iter().filter(|mount| mount.kind == "cache").collect();
        let is_of_another = |target: &str| {
            let lies_there = |cache: &Cache| cache.directory("/root", |_| None) == target;
            all().iter().any(|other| other.caches.iter().any(lies_there) && !other.shares_a_cache_with(manager))
        };
        let may_be_its = |mount: &Mount| {
            let target = mount.target.as_deref();
            target.is_none_or(|target| target.contains("cache") && !is_of_another(target.trim_end_matches('/')))
        };
        let is_moved_at_will = home == "~" && !manager.is_system();
        !mounts.is_empty()
            && (is_moved_at_will
                || manager.caches.is_empty()
                || manager.caches.iter().any(|cache| command.step.mounts_over(&directory(cache)))
                || mounts.iter().any(may_be_its))
    }
}

impl Mount {
    fn new(flag: &Flag) -> Self {
        let text = |keys: &[&str]| flag.mount_field(keys).map(|word| word.text().to_owned());
        let target = text(&["target", "dst", "destination"]).filter(|target| !target.contains('$'));
        // BuildKit: `defaultMountType` is bind.
        let kind = text(&["type"]).map_or("bind".to_owned(), |kind| kind.to_ascii_lowercase());
        Self { kind, target, sharing: text(&["sharing"]), span: flag.span }
    }
}

/// Whether `path` is `directory` or lies below it.
pub fn lies_in(path: &str, directory: &str) -> bool {
    let directory = directory.trim_end_matches('/');
    path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::super::Build;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    fn hides(flags: &str, directory: &str) -> bool {
        let file = parse(SourceFile::new("Dockerfile", format!("FROM debian\nRUN {flags} true")));
        Build::new(&file).stages[0].steps[0].mounts_over(directory)
    }

    #[test]
    fn a_mount_hides_what_lies_at_its_target_below_and_above() {
        let mount = "--mount=type=cache,target=/var/cache/apt";
        assert!(
            hides(mount, "/var/cache/apt") && hides(mount, "/var/cache/apt/archives") && hides(mount, "/var/cache")
        );
        assert!(!hides(mount, "/var/lib/apt/lists") && !hides(mount, "/var/cache/aptitude"));
    }

    #[test]
    fn only_caches_and_temporary_file_systems_take_what_is_written() {
        assert!(hides("--mount=dst=/c,type=TMPFS", "/c"));
        assert!(!hides("--mount=type=bind,target=/c", "/c") && !hides("--mount=target=/c", "/c"));
    }

    #[test]
    fn a_target_from_a_variable_may_be_any() {
        assert!(hides("--mount=type=cache,target=${CACHE}", "/c"));
    }
}
