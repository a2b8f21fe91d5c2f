//! Caches of package managers that stay in the layers of an image.

use crate::knowledge::package_managers::{
    Action, Cache, CacheKind, Family, Home, Invocation, PackageManager, may_remove, removes_cache,
};
use crate::syntax::Keyword;

use super::mounts::lies_in;
use super::{Build, Command, Commands, Step};

/// A cache that a command fills, and that is still there when its RUN ends.
#[derive(Debug)]
pub struct KeptCache<'b> {
    /// The command that fills it.
    pub command: &'b Command<'b>,
    /// Further commands of the same RUN that fill it: a flag that keeps it out of the layer is needed at each.
    pub others: Vec<&'b Command<'b>>,
    /// The manager whose cache it is.
    pub manager: &'static PackageManager,
    /// The cache.
    pub cache: &'static Cache,
    /// Where it lies, with the variables that move it taken into account.
    pub directory: String,
    /// A command of a later RUN that empties it, too late: the layer that holds it is finished.
    pub emptied_later: Option<&'b Command<'b>>,
    /// Whether a later RUN installs without having fetched lists of its own, so that it needs those that the manager's
    /// clean-up would remove here.
    pub is_needed_later: bool,
}

/// More commands of one RUN are not looked at, nor more steps behind one: only hostile files have them.
const MOST_IN_ONE_RUN: usize = 50;
const MOST_STEPS_BEHIND: usize = 1_000;
const MOST_STAGES_BELOW: usize = 100;

