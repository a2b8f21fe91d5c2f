//! What the commands of a build leave behind, beside the program itself.

use crate::ir::{Command, Step, clean_path, lies_in};
use crate::knowledge::alpine;
use crate::knowledge::debian::{self, Base, Class, Release};
use crate::knowledge::package_managers::{Action, Invocation, OperandKind};
use crate::shell::{RedirectionTarget, ScriptForm};
use crate::syntax::{InstructionKind, Keyword};

use super::application::{self, TEMPORARY};
use super::ecosystem::{Ecosystem, Maker};
use super::find::{FindActs, search_folders};
use super::folders::{self, FolderDeed};
use super::operands::{Operands, text};
use super::sed::SedOptions;
use super::single_stage::SingleStage;
use super::{Refusal, certainty, fetched};

/// What the commands of a build leave behind, beside the program itself.
#[derive(Default)]
pub struct Deeds<'b> {
    /// System packages that the program may need, each once, in the order of the file.
    pub packages: Vec<&'b str>,
    /// Those among them that hold a program which the container calls and the image of the build has.
    pub called: Vec<&'b str>,
    /// System packages that only the build needs and that it leaves in the image, as written.
    pub left_out: Vec<&'b str>,
    /// Whether recommended packages came with them.
    pub with_recommends: bool,
    /// The commands that create users and groups, as written.
    pub users: Vec<&'b str>,
    /// The words of these commands, with the values of variables: the names of users and groups are among them.
    pub words_of_users: Vec<String>,
    /// Folders that are made, and owners and modes that are set, in the order of the file.
    pub folders: Vec<FolderDeed<'b>>,
    /// Symbolic links: what they point to, and where they lie.
    pub links: Vec<(String, String)>,
    /// Files that come from elsewhere than the build: by COPY from another image, by cp and mv, absolute.
    pub brought: Vec<String>,
    /// Those among them that `cp` copies with all that lies below.
    pub copied_folders: Vec<String>,
}

impl<'b> Deeds<'b> {
    /// Goes through all steps of the build stage.
    ///
    /// # Errors
    /// The first that is not understood.
    pub fn of(single: &SingleStage<'b>, ecosystem: &Ecosystem) -> Result<Self, Refusal> {
        let mut deeds = Self::default();
        for step in single.steps_of_build() {
            match &step.instruction.kind {
                InstructionKind::Run(_) => deeds.run(single, ecosystem, step)?,
                InstructionKind::Copy(_) | InstructionKind::Add(_) => deeds.copy(single, step)?,
                InstructionKind::Malformed => return Err(Refusal::UnknownScript),
                _ => {}
            }
        }
        Ok(deeds)
    }

