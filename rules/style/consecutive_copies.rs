//! COPY instructions that follow one another and copy to the same folder.
//!
//! ## Why
//! Each COPY makes a layer, however small. One COPY with several sources makes one, and says once where they go. Against it
//! stands that a change of one source then stores all of them again: large files that hardly ever change are better off
//! alone. This rule has to be asked for.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:24-slim
//! WORKDIR /app
//! COPY package.json ./
//! COPY package-lock.json ./
//! ```
//! ```dockerfile,good
//! FROM node:24-slim
//! WORKDIR /app
//! COPY package.json package-lock.json ./
//! ```
//!
//! ## Fix
//! Joins them into one, with the comments between them. *Equivalent*: the same files in the same order, in one layer less.
//! Silent where their flags differ, with `--link`, whose layers are meant to be apart, where the destination does not end in a
//! slash and may be the name of a file, where two sources have the same name, where a whole folder as `.` is copied, for heredocs
//! and arrays, and where a blank line keeps the two apart.
//!
//! ## Sources
//! Docker's reference, COPY: "If multiple source files are specified, [...] the destination must be a directory and end with
//! a slash".

use std::collections::HashSet;

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::Step;
use crate::rewrite::{Layout, join_words};
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;
use crate::syntax::{InstructionKind, Transfer};

pub const META: Meta = Meta {
    name: "style/consecutive-copies",
    severity: Severity::Style,
    effect: Some(Effect::Equivalent),
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    // The names of the sources of all COPYs that become one.
    let mut copied: HashSet<&str> = HashSet::new();
    let mut end = None;
    for [first, second] in cx.build.neighbours().filter(|[_, second]| cx.shapes_final_image(second)) {
        let (Some(above), Some(below)) = (list(first), list(second)) else { continue };
        if end != Some((first.stage, first.index)) {
            copied.clear();
            if !add_names(first, above, &mut copied) {
                continue;
            }
        }
        let Some(edit) = joined(cx, (first, above), (second, below)) else { continue };
        if !add_names(second, below, &mut copied) {
            continue;
        }
        end = Some((second.stage, second.index));
        let destination = below.destination.text();
        sink.report(
            second.instruction.keyword_span(),
            format!("this `COPY` adds to `{destination}` as the one above does"),
        )
        .related(first.instruction.keyword_span(), "which could copy its files")
        .help("copy all of them in one `COPY`")
        .fix("join it with the one above", Effect::Equivalent, vec![edit]);
    }
}

/// What a COPY copies, where further sources could stand.
fn list<'s>(step: &Step<'s>) -> Option<&'s Transfer> {
    let InstructionKind::Copy(transfer) = &step.instruction.kind else { return None };
    let is_list = !transfer.json && step.instruction.heredocs.is_empty() && step.instruction.flag("link").is_none();
    (is_list && step.value(&transfer.destination).ends_with('/')).then_some(transfer)
}

fn joined(cx: &Context<'_>, first: (&Step<'_>, &Transfer), second: (&Step<'_>, &Transfer)) -> Option<Edit> {
    let ((above, from), (below, of)) = (first, second);
    let flags = |step: &Step<'_>| -> Vec<_> { step.instruction.flags.iter().map(|flag| cx.text(flag.span)).collect() };
    if flags(above) != flags(below) || above.value(&from.destination) != below.value(&of.destination) {
        return None;
    }
    let gap = Span::new(from.sources.last()?.span().end, of.sources.first()?.span().start);
    join_words(cx.file, above, below, gap, Layout::SameLine)
}

/// Adds the last part of each source, unless one of them is there already or names a whole folder.
fn add_names<'s>(step: &'s Step<'_>, transfer: &'s Transfer, copied: &mut HashSet<&'s str>) -> bool {
    let paths = transfer.sources.iter().map(|source| step.value(source).trim_end_matches('/'));
    let names: Vec<&str> = paths.map(|path| path.rsplit('/').next().unwrap_or(path)).collect();
    let is_new = names.iter().all(|name| !matches!(*name, "" | "." | "..") && !copied.contains(name));
    if is_new {
        copied.extend(names);
    }
    is_new
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn each_further_one_is_reported_and_joined() {
        fires!("COPY a /d/\n«COPY» b c /d/\n«COPY» d/e /d/\n");
        fixes!("COPY a /d/\nCOPY b c /d/\nCOPY d/e /d/\nRUN x\n" => "COPY a b c d/e /d/\nRUN x\n");
        fixes!(
            "COPY --chown=1 --from=x /a /d/\nCOPY --chown=1 --from=x /b /d/\n" =>
            "COPY --chown=1 --from=x /a /b /d/\n"
        );
    }

    #[test]
    fn comments_stay_each_with_its_source() {
        fixes!("COPY a /d/\n# why\nCOPY b /d/\n" => "COPY a \\\n# why\n     b /d/\n");
        fixes!("COPY a \\\n  b \\\n  /d/\nCOPY c /d/\n" => "COPY a \\\n  b \\\n  c /d/\n");
    }

    #[test]
    fn other_places_names_and_flags_stay_apart() {
        silent!("COPY a /d/\nCOPY b /e/\n");
        silent!("COPY a /d\nCOPY b /d\n");
        silent!("COPY a /d/x\nCOPY b /d/x\n");
        silent!("COPY a/x /d/\nCOPY b/x /d/\n");
        fires!("COPY a /d/\n«COPY» b /d/\nCOPY c/a /d/\n«COPY» b /d/\n");
        silent!("COPY --chown=1 a /d/\nCOPY b /d/\n");
        silent!("COPY --link a /d/\nCOPY --link b /d/\n");
        silent!("COPY a ./\nCOPY . ./\n");
        silent!("COPY a /d/\nCOPY <<E /d/\nx\nE\n");
        silent!("COPY [\"a\", \"/d/\"]\nCOPY b /d/\n");
        silent!("COPY a /d/\n\nCOPY b /d/\n");
        silent!("ADD a /d/\nADD b /d/\n");
    }

    #[test]
    fn stages_that_leave_no_layers_are_passed_over() {
        silent!("FROM a AS b\nCOPY a /d/\nCOPY b /d/\nRUN c\nFROM a\nCOPY --from=b /d /d\n");
    }
}
