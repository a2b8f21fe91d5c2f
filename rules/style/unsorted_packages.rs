//! A long list of packages, one on each line, that is not sorted.
//!
//! ## Why
//! In a sorted list nobody adds a package twice, and a diff shows one line for each package that came or went.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN apt-get update && apt-get install -y \
//!     git \
//!     curl \
//!     unzip
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN apt-get update && apt-get install -y \
//!     curl \
//!     git \
//!     unzip
//! ```
//!
//! ## Fix
//! Sorts them. *Content*: where two packages are alternatives of each other, which one comes in may depend on the order.
//!
//! ## Sources
//! Docker's documentation, "Building best practices: sort multi-line arguments"; SonarQube S7018.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{Command, CommandWord};
use crate::knowledge::package_managers::{Invocation, OperandKind};
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;

pub const META: Meta = Meta {
    name: "style/unsorted-packages",
    severity: Severity::Style,
    effect: Some(Effect::Content),
    aliases: &["S7018", "best-practices/sort-multi-line"],
    ..Meta::opt_in()
};

/// Shorter lists are read at a glance.
const SHORTEST: usize = 3;

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (command, install) in cx.commands.package_managers() {
        if !install.manager.is_system() || !install.installs() {
            continue;
        }
        let Some(words) = list(cx, command, install) else { continue };
        let text = |word: &CommandWord<'_>| cx.text(word.span);
        let mut sorted: Vec<&str> = words.iter().map(text).collect();
        sorted.sort_by_key(|package| package.to_ascii_lowercase());
        let Some(first) = words.iter().zip(&sorted).find(|(word, package)| text(word) != **package) else { continue };
        let edits = words.iter().zip(&sorted).filter(|(word, package)| text(word) != **package);
        let edits = edits.map(|(word, package)| Edit::replace(word.span, *package)).collect();
        sink.report(first.0.span, format!("the packages are not sorted: `{}` belongs here", first.1))
            .help("sort the list")
            .fix("sort the list", Effect::Content, edits);
    }
}

/// The packages, where they stand one on each line with nothing else between them.
fn list<'c, 'b>(cx: &Context<'_>, command: &'c Command<'b>, install: &Invocation<'_>) -> Option<&'c [CommandWord<'b>]> {
    let (first, last) = (install.operands.first()?.word, install.operands.last()?.word);
    let words = command.words.get(first..=last)?;
    let are_packages = install.operands.iter().all(|operand| operand.kind == OperandKind::Named);
    let line = |word: &CommandWord<'_>| cx.source().line_at(word.span.start);
    // A comment, or a line with nothing on it, parts one group of packages from the next.
    let is_parted = |pair: &[CommandWord<'_>]| {
        let between = cx.source().slice(Span::new(pair[0].span.end, pair[1].span.start));
        between.contains('#') || between.matches(cx.file.escape).count() > 1
    };
    let one_each = words.windows(2).all(|pair| line(&pair[0]) < line(&pair[1]) && !is_parted(pair));
    let is_plain = words.iter().all(|word| word.is_contiguous && word.value.is_some());
    let is_list = words.len() == install.operands.len() && words.len() >= SHORTEST;
    (are_packages && one_each && is_plain && is_list).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_list_is_sorted_without_regard_to_case() {
        fixes!("RUN apk add \\\n  b=1 \\\n  A \\\n  c\n" => "RUN apk add \\\n  A \\\n  b=1 \\\n  c\n");
    }

    #[test]
    fn short_lists_lines_and_variables_are_left_alone() {
        silent!("RUN apk add \\\n  b \\\n  a\n");
        silent!("RUN apk add c b a\n");
        silent!("RUN apk add \\\n  c \\\n  $B \\\n  a\n");
        silent!("RUN apk add \\\n  a \\\n  b \\\n  c\n");
    }

    #[test]
    fn packages_below_a_comment_or_an_empty_line_belong_to_it() {
        silent!("RUN apk add \\\n  c \\\n  # for a\n  b \\\n  a\n");
        silent!("RUN apk add \\\n  c \\\n  \\\n  b \\\n  d\n");
    }
}
