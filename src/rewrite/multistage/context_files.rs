//! The files of the build context that the program may read when it runs.

use crate::context::{BuildContext, Entry, EntryKind, Glob};
use crate::ir::{Breadth, Command, ContextCopy, Step, clean_path, lies_in};

use super::ecosystem::{Ecosystem, Product};
use super::find::{FindActs, search_folders};
use super::operands::Operands;
use super::single_stage::SingleStage;
use super::{Assumption, Refusal, certainty};

/// Files of the build context that go into the new stage.
#[derive(Default)]
pub struct ContextFiles {
    /// Where they lie in the image, absolute.
    pub paths: Vec<String>,
    /// What has to be true for these to be all.
    pub assumption: Option<Assumption>,
}

/// More are not listed one by one.
const MOST_FILES: usize = 12;

/// Everything that COPY and ADD bring and that is no source of the build: the program may open it.
///
/// # Errors
/// Where a path is only known when the build runs, and where the files are too many.
pub fn needed(single: &SingleStage<'_>, ecosystem: &Ecosystem, product: &Product) -> Result<ContextFiles, Refusal> {
    let mut files = ContextFiles::default();
    if product.has_all_files {
        return Ok(files);
    }
    let is_source = |name: &str| is_never_read(name) || (ecosystem.is_source)(name);
    let copies = single.steps_of_build().flat_map(|step| single.build.context_copies(step));
    for copy in copies.collect::<Vec<_>>() {
        let source = copy.step.certain_value(copy.source);
        let destination = copy.step.certain_value(&copy.transfer.destination);
        let (Some(source), Some(destination)) = (source, destination) else {
            return Err(Refusal::UnknownPath(copy.source.text().to_owned()));
        };
        let target = single.build.absolute_path(copy.step, destination);
        let target = target.ok_or_else(|| Refusal::UnknownPath(destination.to_owned()))?;
        let found = match single.context {
            Some(context) => Wanted { context, is_source: &is_source, embedded: &product.embedded }.of_source(source),
            None => without_context(&copy, source, &is_source, &mut files.assumption),
        };
        let is_folder = destination.ends_with('/') || destination == "." || copy.transfer.sources.len() > 1;
        let places = found.into_iter().map(|file| file.place(&target, is_folder));
        let places: Vec<String> = places.collect();
        let gone = Removals::behind(single, copy.step).of(&places)?;
        files.paths.extend(places.into_iter().filter(|path| !gone.contains(path)));
    }
    files.paths.dedup();
    if files.paths.len() > MOST_FILES { Err(Refusal::TooManyFiles(files.paths.len())) } else { Ok(files) }
}

/// Commands of the build that take files away which COPY has brought: `rm`, and `mv` from where they were.
struct Removals<'s, 'b> {
    single: &'s SingleStage<'b>,
    commands: Vec<&'b Command<'b>>,
}

impl<'s, 'b> Removals<'s, 'b> {
    /// Those that run behind that step.
    fn behind(single: &'s SingleStage<'b>, step: &Step<'_>) -> Self {
        let is_behind = |command: &Command<'_>| (step.stage, step.index) < (command.step.stage, command.step.index);
        let removes = |command: &Command<'_>| matches!(command.name(), Some("find" | "mv" | "rm" | "rmdir"));
        let commands = single.build_commands().filter(|command| removes(command) && is_behind(command)).collect();
        Self { single, commands }
    }

    /// Those of the paths that are gone at the end of the build.
    ///
    /// # Errors
    /// Where it is only known when the build runs whether one of them is gone.
    fn of(&self, paths: &[String]) -> Result<Vec<String>, Refusal> {
        let mut gone = Vec::new();
        for command in self.commands.iter().filter(|_| !paths.is_empty()) {
            if command.name() == Some("find") {
                self.check_search(command, paths)?;
                continue;
            }
            let operands = Operands::of(command)?;
            let operands: Vec<&str> = operands.texts().collect();
            let stays = usize::from(command.name() == Some("mv"));
            for word in &operands[..operands.len().saturating_sub(stays)] {
                let removed = self.single.path_of(command, word)?;
                if removed.contains('{') {
                    return Err(Refusal::UnknownPath((*word).to_owned()));
                }
                let is_gone = |path: &&String| is_below(path, &removed);
                let taken: Vec<String> = paths.iter().filter(is_gone).cloned().collect();
                if !taken.is_empty() {
                    certainty::check(command)?;
                }
                gone.extend(taken);
            }
        }
        Ok(gone)
    }

