//! COPY and ADD.

use crate::ir::Step;
use crate::plan::paths::{absolute, destination};
use crate::plan::{Copied, Copy, Files, Source};
use crate::syntax::{Keyword, Transfer, Word};

use super::{Lowering, source, unknown};

impl Lowering<'_> {
    pub(super) fn files(&self, step: &Step<'_>, transfer: &Transfer) -> Files {
        let is_add = step.instruction.keyword == Some(Keyword::Add);
        // BuildKit goes through the paths first and the heredocs after them.
        let (heredocs, paths): (Vec<&Word>, Vec<&Word>) =
            transfer.sources.iter().partition(|source| step.instruction.heredoc_of(source).is_some());
        let mut copies: Vec<Copy> = paths.into_iter().map(|word| self.path(step, transfer, word, is_add)).collect();
        copies.extend(heredocs.into_iter().filter_map(|word| self.heredoc(step, transfer, word)));
        Files { copies, is_linked: step.is_linked() }
    }

    fn path(&self, step: &Step<'_>, transfer: &Transfer, word: &Word, is_add: bool) -> Copy {
        let written = step.value(word);
        let checksum = flag(step, "checksum");
        if is_add && is_git(written) {
            let keeps_git_directory = is_on(step, "keep-git-dir");
            let from = Source::Git { address: written.to_owned(), keeps_git_directory, checksum };
            return self.copy(step, transfer, from, Copied::Everything);
        }
        if is_add && is_http(written) {
            let name = file_name(written);
            return self.copy(
                step,
                transfer,
                Source::Http { address: written.to_owned(), checksum },
                Copied::File { name },
            );
        }
        let unpacks = is_add && step.instruction.flag("unpack").is_none_or(|flag| flag.boolean() == Some(true));
        let (path, kept) = match is_on(step, "parents") {
            false => (written, None),
            true => match written.split_once("/./") {
                Some((path, kept)) => (path, Some(kept)),
                None => ("/", Some(written)),
            },
        };
        let kept = kept.map(|kept| absolute("/", kept).trim_start_matches('/').to_owned());
        self.copy(step, transfer, self.source_of_copy(step), Copied::Paths { path: absolute("/", path), kept, unpacks })
    }

    fn heredoc(&self, step: &Step<'_>, transfer: &Transfer, word: &Word) -> Option<Copy> {
        let heredoc = step.instruction.heredoc_of(word)?;
        let expanded = step.expanded.iter().find(|expanded| heredoc.expands && expanded.word.span() == heredoc.body);
        let body = expanded.map_or(self.build.file.source.slice(heredoc.body), |expanded| expanded.value());
        let from = Source::Inline { content: super::exec::content(heredoc, body) };
        Some(self.copy(step, transfer, from, Copied::File { name: heredoc.name.clone() }))
    }

    fn copy(&self, step: &Step<'_>, transfer: &Transfer, from: Source, copied: Copied) -> Copy {
        let excluded = step.instruction.flags.iter().filter(|flag| flag.name.text() == "exclude");
        Copy {
            from,
            copied,
            destination: destination(&self.directory, step.value(&transfer.destination)),
            owner: flag(step, "chown"),
            mode: flag(step, "chmod"),
            excluded: excluded.filter_map(|flag| flag.value.as_ref()).map(|word| step.value(word).to_owned()).collect(),
        }
    }

    fn source_of_copy(&self, step: &Step<'_>) -> Source {
        let Some(from) = step.instruction.flag("from") else { return Source::Context };
        let named = step.sources.first();
        named.map_or_else(|| unknown(&from.name), |named| source(&named.source, &named.word, None))
    }
}

/// The expanded value of a flag, unless it is empty.
fn flag(step: &Step<'_>, name: &str) -> Option<String> {
    let word = step.instruction.flag(name)?.value.as_ref()?;
    Some(step.value(word).to_owned()).filter(|value| !value.is_empty())
}

fn is_on(step: &Step<'_>, name: &str) -> bool {
    step.instruction.flag(name).is_some_and(|flag| flag.boolean() == Some(true))
}

fn is_http(source: &str) -> bool {
    source.starts_with("http://") || source.starts_with("https://")
}

/// Whether BuildKit takes the source of an ADD for a git repository (`gitutil.ParseGitRef`).
fn is_git(source: &str) -> bool {
    let address = source.split('#').next().unwrap_or_default();
    let address = address.split('?').next().unwrap_or_default();
    match is_http(source) {
        true => address.ends_with(".git"),
        false => source.starts_with("git@") || source.starts_with("git://") || source.starts_with("ssh://"),
    }
}

/// The name that a download gets: the last part of the address's path.
fn file_name(address: &str) -> String {
    let behind_scheme = address.split_once("://").map_or(address, |(_, rest)| rest);
    let path = behind_scheme.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once('/').map_or("", |(_, path)| path);
    match path.trim_end_matches('/').rsplit('/').next() {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => "__unnamed__".to_owned(),
    }
}
