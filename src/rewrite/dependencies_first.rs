//! A COPY of the sources put behind the installation of the dependencies, and in its place a COPY of the few files that
//! name them: the installation then comes out of the cache until one of those files changes.

use std::fmt;

use crate::context::BuildContext;
use crate::edit::Edit;
use crate::ir::{Build, Command, Commands, ContextCopy, Step};
use crate::knowledge::package_managers::{Home, Invocation, OperandKind, only_empties_caches};
use crate::shell::{Leak, Link, Script, ScriptForm};
use crate::source::Span;
use crate::syntax::{CommandForm, InstructionKind, Keyword};

/// Why the installation stays behind the sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LateSources {
    /// Nobody knows which files there are.
    NoContext,
    /// The COPY is written in a way that dfx does not take apart.
    Form,
    /// The installation does not run where the COPY puts its files, or it cannot be told.
    Elsewhere,
    /// The installation stands behind other commands of its RUN, in a loop or the like.
    NotFirst,
    /// On this line something stands between that may need the sources.
    Between(usize),
    /// What the manager reads is spread over the project.
    Spread(&'static str),
    /// The installation takes in the project itself; this flag keeps it from that.
    Project(&'static str),
    /// This file is missing, left out by the ignore file, or cannot be named in a COPY.
    Unreadable(String),
    /// The manager's files say something that needs the sources.
    Says(String),
    /// What is installed goes into this folder, which `.dockerignore` does not leave out: the COPY behind the
    /// installation could put another one in its place.
    Overwritten(String),
}

impl fmt::Display for LateSources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoContext => f.write_str("the build context is not known"),
            Self::Form => f.write_str("the COPY is not a plain one of one folder"),
            Self::Elsewhere => {
                f.write_str("it cannot be told that the installation runs where the files are copied to")
            }
            Self::NotFirst => f.write_str("the installation is not the first command of its RUN"),
            Self::Between(line) => write!(f, "line {line} stands between and may need the sources"),
            Self::Spread(manager) => write!(f, "what `{manager}` reads may lie anywhere in the project"),
            Self::Project(flag) => write!(f, "the project itself is installed too, unless `{flag}` is given"),
            Self::Unreadable(path) => write!(f, "`{path}` is not in the build context, or cannot be copied by name"),
            Self::Says(what) => write!(f, "{what}"),
            Self::Overwritten(folder) => {
                write!(
                    f,
                    "`{folder}` is not in `.dockerignore`, so that a later COPY could put another one in its place"
                )
            }
        }
    }
}

/// Managers whose installation reads a few files of one folder.
const KNOWN: &[&str] = &[
    "bun", "bundle", "composer", "dotnet", "go", "mix", "mvn", "npm", "pip", "pipenv", "pnpm", "poetry", "uv", "yarn",
];

/// Where managers put what they install, in the project: the folder, and whether the manager always does so.
const INSTALLED: &[(&str, &str, bool)] = &[
    ("bun", "node_modules", true),
    ("bundle", "vendor", false),
    ("composer", "vendor", true),
    ("dotnet", "obj", true),
    ("mix", "deps", true),
    ("npm", "node_modules", true),
    ("pipenv", ".venv", false),
    ("pnpm", "node_modules", true),
    ("poetry", ".venv", false),
    ("uv", ".venv", true),
    ("yarn", "node_modules", true),
];

/// The edits that put `copy` behind the installation `command` of the same stage.
///
/// The image keeps its files if the installation reads nothing but what `invocation`'s manager is known to read; the files
/// of the context are looked at for what says otherwise.
///
/// # Errors
/// Why the order stays as it is.
pub fn dependencies_first(
    build: &Build<'_>,
    commands: &Commands<'_>,
    context: Option<&BuildContext>,
    copy: &ContextCopy<'_>,
    command: &Command<'_>,
) -> Result<Vec<Edit>, LateSources> {
    let context = context.ok_or(LateSources::NoContext)?;
    let invocation = command.manager.as_ref().ok_or(LateSources::NotFirst)?;
    let written = Written::of(build, copy)?;
    let folder = project_folder(build, copy, command)?;
    let split = split_behind(build, commands, command)?;
    nothing_between(build, commands, copy.step, command.step, written.destination.starts_with('/'))?;
    let project = Project { context, invocation, root: join(&written.source, &folder), folder };
    project.says_nothing_else()?;
    let files = project.files()?;
    project.is_not_overwritten()?;
    let lines = written.copies(&project, &files);
    let behind = behind(build, copy.step, command.step, split);
    Ok(vec![
        Edit::replace(written.span, lines.join(build.file.source.line_ending(copy.step.instruction.last_line))),
        behind,
    ])
}

