//! Two neighbouring RUN instructions as one.

use std::collections::BTreeSet;
use std::fmt;

use crate::edit::Edit;
use crate::ir::{Build, Step, is_joint};
use crate::shell::{AndOr, Command, CommandKind, Item, Leak, Script, ScriptForm, ScriptPart, Word};
use crate::source::Span;
use crate::syntax::{CommandForm, InstructionKind};

use super::joined_words::{comments_in, continuation};

/// Why two RUN instructions stay two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// They are not in one stage, the first before the second.
    Apart,
    /// This instruction stands between them: a keyword, as it is written.
    Between(String),
    /// One of them has this flag, and the other has not.
    Flag(String),
    /// One of them is in exec form, or in a language other than the shell's.
    Form,
    /// One of them has a heredoc.
    Heredoc,
    /// This stands behind the last command of one of them: a `;` or `&`, or a comment of the shell.
    Behind(String),
    /// The first leaves its shell, or leaves something running in it.
    Ending,
    /// With `set -e`, the commands of the first would go on behind a failure.
    Errexit,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Apart => f.write_str("they do not follow each other"),
            Self::Between(keyword) => write!(f, "`{keyword}` stands between them"),
            Self::Flag(flag) => write!(f, "only one of them has `{flag}`"),
            Self::Form => f.write_str("one of them is no plain shell command"),
            Self::Heredoc => f.write_str("one of them has a heredoc"),
            Self::Behind(text) => write!(f, "`{text}` stands behind the last command of one of them"),
            Self::Ending => f.write_str("the first one leaves its shell or leaves something running"),
            Self::Errexit => f.write_str("`set -e` would not hold any more for the commands of the first one"),
        }
    }
}

/// The edits that make one RUN of two: the second runs if the first has worked. What the first changes in its shell is
/// kept from the second by `( … )`, a list of commands is held together by `{ …; }`; the same `set` at the head of both is
/// written once. Comments between the two stay.
///
/// # Errors
/// Why the two cannot be joined.
pub fn join_runs(build: &Build<'_>, first: &Step<'_>, second: &Step<'_>) -> Result<Vec<Edit>, Refusal> {
    follow_each_other(build, first, second)?;
    have_the_same_flags(build, first, second)?;
    let (before, after) = (Half::of(build, first)?, Half::of(build, second)?);
    let leaks = before.script.leaks();
    // The shell remembers where it has found a program, also once there is another one in front of it.
    let remembers = remembers_a_replaced_program(before.script, after.script);
    let has = |wanted: &[Leak]| leaks.iter().any(|(leak, _)| wanted.contains(leak));
    if has(&[Leak::Exit, Leak::Exec, Leak::Background, Leak::Trap]) {
        return Err(Refusal::Ending);
    }
    if let Some(edits) = joined_under_one_set(build, &before, &after).filter(|_| !remembers) {
        return Ok(edits);
    }
    let is_chain = before.script.top_level_and_chain().is_some();
    if !is_chain && (build.shell_of(first).1.errexit || has(&[Leak::Options, Leak::Source])) {
        return Err(Refusal::Errexit);
    }
    let mut edits = vec![joint(build, first, second, Span::new(before.span.end, after.span.start))];
    match (leaks.is_empty() && !remembers, is_chain) {
        (true, true) => {}
        (true, false) => edits.extend(braces(before.span)),
        (false, _) => edits.extend(brackets(before.span, "(", ")")),
    }
    if after.script.top_level_and_chain().is_none() {
        edits.extend(braces(after.span));
    }
    Ok(edits)
}

