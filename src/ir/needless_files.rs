//! What lies in the build context and no instruction needs.

use std::collections::{BTreeMap, BTreeSet};

use crate::context::{BuildContext, Entry, Extent, Glob};
use crate::knowledge::file_name;
use crate::knowledge::needless_files::{NeedlessKind, needless_kind, says_it_all};
use crate::knowledge::package_managers::Home;

use super::{Breadth, Build, Commands, Reader, lies_in, secret_in_context};

/// What the builder gets of a context beside what the image is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SpareFiles {
    /// What no instruction needs, the least useful first.
    pub needless: Vec<NeedlessFiles>,
    /// What looks needless, or has no place in an image, and is read by the build.
    pub kept: Vec<KeptFile>,
}

/// Files and folders of one name that the builder gets and no instruction needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedlessFiles {
    /// What they are for.
    pub kind: NeedlessKind,
    /// Where the first of them lies.
    pub path: String,
    /// The line of a `.dockerignore` that leaves all of them out.
    pub pattern: String,
    /// How much they are; `None` where nobody has looked inside.
    pub extent: Option<Extent>,
}

/// A file or folder that stays in the context, and what reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFile {
    /// Where it lies.
    pub path: String,
    /// What reads it.
    pub reader: Reader,
}

impl Build<'_> {
    /// What the builder gets of `context` beside what the image is made of.
    pub fn spare_files(&self, commands: &Commands<'_>, context: &BuildContext) -> SpareFiles {
        let languages = languages(commands);
        let needs = Needs::of(self, commands);
        let secret_readers = self.secret_readers(commands, context);
        let mut found: BTreeMap<(NeedlessKind, &str), Vec<&Entry>> = BTreeMap::new();
        let mut kept = Vec::new();
        let mut inside: Option<&str> = None;
        for entry in context.entries() {
            if inside.is_some_and(|folder| lies_in(&entry.path, folder)) {
                continue;
            }
            let (folder, name) = entry.path.rsplit_once('/').unwrap_or(("", &entry.path));
            let is_beside = |file: &str| context.exists(&format!("{folder}/{file}"));
            let secret = || secret_in_context(context, entry).map(|_| NeedlessKind::Secret);
            let kind = needless_kind(&entry.path, &languages, is_beside).or_else(secret);
            let is_needless =
                |kind: &_| !needs.include(*kind, &entry.path, name) && !context.would_exclude(&entry.path);
            let Some(kind) = kind.filter(is_needless) else { continue };
            inside = Some(&entry.path).filter(|_| entry.is_dir()).map(String::as_str);
            let reader = match kind {
                NeedlessKind::History => self.reader_of_history(commands, context),
                NeedlessKind::Secret => secret_readers.of(&entry.path),
                _ => None,
            };
            if let Some(reader) = reader {
                kept.push(KeptFile { path: entry.path.clone(), reader });
                continue;
            }
            // Of two files of one name, one may hold a secret and the other none.
            let name = if kind == NeedlessKind::Secret { &entry.path } else { name };
            found.entry((kind, name)).or_default().push(entry);
        }
        let of_name = |((kind, name), entries): ((NeedlessKind, &str), Vec<&Entry>)| match entries.as_slice() {
            [_, _, ..] if says_it_all(name) => vec![NeedlessFiles::new(context, kind, format!("**/{name}"), &entries)],
            entries => {
                let alone = |entry: &&Entry| NeedlessFiles::new(context, kind, entry.path.clone(), &[entry]);
                entries.iter().filter(|entry| is_plain(&entry.path)).map(alone).collect()
            }
        };
        SpareFiles { needless: found.into_iter().flat_map(of_name).collect(), kept }
    }
}

impl NeedlessFiles {
    fn new(context: &BuildContext, kind: NeedlessKind, pattern: String, entries: &[&Entry]) -> Self {
        let path = entries.first().map_or_else(String::new, |entry| entry.path.clone());
        Self { kind, path, pattern, extent: entries.iter().map(|entry| context.extent(&entry.path)).sum() }
    }
}

/// Whether the path stands for itself in an ignore file.
fn is_plain(path: &str) -> bool {
    !path.contains(['*', '?', '[', ']', '\\']) && !path.starts_with(['#', '!']) && path.trim() == path
}