/// A COPY of one folder, taken apart.
struct Written<'b> {
    /// From the keyword to the source: `COPY --chown=1 `.
    head: &'b str,
    /// The source, cleaned: empty for the whole context.
    source: String,
    /// The destination as a folder: `./`.
    destination: String,
    /// From the source to the end of the destination.
    span: Span,
}

impl<'b> Written<'b> {
    fn of(build: &'b Build<'_>, copy: &ContextCopy<'_>) -> Result<Self, LateSources> {
        let instruction = copy.step.instruction;
        let destination = &copy.transfer.destination;
        let is_plain = copy.transfer.sources.len() == 1
            && instruction.heredocs.is_empty()
            && instruction.flag("exclude").is_none()
            && instruction.flag("parents").is_none();
        let span = copy.source.span().cover(destination.span());
        let source_text = &build.file.source;
        let text = source_text.slice(span);
        if !is_plain || text.contains(['"', '\'', '$', '\\', '`', '*', '?', '[', '\n']) {
            return Err(LateSources::Form);
        }
        let source = copy.source.text().trim_start_matches("./").trim_matches('/');
        let destination = destination.text();
        let slash = if destination.ends_with('/') { "" } else { "/" };
        Ok(Self {
            head: source_text.slice(Span::new(instruction.span.start, span.start)),
            source: if source == "." { String::new() } else { source.to_owned() },
            destination: format!("{destination}{slash}"),
            span,
        })
    }
}

impl Written<'_> {
    /// What comes in the place of the source and the destination: the files together, then, each on a line of its own,
    /// folders and what lies in some. A COPY takes what is in a folder, and not the folder.
    fn copies(&self, project: &Project<'_>, files: &[String]) -> Vec<String> {
        let source = |file: &str| join(&self.source, &join(&project.folder, file));
        let destination = |folder: &str| match join(&project.folder, folder).trim_end_matches('/') {
            "" => self.destination.clone(),
            folder => format!("{}{folder}/", self.destination),
        };
        let folder_of = |file: &str| match project.context.is_dir(&join(&project.root, file)) {
            true => Some(file.to_owned()),
            false => file.rsplit_once('/').map(|(folder, _)| folder.to_owned()),
        };
        let (alone, together): (Vec<&String>, Vec<&String>) = files.iter().partition(|file| folder_of(file).is_some());
        let mut lines = Vec::new();
        if !together.is_empty() {
            let sources: Vec<String> = together.iter().map(|file| source(file)).collect();
            lines.push(format!("{} {}", sources.join(" "), destination("")));
        }
        for file in alone {
            let head = if lines.is_empty() { "" } else { self.head };
            let folder = folder_of(file).unwrap_or_default();
            lines.push(format!("{head}{} {}", source(file), destination(&folder)));
        }
        lines
    }
}

/// The folder in which the command runs, relative to the one that the COPY fills; empty for that itself.
fn project_folder(build: &Build<'_>, copy: &ContextCopy<'_>, command: &Command<'_>) -> Result<String, LateSources> {
    let destination = copy.step.certain_value(&copy.transfer.destination).ok_or(LateSources::Elsewhere)?;
    let of_copy = build.absolute_path(copy.step, destination);
    let of_command = build.path_of(command, ".");
    match (of_copy, of_command) {
        (Some(copied), Some(here)) => {
            let below = here.strip_prefix(copied.trim_end_matches('/')).ok_or(LateSources::Elsewhere)?;
            let is_below = below.is_empty() || below.starts_with('/');
            is_below.then(|| below.trim_matches('/').to_owned()).ok_or(LateSources::Elsewhere)
        }
        // Wherever the base image works: both do.
        _ if matches!(destination, "." | "./") && stays(copy.step, command) => Ok(String::new()),
        _ => Err(LateSources::Elsewhere),
    }
}

