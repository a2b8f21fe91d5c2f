//! An `as` in another case than its FROM.
//!
//! ## Why
//! `FROM` and `AS` are two halves of one instruction. BuildKit reads them in any case; the reader should not stumble.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM golang:1.25 as build
//! ```
//! ```dockerfile,good
//! FROM golang:1.25 AS build
//! ```
//!
//! ## Fix
//! Writes `AS` in the case of its FROM. The image is *identical*.
//!
//! ## Sources
//! BuildKit, FromAsCasing.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "style/from-as-casing",
    severity: Severity::Style,
    effect: Some(Effect::Identical),
    aliases: &["FromAsCasing"],
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for stage in &cx.build.stages {
        let Some(name) = &stage.from.name else { continue };
        let from = stage.instruction.keyword_word.text();
        let wanted = match from {
            "FROM" => "AS",
            "from" => "as",
            _ => continue, // A keyword in mixed case is found fault with by itself.
        };
        let written = name.as_keyword.text();
        if written != wanted {
            sink.report(name.as_keyword.span(), format!("`{written}` is not in the case of its `{from}`"))
                .help(format!("write `{wanted}`"))
                .fix(
                    format!("write `{wanted}`"),
                    Effect::Identical,
                    vec![Edit::replace(name.as_keyword.span(), wanted)],
                );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn as_follows_from() {
        fixes!("FROM a As b\nfrom c AS d\n" => "FROM a AS b\nfrom c as d\n");
    }

    #[test]
    fn a_from_in_mixed_case_sets_no_example() {
        silent!("From a as b\nFROM c\n");
    }
}
