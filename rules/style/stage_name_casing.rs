//! A stage name with upper-case letters.
//!
//! ## Why
//! BuildKit keeps the names of stages in lower case: `--from=Build` finds `build`, but `FROM Build` looks for an image
//! of that name and fails. In lower case there is one spelling that always works.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM golang:1.25 AS Build
//! ```
//! ```dockerfile,good
//! FROM golang:1.25 AS build
//! ```
//!
//! ## Fix
//! Writes the name in lower case. Whatever names the stage still finds it, and the image is *identical*.
//!
//! ## Sources
//! BuildKit, StageNameCasing.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "style/stage-name-casing",
    severity: Severity::Style,
    effect: Some(Effect::Identical),
    aliases: &["StageNameCasing"],
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for stage in &cx.build.stages {
        let Some(name) = &stage.from.name else { continue };
        let lower = name.word.text().to_lowercase();
        if lower != name.word.text() {
            sink.report(name.word.span(), format!("the stage name `{}` is not in lower case", name.word.text()))
                .help(format!("write `{lower}`"))
                .fix(format!("write `{lower}`"), Effect::Identical, vec![Edit::replace(name.word.span(), &lower)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_name_alone_is_changed() {
        fixes!("FROM a AS B-1\nFROM c\nCOPY --from=B-1 d e\n" => "FROM a AS b-1\nFROM c\nCOPY --from=B-1 d e\n");
    }

    #[test]
    fn images_keep_their_case() {
        silent!("FROM example.org/a:RC1 AS b\n");
    }
}
