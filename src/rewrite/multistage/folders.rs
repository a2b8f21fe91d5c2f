//! Folders that the build makes, and the owners and modes that it gives.
//!
//! COPY takes owners and modes of what it copies along, but not of a folder that it has to make: that of its destination
//! and all above belong to root. So these are made before, and given their owners, in the order of the build.

use crate::context::Glob;
use crate::ir::{Command, CreatedUser, Origin, Step, clean_path, is_root_in_own_group, lies_in};
use crate::knowledge::images::Known;
use crate::syntax::InstructionKind;

use super::application::{self, TEMPORARY};
use super::copied_folder::is_plain;
use super::deeds::Deeds;
use super::operands::{Operands, text};
use super::runtime_base::RuntimeBase;
use super::single_stage::SingleStage;
use super::{Refusal, metadata};

/// Something that a command of the build does to folders.
#[derive(Debug)]
pub struct FolderDeed<'b> {
    /// The user that does it, where that is not root.
    pub user: Option<&'b str>,
    /// What is done.
    pub act: Act<'b>,
}

/// What is done to folders.
#[derive(Debug)]
pub enum Act<'b> {
    /// A folder of this absolute path is made, with those above it.
    Makes(String),
    /// Owners or modes are set.
    Sets(Ownership<'b>),
}

/// A command that sets owners or modes.
#[derive(Debug)]
pub struct Ownership<'b> {
    /// `chown`, `chgrp` or `chmod`.
    pub program: &'static str,
    /// The owner or mode as written.
    pub setting: &'b str,
    /// Whether it is set for all that lies below, too.
    pub is_recursive: bool,
    /// The options but for that one, as written, with a blank before each.
    options: String,
    /// What it is set for, absolute.
    pub paths: Vec<String>,
    /// What the variables in the owner stand for now.
    owner: String,
}

impl<'b> Ownership<'b> {
    /// Reads the command.
    ///
    /// # Errors
    /// Where what it sets, or for what, is only known when the build runs.
    fn of(single: &SingleStage<'b>, command: &'b Command<'b>, program: &'static str) -> Result<Self, Refusal> {
        let operands = Operands::of(command)?;
        let Some((setting, paths)) = operands.words.split_first() else {
            return Err(Refusal::UnknownCommand(program.to_owned()));
        };
        let paths = paths.iter().map(|word| single.path_of(command, text(word))).collect::<Result<_, _>>()?;
        let is_recursion = |name: &str| matches!(name, "-R" | "--recursive");
        let options = operands.flags.iter().filter(|flag| !is_recursion(&flag.name));
        Ok(Self {
            program,
            setting: setting.written,
            is_recursive: operands.flags.iter().any(|flag| is_recursion(&flag.name)),
            options: options.map(|flag| format!(" {}", flag.name)).collect(),
            paths,
            owner: with_variables(single, command, setting.written)?,
        })
    }

    /// The command as one would write it.
    pub fn written(&self) -> String {
        self.command(&self.paths, self.is_recursive)
    }

    fn command(&self, paths: &[String], is_recursive: bool) -> String {
        let recursion = if is_recursive { " -R" } else { "" };
        format!("{}{}{recursion} {} {}", self.program, self.options, self.setting, paths.join(" "))
    }

    /// Whether it only lets everybody run a file, as packages themselves do with their programs.
    fn only_lets_run(&self) -> bool {
        const MODES: &[&str] = &["+rx", "+x", "0755", "755", "a+rx", "a+x", "u+x", "ugo+x"];
        self.program == "chmod" && !self.is_recursive && MODES.contains(&self.setting)
    }

    /// The user, with the group behind a colon, that it names.
    fn owner(&self) -> Option<String> {
        match self.program {
            "chown" => Some(self.owner.trim_end_matches(':').to_owned()),
            "chgrp" => Some(format!("0:{}", self.owner)),
            _ => None,
        }
    }
}

