//! A variable in exec form, where no shell puts in its value.
//!
//! ## Why
//! Exec form starts the program itself. BuildKit does not expand variables in CMD, ENTRYPOINT, RUN and HEALTHCHECK, and
//! without a shell nobody else does: the program gets the dollar sign and the name, letter for letter.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! ENV PORT=80
//! CMD ["server", "--port", "$PORT"]
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! ENV PORT=80
//! CMD ["sh", "-c", "exec server --port \"$PORT\""]
//! ```
//!
//! ## Fix
//! None: a shell in between changes who gets the signals, and `exec` is not always right.
//!
//! ## Sources
//! Dockerfile reference, "Exec form": "Unlike the shell form, the exec form does not invoke a command shell".

use crate::finding::Severity;
use crate::ir::{Step, command_of};
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;
use crate::syntax::{CommandForm, Word};

pub const META: Meta = Meta { name: "shell/variable-in-exec-form", severity: Severity::Error, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.build.steps() {
        let Some(CommandForm::Exec { words, .. }) = command_of(step.instruction.innermost()) else { continue };
        if !words.iter().any(|word| word.text().contains('$'))
            || !cx.build.scripts(step).is_empty()
            || cx.build.stage_of(step).is_windows
            || may_expand(cx, step, words)
        {
            continue;
        }
        for word in words {
            let Some((name, within)) = reference(word.text()) else { continue };
            // A name that this build sets is meant as the variable; any other may be a pattern or a template.
            if cx.build.visible_at_end(cx.build.stage_of(step)).variable(name).is_none() {
                continue;
            }
            sink.report(word.locate(within), format!("`${name}` stays as it is: exec form has no shell"))
                .help("write the command in shell form, or as `[\"sh\", \"-c\", \"exec ...\"]`");
        }
    }
}

/// Whether the program may put in the values itself: a shell, a script that gets the words, a template tool.
fn may_expand(cx: &Context<'_>, step: &Step<'_>, words: &[Word]) -> bool {
    let programs = cx.commands.of_step(step).first();
    let Some(name) = programs.and_then(|command| command.name()) else { return true };
    let is_script = |name: &str| name.ends_with(".sh") || name.contains("entrypoint");
    let expands = matches!(name, "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh" | "envsubst" | "eval" | "cmd" | "make");
    let under_script = matches!(step.instruction.kind, crate::syntax::InstructionKind::Cmd(_))
        && cx.build.process(step.stage).entrypoint.is_some_and(|entrypoint| {
            let first = cx.commands.of_step(entrypoint).first().and_then(|command| command.name());
            first.is_none_or(|name| is_script(name) || matches!(name, "sh" | "bash" | "ash"))
        });
    words.is_empty() || expands || is_script(name) || under_script
}

/// The first `$NAME` or `${NAME}` in a word.
fn reference(text: &str) -> Option<(&str, Span)> {
    let start = text.find('$')?;
    if text.get(..start)?.ends_with('\\') {
        return None;
    }
    let rest = text.get(start + 1..)?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (name, end) = match rest.strip_prefix('{') {
        Some(inner) => {
            let close = inner.find('}')?;
            let length = inner.find(|c| !is_name(c)).unwrap_or(inner.len());
            (inner.get(..length)?, start + close + 3)
        }
        None => {
            let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            (rest.get(..length)?, start + 1 + length)
        }
    };
    let is_variable = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    is_variable.then(|| (name, Span::new(start, end)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn variables_of_the_build_are_found_in_every_instruction() {
        fires!("ARG A=1\nENV B=2\nRUN [\"echo\", \"«$A»\"]\nENTRYPOINT [\"run\", \"--b=«${B:-3}»\"]\n");
        fires!("ENV PORT=1\nHEALTHCHECK CMD [\"curl\", \"http://localhost:«$PORT»/\"]\n");
    }

    #[test]
    fn shells_and_scripts_expand_themselves() {
        silent!("ENV A=1\nCMD [\"sh\", \"-c\", \"echo $A\"]\n");
        silent!("ENV A=1\nENTRYPOINT [\"/entrypoint.sh\"]\nCMD [\"run\", \"$A\"]\n");
        silent!("ENV A=1\nCMD [\"bash\", \"$A\"]\n");
    }

    #[test]
    fn names_that_nobody_sets_may_be_something_else() {
        silent!("CMD [\"perl\", \"-e\", \"print $x\"]\n");
        silent!("ENV A=1\nCMD [\"a\", \"\\\\$A\", \"$1\"]\n");
    }
}
