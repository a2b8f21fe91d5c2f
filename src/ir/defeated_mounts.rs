//! What keeps a cache mount from being of use to the next build.

use std::cmp::Ordering;

use crate::knowledge::base_environment;
use crate::knowledge::package_managers::{Cache, Home, PackageManager, Removed, in_home, removed_of};
use crate::source::Span;
use crate::syntax::Keyword;

use super::mounts::lies_in;
use super::{Account, Build, Command, Commands, ImageReference, Step};

/// A directory of a package manager's cache, where a cache is mounted or is to be mounted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountedCache {
    /// The manager that fills it.
    pub manager: &'static PackageManager,
    /// The cache.
    pub cache: &'static Cache,
    /// Where it is mounted.
    pub directory: String,
    /// The user that it is mounted for.
    pub account: Option<Account>,
}

impl MountedCache {
    fn home(&self) -> &str {
        self.account.as_ref().map_or("~", |account| &account.home)
    }

    /// The flag of RUN that mounts it: `--mount=type=cache,target=/root/.npm`.
    pub fn flag(&self) -> String {
        let mut flag = format!("--mount=type=cache,target={}", self.directory);
        if self.cache.locked {
            flag.push_str(",sharing=locked");
        }
        let owner = self.account.as_ref().filter(|account| account.number != 0);
        if let Some(Account { number, group, .. }) = owner {
            // BuildKit gives a mount to root, unless it is told otherwise.
            flag.push_str(&format!(",uid={number}"));
            flag.extend(group.map(|group| format!(",gid={group}")));
        }
        flag
    }
}

/// A command that empties a mounted cache, or that goes past it.
#[derive(Debug, Clone)]
pub struct Defeat<'b> {
    /// The command.
    pub command: &'b Command<'b>,
    /// How it does so.
    pub means: Means,
    /// The directory of the mount.
    pub directory: String,
}

/// How a command makes a cache mount useless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Means {
    /// These words turn the cache off: `--no-cache-dir`.
    Flags(Vec<usize>),
    /// A variable that ENV or ARG sets turns it off.
    Variable(&'static str),
    /// The command empties the cache, and does nothing else.
    Emptying,
    /// These words of a command that removes other things too name the cache.
    Paths(Vec<usize>),
    /// One of these words at least names a directory around the mount: all in it goes, and removing the directory fails.
    Around {
        /// The words, and those that name the cache itself.
        words: Vec<usize>,
        /// Whether anything but mounted caches may lie there.
        holds_more: bool,
    },
}

impl Defeat<'_> {
    /// The bytes to delete so that the cache is of use; `None` where the command does more than that, or is woven into
    /// its script.
    pub fn removal(&self, build: &Build<'_>) -> Option<Vec<Span>> {
        match &self.means {
            Means::Flags(words) | Means::Paths(words) => {
                words.iter().map(|at| self.command.span_of_word_with_blanks(*at)).collect()
            }
            Means::Emptying => Some(vec![build.span_without(self.command)?]),
            Means::Around { words, holds_more: false } if words.len() < self.command.removal_operands().count() => {
                words.iter().map(|at| self.command.span_of_word_with_blanks(*at)).collect()
            }
            Means::Around { holds_more: false, .. } => Some(vec![build.span_without(self.command)?]),
            Means::Variable(_) | Means::Around { holds_more: true, .. } => None,
        }
    }

    /// The words at fault; the whole command where it does nothing else.
    pub fn span(&self) -> Span {
        let spans = |words: &[usize]| {
            words.iter().filter_map(|at| self.command.words.get(*at)).map(|word| word.span).reduce(Span::cover)
        };
        match &self.means {
            Means::Flags(words) | Means::Paths(words) | Means::Around { words, .. } => {
                spans(words).unwrap_or(self.command.span())
            }
            Means::Variable(_) => self.command.verb_span(),
            Means::Emptying => self.command.span(),
        }
    }
}

impl<'b> Build<'b> {
    /// Where the cache lies for a command that `account` runs; below `~` where that is not known.
    pub fn mounted_cache(
        &self,
        command: &Command<'_>,
        manager: &'static PackageManager,
        cache: &'static Cache,
        account: Option<&Account>,
    ) -> MountedCache {
        let home = account.map_or("~", |account| account.home.as_str());
        let directory = cache.directory(home, |name| self.environment(command, name));
        MountedCache { manager, cache, directory, account: account.cloned() }
    }