    /// What a search removes is not known, but where it looks.
    fn check_search(&self, command: &Command<'_>, paths: &[String]) -> Result<(), Refusal> {
        for folder in search_folders(command).filter(|_| FindActs::of(command) != FindActs::Tells) {
            let folder = self.single.path_of(command, folder)?;
            if paths.iter().any(|path| lies_in(path, &folder) || lies_in(&folder, path)) {
                return Err(Refusal::UnknownCommand("find".to_owned()));
            }
        }
        Ok(())
    }
}

/// Whether a path is what the other one, which may be a pattern, stands for, or lies below that.
fn is_below(path: &str, pattern: &str) -> bool {
    let glob = Glob::new(pattern).ok().filter(|_| pattern.contains(['*', '?', '[']));
    let mut above = std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(folder, _)| folder));
    glob.map_or_else(|| lies_in(path, pattern), |glob| above.any(|folder| glob.matches(folder)))
}

/// What COPY brings.
enum Found {
    /// A file of this name, copied by its name.
    File(String),
    /// Something below a folder whose contents are copied.
    Below(String),
    /// All that is copied.
    Whole,
}

impl Found {
    fn place(self, target: &str, is_folder: bool) -> String {
        match self {
            Self::Below(path) => clean_path(&format!("{target}/{path}")),
            Self::File(name) if is_folder => clean_path(&format!("{target}/{name}")),
            Self::File(_) | Self::Whole => target.to_owned(),
        }
    }
}

/// The question what of a build context is wanted.
struct Wanted<'w> {
    context: &'w BuildContext,
    is_source: &'w dyn Fn(&str) -> bool,
    embedded: &'w [String],
}

impl Wanted<'_> {
    fn of_source(&self, source: &str) -> Vec<Found> {
        let path = clean_path(&format!("/{source}"));
        let path = path.trim_start_matches('/');
        if path.contains(['*', '?', '[']) || !(path.is_empty() || self.context.is_dir(path)) {
            return named(path, self.is_source).into_iter().collect();
        }
        let below = children(self.context, path).flat_map(|entry| self.of_entry(entry));
        below.map(|found| Found::Below(relative(&found, path).to_owned())).collect()
    }

    /// The parts of an entry that are wanted: the entry itself where such a file lies directly in it.
    fn of_entry(&self, entry: &Entry) -> Vec<String> {
        let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
        if !entry.is_dir() {
            return if self.is_wanted(entry) { vec![entry.path.clone()] } else { Vec::new() };
        }
        let is_for_development = is_folder_of_development(name) && !self.is_named_in_sources(name);
        let is_left_out = self.context.would_exclude(&entry.path) || is_for_development;
        if is_left_out || self.embedded.contains(&entry.path) {
            return Vec::new();
        }
        let mut files = children(self.context, &entry.path).filter(|child| !child.is_dir());
        if entry.kind == EntryKind::UnlistedDirectory || files.any(|file| self.is_wanted(file)) {
            return vec![entry.path.clone()];
        }
        children(self.context, &entry.path).flat_map(|child| self.of_entry(child)).collect()
    }

    /// Whether a source names the folder in a text of its own, as it does to open a file there: `"docs/swagger.json"`.
    fn is_named_in_sources(&self, folder: &str) -> bool {
        let is_in_it = |text: &str| {
            let path = text.strip_prefix("./").unwrap_or(text);
            path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let is_source = |path: &str| (self.is_source)(path.rsplit('/').next().unwrap_or(path));
        let mut texts = self.context.texts(is_source);
        !FILLED_BY_TOOLS.contains(&folder) && texts.any(|(_, text)| text.split(['"', '\'', '`']).any(is_in_it))
    }

    fn is_wanted(&self, file: &Entry) -> bool {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        !(self.is_source)(name) && !self.context.would_exclude(&file.path) && !self.embedded.contains(&file.path)
    }
}

