//! What the manager reads of the project, as the files of the build context tell.

use std::collections::BTreeSet;

use crate::context::{BuildContext, UnknownMembers};
use crate::knowledge::package_managers::{Invocation, OperandKind};

use super::LateSources;

pub(super) const PACKAGE: &str = "package.json";
const PYPROJECT: &str = "pyproject.toml";

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
    ("yarn", ".pnp.cjs", false),
    ("yarn", ".yarn/install-state.gz", false),
    ("yarn", ".yarn/unplugged", false),
];

/// A Dockerfile that copies more manifests one by one is nobody's wish.
const MOST_MEMBERS: usize = 20;

/// Words in a manager's files by which they name other parts of the project, or scripts that run on installation.
pub fn words_of_local_parts(manager: &str) -> &'static [&'static str] {
    match manager {
        "npm" | "yarn" | "pnpm" | "bun" => &[
            "\"file:",
            "\"link:",
            "\"portal:",
            "\"injected\"",
            "\"preinstall\"",
            "\"install\":",
            "\"postinstall\"",
            "\"prepare\"",
            "\"prepublish\"",
        ],
        "pip" => &["-e .", "-e file", "--editable", "\n.", "\n./", "file:"],
        "poetry" | "uv" => &[
            "{path",
            "{ path",
            ",path",
            ", path",
            "\npath",
            "file:",
            "find-links",
            "url = \".",
            "url=\".",
            "dynamic-versioning",
        ],
        "bundle" => &["gemspec", "path:"],
        "go" => &["=> ./", "=> ../"],
        "composer" => &["\"path\"", "post-install-cmd", "post-autoload-dump"],
        "mvn" => &["<modules>"],
        _ => &[],
    }
}

/// The flag that keeps the command from installing the project itself, which it does beside the dependencies; `None` where it
/// does not. uv does if `pyproject.toml` names a build system, or says so (docs.astral.sh/uv/concepts/projects/config, "Build
/// systems"), Poetry unless it says otherwise.
pub fn flag_without_project(invocation: &Invocation<'_>, pyproject: Option<&str>) -> Option<&'static str> {
    let says = |beginning: &str| {
        pyproject.is_some_and(|text| text.lines().any(|line| line.replace(' ', "").starts_with(beginning)))
    };
    let is_package = match invocation.manager.name {
        "uv" => pyproject.is_none() || says("[build-system") || says("package="),
        _ => !says("package-mode=false"),
    };
    invocation.flag_without_project().filter(|_| is_package)
}

/// What is known of the project's folder in the build context.
pub(super) struct Project<'p> {
    pub(super) context: &'p BuildContext,
    pub(super) invocation: &'p Invocation<'p>,
    /// The folder in the context; empty for its root.
    pub(super) root: String,
    /// The same folder, relative to what the COPY takes.
    pub(super) folder: String,
    members: Result<BTreeSet<String>, LateSources>,
}

/// The folders of the packages that the manager installs with the project in `root`, relative to it.
fn members_of(
    context: &BuildContext,
    invocation: &Invocation<'_>,
    root: &str,
) -> Result<BTreeSet<String>, LateSources> {
    if !invocation.manager.project.manifests.contains(&PACKAGE) {
        return Ok(BTreeSet::new());
    }
    let members = context.workspace_members(root).map_err(|UnknownMembers| LateSources::Members)?;
    let is_read = |member: &String| context.text(&join(root, &join(member, PACKAGE))).is_some();
    let are_told = members.len() <= MOST_MEMBERS && members.iter().all(is_read);
    if are_told { Ok(members) } else { Err(LateSources::Members) }
}

impl<'p> Project<'p> {
    /// The project that the command installs. `root` is its folder in the context, `folder` the same relative to what the COPY
    /// takes.
    pub(super) fn new(context: &'p BuildContext, invocation: &'p Invocation<'p>, root: String, folder: String) -> Self {
        let members = members_of(context, invocation, &root);
        Self { context, invocation, root, folder, members }
    }

