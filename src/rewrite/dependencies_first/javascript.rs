//! What manifests and settings of JavaScript say of files that an installation reads besides them.

use super::LateSources;
use super::project::{PACKAGE, Project, join};

/// What in the manifest of a member of a workspace needs more than that: its programs are linked only if they are there.
const OF_A_MEMBER: &[&str] = &["\"install\"", "\"bin\"", "\"workspaces\""];

/// Where pnpm is told to copy members into one another, which it does on installation.
const INJECTS: &[&str] = &["injectWorkspacePackages", "inject-workspace-packages"];

/// Packages whose own installation reads files of the project, and the ends and beginnings of the names of these.
const READING_SOURCES: &[(&str, &[&str])] =
    &[("\"@prisma/client\"", &[".prisma"]), ("\"puppeteer\"", &[".puppeteerrc", "puppeteer.config"])];

/// Keys in the settings of a manager of JavaScript behind which stands the path of a file that the installation reads.
const PATHS_IN_SETTINGS: &[&str] = &["yarnPath:", "yarn-path", "path:", "cafile", "httpsCaFilePath:"];

impl Project<'_> {
    /// What the manifests of members and the files of settings say of other parts of the project.
    pub(super) fn javascript_says(&self) -> Option<LateSources> {
        let members = match self.members() {
            Ok(members) => members,
            Err(refusal) => return Some(refusal),
        };
        let of_members = || members.iter().find_map(|member| self.says(&join(member, PACKAGE), OF_A_MEMBER));
        let folders: Vec<&str> = members.iter().map(String::as_str).chain([""]).collect();
        of_members()
            .or_else(|| self.compiled(&folders))
            .or_else(|| self.reading_sources(&folders))
            .or_else(|| self.settings_say())
    }

    /// npm and its kin compile what has a `binding.gyp`.
    fn compiled(&self, folders: &[&str]) -> Option<LateSources> {
        let mut files = folders.iter().map(|folder| join(folder, "binding.gyp"));
        let file = files.find(|file| self.context.exists(&join(&self.root, file)))?;
        Some(LateSources::Says(format!("`{file}` is compiled on installation")))
    }

    fn reading_sources(&self, folders: &[&str]) -> Option<LateSources> {
        let names = || self.context.entries().iter().filter_map(|entry| entry.path.rsplit('/').next());
        let is_here = |part: &&str| names().any(|name| name.starts_with(*part) || name.ends_with(*part));
        let mut manifests = folders.iter().filter_map(|folder| self.text(&join(folder, PACKAGE)));
        let package = manifests.find_map(|text| {
            let is_meant = |(package, files): &&(&str, &[&str])| text.contains(package) && files.iter().any(is_here);
            READING_SOURCES.iter().find(is_meant).map(|(package, _)| package.trim_matches('"'))
        });
        let package = package.filter(|_| self.invocation.runs_project_scripts())?;
        Some(LateSources::Says(format!("the installation of `{package}` reads files of the project")))
    }

    fn settings_say(&self) -> Option<LateSources> {
        let project = &self.invocation.manager.project;
        let mut files = project.settings.iter().chain(project.manifests);
        files.find_map(|file| {
            let text = self.text(file)?;
            let what = if INJECTS.iter().any(|word| text.contains(word)) {
                "has the packages of the workspace copied on installation"
            } else if names_other_patch(text) {
                "names a patch that lies elsewhere"
            } else if *file != PACKAGE && names_other_file(text) {
                "names a file that lies elsewhere"
            } else {
                return None;
            };
            Some(LateSources::Says(format!("`{file}` {what}")))
        })
    }
}

/// Whether a manifest names a patch beside those that are copied with the settings: `patches/`, and `.yarn/patches/`.
fn names_other_patch(text: &str) -> bool {
    let words = text.split(|c: char| c.is_whitespace() || "\"'#,".contains(c));
    let mut patches = words.filter(|word| word.ends_with(".patch")).map(|word| word.trim_start_matches("./"));
    patches.any(|patch| !patch.starts_with("patches/") && !patch.contains(".yarn/patches/"))
}

/// Whether settings name a file of the project beside those that are copied with them: in `.yarn/`.
fn names_other_file(text: &str) -> bool {
    text.lines().map(|line| line.trim_start_matches(['-', ' '])).any(|line| {
        let value = PATHS_IN_SETTINGS.iter().find_map(|key| line.strip_prefix(key));
        let value = value.map(|value| value.trim_matches(|c: char| c.is_whitespace() || "='\"".contains(c)));
        value.is_some_and(|path| {
            !path.trim_start_matches("./").starts_with(".yarn/") && !path.starts_with(['/', '$', '~'])
        })
    })
}
