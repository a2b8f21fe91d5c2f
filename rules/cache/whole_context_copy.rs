//! The whole build context is copied, and no `.dockerignore` keeps out what changes all the time or belongs elsewhere.
//!
//! ## Why
//! `COPY . .` takes every file of the build context, and each one that changes makes this layer and all behind it new.
//! `.git` changes with every commit, even where no source file does. `node_modules`, `target` or `venv` were made on
//! another machine, perhaps for another system; they are sent to the builder each time, and overwrite or mix with what
//! the image installs itself. A `.dockerignore` next to the Dockerfile or at the root of the context leaves them out.
//!
//! ## Example
//! ```dockerfile,bad
//! # context: package.json server.js node_modules/express/index.js .git/HEAD
//! FROM node:24-slim
//! WORKDIR /app
//! COPY . .
//! RUN npm ci
//! ```
//! ```dockerfile,good
//! # context: package.json server.js node_modules/express/index.js .git/HEAD
//! # .dockerignore: .git node_modules
//! FROM node:24-slim
//! WORKDIR /app
//! COPY . .
//! RUN npm ci
//! ```
//!
//! Known only where dfx sees the build context. A folder of dependencies counts where the Dockerfile installs or builds
//! with their package manager, as otherwise the image may need it; `.git` does not where a command asks git.
//! Secrets that come along are for `security/secret-file-copied`.
//!
//! ## Fix
//! Writes a `.dockerignore`, or adds lines to the one that is there: unless that asks, by `!`, for what they would leave out. They name what lies in this very build context and no instruction needs: the
//! history, what package managers have made, secrets, caches, settings of editors, and the Dockerfile itself, which may change
//! without any file of the image doing so. What the build reads is not among them, and the finding says what reads it: `.git` where
//! setuptools_scm, a plugin of Maven, a Makefile or their like ask git for a version, `.npmrc` where a package manager asks a
//! registry of your own, `.env` where vite or next build with its variables. A folder into which the image installs its dependencies is named even if it lies
//! elsewhere only: `cache/sources-before-dependencies` can then put the installation in front of the sources; where nothing else is amiss, that is told only to who selects this rule by name. Where several Dockerfiles share the context, the file is called after the Dockerfile,
//! as in `dev.Dockerfile.dockerignore`, holds what `.dockerignore` does as well, and BuildKit reads it for this one alone. *Content*: the image holds less. It is a
//! suggestion, since a program may ask for such a file when it runs: `dfx fix --select cache/whole-context-copy --effect
//! content` prints it, and writes it with `--write`.
//!
//! ## Sources
//! Docker's documentation, "Build context: .dockerignore files"; BuildKit, `COPY --exclude`.

use std::collections::BTreeSet;
use std::path::Path;

use crate::context::{BuildContext, IgnoreFile};
use crate::edit::{Effect, OtherFile};
use crate::finding::{Severity, Weight};
use crate::ir::{Breadth, ContextCopy, KeptFile, NeedlessFiles, SpareFiles};
use crate::knowledge::is_dockerfile_name;
use crate::knowledge::needless_files::NeedlessKind;
use crate::knowledge::package_managers::Invocation;
use crate::rewrite::{LateSources, dependencies_first};
use crate::rules::{Context, Meta, Sink};
use crate::source::SourceFile;

pub const META: Meta = Meta {
    name: "cache/whole-context-copy",
    effect: Some(Effect::Content),
    aliases: &["S6470", "DKL-LI-0003", "best-practices/dockerignore"],
    ..Meta::on_by_default()
};

/// More names make no finding clearer.
const MOST_NAMED: usize = 4;