    /// Whether the account may write into the directory around the mount, which the builder would make for root where it
    /// is not there: the home directory itself, or its folder `.cache`, where the step puts nothing else there, or one that the
    /// image has for all.
    pub fn needs_no_other_folder(&self, commands: &Commands<'_>, step: &Step<'_>, mounted: &MountedCache) -> bool {
        let image = self.root_image(step.stage).map(ImageReference::familiar_name).unwrap_or_default();
        let around = mounted.directory.rsplit_once('/').map_or("", |(around, _)| around);
        mounted.account.as_ref().is_none_or(|account| account.number == 0)
            || !mounted.cache.path.contains('/')
            || mounted.cache.path.starts_with(".cache/")
                && commands.of_step(step).iter().all(|command| leaves_caches_alone(command, mounted))
            || base_environment::lets_users_write_to(&image, around)
    }

    /// The mounted cache by each of the names that its directory has: the base image may have a link.
    pub fn names_of(&self, step: &Step<'_>, mounted: &MountedCache) -> Vec<MountedCache> {
        let image = self.root_image(step.stage).map(ImageReference::familiar_name).unwrap_or_default();
        let other = base_environment::other_name(&image, &mounted.directory);
        let named = other.map(|directory| MountedCache { directory, ..mounted.clone() });
        std::iter::once(mounted.clone()).chain(named).collect()
    }

    /// The commands of a step that make mounts over `caches` useless.
    pub fn defeats(&self, commands: &'b Commands<'b>, step: &Step<'_>, caches: &[MountedCache]) -> Vec<Defeat<'b>> {
        let is_all_mounted = || self.has_mounted_caches_alone(commands, step, caches);
        let of_command = |command: &'b Command<'b>| {
            let found = self.bypass(command, caches).or_else(|| emptying(command, caches, &is_all_mounted));
            found.map(|(cache, means)| Defeat { command, means, directory: cache.directory.clone() })
        };
        commands.of_step(step).iter().filter_map(of_command).collect()
    }

    /// Whether `~/.cache` has surely nothing in it but what is mounted in the step: nothing else is put there, and nothing
    /// counts on its having been removed.
    fn has_mounted_caches_alone(&self, commands: &Commands<'_>, step: &Step<'_>, caches: &[MountedCache]) -> bool {
        let home = caches.first().map_or("~", MountedCache::home);
        let folder = format!("{}/.cache", home.trim_end_matches('/'));
        let names_folder = |command: &Command<'_>| {
            let paths = command.arguments().iter().map(|word| in_home(&word.without_quotes(), home));
            !matches!(command.name(), Some("rm" | "find")) && paths.into_iter().any(|path| lies_in(&path, &folder))
        };
        let steps = self.inherited_steps(step.stage);
        let mut runs = steps.iter().filter(|other| other.instruction.keyword == Some(Keyword::Run));
        runs.all(|other| {
            let of_run = commands.of_step(other);
            let is_harmless = |command: &Command<'_>| {
                !names_folder(command)
                    && match (other.stage, other.index).cmp(&(step.stage, step.index)) {
                        Ordering::Less => command.manager.is_some() || command.uses_no_downloads(),
                        Ordering::Equal => fills_mounts_alone(command, caches),
                        Ordering::Greater => true,
                    }
            };
            !of_run.is_empty() && of_run.iter().all(is_harmless)
        })
    }

    /// How the command goes past one of the caches.
    fn bypass<'c>(&self, command: &Command<'_>, caches: &'c [MountedCache]) -> Option<(&'c MountedCache, Means)> {
        let invocation = command.manager.as_ref()?;
        let switch = invocation.manager.no_cache.as_ref()?;
        let cache = caches.iter().find(|cache| cache.manager.shares_a_cache_with(invocation.manager))?;
        let words = invocation.words_of(switch);
        if !words.is_empty() {
            return Some((cache, Means::Flags(words)));
        }
        let is_on = |name: &str| self.environment(command, name).is_some_and(|value| switch.is_on_by(name, &value));
        let variable = switch.environment.iter().map(|(name, _)| *name).find(|name| is_on(name))?;
        switch.actions.contains(&invocation.action).then_some((cache, Means::Variable(variable)))
    }
}