    fn name(&self) -> &'static str {
        self.invocation.manager.name
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.context.text(&join(&self.root, name))
    }

    /// The files and folders to copy, relative to the project's folder.
    pub(super) fn files(&self) -> Result<Vec<String>, LateSources> {
        let listed = self.listed()?;
        let mut files = if listed.is_empty() { self.usual() } else { listed };
        files.extend(self.members()?.iter().map(|member| join(member, PACKAGE)));
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

    /// The folders of the packages that are installed with the project, relative to it.
    pub(super) fn members(&self) -> Result<&BTreeSet<String>, LateSources> {
        self.members.as_ref().map_err(Clone::clone)
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

    /// The word in a manifest by which it names more of the project: one of the manager's, or of others.
    pub(super) fn says(&self, file: &str, more: &[&str]) -> Option<LateSources> {
        let text = self.text(file)?;
        let mut words = words_of_local_parts(self.name()).iter().chain(more);
        let word = words.find(|word| text.contains(**word))?;
        Some(LateSources::Says(format!("`{file}` says `{}`", word.trim())))
    }

    /// Nothing that the manager reads names more of the project.
    pub(super) fn says_nothing_else(&self) -> Result<(), LateSources> {
        if !KNOWN.contains(&self.name()) {
            return Err(LateSources::Spread(self.name()));
        }
        if self.is_part_of_workspace() {
            return Err(LateSources::PartOfWorkspace);
        }
        let says = |file: &str, more: &[&str]| self.says(file, more);
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
            "poetry" if self.invocation.has_flag("--only-root") => {
                Some(LateSources::Says("`--only-root` installs nothing but the project".to_owned()))
            }
            "poetry" => says(PYPROJECT, &[]),
            "uv" if self.invocation.verb.len() < 2 => says(PYPROJECT, &["\ndynamic", "workspace"]),
            "npm" | "yarn" | "pnpm" | "bun" => says(PACKAGE, &["\"install\""]).or_else(|| self.javascript_says()),
            "composer" if self.invocation.has_flag("-o --optimize-autoloader -a --classmap-authoritative") => {
                Some(LateSources::Says("the optimized autoloader lists the classes of the project".to_owned()))
            }
            "composer" => {
                says("composer.json", &["\"classmap\"", "\"files\"", "-install-cmd", "-update-cmd", "-autoload-dump"])
            }
            "bundle" => says("Gemfile", &["eval_gemfile", "require_relative", "File."]),
            "go" => says("go.mod", &[]).or_else(|| says("go.work", &["use"])),
            "mix" => says("mix.exs", &["path:", "File."]),
            "pipenv" => says("Pipfile", &["path =", "editable"]),
            "mvn" => says("pom.xml", &["<relativePath>"]),
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

    /// A project in a folder of a larger one: a manager that finds a workspace above it takes that one's lock file.
    fn is_part_of_workspace(&self) -> bool {
        let mut above = self.root.as_str();
        while !above.is_empty() {
            above = above.rsplit_once('/').map_or("", |(folder, _)| folder);
            let says =
                |file: &str, word: &str| self.context.text(&join(above, file)).is_some_and(|text| text.contains(word));
            let is_workspace = says(PACKAGE, "\"workspaces\"")
                || self.context.exists(&join(above, "pnpm-workspace.yaml"))
                || says(PYPROJECT, "tool.uv.workspace");
            if is_workspace {
                return true;
            }
        }
        false
    }

    /// See [`flag_without_project`].
    pub(super) fn flag_without_project(&self) -> Option<&'static str> {
        flag_without_project(self.invocation, self.text(PYPROJECT))
    }

    pub(super) fn is_not_overwritten(&self) -> Result<(), LateSources> {
        let is_taken = |member: &String| !self.context.would_exclude(&join(&self.root, &join(member, "node_modules")));
        if self.members()?.iter().any(is_taken) {
            return Err(LateSources::Overwritten("**/node_modules".to_owned()));
        }
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

pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
