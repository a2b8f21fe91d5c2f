//! A command in brackets that is no JSON, so that a shell gets it, brackets and all.
//!
//! ## Why
//! BuildKit takes a command for exec form only if it is a JSON array of strings: double quotes, commas between, none at
//! the end. Anything else is shell form without a warning, and `/bin/sh` looks for a program called `[node,`.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:24-slim
//! CMD ['node', 'server.js']
//! ```
//! ```dockerfile,good
//! FROM node:24-slim
//! CMD ["node", "server.js"]
//! ```
//!
//! ## Fix
//! Writes the words as a JSON array where only quotes and commas are wrong. The container then runs what the author
//! meant, which is another program than before: *runtime*.
//!
//! ## Sources
//! Dockerfile reference, "Exec form": "must use double-quotes"; SonarQube S7030.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::command_of;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::CommandForm;

pub const META: Meta = Meta {
    name: "shell/exec-form-not-json",
    severity: Severity::Error,
    effect: Some(Effect::Runtime),
    aliases: &["S7030"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.build.steps() {
        let instruction = step.instruction.innermost();
        let Some(CommandForm::Shell(text)) = command_of(instruction) else { continue };
        let Some(inner) = text.text().strip_prefix('[') else { continue };
        // `[ -f x ] && y` is the command `[`, which a blank follows, and whose first word no quote opens.
        let is_test =
            inner.starts_with(|c: char| c.is_whitespace()) && !inner.trim_start().starts_with(['"', '\'', '“']);
        if is_test || inner.starts_with('[') || cx.build.stage_of(step).is_windows {
            continue;
        }
        let is_quoted_test = inner.starts_with(char::is_whitespace) && !inner.contains(',');
        // `[Net.Protocol]::Tls12` is PowerShell.
        let is_list = inner.starts_with(['"', '\'']) || inner.trim_end().ends_with(']');
        if is_quoted_test || !is_list {
            continue;
        }
        let mut report = sink
            .report(text.span(), "this is no JSON array, and runs as a shell command")
            .help("write strings in double quotes with commas between: `[\"program\", \"argument\"]`");
        if inner.contains(['“', '”']) {
            report = report.note("To Docker, `“` and `”` are letters: JSON knows the straight quote `\"` alone.");
        }
        if let Some(words) = words(inner).filter(|_| text.is_contiguous()) {
            let array = format!("[\"{}\"]", words.join("\", \""));
            report.fix("write a JSON array", Effect::Runtime, vec![Edit::replace(text.span(), array)]);
        }
    }
}

/// The words of what was meant as a JSON array; `None` where more than quotes and commas is wrong.
fn words(inner: &str) -> Option<Vec<&str>> {
    let mut rest = inner.trim_end().strip_suffix(']')?.trim();
    let mut words = Vec::new();
    while !rest.is_empty() {
        let (close, length) = match rest.chars().next()? {
            quote @ ('"' | '\'') => (quote, 1),
            '“' | '”' => ('”', '”'.len_utf8()),
            _ => return None,
        };
        let body = rest.get(length..)?;
        let end = body.find(close)?;
        let word = body.get(..end)?;
        // What JSON would have to escape, and what a shell would expand.
        if word.contains(['\\', '"', '\'', '$']) || word.contains(char::is_control) {
            return None;
        }
        words.push(word);
        rest = body.get(end + close.len_utf8()..)?.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    (!words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn quotes_and_commas_are_mended() {
        fixes!("CMD [\"a\" \"b\",]\n" => "CMD [\"a\", \"b\"]\n");
        fixes!("ENTRYPOINT [ 'a', 'b c' ]\n" => "ENTRYPOINT [\"a\", \"b c\"]\n");
    }

    #[test]
    fn curved_quotes_are_named() {
        let found = findings(&META, check, "FROM a\nCMD [ “a”, “b” ]\n");
        assert!(found[0].notes[0].contains('“'));
    }

    #[test]
    fn what_else_is_wrong_is_left_to_the_author() {
        fires!("CMD «[node, server.js]»\n");
        fires!("CMD «[\"sh\", \"-c\", 'echo \"a\"']»\n");
    }

    #[test]
    fn the_command_called_bracket_is_a_command() {
        silent!("RUN [ -f /a ] && b\nRUN [[ a == b ]]\nRUN [ \"$A\" = b ] || c\n");
    }
}