/// The text with the values that ENV and ARG give its variables.
///
/// # Errors
/// Where something else has a say in it: what the script itself has set, another command, a later ENV.
pub fn with_variables(single: &SingleStage<'_>, command: &Command<'_>, written: &str) -> Result<String, Refusal> {
    let unknown = || Refusal::UnknownCommand(command.name().unwrap_or_default().to_owned());
    let plain = written.replace(['"', '\''], "");
    let mut parts = plain.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = match part.strip_prefix('{') {
            Some(braced) => braced.split_once('}').ok_or_else(unknown)?,
            None => part.split_at(part.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(part.len())),
        };
        let variable = single.build.visible(command.step).variable(name).cloned();
        let at_the_end = single.build.visible_at_end(single.stage).variable(name).cloned();
        let is_lasting = |origin: Origin| matches!(origin, Origin::Env | Origin::Arg);
        let variable = variable.filter(|it| is_lasting(it.origin) && command.assigned(name).is_none());
        let variable = variable.filter(|it| Some(it) == at_the_end.as_ref()).ok_or_else(unknown)?;
        text.push_str(variable.value.as_deref().unwrap_or_default());
        text.push_str(rest);
    }
    if text.contains(['`', '\\', '(', '\n']) { Err(unknown()) } else { Ok(text) }
}

impl<'b> Deeds<'b> {
    /// The folders that the build makes, absolute.
    pub fn directories(&self) -> impl Iterator<Item = &String> {
        self.folders.iter().filter_map(|deed| match &deed.act {
            Act::Makes(path) => Some(path),
            Act::Sets(_) => None,
        })
    }

    /// The commands that set owners and modes.
    pub fn ownership(&self) -> impl Iterator<Item = &Ownership<'b>> {
        self.folders.iter().filter_map(|deed| match &deed.act {
            Act::Makes(_) => None,
            Act::Sets(ownership) => Some(ownership),
        })
    }

    /// Forgets that folders are made, but not their owners and modes.
    pub fn forget_made_folders(&mut self, is_needless: &dyn Fn(&String) -> bool) {
        self.folders.retain(|deed| !matches!(&deed.act, Act::Makes(path) if is_needless(path)));
    }

    /// Forgets folders that are gone, and owners and modes of what is gone.
    pub fn forget_folders(&mut self, is_gone: &dyn Fn(&String) -> bool) {
        self.folders.retain_mut(|deed| match &mut deed.act {
            Act::Makes(path) => !is_gone(path),
            Act::Sets(ownership) => {
                ownership.paths.retain(|path| !is_gone(path));
                !ownership.paths.is_empty()
            }
        });
    }

    /// The owner that `--chown` gives the folders which COPY or ADD makes, where the stage has a USER of that name. A folder that
    /// is there before keeps its owner.
    pub fn give(&mut self, single: &SingleStage<'b>, step: &'b Step<'b>) {
        let Some(word) = step.instruction.flag("chown").and_then(|flag| flag.value.as_ref()) else { return };
        let Some(owner) = step.certain_value(word).filter(|owner| runs_as(single, owner)) else { return };
        let Some(copied) = single.build.copied_to(step) else { return };
        let path = copied.destination;
        let is_folder = |it: &application::FromContext<'_>| it.path == path && !it.is_file;
        let is_copied = application::copied(single).is_ok_and(|all| all.iter().any(is_folder));
        let is_there = self.directories().any(|made| lies_in(made, &path)) || is_working_directory(single, step, &path);
        let mut paths: Vec<String> = if is_copied { folders_of_context(single, step, &path) } else { Vec::new() };
        if is_copied && !is_there {
            paths.insert(0, path);
        }
        if paths.is_empty() {
            return;
        }
        let ownership = Ownership {
            program: "chown",
            setting: word.text(),
            is_recursive: false,
            options: String::new(),
            paths,
            owner: owner.to_owned(),
        };
        self.folders.push(FolderDeed { user: None, act: Act::Sets(ownership) });
    }

    /// Owners and modes that a command sets.
    ///
    /// # Errors
    /// Where what it sets, or for what, is only known when the build runs.
    pub fn own(&mut self, single: &SingleStage<'b>, command: &'b Command<'b>) -> Result<(), Refusal> {
        let program = match command.name() {
            Some("chgrp") => "chgrp",
            Some("chmod") => "chmod",
            _ => "chown",
        };
        let user = doer(single, command)?;
        let ownership = Ownership::of(single, command, program)?;
        self.folders.push(FolderDeed { user, act: Act::Sets(ownership) });
        Ok(())
    }

    /// Folders that `mkdir` or `install -d` makes, with the owner and the mode that it is told.
    ///
    /// # Errors
    /// Where a path is only known when the build runs.
    pub fn make(&mut self, single: &SingleStage<'b>, command: &'b Command<'b>) -> Result<(), Refusal> {
        const SETTINGS: &[(&str, &str)] = &[("-o --owner", "chown"), ("-g --group", "chgrp"), ("-m --mode", "chmod")];
        let operands = Operands::of(command)?;
        let user = doer(single, command)?;
        let paths: Vec<String> =
            operands.texts().map(|word| single.path_of(command, word)).collect::<Result<_, _>>()?;
        self.folders.extend(paths.iter().map(|path| FolderDeed { user, act: Act::Makes(path.clone()) }));
        for (names, program) in SETTINGS {
            let Some(flag) = operands.flags.iter().find(|flag| flag.is_one_of(names)) else { continue };
            let setting = flag
                .value
                .and_then(|value| value.text)
                .ok_or_else(|| Refusal::UnknownCommand((*program).to_owned()))?;
            let (owner, options, is_recursive) = (setting.to_owned(), String::new(), false);
            let ownership = Ownership { program, setting, is_recursive, options, paths: paths.clone(), owner };
            self.folders.push(FolderDeed { user, act: Act::Sets(ownership) });
        }
        Ok(())
    }
}