/// As many are told with their size.
const MOST_TOLD: usize = 8;

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(context) = cx.build_context else { return };
    // One .dockerignore is the remedy for all copies.
    let Some(ContextCopy { step, source, .. }) = first_whole_copy(cx) else { return };
    let SpareFiles { needless, kept } = cx.build.spare_files(cx.commands, context);
    let unwanted = needless.iter().filter(|it| matches!(it.kind, NeedlessKind::History | NeedlessKind::Made));
    let named: Vec<String> = unwanted.take(MOST_NAMED).map(|it| format!("`{}`", it.path)).collect();
    let list = named.join(", ");
    let keyword = cx.text(step.instruction.keyword_span());
    let has_ignore_file = context.ignore_file().is_some();
    let overwriting = overwriting(cx);
    let report = match (named.is_empty(), has_ignore_file) {
        (true, true) if overwriting.is_empty() => return,
        // What is told of nothing that lies here is for those who ask.
        (true, true) => sink
            .report(
                source.span(),
                format!("this {keyword} would bring {} along, if it were there", quoted(&overwriting)),
            )
            .severity(Severity::Info)
            .weight(Weight::OnRequest)
            .help(format!("name {} in the `.dockerignore`", quoted(&overwriting))),
        (false, true) => sink
            .report(source.span(), format!("this {keyword} brings {list} along"))
            .help(format!("name {list} in the `.dockerignore`")),
        (false, false) => sink
            .report(source.span(), format!("this {keyword} brings {list} along, and there is no `.dockerignore`"))
            .help(format!("write a `.dockerignore` that names {list}")),
        (true, false) => sink
            .report(
                source.span(),
                format!("this {keyword} takes every file there is: no `.dockerignore` leaves any out"),
            )
            .severity(Severity::Info)
            .help("write a `.dockerignore` that names what the image does not need, the Dockerfile first"),
    };
    let report = report.flow(cx.cache_flow(step, source.span(), "takes in every file of the build context"));
    let report = if needless.is_empty() { report } else { report.note(facts(&needless)) };
    let report = kept.iter().take(MOST_NAMED).map(stays).fold(report, |report, note| report.note(note));
    let patterns: Vec<&str> = needless.iter().map(|it| it.pattern.as_str()).collect();
    let missing = overwriting.iter().map(String::as_str).filter(|folder| !patterns.contains(folder));
    let patterns: Vec<&str> = patterns.iter().copied().chain(missing).collect();
    if let Some(file) = ignore_file(cx, context, &patterns) {
        let verb = if file.before.is_some() { "add to" } else { "write" };
        let with = if file.before.is_some() { "" } else { " with" };
        let title = format!("{verb} `{}`{with} what lies here and no instruction needs", file.path);
        report.suggest_file(title, Effect::Content, file);
    }
}

/// Folders of dependencies that a later COPY could bring along from where they lie: there is no other reason why a COPY stays
/// in front of the installation. They need not lie here.
fn overwriting(cx: &Context<'_>) -> BTreeSet<String> {
    let copies = cx.reachable_stages().flat_map(|stage| {
        let copies = stage.steps.iter().flat_map(|step| cx.build.context_copies(step));
        copies.map(move |copy| (stage, copy))
    });
    let refusals = copies.flat_map(|(stage, copy)| {
        let behind = stage.steps.iter().skip(copy.step.index + 1).flat_map(|step| cx.commands.of_step(step));
        let installs = behind.filter(|command| command.manager.as_ref().is_some_and(Invocation::is_project_install));
        let orders =
            installs.map(|command| dependencies_first(cx.build, cx.commands, cx.build_context, &copy, command));
        orders.filter_map(Result::err).collect::<Vec<_>>()
    });
    refusals
        .filter_map(|refusal| if let LateSources::Overwritten(folder) = refusal { Some(folder) } else { None })
        .collect()
}

fn first_whole_copy<'b>(cx: &Context<'b>) -> Option<ContextCopy<'b>> {
    cx.reachable_stages().flat_map(|stage| &stage.steps).find_map(|step| {
        let copies = cx.build.context_copies(step).into_iter();
        copies.filter(|_| step.instruction.flag("exclude").is_none()).find(|copy| copy.breadth == Breadth::Whole)
    })
}

/// The ignore file with these patterns at its end, below those that it has. Where other Dockerfiles may be built from the same
/// context, it is for this one alone: they may need what this one does not.
fn ignore_file(cx: &Context<'_>, context: &BuildContext, patterns: &[&str]) -> Option<OtherFile> {
    let present = context.ignore_file();
    let is_kept = |pattern: &&&str| present.is_some_and(|file| is_taken_back(context, file, pattern));
    let lines: Vec<&str> = patterns.iter().filter(|pattern| !is_kept(pattern)).copied().collect();
    // Bytes that are no text cannot be written again.
    let is_text = present.is_none_or(|file| !file.source().has_invalid_bytes());
    if lines.is_empty() || !is_text {
        return None;
    }
    let common = context.name_of(".dockerignore");
    let own = format!("{}.dockerignore", cx.source().name());
    let before = present.map(|file| file.source().text());
    let names = context.entries().iter().filter_map(|entry| entry.path.rsplit('/').next());
    let is_shared = names.filter(|name| is_dockerfile_name(name)).nth(1).is_some() && cx.source().name() != "-";
    let file_name = |path: &str| Path::new(path).file_name().map(ToOwned::to_owned);
    Some(if present.is_some_and(|file| file_name(file.source().name()) == file_name(&own)) {
        OtherFile::with_lines(own, before, &lines)
    } else if is_shared {
        OtherFile::with_lines(common, before, &lines).copied_to(own)
    } else {
        OtherFile::with_lines(common, before, &lines)
    })
}