fn stays(copy: &Step<'_>, command: &Command<'_>) -> bool {
    let directory = |step: &Step<'_>| step.state.workdir.as_ref().map(|setting| setting.value.clone());
    let is_initial = command
        .invoked
        .as_ref()
        .is_none_or(|invoked| matches!(invoked.circumstances.directory, crate::shell::WorkingDirectory::Initial));
    directory(copy) == directory(command.step) && is_initial
}

/// Where a RUN is cut in two.
struct Split {
    /// What stands between the halves: ` && `.
    between: Span,
    /// Where the first command behind `RUN --mount=... cd folder && ` begins: both halves start so.
    head_end: usize,
}

/// What stands between the installation and the rest of its RUN; `None` where there is no rest.
fn split_behind(
    build: &Build<'_>,
    commands: &Commands<'_>,
    command: &Command<'_>,
) -> Result<Option<Split>, LateSources> {
    let step = command.step;
    let InstructionKind::Run(form) = &step.instruction.kind else { return Err(LateSources::NotFirst) };
    let CommandForm::Shell(_) = form else { return Ok(None) };
    let [script] = build.scripts(step) else { return Err(LateSources::NotFirst) };
    let is_simple =
        script.is_clean() && script.source.form() == ScriptForm::ShellForm && step.instruction.heredocs.is_empty();
    let links = script.top_level_and_chain().filter(|_| is_simple).ok_or(LateSources::NotFirst)?;
    let own = link_of(script, &links, command).ok_or(LateSources::NotFirst)?;
    let of_step = commands.of_step(step);
    let in_link = |at: usize| -> Vec<&Command<'_>> {
        of_step.iter().filter(|other| link_of(script, &links, other) == Some(at)).collect()
    };
    let changes_folder = |at: usize| in_link(at).iter().all(|other| other.name() == Some("cd"));
    if !(0..own).all(changes_folder) || in_link(own).len() != 1 {
        return Err(LateSources::NotFirst);
    }
    // What empties the caches belongs to the same layer.
    let home = build.home(step).unwrap_or("~");
    let cleans = |at: usize| in_link(at).iter().all(|other| only_empties_caches(&other.patterns(), home));
    let last = (own + 1..links.len()).take_while(|at| cleans(*at)).last().unwrap_or(own);
    let Some(next) = links.get(last + 1) else { return Ok(None) };
    // In a RUN of its own, the rest goes into the same folder again, but would be without what else was set.
    let is_lost = |leak: Leak, place: Span| {
        place.start < next.pipeline.span.start
            && !(leak == Leak::Directory && links.iter().take(own).any(|link| link.pipeline.span.contains(place)))
    };
    if script.leaks().into_iter().any(|(leak, place)| is_lost(leak, place)) {
        return Err(LateSources::NotFirst);
    }
    let head_end = script.source.to_file_cover(links.get(own).ok_or(LateSources::NotFirst)?.pipeline.span).start;
    let end = script.source.to_file_cover(links.get(last).ok_or(LateSources::NotFirst)?.pipeline.span).end;
    let start = script.source.to_file_cover(next.pipeline.span).start;
    let between = Span::new(end, start.max(end));
    let has_comment = build.file.comments().any(|comment| between.contains(comment));
    if has_comment { Err(LateSources::NotFirst) } else { Ok(Some(Split { between, head_end })) }
}

/// The pipeline of a chain in which a command stands.
fn link_of(script: &Script, links: &[Link<'_>], command: &Command<'_>) -> Option<usize> {
    let place = command.name_span();
    links.iter().position(|link| script.source.to_file_cover(link.pipeline.span).contains(place))
}

/// Steps that need no sources may stay between.
fn nothing_between(
    build: &Build<'_>,
    commands: &Commands<'_>,
    copy: &Step<'_>,
    install: &Step<'_>,
    is_absolute: bool,
) -> Result<(), LateSources> {
    let stage = build.stage_of(copy);
    let between = stage.steps.get(copy.index + 1..install.index).unwrap_or_default();
    let needs = |step: &&Step<'_>| match step.instruction.keyword {
        Some(Keyword::Run) => {
            let of_step = commands.of_step(step);
            of_step.is_empty() || !of_step.iter().all(installs_by_name)
        }
        Some(Keyword::Workdir) => !is_absolute,
        Some(Keyword::Copy | Keyword::Add | Keyword::Volume | Keyword::Onbuild) | None => true,
        Some(_) => false,
    };
    match between.iter().find(needs) {
        Some(step) => Err(LateSources::Between(step.instruction.first_line)),
        None => Ok(()),
    }
}