    /// Packages that the program needs and no command of the build names.
    pub fn add_packages(&mut self, packages: &[&'b str]) {
        for package in packages {
            if !self.packages.contains(package) {
                self.packages.push(package);
            }
        }
    }

    /// Files by these names that the program does not need.
    pub fn leave_behind(&mut self, names: &[&str]) {
        self.forget(&|path| names.iter().any(|name| path.rsplit('/').next() == Some(name)));
    }

    /// Folders of which nothing goes into the new stage.
    pub fn leave_folders(&mut self, folders: &[String]) {
        self.forget_folders(&|path| folders.iter().any(|folder| lies_in(path, folder)));
    }

    /// Folders of projects that are compiled: what is made there for the build is not made again. Folders beside the sources,
    /// such as one for uploads, are the program's.
    pub fn leave_projects(&mut self, single: &SingleStage<'b>, projects: &[String]) {
        let copied = application::copied(single).unwrap_or_default();
        let owned: Vec<String> = self.ownership().flat_map(|ownership| ownership.paths.iter().cloned()).collect();
        let is_for_the_build = |path: &String| {
            let is_filled = |below: &str| below.split('/').any(|name| FILLED_BY_BUILDS.contains(&name));
            let is_of = |project: &String| {
                path == project
                    || path.strip_prefix(&**project).is_some_and(|below| below.starts_with('/') && is_filled(below))
            };
            let is_in_project = projects.iter().any(|project| lies_in(path, project));
            projects.iter().any(is_of) || is_in_project && copied.iter().any(|it| lies_in(&it.path, path))
        };
        self.forget_made_folders(&|path| is_for_the_build(path) && !owned.contains(path));
    }

    /// Forgets files and folders that are gone.
    fn forget(&mut self, is_gone: &dyn Fn(&String) -> bool) {
        self.brought.retain(|file| !is_gone(file));
        self.links.retain(|(_, link)| !is_gone(link));
        self.forget_folders(is_gone);
    }

    /// Packages with programs such as git, of which the container calls only these.
    pub fn leave_tools(&mut self, called: &[&str]) {
        let is_tool = |name: &str| debian::class(name).is_some_and(|(class, _)| class == Class::Either);
        let (left_out, kept) = self.packages.iter().partition(|name| is_tool(name) && !called.contains(name));
        self.packages = kept;
        self.left_out.extend::<Vec<_>>(left_out);
    }

    /// Whether the build adds to the languages of the C library.
    pub fn brings_locales(&self) -> bool {
        self.brought.iter().any(|path| lies_in(path, LOCALES))
    }

    fn run(&mut self, single: &SingleStage<'b>, ecosystem: &Ecosystem, step: &'b Step<'b>) -> Result<(), Refusal> {
        let is_heredoc_of_another_language =
            single.build.scripts(step).iter().any(|script| !script.is_clean() || !is_plain(script.source.form()));
        if is_heredoc_of_another_language {
            return Err(Refusal::UnknownScript);
        }
        let left_out_before = self.left_out.len();
        for command in single.commands.of_step(step) {
            self.redirections(single, command)?;
            if (ecosystem.builds)(command) {
                continue;
            }
            // Beside a program that is compiled lie its sources; beside one that is text, what it is made of.
            match ecosystem.product {
                Maker::OfFolders(_) if fetched::is_tool(command) => self.fetched(single, command)?,
                _ => self.command(single, command)?,
            }
        }
        let removes = |command: &Command<'_>| {
            command.manager.as_ref().is_some_and(|it| it.manager.is_system() && it.action == Action::Remove)
        };
        if single.commands.of_step(step).iter().any(removes) {
            self.left_out.truncate(left_out_before);
        }
        Ok(())
    }

    fn command(&mut self, single: &SingleStage<'b>, command: &'b Command<'b>) -> Result<(), Refusal> {
        if let Some(manager) = command.manager.as_ref().filter(|manager| manager.manager.is_system()) {
            if !single.runs_itself() {
                return Ok(());
            }
            if manager.installs() || manager.action == Action::Remove {
                certainty::check(command)?;
            }
            return self.packages(single, manager);
        }
        let Some(name) = command.name() else {
            // Assignments alone.
            return if command.words.is_empty() { Ok(()) } else { Err(Refusal::UnknownScript) };
        };
        if HARMLESS.contains(&name) || only_tells(command) {
            return Ok(());
        }
        let downloaded = downloaded_file(command);
        if CHANGING.contains(&name) || downloaded.is_some() {
            certainty::check(command)?;
        }
        if let Some(file) = downloaded {
            return self.bring(single.path_of(command, file)?);
        }
        match name {
            "find" => self.found(single, command),
            "rm" | "rmdir" => self.removed(single, command),
            "sed" => self.edited(single, command),
            "groupadd" | "addgroup" | "useradd" | "adduser" | "usermod" if single.runs_itself() => {
                self.user(single, command)
            }
            "groupadd" | "addgroup" | "useradd" | "adduser" | "usermod" => Ok(()),
            "mkdir" => self.make(single, command),
            "install" if Operands::of(command)?.has("-d --directory") => self.make(single, command),
            "chown" | "chmod" | "chgrp" => self.own(single, command),
            "cp" | "mv" | "install" => self.moved(single, command),
            "dos2unix" | "tee" | "touch" => {
                paths(single, command, 0)?.into_iter().try_for_each(|path| self.bring(path))
            }
            "ln" => self.link(single, command),
            // COPY of BuildKit keeps the capabilities of a file.
            "setcap" => paths(single, command, 1)?.into_iter().try_for_each(|path| self.bring(path)),
            "dpkg" if asks_dpkg(command) => Ok(()),
            "gpg" if checks_signatures(command) => Ok(()),
            "." | "source" if names_the_distribution(command) => Ok(()),
            "locale-gen" | "localedef" if single.distribution.family != "alpine" => self.locale(single, command),
            "update-ca-certificates" => {
                self.brought.extend(CERTIFICATES.map(str::to_owned));
                Ok(())
            }
            _ => Err(Refusal::UnknownCommand(name.to_owned())),
        }
    }