/// Whether all that the command may put into `~/.cache` lies in the mounts, so that nothing is left there to clean up.
/// Packages of Node.js bring scripts, which put browsers and compilers' headers there.
fn fills_mounts_alone(command: &Command<'_>, caches: &[MountedCache]) -> bool {
    let is_mounted = |cache: &Cache| caches.iter().any(|mounted| mounted.cache.path == cache.path);
    match command.manager.as_ref().map(|invocation| invocation.manager).filter(|manager| !manager.is_system()) {
        Some(manager) if manager.home == Home::Language("javascript") => false,
        Some(manager) => manager.caches.iter().filter(|cache| cache.path.starts_with(".cache/")).all(is_mounted),
        None => command.uses_no_downloads(),
    }
}

/// How the command empties one of the caches. `is_all_mounted` tells whether `~/.cache` has nothing else.
fn emptying<'c>(
    command: &Command<'_>,
    caches: &'c [MountedCache],
    is_all_mounted: &dyn Fn() -> bool,
) -> Option<(&'c MountedCache, Means)> {
    let by_verb = |cache: &&MountedCache| {
        command.manager.as_ref().is_some_and(|invocation| {
            invocation.cleans().contains(&cache.cache.kind) && cache.manager.shares_a_cache_with(invocation.manager)
        })
    };
    if let Some(cache) = caches.iter().find(by_verb) {
        return Some((cache, Means::Emptying));
    }
    let words = command.patterns_in_home();
    let removed: Vec<(&MountedCache, usize, Removed)> = caches
        .iter()
        .flat_map(|cache| {
            removed_of(&words, &cache.directory, cache.home()).into_iter().map(move |(at, it)| (cache, at, it))
        })
        .collect();
    let (cache, ..) = removed.first()?;
    let mut at_fault: Vec<usize> = removed.iter().map(|(_, at, _)| *at).collect();
    at_fault.sort_unstable();
    at_fault.dedup();
    let is_folder_of_caches = |(cache, word, _): &(&MountedCache, usize, Removed)| {
        let path = words.get(*word).copied().flatten().map(|path| in_home(path, cache.home()));
        path.is_some_and(|path| {
            let named = path.strip_suffix("/*").unwrap_or(&path).trim_end_matches('/');
            named.strip_suffix("/.cache") == Some(cache.home().trim_end_matches('/'))
        })
    };
    let mut around = removed.iter().filter(|(.., removed)| *removed == Removed::Above).peekable();
    if let Some((cache, ..)) = around.peek().copied() {
        let holds_more = !(around.all(is_folder_of_caches) && is_all_mounted());
        return Some((cache, Means::Around { words: at_fault, holds_more }));
    }
    let removes_more = at_fault.len() < command.removal_operands().count();
    Some((cache, if removes_more { Means::Paths(at_fault) } else { Means::Emptying }))
}

/// Whether the command is of a package manager, which has its folder mounted, or one that puts nothing into `~/.cache`.
fn leaves_caches_alone(command: &Command<'_>, mounted: &MountedCache) -> bool {
    #[rustfmt::skip]
    const HARMLESS: &[&str] = &[
        ".", ":", "[", "cat", "cd", "chmod", "chown", "cp", "echo", "exit", "export", "find", "grep", "ln", "ls", "mkdir", "mv",
        "printf", "rm", "sed", "set", "source", "test", "touch", "true", "unset",
    ];
    let folder = format!("{}/.cache", mounted.home().trim_end_matches('/'));
    let is_other = |path: &str| lies_in(path, &folder) && !lies_in(path, &mounted.directory);
    let names_other = || {
        let paths = command.arguments().iter().map(|word| in_home(&word.without_quotes(), mounted.home()));
        paths.into_iter().any(|path| is_other(&path))
    };
    command.manager.is_some() || command.name().is_some_and(|name| HARMLESS.contains(&name)) && !names_other()
}

#[cfg(test)]
mod tests {
    use crate::knowledge::package_managers::find;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    fn around(words: &[usize]) -> Means {
        Means::Around { words: words.to_vec(), holds_more: true }
    }

