//! An empty line inside a continued instruction.
//!
//! ## Why
//! Behind a line that ends with the escape character, BuildKit skips empty lines and goes on with the same
//! instruction. It warns of that because a later version is to end the instruction there, and because the reader
//! takes the instruction to have ended.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN apt-get update && \
//!
//!     apt-get install -y curl
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN apt-get update && \
//!     apt-get install -y curl
//! ```
//!
//! ## Fix
//! Takes the empty lines out. BuildKit joins the same text as before, so the image is *identical*.
//!
//! ## Sources
//! BuildKit, NoEmptyContinuation; moby/moby pull request 33719.

use crate::edit::{Edit, Effect};
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;

pub const META: Meta = Meta {
    name: "build/empty-continuation-line",
    effect: Some(Effect::Identical),
    aliases: &["NoEmptyContinuation"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let source = cx.source();
    for instruction in cx.file.instructions() {
        let lines = &instruction.empty_continuation_lines;
        let Some(&first) = lines.first() else { continue };
        let message = match (lines.len(), instruction.keyword) {
            (1, _) => "an empty line stands inside the instruction".to_owned(),
            (count, _) => format!("{count} empty lines stand inside the instruction"),
        };
        // BuildKit names the line on which the instruction ends.
        let span = if cx.options.exactly_buildkit { last_line(cx, instruction.last_line) } else { first };
        let whole_lines: Vec<Edit> =
            lines.iter().map(|line| Edit::delete(source.line_span(source.line_at(line.start)))).collect();
        let it = if lines.len() > 1 { "them" } else { "it" };
        sink.report(span, message)
            .related(instruction.keyword_span(), "this instruction goes on behind it")
            .help(format!("take {it} out, or end the instruction before {it}"))
            .fix("take the empty lines out", Effect::Identical, whole_lines);
    }
}

fn last_line(cx: &Context<'_>, line: usize) -> Span {
    let start = cx.source().line_span(line).start;
    Span::new(start, start + cx.source().line_text(line).len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_first_empty_line_of_an_instruction_is_reported() {
        fires!("RUN a \\\n«»\n\n  b\nRUN c \\\n«  »\n  d\n");
    }

    #[test]
    fn comments_inside_the_instruction_stay() {
        fixes!("RUN a \\\n\n# why\n\n b\n" => "RUN a \\\n# why\n b\n");
    }

    #[test]
    fn empty_lines_of_heredocs_and_between_instructions_are_fine() {
        silent!("RUN <<EOF\na\n\nb\nEOF\n\nRUN c\n");
    }
}