    fn packages(&mut self, single: &SingleStage<'b>, invocation: &'b Invocation<'b>) -> Result<(), Refusal> {
        if invocation.action == Action::Remove {
            self.packages.retain(|package| !invocation.packages().any(|removed| removed.name == *package));
        }
        if !invocation.installs() {
            return Ok(());
        }
        // `build-dep` installs what others are built with, not the packages that it names.
        let is_of_others = invocation.verb_name() == Some("build-dep");
        if is_of_others || invocation.operands.iter().any(|it| it.kind != OperandKind::Named) {
            return Err(Refusal::UnknownPackage);
        }
        self.with_recommends |= !invocation.skips_recommends();
        let for_the_build_only = invocation.flag("-t --virtual").and_then(|flag| flag.value.and_then(|it| it.text));
        if for_the_build_only.is_some_and(|name| is_removed(single, name)) {
            return Ok(());
        }
        for package in invocation.packages().map(|package| package.name) {
            let needed = needed_at_run_time(single, package)?;
            if !needed.contains(&package) {
                self.left_out.push(package);
            }
            self.add_packages(&needed);
        }
        Ok(())
    }

    fn user(&mut self, single: &SingleStage<'b>, command: &'b Command<'b>) -> Result<(), Refusal> {
        let is_plain = command.invoked.as_ref().is_some_and(|it| it.circumstances.depth == 0);
        let text = written(command);
        let expanded = folders::with_variables(single, command, text)?;
        // Debian's adduser is a package of its own, which newer images do not have.
        let is_there = !matches!(command.name(), Some("adduser" | "addgroup"))
            || matches!(single.distribution.release, Some("buster" | "bullseye" | "bookworm"))
            || matches!(single.distribution.family, "alpine" | "ubuntu");
        if !is_there {
            return Err(Refusal::MissingTool(command.name().unwrap_or_default().to_owned()));
        }
        if !is_plain || text.contains('\n') {
            return Err(Refusal::UnknownCommand(command.name().unwrap_or_default().to_owned()));
        }
        certainty::check(command)?;
        self.users.push(text);
        self.words_of_users.extend(expanded.split_whitespace().map(str::to_owned));
        Ok(())
    }

    fn moved(&mut self, single: &SingleStage<'b>, command: &Command<'b>) -> Result<(), Refusal> {
        let destinations = moves(single, command)?.into_iter().map(|(_, destination)| destination);
        let destinations: Vec<String> = destinations.collect();
        if Operands::of(command)?.has("-R -a -r --archive --recursive") {
            self.copied_folders.extend(destinations.iter().cloned());
        }
        self.brought.extend(destinations);
        Ok(())
    }

    /// A file that a command writes at that path.
    fn bring(&mut self, path: String) -> Result<(), Refusal> {
        if lists_packages(&path) {
            return Err(Refusal::UnknownPackage);
        }
        let Some((stem, _)) = path.split_once(['*', '?', '[']) else {
            self.brought.push(path);
            return Ok(());
        };
        // What a pattern finds lies in a folder of one package or of the program.
        let folder = stem.rsplit_once('/').map_or("", |(folder, _)| folder);
        let is_of_one =
            folder.strip_prefix("/etc/").is_some_and(|below| below.contains('/')) || application::is_own(folder);
        match is_of_one {
            true => self.brought.push(folder.to_owned()),
            false => return Err(Refusal::UnknownPath(path)),
        }
        Ok(())
    }

