//! Cache mounts over the directories of a package manager, in every RUN of a stage that uses it.

mod archives;
mod others;
mod refusal;
mod removals;
#[cfg(test)]
mod tests;

use crate::edit::Edit;
use crate::ir::{Build, Command, Commands, Defeat, Means, MountedCache, Stage, Step};
use crate::knowledge::front_ends::knows_run_mounts;
use crate::knowledge::options::Flag;
use crate::knowledge::package_managers::{
    Action, CacheKind, Family, Home, Invocation, Mounting, PackageManager, removed_of,
};
use crate::source::Span;
use crate::syntax::Keyword;

pub use archives::{archives_flag, downloads_archives, keep_archives, mount_archives};
pub use refusal::Refusal;

/// The edits that mount what `manager` keeps for the next build in every RUN of the stage that uses it, and that take out
/// what would empty or bypass the cache there.
///
/// # Errors
/// Why it is not mounted.
pub fn mount_caches<'b>(
    build: &'b Build<'b>,
    commands: &'b Commands<'b>,
    stage: &Stage<'_>,
    manager: &'static PackageManager,
) -> Result<Vec<Edit>, Refusal> {
    if let Some(old) = build.file.front_ends().find(|image| !knows_run_mounts(image)) {
        return Err(Refusal::FrontEnd(old.to_owned()));
    }
    let users: Vec<&Step<'_>> = runs(stage).filter(|step| uses_cache(commands, step, manager)).collect();
    let is_run_from_cache = manager.name == "yarn" && build.may_use_modern_yarn();
    if is_run_from_cache
        || holds_more_than_downloads(build, commands, stage, manager)
        || may_read_later(build, commands, &users, manager) && may_be_read_later(build, commands, stage, manager)
    {
        return Err(Refusal::ReadLater);
    }
    if shares_with_other_library(build, commands, manager) {
        return Err(Refusal::OtherLibrary);
    }
    if leaves_lists(build, commands, &users, manager) {
        return Err(Refusal::Lists);
    }
    let mut edits = Vec::new();
    for step in users {
        edits.extend(edits_of_step(build, commands, stage, step, manager)?);
    }
    Ok(edits)
}

/// The flags that mount the caches of the command's manager for it; none where it keeps nothing.
///
/// # Errors
/// Why none would serve, or that it is not known where they lie.
pub fn mount_flags<'b>(
    build: &Build<'_>,
    commands: &'b Commands<'b>,
    command: &Command<'_>,
    manager: &'static PackageManager,
) -> Result<Vec<String>, Refusal> {
    let mut caches = caches_of(build, commands, command, manager)?;
    // A variable may move two of them to one place.
    caches.dedup_by(|one, other| one.directory == other.directory);
    Ok(caches.iter().map(MountedCache::flag).collect())
}

/// What the manager keeps, where the command would find it.
fn caches_of<'b>(
    build: &Build<'_>,
    commands: &'b Commands<'b>,
    command: &Command<'_>,
    manager: &'static PackageManager,
) -> Result<Vec<MountedCache>, Refusal> {
    // The system's package managers run as root, if need be by `sudo`.
    let of_step = || build.account(commands, command.step).filter(|_| !build.changes_user(command));
    let account = if manager.is_system() { None } else { of_step() };
    let manager = if manager.is_system() { command.manager.as_ref().map_or(manager, |it| it.manager) } else { manager };
    let mut kept = Vec::new();
    let mut needless = None;
    for cache in manager.caches {
        let is_worth_it = || build.is_worth_a_mount(command, cache).ok_or(Refusal::Place);
        match cache.mounting {
            Mounting::Needless(why) => needless = needless.or(Some(why)),
            Mounting::Serves | Mounting::WherePlaced { .. } if !is_worth_it()? => {}
            Mounting::WherePlaced { otherwise, .. } if !build.is_placed(command, cache) => {
                return Err(Refusal::Unplaced(otherwise));
            }
            Mounting::Serves | Mounting::WherePlaced { .. } => kept.push(cache),
        }
    }
    if let Some(why) = needless.filter(|_| kept.is_empty()) {
        return Err(Refusal::Needless(why));
    }
    if account.is_none() && kept.iter().any(|cache| !cache.path.starts_with('/')) {
        return Err(Refusal::Account);
    }
    Ok(kept.into_iter().map(|cache| build.mounted_cache(command, manager, cache, account.as_ref())).collect())
}

