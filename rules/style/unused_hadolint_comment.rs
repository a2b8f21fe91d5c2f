//! A comment for hadolint that asks to ignore what dfx does not find.
//!
//! ## Why
//! Whoever has replaced hadolint by dfx can delete it: dfx looks closer, and what was a false alarm then may be none
//! now. Whoever still runs hadolint may need it. A code counts as unused only if dfx's rule for it was on.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! # hadolint ignore=DL3007
//! RUN make
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN make
//! ```
//!
//! ## Sources
//! dfx's own; see `style/unused-suppression`.

use crate::finding::Severity;
use crate::finding::suppression::Dialect;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta { name: "style/unused-hadolint-comment", severity: Severity::Style, ..Meta::opt_in() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for unused in cx.suppressions.iter().flat_map(|judged| &judged.unused) {
        if unused.suppression.dialect == Dialect::Hadolint {
            let message = format!("dfx finds nothing of `{}` here", unused.code.text);
            sink.report(unused.code.span, message).help("delete it, unless hadolint still runs");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn codes_that_nobody_looked_for_are_passed_over() {
        silent!("# hadolint ignore=DL9999,SC9999\nRUN a\n");
    }

    #[test]
    fn each_code_is_judged_alone() {
        fires!("# hadolint ignore=DL1000,«DL3007»\nRUNN a\n");
    }
}