    /// What is removed again is not there to be copied.
    fn removed(&mut self, single: &SingleStage<'b>, command: &Command<'b>) -> Result<(), Refusal> {
        for word in command.arguments().iter().map(text).filter(|word| !word.starts_with('-')) {
            let Ok(path) = single.path_of(command, word) else { continue };
            let is_gone = |file: &String| match path.split_once(['*', '?', '[']) {
                Some((stem, _)) => file.starts_with(stem),
                None => lies_in(file, &path),
            };
            if self.leaves(&is_gone) {
                certainty::check(command)?;
            }
            self.forget(&is_gone);
        }
        Ok(())
    }

    /// `find` harms nothing as long as it only looks, or removes where the build has left nothing that would be copied.
    fn found(&self, single: &SingleStage<'b>, command: &Command<'b>) -> Result<(), Refusal> {
        let unknown = || Refusal::UnknownCommand("find".to_owned());
        let finds = FindActs::of(command);
        if finds == FindActs::Changes {
            return Err(unknown());
        }
        for folder in search_folders(command).filter(|_| finds == FindActs::Removes) {
            let folder = single.path_of(command, folder)?;
            if self.leaves(&|file| lies_in(file, &folder)) {
                return Err(unknown());
            }
        }
        Ok(())
    }

    /// Whether the build leaves a file, a link or a folder of that kind.
    fn leaves(&self, is_it: &dyn Fn(&String) -> bool) -> bool {
        let links = self.links.iter().map(|(_, link)| link);
        self.brought.iter().chain(links).chain(self.directories()).any(is_it)
    }

    /// What `localedef` and `locale-gen` add to the languages that the C library knows.
    fn locale(&mut self, single: &SingleStage<'b>, command: &Command<'b>) -> Result<(), Refusal> {
        const ELSEWHERE: &str = "--add-to-archive --delete-from-archive --prefix --replace";
        let operands = Operands::of(command)?;
        let unknown = || Refusal::UnknownCommand(command.name().unwrap_or_default().to_owned());
        let archive = format!("{LOCALES}/locale-archive");
        if command.name() == Some("locale-gen") {
            let reads_words = single.distribution.family == "ubuntu" && !operands.words.is_empty();
            let is_told = || self.brought.iter().any(|path| path == WANTED_LOCALES);
            let is_plain = operands.flags.is_empty() && (reads_words || is_told());
            return if is_plain { self.bring(archive) } else { Err(unknown()) };
        }
        if operands.has("--help --list-archive --version") {
            return Ok(());
        }
        let [name] = operands.words.as_slice() else { return Err(unknown()) };
        let name = name.value.filter(|_| !operands.has(ELSEWHERE)).ok_or_else(unknown)?;
        match (name.contains('/'), operands.has("--no-archive")) {
            (true, _) => self.bring(single.path_of(command, name)?),
            (false, true) => self.bring(folder_of_locale(name)),
            (false, false) => self.bring(archive),
        }
    }

    /// The files that `sed -i` changes.
    fn edited(&mut self, single: &SingleStage<'b>, command: &Command<'b>) -> Result<(), Refusal> {
        let edit = SedOptions::of(command).ok_or_else(|| Refusal::UnknownCommand("sed".to_owned()))?;
        let files = if edit.is_in_place { edit.files.as_slice() } else { &[] };
        let files: Vec<String> = files.iter().map(|word| single.path_of(command, word)).collect::<Result<_, _>>()?;
        files.into_iter().try_for_each(|path| self.bring(path))
    }

    /// What is fetched or unpacked: part of the program, unless it lies where nobody looks.
    fn fetched(&mut self, single: &SingleStage<'b>, command: &'b Command<'b>) -> Result<(), Refusal> {
        let Some(place) = fetched::place(single, command)? else { return Ok(()) };
        let is_file = matches!(command.name(), Some("curl" | "wget"));
        match place {
            place if lies_in(&place, TEMPORARY) => Ok(()),
            place if is_file || application::is_own(&place) => self.bring(place),
            place => Err(Refusal::AmongSystemFiles(place)),
        }
    }