impl<'b> Build<'b> {
    /// The caches that stay in the layers that make up `stage`, its base stages' included. Of one RUN each manager is
    /// named once, at the first command that fills its cache.
    pub fn kept_caches(&'b self, commands: &'b Commands<'b>, stage: usize) -> Vec<KeptCache<'b>> {
        let steps = self.inherited_steps(stage);
        let pip_is_told_at = steps.iter().position(|step| tells_pip(step)).unwrap_or(usize::MAX);
        let mut kept: Vec<KeptCache<'b>> = Vec::new();
        for (at, step) in steps.iter().enumerate().filter(|(_, step)| step.instruction.keyword == Some(Keyword::Run)) {
            let here = commands.of_step(step);
            let first_of_run = kept.len();
            let fillers =
                here.iter().enumerate().filter_map(|(index, command)| Some((index, command, filled(command)?)));
            for (index, command, (manager, cache)) in fillers.take(MOST_IN_ONE_RUN) {
                if manager.name.starts_with("pip") && pip_is_told_at <= at {
                    continue;
                }
                let cache = self.cache_in_use(command, cache);
                let Some(directory) = self.kept_in(command, manager, cache) else { continue };
                let installs_gems = matches!(manager.name, "bundle" | "gem");
                if installs_gems && !self.keeps_gems_where_ruby_does(command) {
                    continue;
                }
                let behind = here.get(index + 1..).unwrap_or_default();
                if behind.iter().any(|other| self.may_empty(other, manager, cache, command)) {
                    continue;
                }
                let of_run = kept.get_mut(first_of_run..).unwrap_or_default();
                if let Some(same) = of_run.iter_mut().find(|other| other.manager.name == manager.name) {
                    same.others.push(command);
                    continue;
                }
                let later =
                    || steps.iter().skip(at + 1).take(MOST_STEPS_BEHIND).flat_map(|step| commands.of_step(step));
                kept.push(KeptCache {
                    command,
                    others: Vec::new(),
                    manager,
                    cache,
                    directory,
                    emptied_later: later().find(|other| self.empties(other, manager, cache, command)),
                    is_needed_later: manager.caches_of(CacheKind::Lists).next().is_some()
                        && self.needs_lists_behind(commands, step, manager),
                });
            }
        }
        kept
    }

    /// Whether the project may use Yarn 2 or later, which runs programs straight out of its cache.
    pub fn may_use_modern_yarn(&self) -> bool {
        let text = self.file.source.text();
        ["corepack", "berry", ".yarnrc.yml", ".yarn", ".pnp", "--immutable", "set version", "workspaces focus"]
            .iter()
            .any(|word| text.contains(word))
    }

    /// The directory of the cache, unless it stays out of the layer: a mount lies over it, or a variable turns it off.
    fn kept_in(&self, command: &Command<'_>, manager: &PackageManager, cache: &Cache) -> Option<String> {
        let variable = |name: &str| self.environment(command, name);
        let moved = || cache.moved_by.iter().any(|(name, _)| variable(name).is_some_and(|value| value.is_empty()));
        if self.turns_cache_off(command, manager) || moved() || self.installs_into_a_mount(command) {
            return None;
        }
        let home = self.home(command.step);
        let directory = cache.directory(home.unwrap_or("~"), variable);
        let is_mounted = |cache: &Cache| {
            command.step.mounts_over(&cache.directory(home.unwrap_or("~"), variable))
                // Whose home it is may be unknown; the mount says it.
                || !cache.path.starts_with('/') && command.step.mounts().iter().any(|mount| ends_in(mount.target.as_deref(), cache.path))
        };
        (!manager.caches_of(cache.kind).any(is_mounted)).then_some(directory)
    }

    /// Whether what the command installs goes into a mount and is gone when the RUN ends: then the cache is what the
    /// RUN is there for.
    fn installs_into_a_mount(&self, command: &Command<'_>) -> bool {
        let manager = command.manager.as_ref();
        let is_local = manager
            .is_some_and(|it| it.manager.home == Home::Language("javascript") && it.action == Action::InstallProject);
        is_local
            && self.path_of(command, ".").is_some_and(|directory| {
                let mounts = command.step.mounts();
                mounts.iter().filter_map(|mount| mount.target.as_deref()).any(|target| lies_in(&directory, target))
            })
    }

    /// Whether the gems that the command downloads stay in the `cache` folder that the table names. Only images that say
    /// where gems go (`GEM_HOME`) have it.
    fn keeps_gems_where_ruby_does(&self, command: &Command<'_>) -> bool {
        let is_ruby = self.root_image(command.step.stage).is_some_and(|image| image.familiar_name() == "ruby");
        (is_ruby || self.environment(command, "GEM_HOME").is_some()) && self.moves_gems(command).is_none()
    }

    /// What has the command keep gems in another folder than `GEM_HOME`, one named after the version of Ruby: options, and
    /// Bundler's settings `path` and `deployment`.
    pub fn moves_gems(&self, command: &Command<'_>) -> Option<String> {
        let invocation = command.manager.as_ref().filter(|it| matches!(it.manager.name, "bundle" | "gem"))?;
        if let Some(flag) = invocation.flag("--path --deployment --standalone -i --install-dir") {
            return Some(flag.name.to_string());
        }
        let setting = |step: &&Step<'_>| {
            let text = step.instruction.text.text();
            let variable = ["BUNDLE_PATH", "BUNDLE_DEPLOYMENT"].into_iter().find(|name| text.contains(name));
            let is_configured =
                text.contains("bundle config") && ["path", "deployment"].iter().any(|it| text.contains(it));
            variable.or(is_configured.then_some("bundle config"))
        };
        let steps = self.inherited_steps(command.step.stage);
        let until = |step: &&&Step<'_>| (step.stage, step.index) <= (command.step.stage, command.step.index);
        let of_bundler = || steps.iter().filter(until).find_map(setting).map(str::to_owned);
        (invocation.manager.name == "bundle").then(of_bundler).flatten()
    }

    /// Whether the command surely empties the cache that `filler` fills: by a verb, or by removing the directory; where it
    /// is not known which one that is, any of those that the table names.
    fn empties(&self, command: &Command<'_>, manager: &PackageManager, cache: &Cache, filler: &Command<'_>) -> bool {
        let invocation = command.manager.as_ref();
        // Nearly every command ends here, before it is asked whose home it runs in.
        if !command.name().is_some_and(may_remove) && invocation.is_none_or(|it| it.cleans().is_empty()) {
            return false;
        }
        let home = self.home(command.step).unwrap_or("~");
        let words = command.patterns_in_home();
        let variable = |name: &str| self.environment(command, name);
        let is_in_use = || manager.is_system() && self.is_worth_a_mount(filler, cache) == Some(true);
        manager.caches_cleaned_by(&words, invocation, home, variable).contains(&cache.kind)
            && (invocation.is_some() || !is_in_use() || removes_cache(&words, cache, home, variable))
    }