fn edits_of_step<'b>(
    build: &'b Build<'b>,
    commands: &'b Commands<'b>,
    stage: &Stage<'_>,
    step: &Step<'_>,
    manager: &'static PackageManager,
) -> Result<Vec<Edit>, Refusal> {
    let of_manager: Vec<&Command<'_>> =
        commands.of_step(step).iter().filter(|command| is_of(command, manager)).collect();
    let mut caches = caches_of_step(build, commands, step, manager, &of_manager)?;
    let names: Vec<MountedCache> = caches.iter().flat_map(|cache| build.names_of(step, cache)).collect();
    if let Some(used) = names.iter().find(|cache| others::uses(build, commands, stage, manager, cache)) {
        return Err(Refusal::UsedElsewhere(used.directory.clone()));
    }
    let is_mounted =
        |cache: &MountedCache| build.names_of(step, cache).iter().any(|name| step.mounts_over(&name.directory));
    caches.retain(|cache| !is_mounted(cache));
    if caches.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(command) = removals::by_other_words(build, commands, step, &caches, &names) {
        return Err(Refusal::Emptied(build.file.source.slice(command.span()).to_owned()));
    }
    if step.instruction.flags.iter().any(|flag| flag.name.text() != "mount") {
        return Err(Refusal::Flags);
    }
    let flags: Vec<String> = caches.iter().map(MountedCache::flag).collect();
    let mut edits = vec![with_flags(build, step, &flags)];
    for command in of_manager {
        edits.extend(kept_packages(command)?);
    }
    for defeat in build.defeats(commands, step, &caches) {
        edits.extend(removal(build, &defeat)?.into_iter().map(Edit::delete));
    }
    Ok(edits)
}

/// What the commands `of_manager` of a RUN keep, where they would all find it.
fn caches_of_step<'b>(
    build: &'b Build<'b>,
    commands: &'b Commands<'b>,
    step: &Step<'_>,
    manager: &'static PackageManager,
    of_manager: &[&Command<'_>],
) -> Result<Vec<MountedCache>, Refusal> {
    let mut caches: Vec<MountedCache> = Vec::new();
    for (at, command) in of_manager.iter().enumerate() {
        let before = of_manager.get(..at).unwrap_or_default();
        let option = elsewhere(command).or_else(|| offline(command, before)).or_else(|| build.moves_gems(command));
        if let Some(option) = option {
            return Err(Refusal::Option(option));
        }
        // dnf and yum share some directories, and each may have another one beside.
        for cache in caches_of(build, commands, command, manager)? {
            if caches.iter().all(|other| other.directory != cache.directory) {
                caches.push(cache);
            }
        }
    }
    if !caches.iter().all(|mounted| build.knows_place_of(step, mounted.cache)) {
        return Err(Refusal::Place);
    }
    if let Some(what) = of_manager.iter().find_map(|command| notice(build, command, &caches)) {
        return Err(Refusal::Noticed(what));
    }
    match caches.iter().find(|cache| !build.needs_no_other_folder(commands, step, cache)) {
        Some(inner) => Err(Refusal::Folder(inner.directory.clone())),
        None => Ok(caches),
    }
}

/// The option that makes a command of a package manager work on other directories than those mounted, or need what only
/// the image has.
fn elsewhere(command: &Command<'_>) -> Option<String> {
    // `bundle config set --local` is about other things.
    let fills = |it: &&Invocation<'_>| !matches!(it.action, Action::Other | Action::Clean);
    let invocation = command.manager.as_ref().filter(fills)?;
    let is_rpm = invocation.manager.home == Home::System(Family::Fedora);
    let moves = |setting: &str| setting.starts_with("cachedir") || setting.starts_with("system_cachedir");
    let is_setting = |flag: &&Flag<'_>| is_rpm && flag.is_one_of("--setopt") && flag.text().is_some_and(moves);
    let by_setting = || invocation.flags.iter().find(is_setting);
    invocation.flag(invocation.manager.elsewhere).or_else(by_setting).map(|flag| flag.name.to_string())
}

/// The option with which the command needs what an earlier RUN has downloaded. That RUN may come from the cache of layers
/// when the mount is empty.
fn offline(command: &Command<'_>, before: &[&Command<'_>]) -> Option<String> {
    let invocation = command.manager.as_ref()?;
    let downloads = |other: &&Command<'_>| {
        other.manager.as_ref().is_some_and(|it| it.installs() && it.flag(it.manager.offline).is_none())
    };
    let option = invocation.flag(invocation.manager.offline)?;
    (!before.iter().any(downloads)).then(|| option.name.to_string())
}

/// What the command would do about the mounts themselves.
fn notice(build: &Build<'_>, command: &Command<'_>, caches: &[MountedCache]) -> Option<&'static str> {
    let invocation = command.manager.as_ref()?;
    let notice = invocation.notices().filter(|notice| !invocation.has_flag(notice.unless))?;
    let is_moved = |mounted: &MountedCache| build.is_moved(command, mounted.cache);
    (!notice.unless_moved || !caches.iter().all(is_moved)).then_some(notice.what)
}

