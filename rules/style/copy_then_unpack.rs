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
//! None: options of `tar` such as `--strip-components` have no counterpart in ADD; there, a bind mount of the archive
//! (`RUN --mount=type=bind,source=rootfs.tar.gz,target=/tmp/rootfs.tar.gz tar ...`) does without the copy.
//!
//! ## Sources
//! hadolint DL3010; Docker's reference, ADD: "local tar archives".

use crate::finding::Severity;
use crate::ir::{Command, Step, clean_path};
use crate::rules::{Context, Meta, Sink};
use crate::syntax::Keyword;

pub const META: Meta =
    Meta { name: "style/copy-then-unpack", severity: Severity::Info, aliases: &["DL3010"], ..Meta::opt_in() };

const ARCHIVES: [&str; 9] = [".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst"];

/// As many calls of `tar` are looked at; real files have a handful.
const MOST_CALLS: usize = 100;

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let calls: Vec<&Command<'_>> =
        cx.commands.of_build().filter(|command| command.name() == Some("tar")).take(MOST_CALLS).collect();
    for (step, transfer) in cx.transfers() {
        if step.instruction.keyword != Some(Keyword::Copy) || step.instruction.flag("from").is_some() {
            continue;
        }
        let Some(destination) = step.certain_value(&transfer.destination) else { continue };
        for source in &transfer.sources {
            let Some(name) = step.certain_value(source).map(|path| path.rsplit('/').next().unwrap_or(path)) else {
                continue;
            };
            if !ARCHIVES.iter().any(|ending| name.ends_with(ending)) || name.contains(['*', '?', '[']) {
                continue;
            }
            let is_file = ARCHIVES.iter().any(|ending| destination.ends_with(ending));
            let path = absolute(step, &if is_file { destination.to_owned() } else { format!("{destination}/{name}") });
            let later = calls.iter().filter(|tar| tar.step.stage == step.stage && tar.step.index > step.index);
            let unpacks = |word: &crate::ir::CommandWord<'_>, at: &Step<'_>| {
                word.value.is_some_and(|value| absolute(at, value) == path)
            };
            let mut unpacking = later.filter(|tar| {
                // The letters may stand without a dash in the first word, or with one in any: `tar xf`, `tar -C / -xf`.
                let extracts = tar.arguments().iter().enumerate().any(|(at, word)| {
                    let letters =
                        word.value.and_then(|value| if at == 0 { Some(value) } else { value.strip_prefix('-') });
                    letters.is_some_and(|letters| {
                        letters == "-extract"
                            || letters == "--extract"
                            || (!letters.starts_with("--")
                                && !letters.contains('/')
                                && letters.len() < 8
                                && letters.contains('x'))
                    })
                });
                extracts && tar.arguments().iter().any(|word| unpacks(word, tar.step))
            });
            if let Some(tar) = unpacking.next() {
                sink.report(source.span(), format!("`{name}` is copied, and then unpacked by a RUN"))
                    .related(tar.name_span(), "it is unpacked here")
                    .help("let `ADD` unpack it, or mount it into the RUN");
            }
        }
    }
}

fn absolute(step: &Step<'_>, path: &str) -> String {
    let workdir = step.state.workdir.as_ref().map_or("/", |workdir| workdir.value.as_str());
    clean_path(&if path.starts_with('/') { path.to_owned() } else { format!("{workdir}/{path}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn paths_are_joined_with_the_working_directory() {
        fires!("WORKDIR /src\nCOPY «dist/a.tgz» ./\nRUN tar xzf a.tgz\n");
        fires!("COPY «a.tar» /b.tar\nRUN set -e; tar -C /opt -xf /b.tar\n");
    }

    #[test]
    fn archives_of_other_stages_or_that_stay_packed_are_left_alone() {
        silent!("COPY --from=alpine:3 /a.tgz /\nRUN tar xzf /a.tgz\n");
        silent!("COPY a.tgz /\nRUN tar tzf /a.tgz\n");
        silent!("COPY a.zip /\nRUN unzip /a.zip\n");
        silent!("COPY a.tgz /x/\nRUN tar xzf /y/a.tgz\n");
    }
}