    /// Whether the command empties the cache, or may: what it removes is not all known, or it is a script for that.
    fn may_empty(&self, command: &Command<'_>, manager: &PackageManager, cache: &Cache, filler: &Command<'_>) -> bool {
        let removes_unknown = command.name() == Some("rm") && command.patterns().iter().any(Option::is_none);
        removes_unknown
            || command.manager.is_none() && command.name().is_some_and(|name| name.contains("clean"))
            || self.empties(command, manager, cache, filler)
    }

    /// The steps behind this one, of its stage and of those that start from it.
    fn steps_behind<'s>(&'s self, step: &Step<'_>) -> impl Iterator<Item = &'s Step<'b>> {
        let (stage, index) = (step.stage, step.index);
        let stages = self.stages.get(stage..).unwrap_or_default();
        let behind = stages.iter().flat_map(|stage| &stage.steps).skip(index + 1).take(MOST_STEPS_BEHIND);
        behind.filter(move |other| self.lineage(other.stage).take(MOST_STAGES_BELOW).any(|it| it.index == stage))
    }

    /// A later command, by its first word, that may ask the lists of this step, and of which nobody can tell: a script, something
    /// that calls the package manager itself. Debian's and Arch's managers fetch no lists of their own accord.
    pub fn may_need_lists_behind(
        &self,
        commands: &Commands<'_>,
        step: &Step<'_>,
        manager: &PackageManager,
    ) -> Option<String> {
        if !matches!(manager.home, Home::System(Family::Debian | Family::Arch)) {
            return None;
        }
        self.steps_behind(step).find_map(|other| {
            let of_step = commands.of_step(other);
            let fetches = |command: &Command<'_>| command.manager.as_ref().is_some_and(Invocation::fetches_lists);
            let until = of_step.iter().position(fetches).unwrap_or(of_step.len());
            let asking = of_step.get(..until)?.iter().find(|command| may_ask_lists(command))?;
            asking.words.first().map(|word| word.written.to_owned())
        })
    }

    /// Whether a later step of this stage or of one that starts from it installs from the lists of this one.
    pub fn needs_lists_behind(&self, commands: &Commands<'_>, step: &Step<'_>, manager: &PackageManager) -> bool {
        self.steps_behind(step).any(|other| {
            let mut own_lists = false;
            commands.of_step(other).iter().filter_map(|command| command.manager.as_ref()).any(|invocation| {
                own_lists |= invocation.fetches_lists();
                let installs = invocation.installs() || invocation.action == Action::Upgrade;
                // apt and pacman install from the lists that are there; the others fetch what they miss.
                let fetches_itself = !matches!(manager.home, Home::System(Family::Debian | Family::Arch));
                !fetches_itself && !own_lists && installs && invocation.manager.home == manager.home
            })
        })
    }
}

/// Whether the command may call a package manager of the system, or show what its lists say.
fn may_ask_lists(command: &Command<'_>) -> bool {
    const SHELLS: &[&str] = &["ash", "bash", "dash", "sh", "zsh"];
    #[rustfmt::skip]
    const CALLING: &[&str] = &[
        "ansible-playbook", "ansible-pull", "apt-cache", "apt-file", "apt-rdepends", "bolt", "chef-client", "chef-solo",
        "deb-get", "dselect", "gdebi", "invoke", "just", "mk-build-deps", "nala", "puppet", "pyinfra", "rosdep",
        "salt-call", "task", "tasksel", "wajig",
    ];
    let Some(word) = command.words.first() else { return false };
    let (Some(word), Some(name)) = (word.value, command.name()) else { return true };
    if let Some(invocation) = &command.manager {
        return invocation.manager.is_system()
            && matches!(invocation.verb_name(), Some("download" | "list" | "search"));
    }
    let runs_script = SHELLS.contains(&name) && command.first_operand().is_some_and(|word| is_script(word.written));
    let makes_ready =
        |word: &str| ["apt", "dep", "install-", "packages", "setup"].iter().any(|part| word.contains(part));
    let by_make = name == "make" && command.arguments().iter().any(|word| makes_ready(word.written));
    word.contains('/') && is_script(word)
        || is_script_by_name(name)
        || runs_script
        || by_make
        || CALLING.contains(&name)
}