    fn redirections(&mut self, single: &SingleStage<'b>, command: &'b Command<'b>) -> Result<(), Refusal> {
        let Some(invoked) = &command.invoked else { return Ok(()) };
        for redirection in invoked.redirections.iter().filter(|it| !it.operator.reads()) {
            let RedirectionTarget::Word(word) = &redirection.target else { continue };
            let target = word.literal().ok_or(Refusal::UnknownScript)?;
            let is_file = !target.starts_with("/dev/") && target.parse::<i32>().is_err() && target != "-";
            if !is_file {
                continue;
            }
            let path = single.path_of(command, target)?;
            if !lies_in(&path, TEMPORARY) {
                certainty::check(command)?;
            }
            self.bring(path)?;
        }
        Ok(())
    }

    /// COPY from other images, ADD from addresses, heredocs: the context's own files are judged elsewhere.
    fn copy(&mut self, single: &SingleStage<'b>, step: &'b Step<'b>) -> Result<(), Refusal> {
        let sets_package_sources =
            single.build.copied_to(step).is_some_and(|copied| lists_packages(&copied.destination));
        if sets_package_sources {
            return Err(Refusal::UnknownPackage);
        }
        self.give(single, step);
        let of_context = single.build.context_copies(step);
        let (InstructionKind::Copy(transfer) | InstructionKind::Add(transfer)) = &step.instruction.kind else {
            return Ok(());
        };
        if of_context.len() == transfer.sources.len() {
            return Ok(());
        }
        let copied = single.build.copied_to(step).ok_or_else(|| unknown_destination(step))?;
        let is_folder = transfer.destination.text().ends_with('/') || is_folder_by_name(&copied.destination);
        match is_folder && step.instruction.keyword == Some(Keyword::Copy) {
            true => self.brought.extend(copied.below),
            false => self.brought.push(copied.destination),
        }
        Ok(())
    }
}

/// What `cp`, `mv` and `install` bring: each source as written, and where it goes to, absolute.
///
/// # Errors
/// Where that is only known when the build runs.
pub fn moves<'c>(single: &SingleStage<'_>, command: &'c Command<'_>) -> Result<Vec<(&'c str, String)>, Refusal> {
    let words: Vec<&str> = Operands::of(command)?.texts().collect();
    let Some((destination, sources)) = words.split_last() else { return Ok(Vec::new()) };
    let path = single.path_of(command, destination)?;
    let is_folder = destination.ends_with('/') || matches!(*destination, "." | "..") || is_folder_by_name(&path);
    let mut moves = Vec::new();
    for source in sources {
        let name = source.trim_end_matches('/').rsplit('/').next().unwrap_or(source);
        // A file's own name stands for what the pattern finds: `mv target/*.jar app.jar`.
        let is_one_file = !is_folder && words.len() == 2 && path.ends_with(".jar");
        if name.contains(['*', '?', '[']) && !is_one_file {
            return Err(Refusal::UnknownPath((*source).to_owned()));
        }
        moves.push((*source, if is_folder { clean_path(&format!("{path}/{name}")) } else { path.clone() }));
    }
    Ok(moves)
}

/// Folders by these names in a project hold what its build makes.
const FILLED_BY_BUILDS: &[&str] = &[".gradle", ".m2", "build", "obj", "target"];

/// Where the C library of Debian and Ubuntu looks for what it knows of languages.
const LOCALES: &str = "/usr/lib/locale";

/// What `locale-gen` of Debian reads, and of Ubuntu where it is given no words.
const WANTED_LOCALES: &str = "/etc/locale.gen";

