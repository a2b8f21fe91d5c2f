//! A comment that wants to keep findings away and is not understood.
//!
//! ## Why
//! It has no effect: the findings that its author wanted to see no more are still reported, or a misspelt name waits
//! for a rule that does not exist.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! # dfx: ignore[build/unknown-instructoin]
//! RUN make
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! # The Makefile lies in the base image.
//! RUN make
//! ```
//!
//! ## Sources
//! dfx's own: `# dfx: ignore[name] reason`, `# dfx: ignore-file[name] reason`.

use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta { name: "style/invalid-suppression", ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(judged) = cx.suppressions else { return };
    for malformed in judged.malformed {
        sink.report(malformed.span, &malformed.message).help("write `# dfx: ignore[group/name] reason`");
    }
    for unknown in &judged.unknown {
        sink.report(unknown.span, &unknown.message).help(&unknown.help);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_name_that_no_rule_has_is_reported_in_comments_of_dfx_only() {
        fires!("# dfx: ignore[«build/nonsense»]\nRUN a\n");
        silent!("# hadolint ignore=DL9999\nRUN a\n");
    }
}