fn languages(commands: &Commands<'_>) -> Vec<&'static str> {
    let homes = commands.package_managers().map(|(_, invocation)| invocation.manager.home);
    let languages = homes.filter_map(|home| match home {
        Home::Language(language) => Some(language),
        _ => None,
    });
    languages.collect::<BTreeSet<_>>().into_iter().collect()
}

/// What the instructions ask of the build context, beyond all of it.
struct Needs<'n> {
    /// The parts of the paths that COPY, ADD and bind mounts name.
    parts: BTreeSet<&'n str>,
    patterns: Vec<Glob>,
    /// Everything that the instructions say.
    texts: Vec<&'n str>,
    /// Whether git is installed: something may call it.
    has_git: bool,
    /// The names of files that RUNs get as secrets.
    secrets: BTreeSet<String>,
}

impl<'n> Needs<'n> {
    fn of(build: &'n Build<'_>, commands: &Commands<'_>) -> Self {
        let copies = build.steps().flat_map(|step| build.context_copies(step));
        let copied = copies.filter(|copy| copy.breadth != Breadth::Whole).map(|copy| copy.step.value(copy.source));
        let paths: Vec<&str> = copied.map(|path| path.trim_start_matches("./").trim_start_matches('/')).collect();
        let binds = build.steps().flat_map(|step| step.mounts()).filter(|mount| mount.kind == "bind");
        let mounted = binds.map(|mount| build.file.source.slice(mount.span));
        let secrets = build.steps().flat_map(|step| step.mounts()).filter(|mount| mount.kind == "secret");
        let secrets = secrets.filter_map(|mount| mount.target.as_deref().map(file_name).map(str::to_owned));
        let mut packages = commands.package_managers().flat_map(|(_, invocation)| invocation.packages());
        Self {
            patterns: paths
                .iter()
                .filter(|path| path.contains(['*', '?', '[']))
                .filter_map(|it| Glob::new(it).ok())
                .collect(),
            parts: paths.into_iter().chain(mounted).flat_map(|path| path.split(['/', '=', ','])).collect(),
            texts: build.steps().map(|step| step.instruction.text.text()).collect(),
            has_git: packages.any(|package| is_git(package.name)),
            secrets: secrets.collect(),
        }
    }

    fn include(&self, kind: NeedlessKind, path: &str, name: &str) -> bool {
        let is_asked_for = match kind {
            NeedlessKind::History => self.has_git,
            NeedlessKind::Secret if self.secrets.contains(name) => false,
            // What a command finds there, the image has made itself.
            NeedlessKind::Made => false,
            _ => self.texts.iter().any(|text| text.contains(name)),
        };
        is_asked_for || self.parts.contains(name) || self.patterns.iter().any(|pattern| pattern.matches(path))
    }
}

/// Whether the package brings git, or a part of it: `git`, `git-core`, `git-lfs`.
fn is_git(package: &str) -> bool {
    package == "git" || package.starts_with("git-")
}

#[cfg(test)]
mod tests {
    use crate::context::EntryKind;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    /// The patterns for what a file does not need of a context.
    fn needless(text: &str, paths: &[&str]) -> Vec<String> {
        let file = parse(SourceFile::new("Dockerfile", format!("FROM a\nCOPY . .\n{text}")));
        let build = Build::new(&file);
        let entries = paths.iter().map(|path| Entry::file(*path, 0o644, 10)).collect();
        let context = BuildContext::new(entries, None, BTreeMap::new(), false);
        let found = build.spare_files(&Commands::new(&build), &context).needless;
        found.into_iter().map(|files| files.pattern).collect()
    }

    #[test]
    fn what_is_there_is_named_once() {
        assert_eq!(
            needless(
                "RUN npm ci\n",
                &["a/node_modules/x/node_modules/y", "b/node_modules/z", ".git/HEAD", "Dockerfile"]
            ),
            [".git", "**/node_modules", "Dockerfile"]
        );
        assert_eq!(needless("RUN npm ci\n", &["web/node_modules/x", "package.json"]), ["web/node_modules"]);
        assert_eq!(needless("", &["a/.env", "b/.env", "b/.env.example"]), ["a/.env", "b/.env"]);
        let crates = ["a/Cargo.toml", "a/target/x", "b/Cargo.toml", "b/target/x", "b/src/target/mod.rs"];
        assert_eq!(needless("RUN cargo build\n", &crates), ["a/target", "b/target"]);
    }