/// The folders of the build context that COPY or ADD brings to a folder of the image, absolute there.
fn folders_of_context(single: &SingleStage<'_>, step: &Step<'_>, destination: &str) -> Vec<String> {
    let Some(context) = single.context else { return Vec::new() };
    let sources = single.build.context_copies(step);
    let sources = sources.iter().filter_map(|copy| step.certain_value(copy.source)).map(|source| {
        let path = clean_path(&format!("/{source}"));
        if path == "/" { path } else { format!("{path}/") }
    });
    let sources: Vec<String> = sources.collect();
    let folders = context.entries().iter().filter(|entry| entry.is_dir() && !context.would_exclude(&entry.path));
    let below = folders.filter_map(|entry| {
        let path = format!("/{}", entry.path);
        sources.iter().find_map(|source| path.strip_prefix(source.as_str()).map(str::to_owned))
    });
    below.map(|below| clean_path(&format!("{destination}/{below}"))).collect()
}

/// Whether a USER of the stage names the owner.
fn runs_as(single: &SingleStage<'_>, owner: &str) -> bool {
    let name = owner.split(':').next().unwrap_or(owner);
    single.stage.steps.iter().any(|step| match &step.instruction.kind {
        InstructionKind::User(word) => step.certain_value(word).and_then(|user| user.split(':').next()) == Some(name),
        _ => false,
    })
}

/// Whether a WORKDIR before the step has made the folder.
fn is_working_directory(single: &SingleStage<'_>, step: &Step<'_>, path: &str) -> bool {
    let mut before = working_directories(single).filter(|(it, _)| (it.stage, it.index) < (step.stage, step.index));
    before.any(|(_, made)| lies_in(&made, path))
}

/// The folders that WORKDIR makes in the build, absolute, each with its step.
fn working_directories<'b>(single: &SingleStage<'b>) -> impl Iterator<Item = (&'b Step<'b>, String)> {
    single.steps_of_build().filter_map(|step| match &step.instruction.kind {
        InstructionKind::Workdir(word) => Some((step, single.build.absolute_path(step, step.certain_value(word)?)?)),
        _ => None,
    })
}

/// The user that runs a command; none for root.
///
/// # Errors
/// Where it is none that a USER names.
fn doer<'b>(single: &SingleStage<'b>, command: &'b Command<'b>) -> Result<Option<&'b str>, Refusal> {
    let unknown = || Refusal::UnknownCommand(command.name().unwrap_or_default().to_owned());
    if single.build.changes_user(command) {
        let wrapper = command.invoked.as_ref().and_then(|invoked| invoked.wrapper("sudo"));
        let is_root = wrapper.is_some_and(|sudo| sudo.user.is_none());
        return if is_root { Ok(None) } else { Err(unknown()) };
    }
    let user: &str = match &command.step.state.user {
        Some(user) if user.is_certain => &user.value,
        Some(_) => return Err(unknown()),
        None => match single.configuration.user {
            Known::Is(user) => user,
            Known::Nothing => "root",
            Known::Unknown => return Err(unknown()),
        },
    };
    Ok(Some(user).filter(|user| !is_root_in_own_group(user)))
}