/// The flag that makes the manager keep in the mount what it downloads, unless the command says what it wants.
fn kept_packages(command: &Command<'_>) -> Result<Option<Edit>, Refusal> {
    let of_command = command.manager.as_ref().and_then(|it| Some((it, it.manager.keeps.as_ref()?)));
    let Some((invocation, switch)) = of_command.filter(|(it, switch)| switch.actions.contains(&it.action)) else {
        return Ok(None);
    };
    let is_said = |flag: &Flag<'_>| flag.text().is_some_and(|setting| setting.starts_with("keepcache"));
    if invocation.flags.iter().any(is_said) {
        return Ok(None);
    }
    let is_in_script = command.invoked.is_some();
    let word = command.words.get(invocation.insert_after(switch.place));
    let anchor = word.filter(|word| is_in_script && word.is_contiguous);
    let anchor = anchor.ok_or(Refusal::Script)?;
    Ok(Some(Edit::insert(anchor.span.end, format!(" {}", switch.insert))))
}

fn removal(build: &Build<'_>, defeat: &Defeat<'_>) -> Result<Vec<Span>, Refusal> {
    defeat.removal(build).ok_or_else(|| match defeat.means {
        Means::Variable(name) => Refusal::Variable(name),
        _ => Refusal::Emptied(build.file.source.slice(defeat.command.span()).to_owned()),
    })
}

/// The flags before the command: a single one on its line, several on lines of their own, as are those that are there.
fn with_flags(build: &Build<'_>, step: &Step<'_>, flags: &[String]) -> Edit {
    let (source, instruction) = (&build.file.source, step.instruction);
    let own_line = format!(" {}{}    ", build.file.escape, source.line_ending(instruction.first_line));
    let start = instruction.arguments.span().start;
    let added: usize = flags.iter().map(|flag| flag.len() + 1).sum();
    let is_short = instruction.first_line == instruction.last_line && instruction.span.len() + added <= LONGEST_LINE;
    let is_on_one_line = is_short || !instruction.heredocs.is_empty();
    let Some(last) = instruction.flags.last() else {
        let separator = if is_on_one_line && flags.len() == 1 { " " } else { &own_line };
        return Edit::insert(start, flags.iter().map(|flag| format!("{flag}{separator}")).collect::<String>());
    };
    let between = Span::new(last.span.end, start);
    let is_broken = source.slice(between).contains('\n');
    let separator = if is_broken { source.slice(between) } else { &own_line };
    let flags: String = flags.iter().map(|flag| format!("{separator}{flag}")).collect();
    if is_broken { Edit::insert(last.span.end, flags) } else { Edit::replace(between, format!("{flags}{own_line}")) }
}

/// In characters; a RUN that would become longer gets its flags on lines of their own.
const LONGEST_LINE: usize = 120;

fn runs<'s>(stage: &'s Stage<'_>) -> impl Iterator<Item = &'s Step<'s>> {
    stage.steps.iter().filter(|step| step.instruction.keyword == Some(Keyword::Run))
}

fn is_of(command: &Command<'_>, manager: &PackageManager) -> bool {
    command.manager.as_ref().is_some_and(|invocation| invocation.manager.shares_a_cache_with(manager))
}

/// Whether the RUN fills the cache, or reads it: what is read later may be read by any command of the manager.
fn uses_cache(commands: &Commands<'_>, step: &Step<'_>, manager: &PackageManager) -> bool {
    let uses = |invocation: &Invocation<'_>| match invocation.action {
        Action::Clean => false,
        Action::Install | Action::InstallProject | Action::UpdateLists | Action::Upgrade => true,
        _ => manager.is_read_later() && !manager.reads_caches_alone(),
    };
    let mut of_manager = commands.of_step(step).iter().filter(|command| is_of(command, manager));
    of_manager.any(|command| command.manager.as_ref().is_some_and(uses))
}

/// Whether anything but the manager itself reads what it has downloaded: builds of the project, programs, and `conda pack`,
/// which looks up in the package cache what an environment was made of, unless nothing was left there.
fn may_read_later(build: &Build<'_>, commands: &Commands<'_>, users: &[&Step<'_>], manager: &PackageManager) -> bool {
    let empties = |command: &Command<'_>| {
        let by_verb = command.manager.as_ref().is_some_and(|it| {
            it.manager.name == "conda" && it.action == Action::Clean && it.has_flag("-f --force-pkgs-dirs")
        });
        by_verb
            || !removed_of(&command.patterns_in_home(), CONDA_PACKAGES, build.home(command.step).unwrap_or("~"))
                .is_empty()
    };
    match manager.name {
        "conda" => !users.iter().all(|step| commands.of_step(step).iter().any(empties)),
        _ => manager.is_read_later() && !manager.reads_caches_alone(),
    }
}

