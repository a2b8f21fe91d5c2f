//! An archive is copied, and a RUN of the same stage unpacks it.
//!
//! ## Why
//! `ADD` unpacks a tar archive of the build context by itself. `COPY` and `tar` put the archive into one layer and its
//! content into the next, and deleting the archive does not make the first layer smaller.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! COPY rootfs.tar.gz /tmp/
//! RUN tar -xzf /tmp/rootfs.tar.gz -C / && rm /tmp/rootfs.tar.gz
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! ADD rootfs.tar.gz /
//! ```
//!
//! ## Fix
//! Lets ADD unpack the archive where `tar` would, and takes `tar`, and the removal of the archive, out of the RUN. *Content*:
//! an archive that the RUN leaves behind is gone. Only where the RUN comes right after the COPY and begins with a `tar` that
//! has no options but `x`, `f`, `v`, `p`, the kind of compression and `-C`: `--strip-components` has no counterpart in ADD;
//! there, a bind mount (`RUN --mount=type=bind,source=rootfs.tar.gz,target=/tmp/rootfs.tar.gz tar ...`) does without the
//! copy.
//!
//! ## Sources
//! hadolint DL3010; Docker's reference, ADD: "local tar archives".

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{Command, Step, clean_path};
use crate::rules::{Context, Meta, Sink};
use crate::shell::{Link, Script};
use crate::source::Span;
use crate::syntax::{Keyword, Transfer};

pub const META: Meta = Meta {
    name: "style/copy-then-unpack",
    severity: Severity::Info,
    effect: Some(Effect::Content),
    aliases: &["DL3010"],
    ..Meta::opt_in()
};

const ARCHIVES: [&str; 9] = [".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst"];

/// As many calls of `tar` are looked at; real files have a handful.
const MOST_CALLS: usize = 100;

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let of_tar = cx.commands.of_build().filter(|command| command.name() == Some("tar") && extracts(command));
    let calls: Vec<&Command<'_>> = of_tar.take(MOST_CALLS).collect();
    for (step, transfer) in cx.transfers() {
        if step.instruction.keyword != Some(Keyword::Copy) || step.instruction.flag("from").is_some() {
            continue;
        }
        let Some(destination) = step.certain_value(&transfer.destination) else { continue };
        for source in &transfer.sources {
            let name = step.certain_value(source).map(|path| path.rsplit('/').next().unwrap_or(path));
            let Some(name) = name.filter(|name| is_archive(name) && !name.contains(['*', '?', '['])) else { continue };
            let written =
                if is_archive(destination) { destination.to_owned() } else { format!("{destination}/{name}") };
            let path = absolute(step, &written);
            let is_later = |tar: &Command<'_>| tar.step.stage == step.stage && tar.step.index > step.index;
            let Some(tar) = calls.iter().find(|tar| is_later(tar) && names(tar, &path)) else { continue };
            let report = sink
                .report(source.span(), format!("`{name}` is copied, and then unpacked by a RUN"))
                .related(tar.name_span(), "it is unpacked here")
                .help("let `ADD` unpack it, or mount it into the RUN");
            if let Some(edits) = edits(cx, step, transfer, tar, &path) {
                report.fix("let `ADD` unpack it", Effect::Content, edits);
            }
        }
    }
}

fn is_archive(name: &str) -> bool {
    ARCHIVES.iter().any(|ending| name.ends_with(ending))
}

/// Whether `tar` unpacks. The letters may stand without a dash in the first word, or with one in any: `tar xf`,
/// `tar -C / -xf`.
fn extracts(tar: &Command<'_>) -> bool {
    tar.arguments().iter().enumerate().any(|(at, word)| {
        let letters = word.value.and_then(|value| if at == 0 { Some(value) } else { value.strip_prefix('-') });
        letters.is_some_and(|letters| {
            matches!(letters, "-extract" | "--extract")
                || !letters.starts_with("--") && !letters.contains('/') && letters.len() < 8 && letters.contains('x')
        })
    })
}

fn names(command: &Command<'_>, path: &str) -> bool {
    command.arguments().iter().any(|word| word.value.is_some_and(|value| absolute(command.step, value) == path))
}

fn absolute(step: &Step<'_>, path: &str) -> String {
    let workdir = step.state.workdir.as_ref().map_or("/", |workdir| workdir.value.as_str());
    clean_path(&if path.starts_with('/') { path.to_owned() } else { format!("{workdir}/{path}") })
}