/// Whether the path is that of a script of the project, and not one that is known to compile.
fn is_script(path: &str) -> bool {
    #[rustfmt::skip]
    const COMPILING: &[&str] = &[
        "Configure", "autogen.sh", "b2", "bjam", "bootstrap", "bootstrap.sh", "buildconf", "config", "configure", "gradlew",
        "mvnw", "rebar3", "waf",
    ];
    const FOLDERS: &[&str] = &["/bin/", "/opt/", "/sbin/", "/usr/"];
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_program = FOLDERS.iter().any(|folder| path.starts_with(folder));
    let is_near = path.split('/').filter(|part| !matches!(*part, "" | "." | "tmp" | "scripts")).count() == 1;
    !COMPILING.contains(&name) && (is_script_by_name(name) || !name.contains('.') && is_near && !is_program)
}

fn is_script_by_name(name: &str) -> bool {
    name.ends_with(".sh") || name.ends_with(".bash")
}

/// Whether the step sets pip's configuration: `pip config set global.no-cache-dir true`, a copied `pip.conf`.
fn tells_pip(step: &Step<'_>) -> bool {
    let text = step.instruction.text.text();
    text.contains("pip.conf") || text.contains("global.no-cache-dir")
}

/// Whether the path ends in `path` or in a directory above it: `/home/app/.cache` for `.cache/pip`.
fn ends_in(target: Option<&str>, path: &str) -> bool {
    let Some(target) = target else { return true };
    let parts = || path.char_indices().filter(|(_, c)| *c == '/').map(|(at, _)| &path[..at]).chain([path]);
    parts().any(|part| target.trim_end_matches('/').strip_suffix(part).is_some_and(|rest| rest.ends_with('/')))
}

/// The cache that the command fills and that is worth a word; `None` where a flag keeps it from that.
fn filled(command: &Command<'_>) -> Option<(&'static PackageManager, &'static Cache)> {
    let invocation = command.manager.as_ref()?;
    let manager = invocation.manager;
    let works_elsewhere = "-p --root --installroot --cache-dir --cache --cache-folder --cachedir --store-dir --no-index --no-network \
        --print-uris --simulate --dry-run -s --download-only-dir";
    let ends_elsewhere = manager.is_system() && invocation.has_flag(works_elsewhere)
        || !manager.is_system()
            && invocation.has_flag("--cache-dir --cache --cache-folder --no-index --dry-run --prefix-cache");
    if ends_elsewhere || invocation.skips_cache() || manager.is_read_later() {
        return None;
    }
    let fills = match manager.home {
        Home::System(Family::Debian) => invocation.fetches_lists(),
        // dnf, zypper, pacman and apk fetch the lists that they miss or find too old.
        Home::System(_) => invocation.installs() || matches!(invocation.action, Action::Upgrade | Action::UpdateLists),
        Home::Language(_) => invocation.installs() && !installs_only_files(invocation),
    };
    let kind = match manager.home {
        Home::System(Family::Arch) | Home::Language(_) => CacheKind::Packages,
        Home::System(_) => CacheKind::Lists,
    };
    let cache = manager.caches_of(kind).find(|cache| cache.stays)?;
    fills.then_some((manager, cache))
}

/// Whether nothing is downloaded: local files and source trees, and no dependencies of them.
fn installs_only_files(invocation: &Invocation<'_>) -> bool {
    invocation.has_flag("--no-deps")
        && !invocation.operands.is_empty()
        && invocation.operands.iter().all(|operand| operand.kind.is_local())
}

