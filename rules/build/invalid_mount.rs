//! A `RUN --mount` that BuildKit refuses.
//!
//! ## Why
//! A mount is a list of options, and each type takes its own: `sharing` is for caches, `required` for secrets, `size`
//! for tmpfs. BuildKit refuses unknown types and options, values that they do not take, and a mount that would lie over
//! the whole file system.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM golang:1.25
//! RUN --mount=type=chache,target=/go/pkg/mod go build .
//! ```
//! ```dockerfile,good
//! FROM golang:1.25
//! RUN --mount=type=cache,target=/go/pkg/mod go build .
//! ```
//!
//! ## Fix
//! None: dfx suggests the word that comes nearest.
//!
//! ## Sources
//! BuildKit, `frontend/dockerfile/instructions/commands_runmount.go`; Dockerfile reference, "RUN --mount".

use crate::finding::Severity;
use crate::ir::BuildProblemKind;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta =
    Meta { name: "build/invalid-mount", severity: Severity::Error, is_refusal: true, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for problem in &cx.build.problems {
        let BuildProblemKind::InvalidMount(fault) = &problem.kind else { continue };
        let advice = match &fault.suggestion {
            Some(suggestion) => format!("did you mean `{suggestion}`?"),
            None => "see the options of each type in the Dockerfile reference under `RUN --mount`".to_owned(),
        };
        sink.report(problem.span, fault.reason.as_str()).help(advice);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn unknown_types_options_and_values_are_reported() {
        for text in [
            "RUN --mount=«type=volume»,target=/a b\n",
            "RUN --mount=type=cache,«dest=/a» b\n",
            "RUN --mount=type=cache,target=/a,«sharing=exclusive» b\n",
            "RUN --mount=type=bind,target=/a,«mode=0755» b\n",
            "RUN --mount=type=cache,target=/a,«mode=rwx» b\n",
            "RUN --mount=type=cache,target=/a,«required» b\n",
            "RUN --mount=type=cache,target=/a,«size=1g» b\n",
            "RUN --mount=type=cache,«target» b\n",
            "RUN --mount=type=cache,target=/a,«ro=yes» b\n",
            "RUN --mount=«type=secret» b\n",
            "RUN --mount=type=secret,«from=a»,id=b c\n",
            "RUN --mount=type=bind,«target=/» b\n",
            "RUN «--mount=type=cache» b\n",
        ] {
            fires!(text);
        }
    }

    #[test]
    fn every_type_has_its_options() {
        silent!(concat!(
            "WORKDIR /src\n",
            "RUN --mount=target=. --mount=type=bind,source=a,dst=/b,rw c\n",
            "RUN --mount=type=cache,id=a,target=/b,sharing=locked,uid=1000,mode=0775,from=scratch,source=/c d\n",
            "RUN --mount=type=tmpfs,target=/a,size=64m --mount=type=secret,id=a,env=B,required=true c\n",
            "RUN --mount=type=ssh --mount=type=ssh,id=a,target=/b,mode=0600 c\n",
            "RUN --mount=type=$KIND,target=/a,sharing=$HOW b\n",
            "RUN --mount=type=bind cat a\n",
        ));
    }
}
