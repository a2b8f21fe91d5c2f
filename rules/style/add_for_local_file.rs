//! ADD where COPY does the same.
//!
//! ## Why
//! ADD downloads addresses, clones repositories and unpacks tar archives. A reader of `ADD app.conf /etc/` has to make
//! sure that none of that happens, and a file that one day turns out to be an archive is unpacked without anybody
//! having asked. COPY only copies.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! ADD app.conf /etc/
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! COPY app.conf /etc/
//! ```
//!
//! ## Fix
//! Writes `COPY`. *Equivalent*: the same files, but the step has another cache key. Holds back where a name has no
//! extension, so that it may be an archive after all.
//!
//! ## Sources
//! hadolint DL3020; Trivy DS-0005; Checkov CKV_DOCKER_4; CIS Docker Benchmark 4.9; Sonar S7029; Docker, "Building best
//! practices": ADD or COPY.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::Step;
use crate::knowledge::archives::is_archive_extension;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{Keyword, Word};

pub const META: Meta = Meta {
    name: "style/add-for-local-file",
    severity: Severity::Style,
    effect: Some(Effect::Equivalent),
    aliases: &[
        "DL3020",
        "DS-0005",
        "CKV_DOCKER_4",
        "KICS-9513a694",
        "S7029",
        "CIS-DI-0009",
        "prefer-copy-over-add",
        "best-practices/ADD-COPY",
    ],
    ..Meta::opt_in()
};

/// What a source of ADD is.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    /// A file or folder that ADD copies as it is.
    Plain,
    /// A file or folder without a telling name.
    Local,
    /// An archive, an address, a repository, or a name that cannot be known.
    Special,
}

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (step, transfer) in cx.transfers().filter(|(step, _)| step.instruction.keyword == Some(Keyword::Add)) {
        let instruction = step.instruction;
        // BuildKit knows no `--from` of ADD: as COPY, it would bring something else.
        let is_left =
            ["checksum", "from", "keep-git-dir", "unpack"].iter().any(|flag| instruction.flag(flag).is_some());
        let worst = transfer.sources.iter().map(|source| judge(cx, step, source)).max();
        let (Some(worst), false) = (worst, is_left) else { continue };
        if worst == Source::Special {
            continue;
        }
        let keyword = cx.text(instruction.keyword_span());
        let copy = if keyword.chars().all(|letter| letter.is_ascii_lowercase()) { "copy" } else { "COPY" };
        let report = sink
            .report(instruction.keyword_span(), "`ADD` is used for local files that `COPY` would copy")
            .help("write `COPY`");
        if worst == Source::Plain {
            let edits = vec![Edit::replace(instruction.keyword_span(), copy)];
            report.fix("write `COPY`", Effect::Equivalent, edits);
        }
    }
}

const MAY_BE_ARCHIVES: &[&str] = &["apk", "bin", "box", "crate", "gem", "img", "ipk", "oci", "ova", "pkg", "run"];

fn judge(cx: &Context<'_>, step: &Step<'_>, source: &Word) -> Source {
    if step.instruction.heredoc_of(source).is_some() {
        return Source::Plain;
    }
    let Some(path) = step.certain_value(source) else { return Source::Special };
    if path.contains("://") || path.starts_with("git@") {
        return Source::Special;
    }
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let is_folder =
        path.ends_with('/') || matches!(name, "" | "." | "..") || cx.build_context.is_some_and(|it| it.is_dir(path));
    if is_folder {
        return Source::Plain;
    }
    match name.rsplit_once('.') {
        Some((_, extension)) if is_archive_extension(extension) => Source::Special,
        // A pattern may find archives whatever it ends in.
        Some((_, extension)) if extension.contains(['*', '?', '[']) => Source::Special,
        // These are tar archives by another name, or may be: ADD looks at what is in them.
        Some((_, extension)) if MAY_BE_ARCHIVES.contains(&extension.to_ascii_lowercase().as_str()) => Source::Local,
        Some((front, _)) if !front.is_empty() => Source::Plain,
        _ if name.contains(['*', '?', '[']) => Source::Special,
        _ => Source::Local,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_gem_is_an_archive_by_another_name() {
        let found = findings(&META, check, "FROM a\nADD a.gem /g/\n");
        assert!(found.len() == 1 && found[0].fix.is_none());
    }

    #[test]
    fn the_keyword_is_reported_and_keeps_its_case() {
        fires!("«ADD» . /app\n");
        fixes!("add --chown=1:1 a.py lib/ /app/\n" => "copy --chown=1:1 a.py lib/ /app/\n");
        fixes!("ADD [\"a b.txt\", \"/app/\"]\n" => "COPY [\"a b.txt\", \"/app/\"]\n");
    }

    #[test]
    fn a_name_without_extension_is_not_fixed() {
        let found = findings(&META, check, "FROM debian\nADD app /app\n");
        assert!(found.len() == 1 && found[0].fix.is_none());
    }

    #[test]
    fn what_only_add_does_is_left_alone() {
        silent!("ADD app.tar.gz /app\nADD https://example.com/a.txt /app\nADD git@example.com:a/b.git /app\n");
        silent!("ADD * /app\nADD a.tar* /app\n");
        silent!("ARG SOURCE=a.txt\nADD $SOURCE /app\n");
        silent!("ADD --unpack=false a.txt /app\n");
        silent!("ADD --from=a b.txt /app\n");
    }
}
