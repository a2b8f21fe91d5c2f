//! Where a RUN can be given one command more.

use crate::shell::{Leak, ScriptForm};
use crate::source::Span;

use super::{Build, Step};

/// The end of a RUN that is one `&&` chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainEnd {
    /// The byte of the file behind the last command.
    pub offset: usize,
    /// What to write between that and the next command, in the manner of the file: ` && `, or with a line break.
    pub joint: String,
}

impl Build<'_> {
    /// The place at which `&& command` can be written so that it runs last, as root or whoever runs the rest, and only
    /// if all before has worked. `None` unless the RUN is a plain `&&` chain in shell form without heredocs that
    /// neither leaves nor replaces its shell.
    pub fn chain_end(&self, step: &Step<'_>) -> Option<ChainEnd> {
        let [script] = self.scripts(step) else { return None };
        if !step.instruction.heredocs.is_empty() || script.source.form() != ScriptForm::ShellForm || !script.is_clean()
        {
            return None;
        }
        let links = script.top_level_and_chain()?;
        let leaves = script.leaks().iter().any(|(leak, _)| matches!(leak, Leak::Exit | Leak::Exec | Leak::Background));
        if leaves {
            return None;
        }
        let last = links.last()?;
        let offset = script.source.to_file_cover(last.pipeline.span).end;
        let before = links.len().checked_sub(2).and_then(|at| links.get(at));
        let joint = before.map(|before| {
            let end = script.source.to_file_cover(before.pipeline.span).end;
            self.file.source.slice(Span::new(end, script.source.to_file_cover(last.pipeline.span).start.max(end)))
        });
        Some(ChainEnd { offset, joint: joint.filter(|text| is_joint(text)).unwrap_or(" && ").to_owned() })
    }
}

/// Whether what stands between two commands can stand between others too: it has no comment and no more than one line end.
pub fn is_joint(between: &str) -> bool {
    !between.contains('#') && between.matches('\n').count() < 2
}

#[cfg(test)]
mod tests {
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    fn with_end(run: &str) -> Option<String> {
        let file = parse(SourceFile::new("Dockerfile", format!("FROM debian\n{run}\n")));
        let build = Build::new(&file);
        let end = build.chain_end(&build.stages[0].steps[0])?;
        let text = file.source.text();
        Some(format!("{}{}z{}", &text[12..end.offset], end.joint, &text[end.offset..]))
    }

    #[test]
    fn the_joint_is_that_of_the_commands_before() {
        assert_eq!(with_end("RUN a && b").as_deref(), Some("RUN a && b && z\n"));
        assert_eq!(with_end("RUN a \\\n    && b").as_deref(), Some("RUN a \\\n    && b \\\n    && z\n"));
        assert_eq!(with_end("RUN a && \\\n  b | c").as_deref(), Some("RUN a && \\\n  b | c && \\\n  z\n"));
        assert_eq!(with_end("RUN a \\\n # c\n && b > x").as_deref(), Some("RUN a \\\n # c\n && b > x && z\n"));
    }

    #[test]
    fn other_scripts_have_no_such_place() {
        for run in ["RUN a; b", "RUN a || b", "RUN [\"a\"]", "RUN <<E\na\nE", "RUN a && exit", "RUN a && exec b"] {
            assert_eq!(with_end(run), None, "{run}");
        }
    }
}
