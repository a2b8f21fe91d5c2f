//! A command that the shell refuses to read.
//!
//! ## Why
//! A quote is not closed, an `if` lacks its `fi`, an `&&` has nothing behind it. The shell reads the whole script before
//! it runs any of it, so the RUN fails at once. In CMD and ENTRYPOINT the build succeeds, and the container does not start.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN if [ -f /a ]; then rm /a
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN if [ -f /a ]; then rm /a; fi
//! ```
//!
//! ## Fix
//! None: what is missing, and where, only the author knows.
//!
//! ## Sources
//! POSIX, Shell Command Language, 2.10 "Shell Grammar".

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::shell::Status;

pub const META: Meta = Meta { name: "shell/invalid-syntax", severity: Severity::Error, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.build.steps() {
        for script in cx.build.scripts(step) {
            let Status::Invalid { span, message } = &script.status else { continue };
            // A Windows image of somebody's own is known by its name alone.
            let image = cx.build.root(step.stage).map_or("", |root| root.from.image.text());
            if format!("{} {image}", cx.source().name()).to_ascii_lowercase().contains("windows") {
                continue;
            }
            // `[[ a =~ (b|c) ]]`: the parser does not know parentheses in patterns.
            if script.source.text().contains("[[") && message.contains('(') {
                continue;
            }
            let mut place = script.source.to_file_cover(*span);
            if place.is_empty() {
                place = last_word(cx, step.instruction.span.start, place.start).unwrap_or(place);
            }
            let mut sentence = message.trim_end_matches('.').to_owned();
            if let Some(first) = sentence.get_mut(..1) {
                first.make_ascii_lowercase();
            }
            sink.report(place, format!("the shell cannot read this command: {sentence}"))
                .help("repair the command; `sh -n` shows what the shell says of it");
        }
    }
}

/// The last word before the place where the shell runs out of text.
fn last_word(cx: &Context<'_>, start: usize, end: usize) -> Option<crate::source::Span> {
    let text = cx.source().text().get(start..end)?;
    let trimmed = text.trim_end_matches(|c: char| c.is_whitespace() || c == '\\');
    let word = trimmed.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    (!trimmed.is_empty()).then(|| crate::source::Span::new(start + word, start + trimmed.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn what_every_shell_refuses_is_reported() {
        fires!("«»RUN echo 'a\n");
        fires!("«»RUN a &&\n");
        fires!("«»CMD [\"sh\", \"-c\", \"if a; then b\"]\n");
    }

    #[test]
    fn what_some_shells_understand_is_no_finding() {
        silent!("SHELL [\"/bin/bash\", \"-c\"]\nRUN a <(b) && [[ x =~ (y|z) ]]\n");
    }

    #[test]
    fn other_languages_are_not_read() {
        silent!("SHELL [\"pwsh\", \"-c\"]\nRUN if ($x) { y }\n");
        silent!("RUN <<EOF\n#!/usr/bin/env python3\nprint('a')\nif x:\n  y\nEOF\n");
    }
}