/// What has to be done to folders in the new stage.
pub struct Folders<'f, 'b> {
    pub single: &'f SingleStage<'b>,
    pub deeds: &'f Deeds<'b>,
    pub base: &'f RuntimeBase,
    /// What is copied from the build stage.
    pub artifacts: &'f [String],
}

/// Commands that one user runs, one behind the other.
pub struct Run<'b> {
    /// The user; none for root.
    pub user: Option<&'b str>,
    /// The commands.
    pub commands: Vec<String>,
}

/// What becomes of a path of the build in the new stage.
enum Place {
    /// Owner and mode come along with the copy.
    Carried,
    /// A folder that is there, or has to be made before the copies.
    Folder,
    /// Something that is copied, of which it is not known whether it is a folder.
    Copied,
    /// It belongs to the image of the build.
    Absent,
}

impl<'b> Folders<'_, 'b> {
    /// What is done before the copies, in the order of the build.
    ///
    /// # Errors
    /// Where an owner or a mode would be lost, and where the owner does not exist.
    pub fn before_copies(&self) -> Result<Vec<Run<'b>>, Refusal> {
        let mut made = Made { paths: self.there_at_first() };
        let mut all: Vec<Run<'b>> = Vec::new();
        for deed in &self.deeds.folders {
            let mut commands = Vec::new();
            match &deed.act {
                Act::Makes(path) => {
                    let is_needed = self.is_to_be_made(path, deed.user);
                    commands.extend(is_needed.then(|| made.make(&[path.as_str()])).flatten());
                }
                Act::Sets(ownership) => {
                    let paths = self.folders_of(ownership)?;
                    if paths.is_empty() {
                        continue;
                    }
                    self.check_owner(ownership)?;
                    let mut wanted: Vec<&str> = paths.iter().map(String::as_str).collect();
                    wanted.extend(self.folders_below(ownership));
                    let making = made.make(&wanted);
                    if making.is_some() && deed.user.is_some() {
                        return Err(Refusal::OwnedFolders(ownership.written()));
                    }
                    commands.extend(making);
                    commands.push(ownership.command(&paths, ownership.is_recursive));
                }
            }
            match all.last_mut().filter(|last| last.user == deed.user) {
                Some(last) => add(&mut last.commands, commands),
                None if commands.is_empty() => {}
                None => all.push(Run { user: deed.user, commands }),
            }
        }
        Ok(all)
    }

    /// What is done behind the copies: owner and mode of the folders themselves that are copied. To set those of all files
    /// once more would double the layer.
    ///
    /// # Errors
    /// Where the owner does not exist.
    pub fn after_copies(&self) -> Result<Vec<String>, Refusal> {
        let mut commands = Vec::new();
        for ownership in self.deeds.ownership() {
            let is_copied = |path: &&String| matches!(self.place(path, ownership), Ok(Place::Copied));
            let is_about = |artifact: &&String| {
                ownership.is_recursive && ownership.paths.iter().any(|path| lies_in(artifact, path))
            };
            let named = ownership.paths.iter().filter(|path| self.artifacts.contains(path));
            let below = self
                .artifacts
                .iter()
                .filter(is_about)
                .filter(|path| self.is_folder_of_context(path) || self.deeds.copied_folders.contains(path));
            let mut paths: Vec<String> = named.chain(below).filter(is_copied).cloned().collect();
            paths.sort();
            paths.dedup();
            if !paths.is_empty() {
                self.check_owner(ownership)?;
                commands.push(ownership.command(&paths, false));
            }
        }
        Ok(commands)
    }

    fn check_owner(&self, ownership: &Ownership<'_>) -> Result<(), Refusal> {
        match ownership.owner() {
            Some(owner) => metadata::exists(self.single, self.deeds, self.base, &owner),
            None => Ok(()),
        }
    }

    /// The folders that a command is about and that are in the new stage before the copies.
    fn folders_of(&self, ownership: &Ownership<'_>) -> Result<Vec<String>, Refusal> {
        let mut folders = Vec::new();
        for path in &ownership.paths {
            if path.contains(['*', '?', '[']) {
                folders.extend(self.found_by(path)?);
            } else if matches!(self.place(path, ownership)?, Place::Folder) {
                folders.push(path.clone());
            }
        }
        match folders.iter().find(|path| !is_plain(path)) {
            Some(path) => Err(Refusal::UnknownPath(path.clone())),
            None => Ok(folders),
        }
    }

    /// The folders of the new stage that a pattern finds.
    fn found_by(&self, pattern: &str) -> Result<Vec<String>, Refusal> {
        let glob = Glob::new(pattern).map_err(|_| Refusal::UnknownPath(pattern.to_owned()))?;
        let mut found: Vec<String> = Vec::new();
        for path in
            self.artifacts.iter().flat_map(|path| above(path)).chain(self.deeds.directories().map(String::as_str))
        {
            let is_carried = self.artifacts.iter().any(|artifact| lies_in(path, artifact));
            if glob.matches(path) && !is_carried && !found.iter().any(|it| it == path) {
                found.push(path.to_owned());
            }
        }
        Ok(found)
    }

    /// The folders below what is set for all that lies below: those above copies, and those that are copied.
    fn folders_below(&self, ownership: &Ownership<'_>) -> Vec<&str> {
        let is_below = |path: &str| ownership.is_recursive && ownership.paths.iter().any(|it| lies_in(path, it));
        let surely = self.artifacts.iter().filter(|path| self.is_surely_folder(path)).map(String::as_str);
        let parents = self.artifacts.iter().filter_map(|path| above(path).next());
        surely.chain(parents).filter(|path| is_below(path)).collect()
    }

    fn place(&self, path: &str, ownership: &Ownership<'_>) -> Result<Place, Refusal> {
        let is_artifact = self.artifacts.iter().any(|artifact| artifact == path);
        if is_artifact {
            let may_be_folder = ownership.is_recursive || self.is_folder_of_context(path);
            return Ok(match (self.is_surely_folder(path), may_be_folder) {
                (true, _) => Place::Folder,
                (false, true) => Place::Copied,
                (false, false) => Place::Carried,
            });
        }
        if self.artifacts.iter().any(|artifact| lies_in(path, artifact))
            || lies_in(path, TEMPORARY) && path != TEMPORARY
        {
            return Ok(Place::Carried);
        }
        let holds_copies = self.artifacts.iter().any(|artifact| lies_in(artifact, path));
        if holds_copies || self.is_surely_folder(path) || self.there_at_first().iter().any(|it| it == path) {
            return Ok(Place::Folder);
        }
        let lies_in_one = |folders: &[&str]| folders.iter().any(|folder| lies_in(path, folder));
        let may_be_there = self.base.is_build_image
            || lies_in_one(OF_DISTRIBUTION)
            || lies_in_one(FILLED_BY_PACKAGES) && !self.deeds.packages.is_empty();
        match may_be_there && !ownership.only_lets_run() {
            true => Err(Refusal::OwnedFolders(ownership.written())),
            false => Ok(Place::Absent),
        }
    }

    /// Whether the path is surely one of a folder: `mkdir` or WORKDIR has made it.
    fn is_surely_folder(&self, path: &str) -> bool {
        self.deeds.directories().any(|made| lies_in(made, path))
            || working_directories(self.single).any(|(_, made)| lies_in(&made, path))
    }

    /// Whether COPY or ADD fills a folder of that path from the build context, as far as names tell, or brings one to it.
    fn is_folder_of_context(&self, path: &str) -> bool {
        let is_brought = |it: &application::FromContext<'_>| {
            let below = path.strip_prefix(it.path.as_str())?.strip_prefix('/')?;
            let in_context = clean_path(&format!("/{}/{below}", it.source));
            Some(self.single.context?.is_dir(in_context.trim_start_matches('/')))
        };
        let is_filled = |it: &application::FromContext<'_>| it.path == path || is_brought(it) == Some(true);
        application::copied(self.single).is_ok_and(|all| all.iter().any(|it| !it.is_file && is_filled(it)))
    }

    /// Whether a folder that the build makes is neither there by the copies nor of no use.
    fn is_to_be_made(&self, path: &str, user: Option<&str>) -> bool {
        let is_carried = |artifact: &String| {
            lies_in(path, artifact) && (user.is_none() || path != artifact) || lies_in(artifact, path) && user.is_none()
        };
        !self.artifacts.iter().any(is_carried) && !lies_in(path, TEMPORARY)
    }

    /// The folders that are there before anything is made.
    fn there_at_first(&self) -> Vec<String> {
        let mut paths: Vec<String> = IN_EVERY_IMAGE.iter().map(|path| (*path).to_owned()).collect();
        let workdir = self.single.directory_after_build().unwrap_or_default();
        paths.extend(above(&workdir).map(str::to_owned));
        paths.push(workdir);
        let users = self.single.commands.users(self.single.build, self.single.stage.index);
        paths.extend(users.created.into_iter().filter(creates_home).filter_map(|user| user.home));
        paths
    }
}

