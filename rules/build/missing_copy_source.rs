//! A COPY or ADD of a file that is not there, while one of nearly the same name is.
//!
//! ## Why
//! BuildKit looks for the name letter by letter, in upper and lower case as written, also where the developer's own
//! file system does not care. It does not find the file and the build fails.
//!
//! ## Example
//! ```dockerfile,bad
//! # context: package.json src/index.js
//! FROM node:24
//! COPY pakage.json ./
//! ```
//! ```dockerfile,good
//! # context: package.json src/index.js
//! FROM node:24
//! COPY package.json ./
//! ```
//!
//! ## Fix
//! None: dfx suggests the name that comes nearest. Where none comes near, it says nothing: what is copied may be made
//! before the build starts.
//!
//! ## Sources
//! BuildKit: "failed to calculate checksum of ref ...: not found".

use crate::context::{BuildContext, CopySourceMatch};
use crate::finding::Severity;
use crate::ir::closest;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta { name: "build/missing-copy-source", severity: Severity::Error, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(context) = cx.build_context.filter(|context| !context.is_truncated()) else { return };
    for source in cx.build.local_copy_sources() {
        let is_pattern = source.path.contains(['*', '?', '[', '\\']);
        if is_pattern || !matches!(context.matches_of_copy_source(source.path), CopySourceMatch::Missing) {
            continue;
        }
        if let Some(meant) = nearest(context, source.path) {
            sink.report(source.span, format!("the build context has no `{}`", source.path))
                .help(format!("did you mean `{meant}`?"));
        }
    }
}

/// The path whose last part alone differs a little from the one that is missing.
fn nearest(context: &BuildContext, path: &str) -> Option<String> {
    let path = path.trim_start_matches("./").trim_matches('/');
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let siblings = context.entries().iter().filter_map(|entry| {
        let (parent, name) = entry.path.rsplit_once('/').unwrap_or(("", &entry.path));
        (parent == folder).then_some(name)
    });
    let meant = closest(name, siblings)?;
    // `app1.conf` and `app2.conf` are two files, not one misspelt.
    let letters = |text: &str| text.chars().filter(|character| !character.is_ascii_digit()).collect::<String>();
    let is_spelling = letters(meant) != letters(name);
    is_spelling.then(|| if folder.is_empty() { meant.to_owned() } else { format!("{folder}/{meant}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_misspelt_name_and_one_in_another_case_are_reported() {
        fires!("# context: Makefile src/main.c\nFROM x\nCOPY «makefile» «src/mian.c» /a/\n");
    }

    #[test]
    fn what_may_be_made_before_the_build_is_left_alone() {
        silent!("# context: pom.xml app2.conf\nFROM x\nCOPY target/app.jar app1.conf *.xmll /a/\nCOPY pom.xml /b\n");
    }

    #[test]
    fn without_a_build_context_nothing_is_known() {
        silent!("COPY pakage.json ./\n");
    }
}
