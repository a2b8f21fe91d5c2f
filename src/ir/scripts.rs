//! The scripts that a step hands to a shell.

use crate::knowledge::commands::{Wrapped, Wrapper, strip_wrapper};
use crate::shell::{Dialect, Script, ScriptForm, ScriptSource, ShellOptions};
use crate::source::LocatedText;
use crate::syntax::{CommandForm, Healthcheck, Heredoc, Instruction, InstructionKind, Word};

use super::{Build, Step};

impl Build<'_> {
    /// The scripts of a step, parsed when they are first asked for: the text of a RUN, CMD, ENTRYPOINT or HEALTHCHECK
    /// in shell form, the body of a heredoc that is the whole RUN, the argument of `["sh", "-c", "..."]`. Of an
    /// instruction inside ONBUILD, too.
    pub fn scripts<'s>(&self, step: &'s Step<'_>) -> &'s [Script] {
        step.scripts.get_or_init(|| self.script_source(step).map(Script::parse).into_iter().collect())
    }

    /// The shell that runs the step's shell form, and the options with which SHELL starts it.
    pub fn shell_of(&self, step: &Step<'_>) -> (Dialect, ShellOptions) {
        match &step.state.shell {
            Some(shell) => {
                let words: Vec<&str> = shell.words.iter().map(String::as_str).collect();
                Dialect::from_shell_words(&words)
            }
            None if step.is_windows => (Dialect::Opaque, ShellOptions::default()),
            None => (step.state.default_shell, ShellOptions::default()),
        }
    }

    fn script_source(&self, step: &Step<'_>) -> Option<ScriptSource> {
        let instruction = step.instruction.innermost();
        match command_of(instruction)? {
            CommandForm::Exec { words, .. } => dash_c(words),
            CommandForm::Shell(text) => match step.instruction.heredocs.as_slice() {
                [heredoc] if heredoc.operator == text.span() => Some(self.heredoc_script(step, heredoc)),
                heredocs => Some(self.shell_form(step, text, heredocs)),
            },
        }
    }

    fn shell_form(&self, step: &Step<'_>, text: &Word, heredocs: &[Heredoc]) -> ScriptSource {
        let mut source = ScriptSource::new(self.shell_of(step).0, ScriptForm::ShellForm);
        push(&mut source, text);
        // BuildKit puts heredocs back as they were, for the shell to read.
        for heredoc in heredocs.iter().filter(|heredoc| !heredoc.body.is_empty() || heredoc.terminator.is_some()) {
            source.push("\n", heredoc.body.start.saturating_sub(1));
            source.push(self.file.source.slice(heredoc.body), heredoc.body.start);
            // A heredoc that is never closed ends with the file; no place in it holds the delimiter.
            if let Some(terminator) = heredoc.terminator {
                source.push(&heredoc.name, terminator.start);
            }
        }
        source
    }

    /// A RUN that is a heredoc and nothing else: its body is the script, with its own `#!` or for the shell in force.
    fn heredoc_script(&self, step: &Step<'_>, heredoc: &Heredoc) -> ScriptSource {
        let body = self.file.source.slice(heredoc.body);
        let shebang = Dialect::from_shebang(body.lines().next().unwrap_or_default());
        let dialect = shebang.map_or_else(|| self.shell_of(step).0, |(dialect, _)| dialect);
        let mut source = ScriptSource::new(dialect, ScriptForm::Heredoc);
        let mut at = heredoc.body.start;
        for line in body.split_inclusive('\n') {
            let kept = if heredoc.strips_tabs { line.trim_start_matches('\t') } else { line };
            source.push(kept, at + line.len() - kept.len());
            at += line.len();
        }
        source
    }
}

/// The command of an instruction that has one.
pub fn command_of(instruction: &Instruction) -> Option<&CommandForm> {
    match &instruction.kind {
        InstructionKind::Run(command)
        | InstructionKind::Cmd(command)
        | InstructionKind::Entrypoint(command)
        | InstructionKind::Healthcheck(Healthcheck::Cmd(command)) => Some(command),
        _ => None,
    }
}

/// The script in `["/bin/bash", "-lc", "script"]`.
fn dash_c(words: &[Word]) -> Option<ScriptSource> {
    let values: Vec<Option<&str>> = words.iter().map(|word| Some(word.text())).collect();
    let mut head = 0;
    // `["tini", "--", "sh", "-c", "..."]`
    while let Some(Wrapper { command: Wrapped::Words(at), .. }) = strip_wrapper(&values[head..])
        && at > 0
    {
        head += at;
    }
    let (shell, rest) = words[head..].split_first()?;
    let dialect = Dialect::from_program(shell.text());
    if dialect == Dialect::Opaque {
        return None;
    }
    let flag = rest.iter().position(|word| is_command_flag(word.text()))?;
    let mut source = ScriptSource::new(dialect, ScriptForm::ExecDashC);
    push(&mut source, rest.get(flag + 1)?);
    Some(source)
}

/// `-c`, alone or among others: `-lc`, `-exc`.
fn is_command_flag(word: &str) -> bool {
    word.strip_prefix('-').is_some_and(|letters| !letters.starts_with('-') && letters.ends_with('c'))
}

fn push(source: &mut ScriptSource, text: &LocatedText) {
    for (text, file) in text.stretches_of_file() {
        source.push(text, file.start);
    }
}