fn relative<'p>(path: &'p str, folder: &str) -> &'p str {
    path.strip_prefix(folder).unwrap_or(path).trim_start_matches('/')
}

/// What lies directly in a folder; the root of the context is the empty path.
fn children<'c>(context: &'c BuildContext, folder: &str) -> impl Iterator<Item = &'c Entry> {
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let is_child = move |entry: &&Entry| {
        entry.path.strip_prefix(&*prefix).is_some_and(|rest| !rest.is_empty() && !rest.contains('/'))
    };
    context.entries().iter().filter(is_child)
}

/// A source that is no folder, or that nobody has looked into.
fn named(path: &str, is_source: &dyn Fn(&str) -> bool) -> Option<Found> {
    let name = path.rsplit('/').next().unwrap_or(path);
    (!is_source(name) && !name.contains(['*', '?', '['])).then(|| Found::File(name.to_owned()))
}

fn without_context(
    copy: &ContextCopy<'_>,
    source: &str,
    is_source: &dyn Fn(&str) -> bool,
    assumption: &mut Option<Assumption>,
) -> Vec<Found> {
    let path = source.trim_start_matches("./").trim_end_matches('/');
    let name = path.rsplit('/').next().unwrap_or(path);
    if copy.breadth != Breadth::Whole && FOLDERS_OF_DATA.contains(&name) {
        return vec![Found::Whole];
    }
    // A name without an ending is most often a folder: what lies in it is not known.
    let is_file = name.contains('.') && !name.starts_with('.');
    if copy.breadth == Breadth::Whole || !is_file {
        *assumption = Some(Assumption::ReadsNoFiles);
        return Vec::new();
    }
    named(path, is_source).into_iter().collect()
}

/// Folders by these names hold what programs read when they run.
const FOLDERS_OF_DATA: &[&str] = &[
    "assets",
    "conf",
    "config",
    "configs",
    "data",
    "html",
    "i18n",
    "locales",
    "migrations",
    "public",
    "resources",
    "static",
    "templates",
    "views",
    "www",
];

/// Files that no program reads when it runs.
fn is_never_read(name: &str) -> bool {
    const STARTS: &[&str] = &[
        "Dockerfile",
        "docker-compose",
        "compose.",
        "README",
        "LICENSE",
        "LICENCE",
        "COPYING",
        "CHANGELOG",
        "CHANGES",
        "CONTRIBUTING",
        "CODEOWNERS",
        "AUTHORS",
        "NOTICE",
        "SECURITY",
        "Makefile",
        "GNUmakefile",
        "Jenkinsfile",
        "Vagrantfile",
        "Procfile",
        "Tiltfile",
        ".git",
        ".docker",
        ".travis",
        ".editorconfig",
        ".golangci",
        ".vscode",
        ".idea",
        ".pre-commit",
        ".prettier",
        ".eslint",
        ".goreleaser",
        ".rustfmt",
        "rustfmt",
        "clippy",
        ".clang",
        "renovate.json",
        "cloudbuild",
        "skaffold",
        "azure-pipelines",
        "bitbucket-pipelines",
        "fly.toml",
        "codecov",
    ];
    const ENDS: &[&str] = &[".md", ".rst", ".dockerfile", ".Dockerfile", ".dockerignore", ".gitignore", ".gitkeep"];
    STARTS.iter().any(|start| name.starts_with(start)) || ENDS.iter().any(|end| name.ends_with(end))
}

/// Of these, those that no program of the project is meant to read.
const FILLED_BY_TOOLS: &[&str] = &[".git", "node_modules", "target", "vendor"];

/// Folders that no program reads when it runs, unless its sources name them.
fn is_folder_of_development(name: &str) -> bool {
    const FOLDERS: &[&str] = &[
        ".circleci",
        ".devcontainer",
        ".git",
        ".github",
        ".gitlab",
        ".idea",
        ".vscode",
        "benches",
        "doc",
        "docs",
        "examples",
        "node_modules",
        "target",
        "test",
        "testdata",
        "tests",
        "vendor",
    ];
    FOLDERS.binary_search(&name).is_ok()
}