/// Whether the ignore file asks for something that the pattern, which would be its last, would leave out.
fn is_taken_back(context: &BuildContext, present: &IgnoreFile, pattern: &str) -> bool {
    let alone = IgnoreFile::parse(SourceFile::new("", pattern));
    present.patterns().iter().filter(|it| it.is_exception()).any(|exception| {
        let would_lose = |path: &str| alone.is_ignored(path).is_some() && exception.matches(path);
        would_lose(exception.text()) || context.entries().iter().any(|entry| would_lose(&entry.path))
    })
}

fn quoted(names: &BTreeSet<String>) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Why the ignore file does not name a file.
fn stays(kept: &KeptFile) -> String {
    format!("`{}` stays in the build context: {} reads it.", kept.path, kept.reader)
}

/// How much of the build context no instruction needs.
fn facts(needless: &[NeedlessFiles]) -> String {
    let told = needless.iter().take(MOST_TOLD).map(|it| format!("`{}` ({})", it.pattern, extent(it)));
    let told: Vec<String> = told.collect();
    let more = match needless.len().saturating_sub(MOST_TOLD) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    format!("No instruction needs {}{more}.", told.join(", "))
}

fn extent(files: &NeedlessFiles) -> String {
    let Some(extent) = files.extent else { return "not looked into".to_owned() };
    let number = if extent.files == 1 { "1 file".to_owned() } else { format!("{} files", extent.files) };
    let size = match extent.bytes {
        1 => "1 byte".to_owned(),
        bytes @ ..10_000 => format!("{bytes} bytes"),
        bytes @ ..10_000_000 => format!("{} kB", bytes / 1_000),
        bytes => format!("{} MB", bytes / 1_000_000),
    };
    format!("{number}, {size}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn what_the_ignore_file_leaves_out_does_not_come_along() {
        fires!("# context: .git/HEAD a\n# .dockerignore: b\nFROM x\nCOPY «.» /a\n");
        silent!("# context: .git/HEAD a\n# .dockerignore: .git\nFROM x\nCOPY . /a\n");
        silent!("# context: web/node_modules/a\n# .dockerignore: **/node_modules\nFROM x\nCOPY . /a\nRUN npm ci\n");
        fires!("# context: web/node_modules/a\n# .dockerignore: node_modules\nFROM x\nCOPY «.» /a\nRUN npm ci\n");
    }

    #[test]
    fn a_folder_that_the_image_does_not_make_itself_may_be_wanted() {
        silent!(
            "# context: node_modules/a server.js\n# .dockerignore: x\nFROM node\nCOPY . /a\nCMD [\"node\", \"server.js\"]\n"
        );
        silent!("# context: target/a Makefile\n# .dockerignore: x\nFROM rust\nCOPY . /a\nRUN cargo build\n");
        silent!("# context: .git/HEAD\n# .dockerignore: x\nFROM x\nCOPY . /a\nRUN git describe > /version\n");
    }

    #[test]
    fn one_ignore_file_is_missing_however_many_copies_there_are() {
        fires!("# context: a b\nFROM x AS y\nCOPY «.» /a\nFROM y\nCOPY . /b\n");
        let found = findings(&META, check, "# context: a\nFROM x\nCOPY . /a\n");
        assert_eq!(found[0].severity, Severity::Info);
    }

    #[test]
    fn the_ignore_file_names_what_is_there() {
        let text =
            "# context: .git/HEAD node_modules/a .env Dockerfile server.js .vscode/x\nFROM x\nCOPY . /a\nRUN npm ci\n";
        let found = findings(&META, check, text);
        let file = found[0].fix.as_ref().unwrap().other_file().unwrap();
        assert_eq!(file.text(), ".git\nnode_modules\n.env\n.vscode\nDockerfile\n");
        assert_eq!(
            found[0].notes,
            [
                "No instruction needs `.git` (1 file, 1 byte), `node_modules` (1 file, 1 byte), `.env` (1 file, 1 byte), \
              `.vscode` (1 file, 1 byte), `Dockerfile` (1 file, 1 byte)."
            ]
        );
        assert!(findings(&META, check, "# context: a\nFROM x\nCOPY . /a\n")[0].fix.is_none());
    }

    #[test]
    fn the_ignore_file_leaves_in_what_the_build_reads_and_says_why() {
        let text = "# context: .git/HEAD .npmrc Dockerfile setup.py package.json\n\
                    # text of .npmrc: //r.example.com/:_authToken=abc\n# text of setup.py: setup(use_scm_version=True, setup_requires=['setuptools_scm'])\n\n\
                    FROM x\nCOPY . /a\nRUN pip install . && npm ci\n";
        let found = findings(&META, check, text);
        assert_eq!(found[0].fix.as_ref().unwrap().other_file().unwrap().text(), "Dockerfile\n");
        assert_eq!(
            found[0].notes,
            [
                "No instruction needs `Dockerfile` (1 file, 1 byte).",
                "`.git` stays in the build context: `setuptools_scm` in `setup.py` reads it.",
                "`.npmrc` stays in the build context: `npm ci` reads it."
            ]
        );
        silent!(&format!("# .dockerignore: Dockerfile\n{text}"));
    }

    #[test]
    fn the_ignore_file_names_what_is_installed_wherever_it_lies() {
        let written = |text: &str| {
            let found = findings(&META, check, text);
            found[0].fix.as_ref().and_then(|fix| fix.other_file()).map(|file| file.text())
        };
        let text = |steps: &str| format!("# context: package.json package-lock.json a.js\nFROM x\nWORKDIR /a\n{steps}");
        assert_eq!(written(&text("COPY . .\nRUN npm ci\n")).as_deref(), Some("node_modules\n"));
        assert_eq!(written(&text("COPY . .\nRUN npm run build && npm ci\n")), None);
        assert_eq!(written(&text("COPY . .\n")), None);
        let here = "# context: package.json node_modules/a Dockerfile\nFROM x\nWORKDIR /a\nCOPY . .\nRUN npm ci\n";
        assert_eq!(written(here).as_deref(), Some("node_modules\nDockerfile\n"));
    }

    #[test]
    fn lines_are_added_to_an_ignore_file_that_is_there() {
        let text = |ignored: &str, steps: &str| {
            format!(
                "# context: .git/HEAD package.json package-lock.json node_modules/a node_modules/b a.js\n# .dockerignore: {ignored}\nFROM x\nWORKDIR /a\n{steps}"
            )
        };
        let steps = "COPY . .\nRUN npm ci\n";
        fixes!(&text("dist", steps) => &text("dist .git node_modules", steps));
        let found = findings(&META, check, &text("dist", steps));
        let file = found[0].fix.as_ref().unwrap().other_file().unwrap();
        assert_eq!((file.before.as_deref(), file.added.as_str()), (Some("dist"), "\n.git\nnode_modules\n"));
    }

    #[test]
    fn what_the_ignore_file_asks_for_is_not_taken_away() {
        let added = |ignored: &str| {
            let text = format!(
                "# context: .git/HEAD node_modules/a package.json\n# .dockerignore: {ignored}\nFROM x\nCOPY . /a\nRUN npm ci\n"
            );
            let found = findings(&META, check, &text);
            found[0].fix.as_ref().and_then(|fix| fix.other_file()).map(|file| file.added.clone())
        };
        assert_eq!(added("node_modules !node_modules/a").as_deref(), Some("\n.git\n"));
        assert_eq!(added("* !.git !node_modules !package.json"), None);
        assert_eq!(added("a !node_modules/not-here").as_deref(), Some("\n.git\n"));
    }

    #[test]
    fn a_folder_that_would_be_overwritten_is_told_to_who_asks() {
        let text = "# context: package.json package-lock.json a.js\n# .dockerignore: dist\nFROM x\nWORKDIR /a\nCOPY . .\nRUN npm ci\n";
        let found = findings(&META, check, text);
        assert!(found.len() == 1 && found[0].weight == Weight::OnRequest);
        assert_eq!(found[0].fix.as_ref().unwrap().other_file().unwrap().text(), "dist\nnode_modules\n");
    }

    #[test]
    fn other_copies_choose_themselves() {
        silent!("# context: src/a .git/HEAD\nFROM x\nCOPY src /a\nCOPY --exclude=.git . /b\nCOPY --from=y . /c\n");
        silent!("COPY . /a\n");
    }
}
