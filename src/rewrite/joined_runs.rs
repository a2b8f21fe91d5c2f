//! Two neighbouring RUN instructions as one.

use std::fmt;

use crate::edit::Edit;
use crate::ir::{Build, Step};
use crate::shell::{Leak, Script, ScriptForm};
use crate::source::Span;
use crate::syntax::{CommandForm, InstructionKind};

use super::joined_words::{comments_in, continuation};

/// Why two RUN instructions stay two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// They do not stand next to each other in one stage.
    Apart,
    /// Their flags differ.
    Flags,
    /// One of them is in exec form, or in a language other than the shell's.
    Form,
    /// One of them has a heredoc.
    Heredoc,
    /// The first leaves its shell, or leaves something running in it.
    Ending,
    /// With `set -e`, the commands of the first would go on behind a failure.
    Errexit,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Apart => "other instructions stand between them",
            Self::Flags => "their flags differ",
            Self::Form => "one of them is no plain shell command",
            Self::Heredoc => "one of them has a heredoc",
            Self::Ending => "the first one leaves its shell or leaves something running",
            Self::Errexit => "`set -e` would not hold any more for the commands of the first one",
        })
    }
}

/// The edits that make one RUN of two: the second runs if the first has worked. What the first changes in its shell is
/// kept from the second by `( … )`, a list of commands is held together by `{ …; }`. Comments between the two stay.
///
/// # Errors
/// Why the two cannot be joined.
pub fn join_runs(build: &Build<'_>, first: &Step<'_>, second: &Step<'_>) -> Result<Vec<Edit>, Refusal> {
    if first.stage != second.stage || first.index + 1 != second.index {
        return Err(Refusal::Apart);
    }
    let flags =
        |step: &Step<'_>| step.instruction.flags.iter().map(|it| build.file.source.slice(it.span).to_owned()).collect();
    let (of_first, of_second): (Vec<String>, Vec<String>) = (flags(first), flags(second));
    if of_first != of_second {
        return Err(Refusal::Flags);
    }
    let (before, after) = (Half::of(build, first)?, Half::of(build, second)?);
    let leaks = before.script.leaks();
    let has = |wanted: &[Leak]| leaks.iter().any(|(leak, _)| wanted.contains(leak));
    if has(&[Leak::Exit, Leak::Exec, Leak::Background, Leak::Trap]) {
        return Err(Refusal::Ending);
    }
    let is_chain = before.script.top_level_and_chain().is_some();
    if !is_chain && (build.shell_of(first).1.errexit || has(&[Leak::Options, Leak::Source])) {
        return Err(Refusal::Errexit);
    }
    let mut edits = vec![joint(build, first, second, before.span.end, after.span.start)];
    match (leaks.is_empty(), is_chain) {
        (true, true) => {}
        (true, false) => edits.extend(braces(before.span)),
        (false, _) => edits.extend(brackets(before.span, "(", ")")),
    }
    if after.script.top_level_and_chain().is_none() {
        edits.extend(braces(after.span));
    }
    Ok(edits)
}

/// A RUN whose script is understood.
struct Half<'b> {
    script: &'b Script,
    /// The commands in the file.
    span: Span,
}

impl<'b> Half<'b> {
    fn of(build: &Build<'_>, step: &'b Step<'_>) -> Result<Self, Refusal> {
        if !step.instruction.heredocs.is_empty() {
            return Err(Refusal::Heredoc);
        }
        let is_shell_form = matches!(step.instruction.kind, InstructionKind::Run(CommandForm::Shell(_)));
        let [script] = build.scripts(step) else { return Err(Refusal::Form) };
        if !is_shell_form || !script.is_clean() || script.source.form() != ScriptForm::ShellForm {
            return Err(Refusal::Form);
        }
        let (Some(start), Some(end)) = (script.body.items.first(), script.body.items.last()) else {
            return Err(Refusal::Form);
        };
        let span = script.source.to_file_cover(start.chain.span().cover(end.chain.span()));
        // A `;` or `&` at the very end, or a comment of the shell.
        let behind = build.file.source.slice(Span::new(span.end, step.instruction.span.end.max(span.end)));
        if behind.trim().is_empty() { Ok(Self { script, span }) } else { Err(Refusal::Form) }
    }
}

fn braces(span: Span) -> [Edit; 2] {
    brackets(span, "{", "; }")
}

fn brackets(span: Span, open: &str, close: &str) -> [Edit; 2] {
    let blank = if close.starts_with(';') { "" } else { " " };
    [Edit::insert(span.start, format!("{open} ")), Edit::insert(span.end, format!("{blank}{close}"))]
}

/// `&&` in the place of the second keyword, in the manner of the file, else on a line of its own. The comments between
/// come before it; blank lines go, which BuildKit does not like within an instruction.
fn joint(build: &Build<'_>, first: &Step<'_>, second: &Step<'_>, end: usize, start: usize) -> Edit {
    let between = Span::new(end, start);
    let of_file = || [first, second].into_iter().filter_map(|step| build.chain_end(step)).map(|end| end.joint);
    if comments_in(build.file, between).next().is_none()
        && let Some(joint) = of_file().find(|joint| joint.contains('\n'))
    {
        return Edit::replace(between, joint);
    }
    Edit::replace(between, format!("{}    && ", continuation(build.file, first, between)))
}

