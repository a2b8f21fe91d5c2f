//! A COPY or ADD of something that `.dockerignore` leaves out.
//!
//! ## Why
//! The builder never gets to see what `.dockerignore` excludes. A source that lies there is not found, and the build
//! fails with "not found", although the file is there.
//!
//! ## Example
//! ```dockerfile,bad
//! # context: dist/index.html public/index.html
//! # .dockerignore: dist
//! FROM nginx:1.29
//! COPY dist /usr/share/nginx/html
//! ```
//! ```dockerfile,good
//! # context: dist/index.html public/index.html
//! # .dockerignore: dist
//! FROM nginx:1.29
//! COPY public /usr/share/nginx/html
//! ```
//!
//! ## Fix
//! None: either the pattern goes or the COPY, and dfx does not edit `.dockerignore`.
//!
//! ## Sources
//! BuildKit, CopyIgnoredFile, an experiment there; Dockerfile reference, ".dockerignore files".

use crate::context::CopySourceMatch;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta =
    Meta { name: "build/ignored-copy-source", aliases: &["CopyIgnoredFile"], ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(context) = cx.build_context else { return };
    for source in cx.build.local_copy_sources() {
        // BuildKit does not judge where `!` takes files back in; dfx does.
        let has_exceptions =
            || context.ignore_file().is_some_and(|file| file.patterns().iter().any(|pattern| pattern.is_exception()));
        if cx.options.exactly_buildkit && has_exceptions() {
            continue;
        }
        if let CopySourceMatch::OnlyIgnored(pattern) = context.matches_of_copy_source(source.path) {
            sink.report(source.span, format!("`.dockerignore` leaves `{}` out", source.path))
                .note(format!("The pattern is `{}`.", pattern.text()))
                .help(format!("take the pattern out of `.dockerignore`, or add `!{}`", source.path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_source_with_all_that_lies_in_it_may_be_ignored() {
        fires!("# context: a/b c\n# .dockerignore: a *.md\nFROM x\nCOPY c «a» «a/b» /d/\nADD --chown=e «./a/» /f/\n");
    }

    #[test]
    fn what_is_taken_back_in_is_found() {
        silent!("# context: a/b c\n# .dockerignore: * !a\nFROM x\nCOPY a /d/\nCOPY . /e/\n");
    }

    #[test]
    fn without_a_build_context_nothing_is_known() {
        silent!("COPY dist /d\n");
    }
}