    /// The RUN without what makes mounts over the caches of a manager useless; `Err` tells what stays.
    fn mended(manager: &str, steps: &str) -> Result<String, Means> {
        let file = parse(SourceFile::new("Dockerfile", format!("FROM debian\n{steps}\n")));
        let build = Build::new(&file);
        let commands = Commands::new(&build);
        let step = build.stages[0].steps.last().unwrap();
        let manager = find(manager).unwrap();
        let command = &commands.of_step(step)[0];
        let account = build.account(&commands, step);
        let cache = |cache: &'static Cache| build.mounted_cache(command, manager, cache, account.as_ref());
        let caches: Vec<MountedCache> = manager.caches.iter().map(cache).collect();
        let mut text = file.source.text().to_owned();
        for defeat in build.defeats(&commands, step, &caches).iter().rev() {
            let spans = defeat.removal(&build).ok_or_else(|| defeat.means.clone())?;
            spans.iter().rev().for_each(|span| text.replace_range(span.start..span.end, ""));
        }
        Ok(text["FROM debian\n".len()..].trim_end().to_owned())
    }

    #[test]
    fn clean_ups_go_and_what_else_they_remove_stays() {
        let install = "RUN apt-get update && apt-get install -y a";
        for clean_up in
            ["rm -rf /var/lib/apt/lists/*", "rm -r /var/lib/apt/lists", "apt-get clean", "find /var/cache/apt -delete"]
        {
            assert_eq!(mended("apt-get", &format!("{install} && {clean_up}")).as_deref(), Ok(install));
        }
        assert_eq!(
            mended("apt-get", &format!("{install} && rm -rf /tmp/* /var/lib/apt/lists/* /x")),
            Ok(format!("{install} && rm -rf /tmp/* /x"))
        );
        assert_eq!(mended("npm", "RUN npm ci && npm cache clean --force").as_deref(), Ok("RUN npm ci"));
    }

    #[test]
    fn the_folder_of_all_caches_is_no_more_than_what_lies_in_it() {
        let install = "RUN apt-get update && pip install a";
        for folder in ["~/.cache", "/root/.cache/", "$HOME/.cache", "\"${HOME}/.cache\"", "/root/.cache/*"] {
            assert_eq!(mended("pip", &format!("{install} && rm -rf {folder}")).as_deref(), Ok(install), "{folder}");
        }
        assert_eq!(mended("pip", &format!("{install} && rm -rf ~/.cache ~/.cache/pip")).as_deref(), Ok(install));
        assert_eq!(
            mended("pip", &format!("{install} && rm -rf /tmp/* ~/.cache")),
            Ok(format!("{install} && rm -rf /tmp/*"))
        );
        assert_eq!(
            mended("pip", "USER app\nRUN pip install a && rm -rf /root/.cache").as_deref(),
            Ok("USER app\nRUN pip install a && rm -rf /root/.cache")
        );
    }

    #[test]
    fn flags_that_turn_a_cache_off_go() {
        assert_eq!(mended("pip", "RUN pip install --no-cache-dir a").as_deref(), Ok("RUN pip install a"));
        assert_eq!(
            mended("npm", "RUN npm ci && pip install --no-cache-dir a"),
            Ok("RUN npm ci && pip install --no-cache-dir a".to_owned())
        );
    }

    #[test]
    fn what_does_more_stays() {
        assert_eq!(mended("pip", "RUN pip install a && ./x && rm -rf /root/.cache"), Err(around(&[2])));
        assert_eq!(mended("pip", "RUN pip install a && rm -rf /root"), Err(around(&[2])));
        assert_eq!(mended("pip", "RUN pip install a && rm -rf ~/.cache /root"), Err(around(&[2, 3])));
        for other in ["mkdir -p ~/.cache/x", "cp a ~/.cache/x", "npm ci"] {
            assert_eq!(
                mended("pip", &format!("RUN {other} && pip install a && rm -rf ~/.cache")),
                Err(around(&[2])),
                "{other}"
            );
        }
        assert_eq!(mended("pip", "RUN pip install a && rm -rf ~/.cache && mkdir ~/.cache"), Err(around(&[2])),);
        assert_eq!(mended("pip", "RUN ./x\nRUN pip install a && rm -rf ~/.cache"), Err(around(&[2])));
        assert_eq!(mended("pip", "RUN pip install a && go build . && rm -rf ~/.cache"), Err(around(&[2])));
        assert_eq!(
            mended("pip", "RUN HOME=/x; pip install a && rm -rf $HOME/.cache").as_deref(),
            Ok("RUN HOME=/x; pip install a && rm -rf $HOME/.cache")
        );
        assert_eq!(
            mended("pip", "ENV PIP_NO_CACHE_DIR=1\nRUN pip install a"),
            Err(Means::Variable("PIP_NO_CACHE_DIR"))
        );
        assert_eq!(mended("npm", "RUN npm ci; npm cache clean --force"), Err(Means::Emptying));
    }
}