/// Whether the command makes the home directory of the user that it creates.
fn creates_home(user: &CreatedUser<'_>) -> bool {
    let words = || user.command.arguments().iter().filter_map(|word| word.value);
    let has = |long: &str, short: char| {
        words().any(|word| word == long || !word.starts_with("--") && word.starts_with('-') && word.contains(short))
    };
    match user.command.name() {
        Some("useradd") => has("--create-home", 'm'),
        _ => !has("--no-create-home", 'H'),
    }
}

/// The folders that are in the new stage.
struct Made {
    paths: Vec<String>,
}

impl Made {
    /// The command that makes those that are not there yet.
    fn make(&mut self, paths: &[&str]) -> Option<String> {
        let mut wanted: Vec<&str> = Vec::new();
        for path in paths {
            let is_there = self.paths.iter().any(|made| lies_in(made, path));
            if !is_there && !wanted.contains(path) {
                wanted.push(path);
            }
        }
        let deepest: Vec<&str> =
            wanted.iter().copied().filter(|path| !wanted.iter().any(|it| it != path && lies_in(it, path))).collect();
        self.paths.extend(deepest.iter().map(|path| (*path).to_owned()));
        (!deepest.is_empty()).then(|| format!("mkdir -p {}", deepest.join(" ")))
    }
}

