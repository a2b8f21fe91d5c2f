//! A RUN that begins with `cd`.
//!
//! ## Why
//! `cd` holds for one RUN only, so that each RUN has to begin with it anew, and one that forgets works in the wrong
//! directory. WORKDIR says it once, makes the directory, and shows in the image's configuration. A RUN that visits a
//! directory once is well served by `cd`, which is why this is advice to be asked for.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! COPY . /src
//! RUN cd /src && make
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! COPY . /src
//! WORKDIR /src
//! RUN make
//! ```
//!
//! ## Fix
//! None: WORKDIR would stay for the steps behind it and for the container.
//!
//! ## Sources
//! hadolint DL3003; Trivy DS-0013; SonarQube S6597; semgrep use-workdir; Dockerfile best practices, WORKDIR.

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::Keyword;

pub const META: Meta = Meta {
    name: "shell/cd-instead-of-workdir",
    severity: Severity::Style,
    aliases: &["DL3003", "DS-0013", "S6597", "use-workdir"],
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.build.steps_of(Keyword::Run) {
        let [first, _, ..] = cx.commands.of_step(step) else { continue };
        let is_first = first.invoked.as_ref().is_some_and(|it| it.circumstances.depth == 0);
        // A path that the shell works out is beyond WORKDIR.
        let Some(path) = first.arguments().first().and_then(|word| word.value) else { continue };
        if first.name() == Some("cd") && is_first && path != "-" {
            sink.report(first.span(), "this RUN changes the directory for itself only")
                .help(format!("write `WORKDIR {path}` before it"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_leading_cd_is_reported() {
        fires!("RUN «cd /a» && b\nRUN «cd c»; d\n");
    }

    #[test]
    fn a_cd_on_the_way_or_in_a_subshell_or_to_an_unknown_place_is_not() {
        silent!("RUN a && cd /b && c\nRUN (cd /a && b) && c\nRUN cd $X && a\n");
    }
}