/// Whether stages of Alpine and of others use the manager. pip keeps what it has compiled by the version of Python alone.
fn shares_with_other_library(build: &Build<'_>, commands: &Commands<'_>, manager: &PackageManager) -> bool {
    const COMPILING: &[&str] = &["pip", "pipenv", "pipx", "poetry", "uv"];
    let uses =
        |stage: &&Stage<'_>| runs(stage).flat_map(|step| commands.of_step(step)).any(|command| is_of(command, manager));
    let is_musl = |stage: &Stage<'_>| {
        build.image_facts(stage.index).and_then(|facts| facts.distribution).map(|it| it.family == "alpine")
    };
    let libraries: Vec<bool> = build.stages.iter().filter(uses).filter_map(is_musl).collect();
    COMPILING.contains(&manager.name) && libraries.contains(&true) && libraries.contains(&false)
}

/// Whether what such a manager keeps is more than what it would download again: Maven installs the project's own archives beside
/// those, and tells others where they lie; a script at the start may call the manager once more.
fn holds_more_than_downloads<'b>(
    build: &'b Build<'b>,
    commands: &'b Commands<'b>,
    stage: &Stage<'_>,
    manager: &PackageManager,
) -> bool {
    if !manager.is_read_later() {
        return false;
    }
    let of_stage = || runs(stage).flat_map(|step| commands.of_step(step)).filter(|command| is_of(command, manager));
    let installs = |command: &&Command<'_>| manager.name == "mvn" && command.has_argument("install");
    let behind_installation = of_stage().skip_while(|command| !installs(command)).nth(1).is_some();
    let mut words = of_stage().flat_map(|command| command.arguments()).filter_map(|word| word.value);
    let tells_places = words.any(|word| word.contains("build-classpath") || word.contains("outputFile"));
    let process = build.target().map(|target| build.process(target.index));
    let is_script = |command: &Command<'_>| {
        command
            .name()
            .is_none_or(|name| name.ends_with(".sh") || name.ends_with(".bash") || name.contains("entrypoint"))
            || matches!(command.name(), Some("ash" | "bash" | "dash" | "sh")) && command.first_operand().is_some()
    };
    let is_run = build.target().is_some_and(|target| build.lineage(target.index).any(|it| it.index == stage.index));
    let starts_script = is_run && process.is_some_and(|process| process.commands(commands).any(is_script));
    behind_installation || tells_places || starts_script
}

const CONDA_PACKAGES: &str = "/opt/conda/pkgs";

fn may_be_read_later<'b>(
    build: &'b Build<'b>,
    commands: &'b Commands<'b>,
    stage: &Stage<'_>,
    manager: &PackageManager,
) -> bool {
    let is_base = build.stages.iter().any(|other| other.base_stage() == Some(stage.index));
    let starts = || {
        let process = build.target().map(|target| build.process(target.index));
        process.is_some_and(|process| process.commands(commands).any(|command| is_of(command, manager)))
    };
    let mut others = runs(stage).flat_map(|step| commands.of_step(step)).filter(|command| !is_of(command, manager));
    // The packages are copied with the cache among them.
    let is_copied = || {
        let is_among_packages = manager.caches.iter().any(|cache| cache.is_among_packages);
        let mut sources = build.steps().flat_map(|step| &step.sources);
        is_among_packages && sources.any(|source| source.source.stage() == Some(stage.index))
    };
    is_base || is_copied() || starts() || !others.all(Command::uses_no_downloads)
}

/// Whether lists have to stay in the image, because a RUN, one of `users` or a later one, installs from lists that it has
/// not fetched itself. A mount may be empty when that RUN is executed and the one before it is not.
fn leaves_lists(
    build: &Build<'_>,
    commands: &Commands<'_>,
    users: &[&Step<'_>],
    manager: &'static PackageManager,
) -> bool {
    let has_lists = manager.needs_lists() && manager.caches_of(CacheKind::Lists).next().is_some();
    let installs_from_others = |step: &&Step<'_>| {
        let invocations = || {
            let of_manager = commands.of_step(step).iter().filter(|command| is_of(command, manager));
            of_manager.filter_map(|command| command.manager.as_ref())
        };
        let fetches = invocations().position(Invocation::fetches_lists);
        let builds = |invocation: &Invocation<'_>| !manager.is_system() && invocation.action == Action::Build;
        let installs = |invocation: &Invocation<'_>| {
            invocation.installs() || invocation.action == Action::Upgrade || builds(invocation)
        };
        invocations().position(installs).is_some_and(|installs| fetches.is_none_or(|fetches| fetches > installs))
    };
    has_lists
        && users.iter().any(|step| {
            installs_from_others(step)
                || build.needs_lists_behind(commands, step, manager)
                || build.may_need_lists_behind(commands, step, manager).is_some()
        })
}