/// Adds commands to those of the same user; of two `mkdir` that follow each other, one remains.
fn add(commands: &mut Vec<String>, more: Vec<String>) {
    const MAKING: &str = "mkdir -p ";
    for command in more {
        match (commands.last_mut(), command.strip_prefix(MAKING)) {
            (Some(last), Some(paths)) if last.starts_with(MAKING) => {
                last.push(' ');
                last.push_str(paths);
            }
            _ => commands.push(command),
        }
    }
}

/// The folders above a path, the nearest first, without the root.
fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(path.rsplit_once('/'), |(folder, _)| folder.rsplit_once('/'))
        .map(|(folder, _)| folder)
        .filter(|folder| !folder.is_empty())
}

/// Where the files of a bare image lie.
const OF_DISTRIBUTION: &[&str] =
    &["/bin", "/etc", "/lib", "/lib64", "/sbin", "/usr/bin", "/usr/lib", "/usr/libexec", "/usr/sbin", "/usr/share"];

/// Where packages put files beside these.
const FILLED_BY_PACKAGES: &[&str] = &["/run", "/usr/games", "/var"];

/// Folders of Debian's and Ubuntu's base-files and Alpine's alpine-baselayout.
const IN_EVERY_IMAGE: &[&str] = &[
    "/",
    "/bin",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/media",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/sys",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/local",
    "/usr/local/bin",
    "/usr/local/lib",
    "/usr/local/share",
    "/usr/sbin",
    "/usr/share",
    "/var",
    "/var/cache",
    "/var/lib",
    "/var/local",
    "/var/log",
    "/var/mail",
    "/var/opt",
    "/var/run",
    "/var/spool",
    "/var/tmp",
];