/// Whether the first script calls a program, and names it or the package that holds it behind that, as in `npm install -g npm`,
/// and the second one calls it again.
fn remembers_a_replaced_program(before: &Script, after: &Script) -> bool {
    // `pip3` is of the package `pip`, `npm@latest` is `npm`.
    let stem = |word: &str| -> String {
        let end = word.find(['@', '=', '<', '>', '~', '[']).unwrap_or(word.len());
        word[..end].trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').to_owned()
    };
    let literals = |words: &[Word]| words.iter().filter_map(|word| word.literal().map(stem)).collect::<Vec<_>>();
    let called_later: BTreeSet<String> =
        after.simple_commands().iter().flat_map(|simple| literals(&simple.words)).collect();
    let mut called = BTreeSet::new();
    before.simple_commands().into_iter().any(|simple| {
        let words = literals(&simple.words);
        called.extend(words.first().cloned());
        let named = words.iter().skip(1).filter(|word| called.contains(*word));
        named.into_iter().any(|word| called_later.contains(word))
    })
}

fn follow_each_other(build: &Build<'_>, first: &Step<'_>, second: &Step<'_>) -> Result<(), Refusal> {
    if first.stage != second.stage || first.index >= second.index {
        return Err(Refusal::Apart);
    }
    let between = build.stage_of(first).steps.get(first.index + 1..second.index).and_then(<[_]>::first);
    let keyword = |step: &Step<'_>| build.file.source.slice(step.instruction.keyword_span()).to_owned();
    between.map_or(Ok(()), |step| Err(Refusal::Between(keyword(step))))
}

/// BuildKit sorts mounts, so that the order of the flags makes no difference.
fn have_the_same_flags(build: &Build<'_>, first: &Step<'_>, second: &Step<'_>) -> Result<(), Refusal> {
    let texts = |step: &Step<'_>| -> Vec<&str> {
        step.instruction.flags.iter().map(|flag| build.file.source.slice(flag.span)).collect()
    };
    let (of_first, of_second) = (texts(first), texts(second));
    let lacking =
        |flags: &[&str], others: &[&str]| flags.iter().find(|flag| !others.contains(flag)).copied().map(str::to_owned);
    let different = lacking(&of_first, &of_second).or_else(|| lacking(&of_second, &of_first));
    different.map_or(Ok(()), |flag| Err(Refusal::Flag(flag)))
}

/// The edits for two that begin with the same `set`, and where the first changes nothing else in its shell: that of the
/// second goes. `None` where that would not do the same.
fn joined_under_one_set(build: &Build<'_>, before: &Half<'_>, after: &Half<'_>) -> Option<Vec<Edit>> {
    let (parts, others) = (before.parts(build), after.parts(build));
    let settings = parts.iter().take_while(|part| part.sets_options()).count();
    let text = |half: &Half<'_>, part: &ScriptPart<'_>| half.script.slice(part.span).trim().to_owned();
    let is_same = others.iter().take_while(|part| part.sets_options()).count() == settings
        && parts.iter().zip(&others).take(settings).all(|(one, other)| text(before, one) == text(after, other));
    let (last, next) = (parts.get(settings..)?.last()?, others.get(settings)?);
    let head = parts.get(settings.checked_sub(1)?)?.span;
    let changes_more = before.script.leaks().iter().any(|(_, span)| span.start >= head.end);
    let item = before.script.body.items.last()?;
    if !is_same || changes_more || !is_of_simple_commands(item) {
        return None;
    }
    let rest = Span::new(after.script.source.to_file_cover(next.span).start, after.span.end);
    let between = Span::new(before.span.end, rest.start);
    if before.script.top_level_and_chain().is_none() && item.surely_stops() {
        // Behind a list, what fails in it ends the script by `set -e` alone.
        return last.stops_at_errors().then(|| vec![separator(build, before, &parts, between)]);
    }
    let stands_behind_list = before.script.body.items.len() > 1;
    if stands_behind_list && !last.stops_at_errors() || item.is_in_background() {
        return None;
    }
    let mut edits = vec![joint(build, before.step, after.step, between)];
    if !is_chain(others.get(settings..)?) {
        edits.extend(braces(rest));
    }
    Some(edits)
}