/// Whether a command installs packages by their names, or does what goes with it, and looks at no file of a project.
fn installs_by_name(command: &Command<'_>) -> bool {
    command.manager.as_ref().is_some_and(|invocation| {
        let is_system = matches!(invocation.manager.home, Home::System(_));
        let is_named =
            |kind: OperandKind| matches!(kind, OperandKind::Named) || is_system && kind == OperandKind::Argument;
        (is_system || matches!(invocation.manager.name, "pip" | "gem"))
            && invocation.operands.iter().all(|operand| is_named(operand.kind) && !operand.name.contains('/'))
    })
}

/// What is known of the project's folder in the build context.
struct Project<'p> {
    context: &'p BuildContext,
    invocation: &'p Invocation<'p>,
    /// The folder in the context; empty for its root.
    root: String,
    /// The same folder, relative to what the COPY takes.
    folder: String,
}

impl Project<'_> {
    fn name(&self) -> &'static str {
        self.invocation.manager.name
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.context.text(&join(&self.root, name))
    }

    /// The files and folders to copy, relative to the project's folder.
    fn files(&self) -> Result<Vec<String>, LateSources> {
        let listed = self.listed()?;
        let files = if listed.is_empty() { self.usual() } else { listed };
        let Some(first) = files.first() else {
            let manifest = self.invocation.manager.project.manifests.first().copied().unwrap_or_default();
            return Err(LateSources::Unreadable(join(&self.root, manifest)));
        };
        let is_named = |file: &&String| {
            let path = join(&self.root, file);
            let is_plain =
                !path.contains(|c: char| c.is_whitespace() || "\"'$\\`*?[".contains(c)) && !path.contains("..");
            is_plain && self.context.exists(&path) && !self.context.would_exclude(&path)
        };
        match files.iter().find(|file| !is_named(file)) {
            Some(missing) => Err(LateSources::Unreadable(join(&self.root, missing))),
            None if first.is_empty() => Err(LateSources::Form),
            None => Ok(files),
        }
    }

    /// The files that the command names, and those that they name: `pip install -r`.
    fn listed(&self) -> Result<Vec<String>, LateSources> {
        let is_list = |kind: OperandKind| matches!(kind, OperandKind::Requirements | OperandKind::Constraints);
        let named = self.invocation.operands.iter().filter(|operand| is_list(operand.kind));
        let mut files: Vec<String> = named.map(|operand| operand.name.trim_start_matches("./").to_owned()).collect();
        let mut at = 0;
        while let Some(file) = files.get(at).cloned() {
            at += 1;
            if file.starts_with('/') || at > MOST_LISTS {
                return Err(LateSources::Unreadable(file));
            }
            let text = self.text(&file).ok_or_else(|| LateSources::Unreadable(join(&self.root, &file)))?;
            for line in text.lines().map(str::trim) {
                let option = ["-r", "-c", "--requirement", "--constraint"].iter().find_map(|it| line.strip_prefix(it));
                if let Some(other) = option.map(|rest| rest.trim_start_matches(['=', ' ']).trim_start_matches("./")) {
                    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
                    let other = join(folder, other.split(' ').next().unwrap_or(other));
                    if !files.contains(&other) {
                        files.push(other);
                    }
                } else if line.starts_with(['-', '.']) && !line.starts_with("--hash") && !is_harmless(line) {
                    return Err(LateSources::Says(format!("`{file}` says `{line}`")));
                }
            }
        }
        Ok(files)
    }

    /// The files that the manager looks for, as far as they are there.
    fn usual(&self) -> Vec<String> {
        let project = &self.invocation.manager.project;
        let prefix = if self.root.is_empty() { String::new() } else { format!("{}/", self.root) };
        let names = || self.context.entries().iter().filter_map(|entry| entry.path.strip_prefix(prefix.as_str()));
        let mut files: Vec<String> = Vec::new();
        for pattern in project.manifests.iter().chain(project.locks).chain(project.settings) {
            match pattern.split_once('*') {
                Some((start, end)) => {
                    let fits = |name: &&str| !name.contains('/') && name.starts_with(start) && name.ends_with(end);
                    files.extend(names().filter(fits).map(str::to_owned));
                }
                None if self.context.exists(&join(&self.root, pattern)) => files.push((*pattern).to_owned()),
                None => {}
            }
        }
        // `go mod download` leaves a vendored copy alone.
        files.retain(|file| file != "vendor" && !self.context.would_exclude(&join(&self.root, file)));
        let has_manifest = files
            .iter()
            .any(|file| project.manifests.iter().any(|manifest| *manifest == file || manifest.contains('*')));
        if has_manifest { files } else { Vec::new() }
    }

    /// Nothing that the manager reads names more of the project.
    fn says_nothing_else(&self) -> Result<(), LateSources> {
        if !KNOWN.contains(&self.name()) {
            return Err(LateSources::Spread(self.name()));
        }
        let says = |file: &str, words: &[&str]| {
            let text = self.text(file)?;
            let word = words.iter().find(|word| text.contains(**word))?;
            Some(LateSources::Says(format!("`{file}` says `{}`", word.trim())))
        };
        let elsewhere = |ending: &str| {
            let own = join(&self.root, "");
            let others = self.context.entries().iter().filter(|entry| entry.path.ends_with(ending));
            others
                .filter(|entry| {
                    entry.path.rsplit_once('/').map_or("", |(folder, _)| folder) != own.trim_end_matches('/')
                })
                .count()
        };
        let refusal = match self.name() {
            "poetry" if self.invocation.runs_project_scripts() => Some(LateSources::Project("--no-root")),
            "uv" if self.invocation.runs_project_scripts() && self.invocation.verb.len() < 2 => {
                Some(LateSources::Project("--no-install-project"))
            }
            "pnpm" if self.context.exists(&join(&self.root, "pnpm-workspace.yaml")) => {
                Some(LateSources::Says("`pnpm-workspace.yaml` names packages of the project".to_owned()))
            }
            "npm" | "yarn" | "bun" | "pnpm" => {
                let words = [
                    "\"workspaces\"",
                    "\"file:",
                    "\"link:",
                    "\"preinstall\"",
                    "\"install\"",
                    "\"postinstall\"",
                    "\"prepare\"",
                ];
                says("package.json", &words)
            }
            "composer" if self.invocation.has_flag("-o --optimize-autoloader -a --classmap-authoritative") => {
                Some(LateSources::Says("the optimized autoloader lists the classes of the project".to_owned()))
            }
            "composer" => says(
                "composer.json",
                &["\"classmap\"", "\"files\"", "\"path\"", "-install-cmd", "-update-cmd", "-autoload-dump"],
            ),
            "bundle" => says("Gemfile", &["gemspec", "path:", "eval_gemfile", "require_relative", "File."]),
            "go" => says("go.mod", &["=> ./", "=> ../"]).or_else(|| says("go.work", &["use"])),
            "mix" => says("mix.exs", &["path:", "File."]),
            "pipenv" => says("Pipfile", &["path =", "editable"]),
            "mvn" => says("pom.xml", &["<modules>", "<relativePath>"]),
            _ => None,
        };
        let is_spread = match self.name() {
            "mvn" => elsewhere("pom.xml") > 0,
            "dotnet" => elsewhere("proj") + elsewhere(".props") + elsewhere(".targets") > 0,
            "go" => elsewhere("go.mod") > 0 && self.context.exists(&join(&self.root, "go.work")),
            _ => false,
        };
        match refusal {
            Some(refusal) => Err(refusal),
            None if is_spread => Err(LateSources::Spread(self.name())),
            None => Ok(()),
        }
    }

    fn is_not_overwritten(&self) -> Result<(), LateSources> {
        for (_, folder, is_always) in INSTALLED.iter().filter(|(manager, ..)| *manager == self.name()) {
            let path = join(&self.root, folder);
            if !self.context.would_exclude(&path) && (*is_always || self.context.exists(&path)) {
                return Err(LateSources::Overwritten(path));
            }
        }
        Ok(())
    }
}