#[cfg(test)]
mod tests {
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    fn kept(text: &str) -> Vec<String> {
        let file = parse(SourceFile::new("Dockerfile", text));
        let build = Build::new(&file);
        let commands = Commands::new(&build);
        let last = build.stages.len() - 1;
        build.kept_caches(&commands, last).into_iter().map(|kept| kept.directory).collect()
    }

    #[test]
    fn lists_stay_until_the_same_run_removes_them() {
        assert_eq!(kept("FROM debian\nRUN apt-get update && apt-get install -y a"), ["/var/lib/apt/lists"]);
        assert!(kept("FROM debian\nRUN apt-get update && rm -rf /var/lib/apt/lists/*").is_empty());
        assert!(kept("FROM debian\nRUN apt-get update && rm -rf $X").is_empty());
        assert_eq!(kept("FROM debian\nRUN apt-get update\nRUN rm -rf /var/lib/apt/lists/*").len(), 1);
    }

    #[test]
    fn other_stages_layers_do_not_count() {
        assert!(kept("FROM debian AS a\nRUN apt-get update\nFROM debian").is_empty());
        assert_eq!(kept("FROM debian AS a\nRUN apt-get update\nFROM a").len(), 1);
    }

    #[test]
    fn variables_move_and_turn_off() {
        assert_eq!(kept("FROM x\nENV PIP_CACHE_DIR=/c\nRUN pip install a"), ["/c"]);
        assert_eq!(kept("FROM x\nRUN pip install a"), ["/root/.cache/pip"]);
        assert!(kept("FROM x\nENV PIP_NO_CACHE_DIR=off\nRUN pip install a").is_empty());
        assert!(kept("FROM x\nRUN pip config set global.no-cache-dir true\nRUN pip install a").is_empty());
    }

    #[test]
    fn apk_fetches_no_lists_without_a_network() {
        assert!(kept("FROM alpine\nRUN apk add --no-network --virtual .rundeps $deps").is_empty());
    }

    #[test]
    fn one_run_is_named_once() {
        assert_eq!(kept("FROM alpine\nRUN apk update && apk add a"), ["/var/cache/apk"]);
        assert_eq!(kept("FROM x\nRUN pip install a\nRUN pip install b").len(), 2);
    }

    #[test]
    fn gems_of_other_rubies_and_of_bundlers_own_path_lie_elsewhere() {
        assert_eq!(kept("FROM ruby:3.4\nRUN bundle install"), ["/usr/local/bundle/cache"]);
        assert!(kept("FROM rubylang/ruby:3.4\nRUN bundle install").is_empty());
        assert!(kept("FROM ruby:3.4\nRUN bundle config set --local path vendor\nRUN bundle install").is_empty());
        assert!(kept("FROM ruby:3.4\nENV BUNDLE_DEPLOYMENT=1\nRUN bundle install").is_empty());
        assert!(kept("FROM ruby:3.4\nRUN BUNDLE_PATH=/gems bundle install").is_empty());
        assert!(kept("FROM ruby:3.4\nRUN bundle install --deployment").is_empty());
    }

    #[test]
    fn a_run_that_installs_into_a_mount_wants_the_cache() {
        assert!(kept("FROM x\nRUN --mount=target=/src,rw cd /src && yarn install").is_empty());
        assert!(kept("FROM x\nWORKDIR /src\nRUN --mount=target=/src,rw npm ci").is_empty());
        assert_eq!(kept("FROM x\nWORKDIR /src\nRUN --mount=source=a,target=/src/package.json npm ci").len(), 1);
    }

    #[test]
    fn mounts_take_it_also_in_a_home_that_only_they_name() {
        assert!(kept("FROM x\nRUN --mount=type=cache,target=/root/.cache pip install a").is_empty());
        assert!(kept("FROM x\nUSER app\nRUN --mount=type=cache,target=/home/app/.cache/pip pip install a").is_empty());
    }
}