/// The folder of a language, as `localedef --no-archive` of the C library 2.36 was seen to write it: the character set in
/// small letters, without `-`.
fn folder_of_locale(name: &str) -> String {
    let (language, rest) = name.split_once('.').unwrap_or((name, ""));
    let (set, variant) = rest.split_once('@').map_or((rest, None), |(set, variant)| (set, Some(variant)));
    let letters: String = set.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let is_number = !letters.is_empty() && letters.bytes().all(|byte| byte.is_ascii_digit());
    let set = if is_number { format!("iso{letters}") } else { letters };
    let dot = if set.is_empty() { "" } else { "." };
    let variant = variant.map_or(String::new(), |variant| format!("@{variant}"));
    format!("{LOCALES}/{language}{dot}{set}{variant}")
}

/// Where `update-ca-certificates` finds certificates, and where it leaves them: the latter are links to the former.
const CERTIFICATES: [&str; 3] = ["/etc/ssl/certs", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates"];

/// Whether an installed program is only asked what it is. A script of the project may do anything.
fn only_tells(command: &Command<'_>) -> bool {
    let is_installed = command.words.first().is_some_and(|word| !word.written.contains('/'));
    let arguments: Vec<Option<&str>> = command.arguments().iter().map(|word| word.value).collect();
    is_installed && matches!(arguments.as_slice(), [Some("--help" | "--version")])
}

/// Whether `dpkg` only tells something.
fn asks_dpkg(command: &Command<'_>) -> bool {
    const QUESTIONS: &[&str] =
        &["--compare-versions", "--list", "--listfiles", "--print-architecture", "--status", "-L", "-l", "-s"];
    command.arguments().first().and_then(|word| word.value).is_some_and(|word| QUESTIONS.contains(&word))
}

/// Whether `gpg` gets keys and looks at signatures: what it keeps of that, in the home directory, no program asks for.
fn checks_signatures(command: &Command<'_>) -> bool {
    const CHECKING: &[&str] = &["--import", "--list-keys", "--recv-key", "--recv-keys", "--verify"];
    let has =
        |known: &[&str]| command.arguments().iter().filter_map(|word| word.value).any(|word| known.contains(&word));
    has(CHECKING) && !has(&["--dearmor", "--output", "-o"])
}

/// Whether the shell reads nothing but what distribution it is.
fn names_the_distribution(command: &Command<'_>) -> bool {
    let words: Vec<&str> = command.arguments().iter().map(|word| word.written).collect();
    matches!(words.as_slice(), ["/etc/os-release" | "/etc/lsb-release" | "/usr/lib/os-release"])
}

/// The absolute paths of the operands behind the first few.
///
/// # Errors
/// Where one is only known when the build runs.
fn paths(single: &SingleStage<'_>, command: &Command<'_>, skipped: usize) -> Result<Vec<String>, Refusal> {
    Operands::of(command)?.texts().skip(skipped).map(|word| single.path_of(command, word)).collect()
}

/// The file into which a command downloads, where it names one.
fn downloaded_file<'b>(command: &'b Command<'b>) -> Option<&'b str> {
    let download = command.download().filter(|it| matches!(it.program, "curl" | "wget") && it.addresses.len() == 1)?;
    command.words.get(download.output?)?.value.filter(|file| *file != "-")
}

/// Whether the path is one at which package managers look for the sources of packages.
fn lists_packages(path: &str) -> bool {
    lies_in(path, "/etc/apt") || lies_in(path, "/etc/apk")
}

fn unknown_destination(step: &Step<'_>) -> Refusal {
    Refusal::UnknownPath(step.instruction.arguments.text().to_owned())
}

fn is_plain(form: ScriptForm) -> bool {
    matches!(form, ScriptForm::ShellForm | ScriptForm::Heredoc)
}

/// Commands whose effect is repeated in the new stage or copied from the build.
const CHANGING: &[&str] = &[
    "chgrp",
    "chmod",
    "chown",
    "cp",
    "dos2unix",
    "install",
    "ln",
    "locale-gen",
    "localedef",
    "mkdir",
    "mv",
    "sed",
    "setcap",
    "tee",
    "touch",
    "update-ca-certificates",
];

/// Commands that leave nothing that a program could need.
const HARMLESS: &[&str] = &[
    ":",
    "[",
    "apt-cache",
    "apt-mark",
    "arch",
    "awk",
    "basename",
    "cat",
    "cd",
    "command",
    "cut",
    "date",
    "dirname",
    "dpkg-query",
    "echo",
    "echo_supervisord_conf",
    "env",
    "exit",
    "export",
    "expr",
    "false",
    "fc-cache",
    "file",
    "getconf",
    "gpgconf",
    "grep",
    "head",
    "hostname",
    "id",
    "ldd",
    "ls",
    "md5sum",
    "mktemp",
    "nproc",
    "printf",
    "pwd",
    "readlink",
    "realpath",
    "seq",
    "set",
    "sha1sum",
    "sha256sum",
    "sha512sum",
    "shasum",
    "sleep",
    "sort",
    "stat",
    "strip",
    "tail",
    "test",
    "tr",
    "true",
    "type",
    "uname",
    "uniq",
    "unset",
    "upx",
    "wc",
    "which",
    "whoami",
    "yes",
];

fn written<'b>(command: &'b Command<'b>) -> &'b str {
    command.invoked.as_ref().map_or("", |invoked| invoked.script.slice(invoked.span()))
}

/// Whether a path without `/` at its end is that of a folder.
pub fn is_folder_by_name(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some("bin" | "sbin" | "lib" | "local" | "etc" | "tmp" | ""))
}