/// More files that name each other are hostile.
const MOST_LISTS: usize = 20;

/// Options in a list of requirements that read no file.
fn is_harmless(line: &str) -> bool {
    [
        "--index-url",
        "-i ",
        "--extra-index-url",
        "--trusted-host",
        "--prefer-binary",
        "--only-binary",
        "--no-binary",
        "--pre",
    ]
    .iter()
    .any(|option| line.starts_with(option))
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The whole COPY behind the installation, and where that is not the end of its RUN, another RUN for the rest.
fn behind(build: &Build<'_>, copy: &Step<'_>, install: &Step<'_>, split: Option<Split>) -> Edit {
    let source = &build.file.source;
    let line_ending = source.line_ending(install.instruction.last_line);
    let whole = source.slice(copy.instruction.span);
    match split {
        None => Edit::insert(install.instruction.span.end, format!("{line_ending}{whole}")),
        Some(Split { between, head_end }) => {
            let start = install.instruction.span.start;
            let head = source.slice(Span::new(start, head_end.max(start)));
            Edit::replace(between, format!("{line_ending}{whole}{line_ending}{head}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::context::{Entry, IgnoreFile};
    use crate::edit::apply;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    const IGNORED: &str = "node_modules\nvendor\n.venv\nobj\n";

    fn context(files: &[(&str, &str)], ignored: &str) -> BuildContext {
        let entries = files.iter().map(|(path, text)| Entry::file(*path, 0o644, text.len() as u64)).collect();
        let texts: BTreeMap<String, String> =
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        BuildContext::new(entries, Some(IgnoreFile::parse(SourceFile::new(".dockerignore", ignored))), texts, false)
    }

    /// The file with its first broad COPY behind the first installation.
    fn ordered(text: &str, context: Option<&BuildContext>) -> Result<String, LateSources> {
        let file = parse(SourceFile::new("Dockerfile", text));
        let build = Build::new(&file);
        let commands = Commands::new(&build);
        let copy = build.steps().flat_map(|step| build.context_copies(step)).next().unwrap();
        let installs = |command: &&Command<'_>| command.manager.as_ref().is_some_and(Invocation::is_project_install);
        let command = commands.all().iter().find(installs).unwrap();
        let edits = dependencies_first(&build, &commands, context, &copy, command)?;
        let fix = crate::edit::Fix::new("", crate::edit::Effect::Content, edits).unwrap();
        Ok(String::from_utf8(apply(text.as_bytes(), fix.edits())).unwrap())
    }

    #[test]
    fn the_files_that_a_manager_reads_come_first() {
        let node = context(&[("package.json", "{}"), ("package-lock.json", ""), (".npmrc", ""), ("a.js", "")], IGNORED);
        let python = context(
            &[("requirements/prod.txt", "-r base.txt\nflask==1\n"), ("requirements/base.txt", "--pre\nx==1\n")],
            IGNORED,
        );
        let nested =
            context(&[("web/package.json", "{}"), ("web/yarn.lock", ""), ("web/.yarn/a.js", "")], "**/node_modules\n");
        let php = context(&[("composer.json", "{}"), ("composer.lock", "")], IGNORED);
        for (context, before, after) in [
            (
                &node,
                "FROM a\nWORKDIR /app\n# all\nCOPY --chown=1 . .\nENV A=1\nRUN npm ci\n# then\nCMD x\n",
                "FROM a\nWORKDIR /app\n# all\nCOPY --chown=1 package.json package-lock.json .npmrc ./\nENV A=1\nRUN npm ci\n\
                 COPY --chown=1 . .\n# then\nCMD x\n",
            ),
            (
                &node,
                "FROM a\nCOPY . /app\nRUN --network=none cd /app && npm ci && npm cache clean --force\n",
                "FROM a\nCOPY package.json package-lock.json .npmrc /app/\n\
                 RUN --network=none cd /app && npm ci && npm cache clean --force\nCOPY . /app\n",
            ),
            (
                &node,
                "FROM a\nCOPY . .\nRUN --mount=type=ssh npm ci \\\n && npm run build\n",
                "FROM a\nCOPY package.json package-lock.json .npmrc ./\nRUN --mount=type=ssh npm ci\nCOPY . .\n\
                 RUN --mount=type=ssh npm run build\n",
            ),
            (
                &node,
                "FROM a\nCOPY . /x\nARG V\nWORKDIR /y\nRUN cd /x && npm ci && node --run build\n",
                "FROM a\nCOPY package.json package-lock.json .npmrc /x/\nARG V\nWORKDIR /y\nRUN cd /x && npm ci\nCOPY . /x\n\
                 RUN cd /x && node --run build\n",
            ),
            (
                &python,
                "FROM a\nCOPY . .\nRUN pip install -r requirements/prod.txt\n",
                "FROM a\nCOPY requirements/prod.txt ./requirements/\nCOPY requirements/base.txt ./requirements/\n\
                 RUN pip install -r requirements/prod.txt\nCOPY . .\n",
            ),
            (
                &nested,
                "FROM a\nCOPY . /srv\nRUN cd /srv/web && yarn install\n",
                "FROM a\nCOPY web/package.json web/yarn.lock /srv/web/\nCOPY web/.yarn /srv/web/.yarn/\n\
                 RUN cd /srv/web && yarn install\nCOPY . /srv\n",
            ),
            (
                &php,
                "FROM a\nWORKDIR /a\nCOPY ./ /a/\nRUN apt-get update\nRUN composer install --no-scripts\n",
                "FROM a\nWORKDIR /a\nCOPY composer.json composer.lock /a/\nRUN apt-get update\n\
                 RUN composer install --no-scripts\nCOPY ./ /a/\n",
            ),
        ] {
            assert_eq!(ordered(before, Some(context)).as_deref(), Ok(after));
        }
    }

    #[test]
    fn what_may_need_the_sources_stays_behind_them() {
        let refused = |files: &[(&str, &str)], steps: &str| {
            let context = context(files, IGNORED);
            ordered(&format!("FROM a\nWORKDIR /app\n{steps}"), Some(&context)).unwrap_err().to_string()
        };
        let node: &[(&str, &str)] = &[("package.json", "{}")];
        assert_eq!(ordered("FROM a\nCOPY . .\nRUN npm ci\n", None), Err(LateSources::NoContext));
        for (files, steps, reason) in [
            (node, "COPY . .\nRUN make\nRUN npm ci\n", "line 4 stands between and may need the sources"),
            (node, "COPY . .\nRUN npm run x && npm ci\n", "the installation is not the first command of its RUN"),
            (
                node,
                "COPY . .\nRUN export A=1 && npm ci && make\n",
                "the installation is not the first command of its RUN",
            ),
            (
                node,
                "COPY . /srv\nRUN npm ci\n",
                "it cannot be told that the installation runs where the files are copied to",
            ),
            (node, "COPY . $X\nRUN npm ci\n", "the COPY is not a plain one of one folder"),
            (&[], "COPY . .\nRUN npm ci\n", "`package.json` is not in the build context, or cannot be copied by name"),
            (
                &[("package.json", "{\"scripts\": {\"postinstall\": \"x\"}}")],
                "COPY . .\nRUN npm ci\n",
                "`package.json` says `\"postinstall\"`",
            ),
            (&[("r.txt", "-e ./lib\n")], "COPY . .\nRUN pip install -r r.txt\n", "`r.txt` says `-e ./lib`"),
            (
                &[("Cargo.toml", "")],
                "COPY . .\nRUN cargo fetch\n",
                "what `cargo` reads may lie anywhere in the project",
            ),
            (
                &[("pyproject.toml", "")],
                "COPY . .\nRUN poetry install\n",
                "the project itself is installed too, unless `--no-root` is given",
            ),
        ] {
            assert_eq!(refused(files, steps), reason, "{steps}");
        }
        let context = context(node, "dist\n");
        let overwritten = Err(LateSources::Overwritten("node_modules".to_owned()));
        assert_eq!(ordered("FROM a\nCOPY . .\nRUN npm ci\n", Some(&context)), overwritten);
    }
}
