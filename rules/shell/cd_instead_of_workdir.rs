//! A RUN that begins with `cd`.
//!
//! ## Why
//! `cd` holds for one RUN only, so that each RUN has to begin with it anew, and one that forgets works in the wrong
//! directory. WORKDIR says it once, makes the directory, and shows in the image's configuration. A RUN that visits a
//! directory once is well served by `cd`, which is why this is advice to be asked for.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! COPY . /src
//! RUN cd /src && make
//! WORKDIR /srv
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! COPY . /src
//! WORKDIR /src
//! RUN make
//! WORKDIR /srv
//! ```
//!
//! ## Fix
//! Writes WORKDIR before the RUN, takes `cd` out of it and of the RUNs right behind it that begin with the same `cd`, and
//! puts the directory back that was there before, unless a WORKDIR follows. *Content*: WORKDIR makes a directory that is
//! missing, where `cd` would have failed. Only for an absolute path in front of `&&`, and where the file or the tables
//! tell which directory it was before.
//!
//! ## Sources
//! hadolint DL3003; Trivy DS-0013; SonarQube S6597; semgrep use-workdir; Dockerfile best practices, WORKDIR.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{Command, Step};
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;
use crate::syntax::Keyword;

pub const META: Meta = Meta {
    name: "shell/cd-instead-of-workdir",
    severity: Severity::Style,
    effect: Some(Effect::Content),
    aliases: &["DL3003", "DS-0013", "KICS-f4a6bcd3", "S6597", "use-workdir"],
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let visits: Vec<Visit<'_>> = cx.build.steps_of(Keyword::Run).filter_map(|step| Visit::of(cx, step)).collect();
    for row in visits.chunk_by(Visit::is_repeated_by) {
        for (at, visit) in row.iter().enumerate() {
            let report = match cx.build.absolute_path(visit.step, ".").as_deref() == Some(visit.path) {
                true => {
                    sink.report(visit.command.span(), "this RUN begins in that directory anyway").help("leave it out")
                }
                false => sink
                    .report(visit.command.span(), "this RUN changes the directory for itself only")
                    .help(format!("write `WORKDIR {}` before it", visit.path)),
            };
            // The first of a row is mended together with the others.
            if at == 0
                && let Some(edits) = edits(cx, row)
            {
                report.fix("set the directory with WORKDIR", Effect::Content, edits);
            }
        }
    }
}

/// A RUN that begins with `cd`.
struct Visit<'b> {
    step: &'b Step<'b>,
    command: &'b Command<'b>,
    path: &'b str,
}

impl<'b> Visit<'b> {
    fn of(cx: &Context<'b>, step: &'b Step<'b>) -> Option<Self> {
        let [command, _, ..] = cx.commands.of_step(step) else { return None };
        let is_first = command.invoked.as_ref().is_some_and(|it| it.circumstances.depth == 0);
        // A path that the shell works out is beyond WORKDIR.
        let path = command.arguments().first().and_then(|word| word.value)?;
        (command.name() == Some("cd") && is_first && path != "-").then_some(Self { step, command, path })
    }

    fn is_repeated_by(&self, next: &Self) -> bool {
        let is_next = (self.step.stage, self.step.index + 1) == (next.step.stage, next.step.index);
        is_next && self.path == next.path && self.path.starts_with('/')
    }

    /// `cd`, its directory and the `&&` behind; `None` where it is anything but the first of a chain.
    fn removable(&self, cx: &Context<'_>) -> Option<Span> {
        let [script] = cx.build.scripts(self.step) else { return None };
        let links = script.top_level_and_chain()?;
        let [first, next, ..] = links.as_slice() else { return None };
        let is_whole = self.command.words.len() == 2
            && first.pipeline.commands.len() == 1
            && first.pipeline.commands.iter().all(|command| command.redirections.is_empty());
        let gone = script.source.to_file_cover(Span::new(first.pipeline.span.start, next.pipeline.span.start));
        (is_whole && self.command.span().start == gone.start).then_some(gone)
    }
}

fn edits(cx: &Context<'_>, row: &[Visit<'_>]) -> Option<Vec<Edit>> {
    let (first, last) = (row.first()?, row.last()?);
    let is_plain = |path: &str| path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
    let before = cx.build.absolute_path(first.step, ".")?;
    if !first.path.starts_with('/') || !is_plain(first.path) || !is_plain(&before) {
        return None;
    }
    let mut edits = row.iter().map(|visit| Some(Edit::delete(visit.removable(cx)?))).collect::<Option<Vec<Edit>>>()?;
    if before == first.path.trim_end_matches('/') {
        return Some(edits);
    }
    edits.push(cx.line_before(first.step.instruction, &format!("WORKDIR {}", first.path)));
    if !is_set_anew(cx, last.step) {
        let instruction = first.step.instruction;
        let line_ending = cx.source().line_ending(instruction.first_line);
        let indentation = cx.indentation(instruction.span.start);
        let end = last.step.instruction.span.end;
        edits.push(Edit::insert(end, format!("{line_ending}{indentation}WORKDIR {before}")));
    }
    Some(edits)
}

/// Whether the next instruction is a WORKDIR that does not depend on the directory before it.
fn is_set_anew(cx: &Context<'_>, step: &Step<'_>) -> bool {
    let next = cx.build.stages.get(step.stage).and_then(|stage| stage.steps.get(step.index + 1));
    next.is_some_and(|next| {
        let path = next.instruction.arguments.text().trim();
        next.instruction.keyword == Some(Keyword::Workdir) && path.starts_with('/')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_leading_cd_is_reported() {
        fires!("RUN «cd /a» && b\nRUN «cd c»; d\n");
    }

    #[test]
    fn a_cd_on_the_way_or_in_a_subshell_or_to_an_unknown_place_is_not() {
        silent!("RUN a && cd /b && c\nRUN (cd /a && b) && c\nRUN cd $X && a\n");
    }

    #[test]
    fn the_directory_before_is_put_back() {
        fixes!(
            "FROM debian:13\nRUN cd /a && \\\n    b\nRUN c\n" =>
            "FROM debian:13\nWORKDIR /a\nRUN b\nWORKDIR /\nRUN c\n"
        );
        fixes!(
            "FROM x\nWORKDIR /w\nRUN cd /a && b\r\nWORKDIR /c\n" =>
            "FROM x\nWORKDIR /w\nWORKDIR /a\r\nRUN b\r\nWORKDIR /c\n"
        );
    }

    #[test]
    fn runs_in_a_row_share_one_workdir() {
        fixes!(
            "FROM debian:13\nRUN cd /a && b\nRUN cd /a && c\n" =>
            "FROM debian:13\nWORKDIR /a\nRUN b\nRUN c\nWORKDIR /\n"
        );
        fixes!("FROM x\nWORKDIR /a\nRUN cd /a && c\n" => "FROM x\nWORKDIR /a\nRUN c\n");
    }

    #[test]
    fn a_failure_that_is_let_pass_stays_so() {
        let unfixed = |text: &str| findings(&META, check, text).iter().all(|finding| finding.fix.is_none());
        assert!(unfixed("FROM debian:13\nRUN cd /tmp && make && rm -rf /z || true\n"));
        assert!(unfixed("FROM debian:13\nRUN cd /tmp; make\n"));
        assert!(unfixed("FROM debian:13\nRUN cd a && make\n"));
        assert!(unfixed("FROM example.com/own\nRUN cd /a && make\n"));
    }
}
