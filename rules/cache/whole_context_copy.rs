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
//! None: the fix is another file, `.dockerignore`. The finding says what to write into it.
//!
//! ## Sources
//! Docker's documentation, "Build context: .dockerignore files"; BuildKit, `COPY --exclude`.

use crate::context::{BuildContext, Entry};
use crate::finding::Severity;
use crate::ir::{Breadth, ContextCopy};
use crate::knowledge::package_managers::Home;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "cache/whole-context-copy",
    aliases: &["S6470", "DKL-LI-0003", "best-practices/dockerignore"],
    ..Meta::on_by_default()
};

/// Folders that a language's tools fill, and a file next to them that says they are that.
const MADE: &[(&str, &str, Option<&str>)] = &[
    ("javascript", "node_modules", None),
    ("javascript", "bower_components", None),
    ("python", "venv", None),
    ("python", ".venv", None),
    ("python", "__pycache__", None),
    ("rust", "target", Some("Cargo.toml")),
    ("java", "target", Some("pom.xml")),
    ("java", ".gradle", None),
    ("java", "build", Some("build.gradle")),
    ("java", "build", Some("build.gradle.kts")),
    ("php", "vendor", Some("composer.json")),
    ("elixir", "_build", Some("mix.exs")),
    ("elixir", "deps", Some("mix.exs")),
];

/// More names make no finding clearer.
const MOST_NAMED: usize = 4;

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(context) = cx.build_context else { return };
    // One .dockerignore is the remedy for all copies.
    let Some(ContextCopy { step, source, .. }) = first_whole_copy(cx) else { return };
    let unwanted = unwanted(cx, context);
    let named: Vec<String> = unwanted.iter().take(MOST_NAMED).map(|path| format!("`{path}`")).collect();
    let list = named.join(", ");
    let keyword = cx.text(step.instruction.keyword_span());
    match (named.is_empty(), context.ignore_file()) {
        (false, Some(_)) => drop(
            sink.report(source.span(), format!("this {keyword} brings {list} along"))
                .help(format!("name {list} in the `.dockerignore`")),
        ),
        (false, None) => drop(
            sink.report(source.span(), format!("this {keyword} brings {list} along, and there is no `.dockerignore`"))
                .help(format!("write a `.dockerignore` that names {list}")),
        ),
        (true, None) => drop(
            sink.report(
                source.span(),
                format!("this {keyword} takes every file there is: no `.dockerignore` leaves any out"),
            )
            .severity(Severity::Info)
            .help("write a `.dockerignore` that names what the image does not need, the Dockerfile first"),
        ),
        (true, Some(_)) => {}
    }
}

fn first_whole_copy<'b>(cx: &Context<'b>) -> Option<ContextCopy<'b>> {
    cx.reachable_stages().flat_map(|stage| &stage.steps).find_map(|step| {
        let copies = cx.build.context_copies(step).into_iter();
        copies.filter(|_| step.instruction.flag("exclude").is_none()).find(|copy| copy.breadth == Breadth::Whole)
    })
}

/// What no image needs and the builder gets.
fn unwanted<'c>(cx: &Context<'_>, context: &'c BuildContext) -> Vec<&'c str> {
    let mut languages: Vec<&str> = Vec::new();
    for (_, invocation) in cx.commands.package_managers() {
        if let Home::Language(language) = invocation.manager.home {
            languages.push(language);
        }
    }
    let asks_git =
        || cx.commands.of_build().any(|command| command.words.iter().any(|word| word.written.contains("git")));
    let mut found: Vec<&str> = Vec::new();
    for entry in context.entries().iter().filter(|entry| entry.is_dir()) {
        let is_inside = found.last().is_some_and(|last| entry.path.starts_with(&format!("{last}/")));
        let is_unwanted = match entry.path.as_str() {
            ".git" => !asks_git(),
            _ => is_made(context, entry, &languages),
        };
        if is_unwanted && !is_inside && !context.would_exclude(&entry.path) {
            found.push(&entry.path);
        }
        if found.len() == MOST_NAMED {
            break;
        }
    }
    found
}

fn is_made(context: &BuildContext, entry: &Entry, languages: &[&str]) -> bool {
    let (folder, name) = entry.path.rsplit_once('/').unwrap_or(("", &entry.path));
    let is_there = |file: &str| context.exists(&format!("{folder}/{file}"));
    MADE.iter().any(|(language, made, mark)| *made == name && languages.contains(language) && mark.is_none_or(is_there))
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
    fn other_copies_choose_themselves() {
        silent!("# context: src/a .git/HEAD\nFROM x\nCOPY src /a\nCOPY --exclude=.git . /b\nCOPY --from=y . /c\n");
        silent!("COPY . /a\n");
    }
}
