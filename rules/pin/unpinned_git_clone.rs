//! A `git clone`, or an ADD of a git repository, that takes whatever the default branch holds.
//!
//! ## Why
//! The image is built from the commit that happened to be the newest, and the layer cache then keeps that one: today's
//! build may still hold last year's clone, and a build on another machine holds something else. A tag or, better, a
//! commit makes it the same everywhere; `ADD https://…/repo.git#v1.2` does without git, and a new tag makes a new
//! layer.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM buildpack-deps:trixie
//! RUN git clone https://github.com/openresty/luajit2.git && make -C luajit2 install
//! ```
//! ```dockerfile,good
//! FROM buildpack-deps:trixie
//! RUN git clone --branch v2.1-20250117 --depth 1 https://github.com/openresty/luajit2.git && make -C luajit2 install
//! ```
//!
//! ## Fix
//! None: only the repository knows its tags.
//!
//! ## Sources
//! git-clone(1), `--branch` and `--revision`; Docker, "ADD --keep-git-dir".

use std::collections::HashMap;

use crate::finding::Severity;
use crate::ir::{Command, CommandWord};
use crate::rules::{Context, Meta, Sink};
use crate::syntax::Keyword;

pub const META: Meta = Meta { name: "pin/unpinned-git-clone", severity: Severity::Info, ..Meta::opt_in() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (step, transfer) in cx.transfers().filter(|(step, _)| step.instruction.keyword == Some(Keyword::Add)) {
        for source in &transfer.sources {
            let Some(address) = step.certain_value(source).filter(|address| is_repository(address)) else { continue };
            sink.report(source.span(), format!("`ADD {address}` takes whatever the default branch holds that day"))
                .help(format!("name a tag or a commit: `{address}#v1.2.3`"));
        }
    }
    let commands: Vec<&Command<'_>> = cx.commands.of_build().collect();
    // The last command of each stage that chooses a commit.
    let choices: HashMap<usize, usize> = commands
        .iter()
        .enumerate()
        .filter(|(_, command)| chooses_revision(command))
        .map(|(at, command)| (command.step.stage, at))
        .collect();
    for (at, command) in commands.iter().enumerate() {
        let Some(address) = cloned(command).filter(|_| !names_revision(command)) else { continue };
        if choices.get(&command.step.stage).is_some_and(|&choice| choice > at) {
            continue;
        }
        let text = address.value.unwrap_or_default();
        sink.report(address.span, format!("`git clone {text}` takes whatever the default branch holds that day"))
            .help("add `--branch` with a tag, or check out a commit");
    }
}

/// The address that the command clones, if every word is known.
fn cloned<'c>(command: &'c Command<'_>) -> Option<&'c CommandWord<'c>> {
    let is_known = command.words.iter().all(|word| word.value.is_some());
    if command.name() != Some("git") || !is_known || !command.has_argument("clone") {
        return None;
    }
    command.arguments().iter().find(|word| {
        word.value.is_some_and(|value| !value.starts_with('-') && (value.contains("://") || value.starts_with("git@")))
    })
}

fn names_revision(command: &Command<'_>) -> bool {
    let names = ["-b", "--branch", "--revision"];
    command.arguments().iter().filter_map(|word| word.value).any(|value| {
        names.contains(&value.split('=').next().unwrap_or_default())
            || (value.starts_with("-b") && !value.starts_with("--") && !value.starts_with("-bare"))
    })
}

/// Whether an address is that of a git repository, without a reference behind `#`.
fn is_repository(address: &str) -> bool {
    let is_git = ["git@", "git://", "ssh://"].iter().any(|scheme| address.starts_with(scheme))
        || (address.contains("://") && address.ends_with(".git"));
    is_git && !address.contains('#')
}

/// Whether a later command may move to another commit; of which clone is not asked.
fn chooses_revision(command: &Command<'_>) -> bool {
    let verbs = ["checkout", "reset", "switch"];
    command.name() == Some("git") && verbs.iter().any(|verb| command.has_argument(verb))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_address_is_reported() {
        fires!("RUN git clone --depth 1 «https://example.com/a/b» /src\n");
    }

    #[test]
    fn an_added_repository_wants_a_reference_too() {
        fires!("ADD «https://example.com/a/b.git» /src\n");
        silent!("ADD https://example.com/a/b.git#v1 /src\nADD https://example.com/a.tar.gz /src\n");
    }

    #[test]
    fn branches_and_later_checkouts_choose_a_commit() {
        silent!("RUN git clone -b v1 https://example.com/a/b\n");
        silent!("RUN git clone --branch=v1 https://example.com/a/b\n");
        silent!("RUN git clone https://example.com/a/b && cd b && git checkout 1a2b3c\n");
        silent!("RUN git clone https://example.com/a/b\nRUN cd b && git reset --hard 1a2b3c\n");
        silent!("RUN git clone $OPTIONS https://example.com/a/b\n");
    }
}
