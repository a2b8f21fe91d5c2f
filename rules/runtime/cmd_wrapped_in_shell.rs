//! A CMD in shell form whose words are meant for the ENTRYPOINT.
//!
//! ## Why
//! A CMD in shell form is `["/bin/sh", "-c", "the text"]`. Under an ENTRYPOINT in exec form these three words become the
//! program's arguments: it is asked to open a file called `/bin/sh`, not to listen on the port that CMD names.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM python:3.14-slim
//! ENTRYPOINT ["python", "app.py"]
//! CMD -p 80
//! ```
//! ```dockerfile,good
//! FROM python:3.14-slim
//! ENTRYPOINT ["python", "app.py"]
//! CMD ["-p", "80"]
//! ```
//!
//! ## Fix
//! Writes the words as a JSON array, where they are plain words that no shell would change. The container then gets
//! other arguments: *runtime*.
//!
//! ## Sources
//! Dockerfile reference, "Understand how CMD and ENTRYPOINT interact".

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::command_of;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::CommandForm;

pub const META: Meta = Meta {
    name: "runtime/cmd-wrapped-in-shell",
    severity: Severity::Error,
    effect: Some(Effect::Runtime),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let process = cx.process();
    let (Some(entrypoint), Some(cmd)) = (process.entrypoint, process.cmd) else { return };
    let (Some(CommandForm::Exec { words, span }), Some(CommandForm::Shell(text))) =
        (command_of(entrypoint.instruction), command_of(cmd.instruction))
    else {
        return;
    };
    let Some(command) = cx.commands.of_step(entrypoint).first() else { return };
    let runs_file = INTERPRETERS.contains(&command.name().unwrap_or_default())
        && command.first_operand().is_some_and(|operand| operand.value.is_some_and(|value| value.contains('.')));
    // Nobody calls a program `-p`: what starts with a dash is an argument.
    let is_option = text.text().starts_with('-');
    if words.is_empty() || !(is_option || runs_file) {
        return;
    }
    let Some(first) = words.first() else { return };
    let report = sink
        .report(text.span(), format!("`{}` gets `/bin/sh -c` as arguments, not these words", first.text()))
        .related(*span, "ENTRYPOINT in exec form: CMD is appended to it")
        .help("write the CMD as a JSON array");
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " -_./=:,@+%".contains(c);
    if text.is_contiguous() && text.text().chars().all(is_plain) {
        let words: Vec<String> = text.text().split_whitespace().map(|word| format!("\"{word}\"")).collect();
        let edit = Edit::replace(text.span(), format!("[{}]", words.join(", ")));
        report.fix("write the words as a JSON array", Effect::Runtime, vec![edit]);
    }
}

const INTERPRETERS: &[&str] = &["python", "python3", "node", "ruby", "perl", "php", "java", "dotnet"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn words_for_an_interpreted_program_are_reported() {
        fires!("ENTRYPOINT [\"tini\", \"--\", \"node\", \"x.js\"]\nCMD «serve \"$A\"»\n");
    }

    #[test]
    fn an_option_is_an_argument_whatever_the_program() {
        fixes!("ENTRYPOINT [\"/app\"]\nCMD -h\n" => "ENTRYPOINT [\"/app\"]\nCMD [\"-h\"]\n");
    }

    #[test]
    fn a_program_that_runs_its_arguments_may_want_a_shell() {
        silent!("ENTRYPOINT [\"docker-entrypoint.sh\"]\nCMD node server.js\n");
        silent!("ENTRYPOINT [\"tini\", \"--\"]\nCMD node server.js\n");
        silent!("ENTRYPOINT [\"python\", \"-m\", \"runner\"]\nCMD a\n");
    }
}
