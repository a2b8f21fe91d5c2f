//! Shell operators among the words of an exec form.
//!
//! ## Why
//! Exec form has no shell. `&&`, `|` or `>` become arguments of the first program, which mostly ignores them or
//! complains; the second command never runs.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! CMD ["migrate", "&&", "server"]
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! CMD ["sh", "-c", "migrate && exec server"]
//! ```
//!
//! ## Fix
//! None: whether the last command should replace the shell (`exec`) is for the author to say.
//!
//! ## Sources
//! Dockerfile reference, "Exec form".

use crate::finding::Severity;
use crate::ir::command_of;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::CommandForm;

pub const META: Meta =
    Meta { name: "shell/shell-syntax-in-exec-form", severity: Severity::Error, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.build.steps() {
        let Some(CommandForm::Exec { words, .. }) = command_of(step.instruction.innermost()) else { continue };
        if cx.build.stage_of(step).is_windows {
            continue;
        }
        let operator = words.iter().skip(1).find(|word| {
            matches!(word.text(), "&&" | "||" | "|" | ">" | ">>" | "<" | "2>&1" | "2>/dev/null" | ">/dev/null" | "&")
        });
        let Some(operator) = operator else { continue };
        // `["sh", "-c", "...", "&&"]` is odd, but the shell's business; `[ a ">" b ]` and `expr` know these words.
        let knows = matches!(words.first().map(|word| word.text()), Some("expr" | "test" | "[" | "find"));
        if knows || !cx.build.scripts(step).is_empty() {
            continue;
        }
        sink.report(
            operator.span(),
            format!("`{}` is an argument here, not an operator: exec form has no shell", operator.text()),
        )
        .help("write the command in shell form, or as `[\"sh\", \"-c\", \"...\"]`");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_first_operator_is_reported() {
        fires!("RUN [\"a\", \"«&&»\", \"b\", \"|\", \"c\"]\n");
    }

    #[test]
    fn a_shell_knows_its_operators() {
        silent!("CMD [\"bash\", \"-c\", \"a && b\"]\n");
        silent!("CMD [\"expr\", \"1\", \">\", \"2\"]\n");
    }
}
