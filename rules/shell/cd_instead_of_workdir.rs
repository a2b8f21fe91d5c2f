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
//! Writes WORKDIR before the RUN, takes `cd` out of it and of the RUNs right behind it that begin with `cd`, too, and puts the
//! directory back that was there before, unless a WORKDIR follows or nothing works in it. *Content*: WORKDIR makes a
//! directory that is missing, where `cd` would have failed. Only for an absolute path in front of `&&`, and where the file or
//! the tables tell which directory it was before.
//!
//! ## Sources
//! hadolint DL3003; Trivy DS-0013; SonarQube S6597; semgrep use-workdir; Dockerfile best practices, WORKDIR.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{Command, Step, clean_path};
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
    for row in visits.chunk_by(Visit::is_mended_with) {
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
    /// `cd`, its directory and the `&&` behind; `None` where WORKDIR cannot take their place.
    removable: Option<Span>,
}

impl<'b> Visit<'b> {
    fn of(cx: &Context<'b>, step: &'b Step<'b>) -> Option<Self> {
        let [command, _, ..] = cx.commands.of_step(step) else { return None };
        let is_first = command.invoked.as_ref().is_some_and(|it| it.circumstances.depth == 0);
        // A path that the shell works out is beyond WORKDIR.
        let path = command.arguments().first().and_then(|word| word.value)?;
        let is_visit = command.name() == Some("cd") && is_first && path != "-";
        is_visit.then(|| Self { step, command, path, removable: removable(cx, step, command, path) })
    }

    /// Whether one fix mends both: only together is it clear which directory to put back, and where.
    fn is_mended_with(&self, next: &Self) -> bool {
        let is_next = (self.step.stage, self.step.index + 1) == (next.step.stage, next.step.index);
        is_next && self.removable.is_some() && next.removable.is_some()
    }
}

/// The `cd` and what joins it to the rest, where it is the first of a chain and leads to a plain absolute path.
fn removable(cx: &Context<'_>, step: &Step<'_>, command: &Command<'_>, path: &str) -> Option<Span> {
    let [script] = cx.build.scripts(step) else { return None };
    let links = script.top_level_and_chain()?;
    let [first, next, ..] = links.as_slice() else { return None };
    let is_whole = command.words.len() == 2
        && first.pipeline.commands.len() == 1
        && first.pipeline.commands.iter().all(|command| command.redirections.is_empty());
    let gone = script.source.to_file_cover(Span::new(first.pipeline.span.start, next.pipeline.span.start));
    // `cd -` leads to where this one came from.
    let goes_back = ["cd -", "OLDPWD"].iter().any(|words| script.source.text().contains(words));
    let is_plain = path.starts_with('/') && is_plain(path) && !goes_back;
    (is_whole && command.span().start == gone.start && is_plain).then_some(gone)
}

fn is_plain(path: &str) -> bool {
    path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte))
}

/// WORKDIR wherever the directory changes, and behind the last RUN the one that was before.
fn edits(cx: &Context<'_>, row: &[Visit<'_>]) -> Option<Vec<Edit>> {
    let (first, last) = (row.first()?, row.last()?);
    let before = cx.build.absolute_path(first.step, ".").filter(|path| is_plain(path))?;
    let mut edits = Vec::new();
    let mut current = before.clone();
    for visit in row {
        edits.push(Edit::delete(visit.removable?));
        let path = clean_path(visit.path);
        if path != current {
            edits.push(cx.line_before(visit.step.instruction, &format!("WORKDIR {path}")));
            current = path;
        }
    }
    if current != before && !is_set_anew(cx, last.step) && !is_forgotten(cx, last.step) {
        let instruction = first.step.instruction;
        let line_ending = cx.source().line_ending(instruction.first_line);
        let indentation = cx.indentation(instruction.span.start);
        let end = last.step.instruction.span.end;
        edits.push(Edit::insert(end, format!("{line_ending}{indentation}WORKDIR {before}")));
    }
    Some(edits)
}

/// Whether nothing works in the directory that is in force behind the step: it ends a stage that only gives files.
fn is_forgotten(cx: &Context<'_>, step: &Step<'_>) -> bool {
    let stage = cx.build.stage_of(step);
    let is_base = || cx.build.stages.iter().any(|other| other.base_stage() == Some(step.stage));
    stage.steps.len() == step.index + 1 && step.stage + 1 != cx.build.stages.len() && !is_base()
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
    fn who_goes_back_by_cd_dash_needs_the_first_cd() {
        let found = findings(&META, check, "FROM a\nRUN cd /b && make && cd - && ls\n");
        assert!(found[0].fix.is_none());
    }

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
    fn a_directory_is_put_back_only_where_something_works_in_it() {
        fixes!(
            "FROM debian:13\nRUN cd /a && b\nRUN cd /c/ && d\nRUN e\n" =>
            "FROM debian:13\nWORKDIR /a\nRUN b\nWORKDIR /c\nRUN d\nWORKDIR /\nRUN e\n"
        );
        fixes!("FROM debian:13\nRUN cd / && b\nRUN c\n" => "FROM debian:13\nRUN b\nRUN c\n");
        fixes!(
            "FROM debian:13 AS a\nRUN cd /b && c\nFROM debian:13\nCOPY --from=a /b /b\n" =>
            "FROM debian:13 AS a\nWORKDIR /b\nRUN c\nFROM debian:13\nCOPY --from=a /b /b\n"
        );
        fixes!(
            "FROM debian:13 AS a\nRUN cd /b && c\nFROM a\nRUN d\n" =>
            "FROM debian:13 AS a\nWORKDIR /b\nRUN c\nWORKDIR /\nFROM a\nRUN d\n"
        );
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