#[cfg(test)]
mod tests {
    use crate::edit::{Effect, Fix, apply};
    use crate::plan::{Tolerance, differences_beyond};
    use crate::source::SourceFile;
    use crate::syntax::{Dockerfile, parse};

    use super::*;

    fn parsed(text: &str) -> Dockerfile {
        parse(SourceFile::new("Dockerfile", text))
    }

    /// The file with its first two steps joined, which is proved to do the same.
    fn joined(text: &str) -> Result<String, Refusal> {
        let before = parsed(&format!("FROM debian:13\n{text}"));
        let build = Build::new(&before);
        let steps = &build.stages[0].steps;
        let fix = Fix::new("join", Effect::Equivalent, join_runs(&build, &steps[0], &steps[1])?).unwrap();
        let after = String::from_utf8(apply(before.source.bytes(), fix.edits())).unwrap();
        let differences = differences_beyond(Tolerance::Layers, &before, &parsed(&after));
        assert!(differences.is_empty(), "{differences:?} in\n{after}");
        Ok(after.strip_prefix("FROM debian:13\n").unwrap().to_owned())
    }

    #[test]
    fn plain_commands_become_one_chain() {
        assert_eq!(joined("RUN a\nRUN b | c\n").unwrap(), "RUN a \\\n    && b | c\n");
        assert_eq!(joined("RUN a && \\\n  b\n\nrun c").unwrap(), "RUN a && \\\n  b && \\\n  c");
    }

    #[test]
    fn the_joint_is_that_of_the_file() {
        assert_eq!(joined("RUN a\nRUN b \\\n && c\n").unwrap(), "RUN a \\\n && b \\\n && c\n");
        assert_eq!(joined("RUN a && b\nRUN c\n").unwrap(), "RUN a && b \\\n    && c\n");
    }

    #[test]
    fn comments_and_line_ends_stay() {
        assert_eq!(
            joined("RUN a\r\n\r\n# one\r\n  # two\r\nRUN b\r\n").unwrap(),
            "RUN a \\\r\n# one\r\n# two\r\n    && b\r\n"
        );
        assert_eq!(joined("RUN a\nRUN \\\n# one\n  b\n").unwrap(), "RUN a \\\n# one\n    && b\n");
    }

    #[test]
    fn lists_are_held_together() {
        assert_eq!(joined("RUN a; b\nRUN c || d\n").unwrap(), "RUN { a; b; } \\\n    && { c || d; }\n");
        assert_eq!(joined("RUN if a; then b; fi\nRUN c\n").unwrap(), "RUN if a; then b; fi \\\n    && c\n");
    }

    #[test]
    fn what_changes_the_shell_is_kept_from_the_second() {
        assert_eq!(joined("RUN cd x && a\nRUN b\n").unwrap(), "RUN ( cd x && a ) \\\n    && b\n");
        assert_eq!(joined("RUN A=1; b $A\nRUN c\n").unwrap(), "RUN ( A=1; b $A ) \\\n    && c\n");
    }

    #[test]
    fn equal_flags_are_kept_and_others_refused() {
        let mount = "--mount=type=cache,target=/c";
        assert_eq!(
            joined(&format!("RUN {mount} a\nRUN {mount} b\n")).unwrap(),
            format!("RUN {mount} a \\\n    && b\n")
        );
        assert_eq!(joined(&format!("RUN {mount} a\nRUN b\n")), Err(Refusal::Flags));
    }

    #[test]
    fn what_cannot_be_joined_says_why() {
        for (text, refusal) in [
            ("RUN a\nENV B=c\n", Refusal::Form),
            ("RUN [\"a\"]\nRUN b\n", Refusal::Form),
            ("RUN a;\nRUN b\n", Refusal::Form),
            ("RUN a &\nRUN b\n", Refusal::Form),
            ("RUN <<E\na\nE\nRUN b\n", Refusal::Heredoc),
            ("RUN exit 0\nRUN b\n", Refusal::Ending),
            ("RUN ( a & ) ; b & c\nRUN b\n", Refusal::Ending),
            ("RUN set -e; a; b\nRUN c\n", Refusal::Errexit),
        ] {
            assert_eq!(joined(text), Err(refusal), "{text}");
        }
    }

    #[test]
    fn the_escape_character_is_the_file_s_own() {
        let before = parsed("# escape=`\nFROM --platform=linux/amd64 debian:13\nRUN a\nRUN b\n");
        let build = Build::new(&before);
        let steps = &build.stages[0].steps;
        let fix = Fix::new("join", Effect::Equivalent, join_runs(&build, &steps[0], &steps[1]).unwrap()).unwrap();
        let after = apply(before.source.bytes(), fix.edits());
        assert_eq!(after, b"# escape=`\nFROM --platform=linux/amd64 debian:13\nRUN a `\n    && b\n");
    }
}