    #[test]
    fn what_an_instruction_names_is_needed() {
        let paths = ["node_modules/x", ".git/HEAD", ".vscode/a", "docker-compose.yml"];
        assert_eq!(needless("RUN git describe && npm ci\n", &paths), ["node_modules", ".vscode", "docker-compose.yml"]);
        assert_eq!(needless("COPY node_modules /x\nRUN npm ci\n", &paths), [".git", ".vscode", "docker-compose.yml"]);
        assert_eq!(needless("COPY .* /x/\nRUN cat docker-compose.yml\n", &paths), [""; 0]);
        assert_eq!(needless("RUN --mount=source=.git,target=/g a\n", &paths), [".vscode", "docker-compose.yml"]);
    }

    #[test]
    fn git_of_a_version_or_in_parts_reads_the_history_too() {
        let paths = [".git/HEAD"];
        for packages in ["git", "git=1:2.39.5-0+deb12u2", "curl git-core", "git-lfs"] {
            assert_eq!(needless(&format!("RUN apt-get install -y {packages}\n"), &paths), [""; 0], "{packages}");
        }
        assert_eq!(needless("RUN apk add git~2.40 make\n", &paths), [""; 0]);
        for step in ["apt-get install -y gitk libgit2-dev", "apt-get remove -y curl"] {
            assert_eq!(needless(&format!("RUN {step}\n"), &paths), [".git"], "{step}");
        }
    }

    #[test]
    fn what_the_build_reads_is_kept_and_a_mount_takes_its_place() {
        let paths = ["package.json", ".npmrc", ".git/HEAD", ".env"];
        let texts = [
            (
                "package.json",
                "{\"scripts\": {\"build\": \"V=$(git describe) vite build\"}, \"dependencies\": {\"vite\": \"5\"}}",
            ),
            (".npmrc", "//r.example.com/:_authToken=abc\n"),
        ];
        let beside = |steps: &str| {
            let file = parse(SourceFile::new("Dockerfile", format!("FROM a\nWORKDIR /a\nCOPY . .\n{steps}")));
            let build = Build::new(&file);
            let entries = paths.iter().map(|path| Entry::file(*path, 0o644, 10)).collect();
            let texts = texts.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
            let found = build.spare_files(&Commands::new(&build), &BuildContext::new(entries, None, texts, false));
            let kept: Vec<_> = found.kept.iter().map(|it| format!("{}: {}", it.path, it.reader)).collect();
            (found.needless.into_iter().map(|it| it.pattern).collect::<Vec<_>>(), kept)
        };
        let (needless, kept) = beside("RUN npm ci && npm run build\n");
        assert_eq!(needless, [""; 0]);
        let of_git = ".git: `git describe` in `package.json`";
        assert_eq!(kept, [".env: `vite` in `package.json`", of_git, ".npmrc: `npm ci`"]);
        let mounts = "--mount=type=secret,id=a,target=/a/.npmrc --mount=type=secret,id=b,target=/a/.env";
        let (needless, kept) = beside(&format!("RUN {mounts} npm ci && npm run build\n"));
        assert_eq!((needless, kept), (vec![".env".to_owned(), ".npmrc".to_owned()], vec![of_git.to_owned()]));
    }

    #[test]
    fn the_extent_is_that_of_all_files_inside() {
        let file = parse(SourceFile::new("Dockerfile", "FROM a\nCOPY . .\nRUN npm ci\n"));
        let build = Build::new(&file);
        let git = Entry { kind: EntryKind::UnlistedDirectory, ..Entry::directory(".git", 0o755) };
        let entries = vec![git, Entry::file("node_modules/a/b", 0o644, 3), Entry::file("node_modules/c", 0o644, 4)];
        let context = BuildContext::new(entries, None, BTreeMap::new(), false);
        let extents: Vec<_> = build
            .spare_files(&Commands::new(&build), &context)
            .needless
            .into_iter()
            .map(|files| files.extent)
            .collect();
        assert_eq!(extents, [None, Some(Extent { files: 2, bytes: 7 })]);
    }
}