/// Whether the parts are one command, or several with `&&` between them.
fn is_chain(parts: &[ScriptPart<'_>]) -> bool {
    parts.iter().enumerate().all(|(at, part)| part.pipeline.is_some() && (at == 0 || part.operator.is_some()))
}

/// Whether it is an `&&` chain of simple commands. In others, `set -e` would be ignored once `&&` stands behind them.
fn is_of_simple_commands(item: &Item) -> bool {
    let is_simple = |command: &Command| matches!(command.kind, CommandKind::Simple(_));
    item.chain.rest.iter().all(|(operator, ..)| *operator == AndOr::And)
        && item.chain.pipelines().all(|pipeline| !pipeline.negated && pipeline.commands.iter().all(is_simple))
}

/// A RUN whose script is understood.
struct Half<'b> {
    step: &'b Step<'b>,
    script: &'b Script,
    /// The commands in the file.
    span: Span,
}

impl<'b> Half<'b> {
    fn parts(&self, build: &Build<'_>) -> Vec<ScriptPart<'b>> {
        self.script.parts(build.shell_of(self.step).1)
    }

    fn of(build: &Build<'_>, step: &'b Step<'b>) -> Result<Self, Refusal> {
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
        let behind = build.file.source.slice(Span::new(span.end, step.instruction.span.end.max(span.end)));
        if behind.trim().is_empty() {
            return Ok(Self { step, script, span });
        }
        let text = script.source.text().get(end.chain.span().end..).unwrap_or_default();
        Err(Refusal::Behind(text.trim().to_owned()))
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
fn joint(build: &Build<'_>, first: &Step<'_>, second: &Step<'_>, between: Span) -> Edit {
    let of_file = || [first, second].into_iter().filter_map(|step| build.chain_end(step)).map(|end| end.joint);
    if comments_in(build.file, between).next().is_none()
        && let Some(joint) = of_file().find(|joint| joint.contains('\n'))
    {
        return Edit::replace(between, joint);
    }
    Edit::replace(between, format!("{}    && ", continuation(build.file, first, between)))
}

/// `;` in the place of the second keyword, as it stands between others of the `parts` of the first.
fn separator(build: &Build<'_>, first: &Half<'_>, parts: &[ScriptPart<'_>], between: Span) -> Edit {
    let place = |part: &ScriptPart<'_>| first.script.source.to_file_cover(part.span);
    let gaps = parts.windows(2).rev().filter_map(|pair| {
        let [one, other] = pair else { return None };
        let gap = Span::new(place(one).end, place(other).start.max(place(one).end));
        other.operator.is_none().then(|| build.file.source.slice(gap))
    });
    let of_file = || gaps.filter(|gap| is_joint(gap)).find(|gap| gap.contains('\n'));
    match comments_in(build.file, between).next() {
        None => Edit::replace(between, of_file().unwrap_or("; ")),
        Some(_) => Edit::replace(between, format!(";{}    ", continuation(build.file, first.step, between))),
    }
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
    fn a_program_that_takes_the_place_of_another_is_found_by_the_second() {
        let joined = |first: &str, second: &str| joined(&format!("RUN {first}\nRUN {second}\n")).unwrap();
        let npm = joined("apt-get install -y npm && npm install -g npm@latest", "npm install -g a");
        assert!(npm.contains("RUN ( apt-get install -y npm && npm install -g npm@latest ) "), "{npm}");
        let pip = joined("pip3 install --upgrade pip", "pip3 install a");
        assert!(pip.contains("RUN ( pip3 install --upgrade pip ) "), "{pip}");
        assert!(!joined("apt-get install -y git", "git clone a").contains('('));
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
        assert_eq!(joined(&format!("RUN {mount} a\nRUN b\n")), Err(Refusal::Flag(mount.to_owned())));
        assert_eq!(joined("RUN a\nRUN --network=none b\n"), Err(Refusal::Flag("--network=none".to_owned())));
        let other = "--mount=type=tmpfs,target=/b";
        assert_eq!(
            joined(&format!("RUN {mount} {other} a\nRUN {other} {mount} b\n")).unwrap(),
            format!("RUN {mount} {other} a \\\n    && b\n")
        );
    }

    #[test]
    fn what_cannot_be_joined_says_why() {
        for (text, refusal) in [
            ("RUN a\nENV B=c\n", Refusal::Form),
            ("RUN [\"a\"]\nRUN b\n", Refusal::Form),
            ("RUN <<E\na\nE\nRUN b\n", Refusal::Heredoc),
            ("RUN exit 0\nRUN b\n", Refusal::Ending),
            ("RUN ( a & ) ; b & c\nRUN b\n", Refusal::Ending),
            ("RUN set -e; a; b\nRUN c\n", Refusal::Errexit),
            ("RUN set -e; a; b\nRUN set -ex; c\n", Refusal::Errexit),
            ("RUN set -e; cd x; a\nRUN set -e; b\n", Refusal::Errexit),
            ("RUN set -e; a; if b; then c; fi\nRUN set -e; d\n", Refusal::Errexit),
            ("RUN set -x; a; b\nRUN set -x; c\n", Refusal::Errexit),
            ("RUN set -e; a || b\nRUN set -e; c\n", Refusal::Errexit),
        ] {
            assert_eq!(joined(text), Err(refusal), "{text}");
        }
    }

    #[test]
    fn what_ends_a_plain_command_is_not_said_to_make_it_none() {
        for (text, behind) in [
            ("RUN a;\nRUN b\n", ";"),
            ("RUN a\nRUN b \\\n  ;\n", ";"),
            ("RUN a &\nRUN b\n", "&"),
            ("RUN a # why\nRUN b\n", "# why"),
        ] {
            assert_eq!(joined(text), Err(Refusal::Behind(behind.to_owned())), "{text}");
        }
    }

    #[test]
    fn one_command_behind_the_same_set_needs_no_braces() {
        assert_eq!(joined("RUN set -e; a && b\nRUN set -e; c\n").unwrap(), "RUN set -e; a && b \\\n    && c\n");
        assert_eq!(
            joined("RUN set -e; a && b\nRUN set -e; c && d | e\n").unwrap(),
            "RUN set -e; a && b \\\n    && c && d | e\n"
        );
    }

    #[test]
    fn the_same_set_is_written_once() {
        assert_eq!(joined("RUN set -eux; a; b\nRUN set -eux; c; d || e\n").unwrap(), "RUN set -eux; a; b; c; d || e\n");
        assert_eq!(
            joined("RUN set -eux; \\\n\ta; \\\n\tb\n\nRUN set -eux; \\\n\tc\n").unwrap(),
            "RUN set -eux; \\\n\ta; \\\n\tb; \\\n\tc\n"
        );
        assert_eq!(
            joined("RUN set -e; a\n# why\nRUN set -e; \\\n  # how\n  b\n").unwrap(),
            "RUN set -e; a; \\\n# why\n# how\n    b\n"
        );
        assert_eq!(joined("RUN set -ex && a\nRUN set -ex && b\n").unwrap(), "RUN set -ex && a \\\n    && b\n");
        assert_eq!(
            joined("RUN set -e; a && b\nRUN set -e; c; d\n").unwrap(),
            "RUN set -e; a && b \\\n    && { c; d; }\n"
        );
        assert_eq!(joined("RUN set -x && a\nRUN set -x; b; c\n").unwrap(), "RUN set -x && a \\\n    && { b; c; }\n");
    }

    #[test]
    fn what_stands_between_is_named() {
        let file = parsed("FROM debian:13\nRUN a\nuser b\nRUN c\nFROM d\nRUN e\n");
        let build = Build::new(&file);
        let step = |stage: usize, at: usize| &build.stages[stage].steps[at];
        assert_eq!(join_runs(&build, step(0, 0), step(0, 2)), Err(Refusal::Between("user".to_owned())));
        assert_eq!(join_runs(&build, step(0, 0), step(1, 0)), Err(Refusal::Apart));
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
