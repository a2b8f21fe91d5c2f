//! A comment that asks to ignore a finding which is not there.
//!
//! ## Why
//! What it once kept away has been mended, or the name is misspelt. It misleads the reader, and it hides the finding
//! without a word should it come back. A code counts as unused only if its rule was on: codes of rules that are off,
//! and of rules that dfx does not have, are passed over. So are comments for hadolint, which may still need them:
//! `style/unused-hadolint-comment` reports those to who asks.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! # dfx: ignore[build/unknown-instruction] the template engine fills it in
//! RUN make
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN make
//! ```
//!
//! ## Sources
//! ruff RUF100; ESLint `--report-unused-disable-directives`.

use crate::finding::Severity;
use crate::finding::suppression::Dialect;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta { name: "style/unused-suppression", severity: Severity::Info, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for unused in cx.suppressions.iter().flat_map(|judged| &judged.unused) {
        if unused.suppression.dialect != Dialect::Hadolint {
            let message = format!("no finding of `{}` is kept away here", unused.code.text);
            sink.report(unused.code.span, message).help("delete it");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn each_code_is_judged_alone() {
        fires!("# dfx: ignore[build/unknown-instruction, «pin/latest-tag»]\nRUNN a\n");
    }

    #[test]
    fn comments_for_hadolint_may_still_be_needed() {
        silent!("# hadolint ignore=DL3007\nRUN a\n");
    }

    #[test]
    fn a_code_of_use_anywhere_in_the_file_is_used() {
        silent!("# dfx: ignore-file[build/unknown-instruction]\nFROM debian:13\nRUN a\nRUNN b\n");
    }
}