fn is_removed(single: &SingleStage<'_>, name: &str) -> bool {
    single.build_commands().filter_map(|command| command.manager.as_ref()).any(|invocation| {
        invocation.action == Action::Remove && invocation.operands.iter().any(|it| it.text == Some(name))
    })
}

/// The packages that remain of one that the build installs. What the tables do not know stays.
///
/// # Errors
/// Where the libraries behind it are not known.
pub fn needed_at_run_time<'b>(single: &SingleStage<'_>, package: &'b str) -> Result<Vec<&'b str>, Refusal> {
    // The image of Python has an interpreter of its own, to which Debian's headers do not belong.
    if single.image.familiar_name() == "python" && package.starts_with("python") && package.ends_with("-dev") {
        return Ok(Vec::new());
    }
    let class = debian::class(package).map(|(class, _)| class);
    if single.distribution.family == "alpine" {
        return match alpine::runtime_packages(package) {
            Some(remaining) => Ok(remaining.to_vec()),
            None if package.ends_with("-dev") => Err(Refusal::UnknownLibraries(package.to_owned())),
            _ if class == Some(Class::Build) => Ok(Vec::new()),
            _ => Ok(vec![package]),
        };
    }
    let release = single.distribution.release.and_then(Release::from_codename);
    if class != Some(Class::Build) && !package.ends_with("-dev") {
        let is_in_base = release
            .and_then(|release| debian::package(release, package))
            .is_some_and(|known| known.in_base == Some(Base::Minimal));
        return Ok(if is_in_base { Vec::new() } else { vec![package] });
    }
    // A compiler's own libraries are in every base image, but for Fortran's.
    if !package.ends_with("-dev") && !package.starts_with("gfortran") {
        return Ok(Vec::new());
    }
    if let ("ubuntu", Some(release)) = (single.distribution.family, single.distribution.release) {
        let remaining = debian::runtime_packages_on_ubuntu(release, package);
        let remaining = remaining.ok_or_else(|| Refusal::OtherLibraries { package: package.to_owned(), release })?;
        return Ok(remaining.packages.iter().collect());
    }
    match release.and_then(|release| debian::runtime_packages(release, package)) {
        Some(remaining) => {
            let is_in_base = |name: &&str| {
                let known = release.and_then(|release| debian::package(release, name));
                known.is_some_and(|known| known.in_base == Some(Base::Minimal))
            };
            Ok(remaining.packages.iter().filter(|name| !is_in_base(name)).collect())
        }
        None => Err(Refusal::UnknownLibraries(package.to_owned())),
    }
}