/// ADD in the place of COPY, and the RUN without `tar`.
fn edits(
    cx: &Context<'_>,
    copy: &Step<'_>,
    transfer: &Transfer,
    tar: &Command<'_>,
    archive: &str,
) -> Option<Vec<Edit>> {
    let name = archive.rsplit('/').next().unwrap_or(archive);
    let is_used_elsewhere = cx.build.steps().any(|step| {
        let is_here = step.stage == copy.stage && (step.index == copy.index || step.index == tar.step.index);
        !is_here && step.instruction.text.text().contains(name)
    });
    if is_used_elsewhere {
        return None;
    }
    let stands_alone = transfer.sources.len() == 1 && copy.instruction.flags.is_empty() && !transfer.json;
    let is_next = tar.step.index == copy.index + 1 && tar.step.instruction.flags.is_empty();
    if !stands_alone || !is_next || !transfer.destination.is_contiguous() {
        return None;
    }
    let directory = unpacked_to(tar, archive)?;
    let [script] = cx.build.scripts(tar.step) else { return None };
    let links = script.top_level_and_chain()?;
    let commands = cx.commands.of_step(tar.step);
    let first = commands.first().filter(|first| first.span() == tar.span())?;
    let removes = |command: &Command<'_>| {
        let operands = command.arguments().iter().filter_map(|word| word.value).filter(|word| !word.starts_with('-'));
        command.name() == Some("rm") && operands.map(|path| absolute(command.step, path)).eq([archive.to_owned()])
    };
    let gone = 1 + usize::from(commands.get(1).is_some_and(removes));
    let is_plain = is_whole(first, script, links.first()?) && first.wrapping.is_empty();
    let mut edits = vec![
        Edit::replace(copy.instruction.keyword_span(), "ADD"),
        Edit::replace(transfer.destination.span(), format!("{}/", directory.trim_end_matches('/'))),
    ];
    edits.push(match links.get(gone) {
        Some(next) => {
            let span = Span::new(links.first()?.pipeline.span.start, next.pipeline.span.start);
            Edit::delete(script.source.to_file_cover(span))
        }
        None => Edit::delete(cx.whole_lines(tar.step.instruction)?),
    });
    (is_plain && links.len() >= gone).then_some(edits)
}

/// Whether the link is that command and nothing else.
fn is_whole(command: &Command<'_>, script: &Script, link: &Link<'_>) -> bool {
    script.source.to_file_cover(link.pipeline.span) == command.span()
}

/// Where `tar` unpacks the archive, if it does no more than ADD would do.
fn unpacked_to(tar: &Command<'_>, archive: &str) -> Option<String> {
    let mut words = tar.arguments().iter().map(|word| word.value);
    let letters = words.next()??.trim_start_matches('-');
    let is_plain = letters.ends_with('f') && letters.bytes().all(|letter| b"xzjJvpf".contains(&letter));
    let named = words.next()??;
    let directory = match (words.next(), words.next(), words.next()) {
        (None, ..) => absolute(tar.step, "."),
        (Some(Some("-C" | "--directory")), Some(Some(directory)), None) => absolute(tar.step, directory),
        _ => return None,
    };
    (is_plain && absolute(tar.step, named) == archive).then_some(directory)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn an_archive_that_something_else_needs_stays() {
        for later in ["RUN rm /tmp/y.tgz\n", "ENTRYPOINT [\"cat\", \"/tmp/y.tgz\"]\n"] {
            let found =
                findings(&META, check, &format!("FROM a\nCOPY y.tgz /tmp/\nRUN tar xf /tmp/y.tgz -C /opt\n{later}"));
            assert!(found.len() == 1 && found[0].fix.is_none(), "{later}");
        }
    }

    #[test]
    fn paths_are_joined_with_the_working_directory() {
        fires!("WORKDIR /src\nCOPY «dist/a.tgz» ./\nRUN tar xzf a.tgz\n");
        fires!("COPY «a.tar» /b.tar\nRUN set -e; tar -C /opt -xf /b.tar\n");
    }

    #[test]
    fn add_unpacks_where_tar_did() {
        fixes!(
            "WORKDIR /src\nCOPY a.tgz .\nRUN tar xzf a.tgz -C /opt && make\n" =>
            "WORKDIR /src\nADD a.tgz /opt/\nRUN make\n"
        );
        fixes!("COPY d/a.tar /b.tar\nRUN tar -xf /b.tar && rm -f /b.tar\nRUN c\n" => "ADD d/a.tar /\nRUN c\n");
    }

    #[test]
    fn what_add_cannot_do_is_left_to_tar() {
        let unfixed = |text: &str| findings(&META, check, text).iter().all(|finding| finding.fix.is_none());
        assert!(unfixed("COPY a.tgz /\nRUN tar xzf /a.tgz --strip-components=1\n"));
        assert!(unfixed("COPY a.tgz /\nRUN b\nRUN tar xzf /a.tgz\n"));
        assert!(unfixed("COPY a.tgz b /\nRUN tar xzf /a.tgz\n"));
        assert!(unfixed("COPY a.tgz /\nRUN tar xzf /a.tgz; b\n"));
        assert!(unfixed("COPY --chown=1 a.tgz /\nRUN tar xzf /a.tgz\n"));
    }

    #[test]
    fn archives_of_other_stages_or_that_stay_packed_are_left_alone() {
        silent!("COPY --from=alpine:3 /a.tgz /\nRUN tar xzf /a.tgz\n");
        silent!("COPY a.tgz /\nRUN tar tzf /a.tgz\n");
        silent!("COPY a.zip /\nRUN unzip /a.zip\n");
        silent!("COPY a.tgz /x/\nRUN tar xzf /y/a.tgz\n");
    }
}
