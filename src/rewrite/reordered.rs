//! Instructions of a stage put in another order, each with the comment lines above it.

use crate::cache::{Move, StageOrder};
use crate::edit::Edit;
use crate::ir::{Build, Stage, Step};
use crate::source::Span;
use crate::syntax::{InstructionKind, Keyword};

/// The edits that move the instructions of a stage to their places in `order`. A LABEL and the like that names an ARG or
/// ENV which goes down follows it.
pub fn reordered(build: &Build<'_>, stage: &Stage<'_>, order: &StageOrder) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut open = order.moves.as_slice();
    while let [first, rest @ ..] = open {
        // What goes behind something that moves itself stands in one row with it.
        let row = 1 + rest.iter().zip(open).take_while(|(next, before)| next.behind == Some(before.step)).count();
        let steps: Vec<&Step<'_>> = open[..row].iter().flat_map(|moved| with_followers(stage, moved)).collect();
        let anchor = match first.behind.and_then(|behind| stage.steps.get(behind)) {
            Some(step) => step.instruction,
            None => stage.instruction,
        };
        let blocks: Vec<Block<'_>> = steps.iter().map(|step| Block::of(build, stage, step)).collect();
        let line_ending = build.file.source.line_ending(anchor.last_line);
        let gap = |block: &Block<'_>| if block.is_paragraph { line_ending } else { "" };
        let text: String = blocks.iter().map(|block| format!("{line_ending}{}{}", gap(block), block.text)).collect();
        edits.push(Edit::insert(anchor.span.end, text));
        edits.extend(blocks.iter().map(|block| Edit::delete(block.lines)));
        open = &open[row..];
    }
    edits
}

/// The instruction that moves, and what only ends up in the configuration and names what it declares.
fn with_followers<'s, 'f>(stage: &'s Stage<'f>, moved: &Move) -> Vec<&'s Step<'f>> {
    let Some(step) = stage.steps.get(moved.step) else { return Vec::new() };
    let names: Vec<&str> = match &step.instruction.kind {
        InstructionKind::Arg(pairs) | InstructionKind::Env(pairs) => {
            pairs.pairs.iter().map(|pair| pair.name.text()).collect()
        }
        _ => Vec::new(),
    };
    let overtaken = moved.step + 1..moved.behind.map_or(0, |behind| behind + 1);
    let followers = stage.steps.get(overtaken).unwrap_or_default().iter().filter(|other| {
        matches!(other.instruction.keyword, Some(Keyword::Label)) && names.iter().any(|name| other.mentions(name))
    });
    std::iter::once(step).chain(followers).collect()
}

/// The lines of an instruction, with the comments right above it.
struct Block<'b> {
    /// What is taken out: with the line end of the last line, or the one before the first where the file ends without one;
    /// also with one of the blank lines around it, where there are two.
    lines: Span,
    /// What comes elsewhere, without the last line end.
    text: &'b str,
    /// Whether a blank line stands before it.
    is_paragraph: bool,
}

impl<'b> Block<'b> {
    fn of(build: &'b Build<'_>, stage: &Stage<'_>, step: &Step<'_>) -> Self {
        let (source, instruction) = (&build.file.source, step.instruction);
        let before = step.index.checked_sub(1).and_then(|before| stage.steps.get(before));
        let end_before = before.map_or(stage.instruction, |step| step.instruction).last_line;
        let is_comment = |line: &usize| source.line_text(*line).trim_start().starts_with('#');
        let comments = (end_before + 1..instruction.first_line).rev().take_while(is_comment).count();
        let first = instruction.first_line - comments;
        let start = source.line_span(first).start;
        let last = source.line_span(instruction.last_line);
        let text = Span::new(start, instruction.span.end.max(start));
        let is_blank = |line: usize| source.line_text(line).trim().is_empty();
        let is_paragraph = is_blank(first - 1);
        let lines = match source.slice(last).ends_with('\n') {
            true if is_paragraph && is_blank(instruction.last_line + 1) => {
                Span::new(source.line_span(first - 1).start, last.end)
            }
            true => Span::new(start, last.end),
            false => Span::new(start - source.line_ending(first - 1).len(), last.end),
        };
        Self { lines, text: source.slice(text), is_paragraph }
    }
}

#[cfg(test)]
mod tests {
    use crate::cache::{Costs, Samples, best_orders};
    use crate::edit::{Effect, Fix, apply};
    use crate::ir::Commands;
    use crate::plan::Plan;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    /// The file with its first stage in the best order.
    fn put_in_order(text: &str) -> String {
        let file = parse(SourceFile::new("Dockerfile", text));
        let build = Build::new(&file);
        let commands = Commands::new(&build);
        let plan = Plan::new(&build);
        let costs = Costs::new(&build, &commands, &plan, &[]);
        let samples = Samples::of_priors(&plan, None);
        let orders = [Samples::of_arguments(&plan), samples];
        let orders = orders.iter().map(|samples| best_orders(&build, &commands, &plan, &costs, samples).remove(0));
        let edits = orders.map(|order| reordered(&build, &build.stages[0], &order)).find(|edits| !edits.is_empty());
        let fix = Fix::new("", Effect::Equivalent, edits.unwrap()).unwrap();
        String::from_utf8(apply(text.as_bytes(), fix.edits())).unwrap()
    }

    #[test]
    fn instructions_move_with_their_comments() {
        for (before, after) in [
            (
                "FROM a\n\n# all\nCOPY . /app\n\n# tools\n# of ours\nRUN apk add git\nRUN make\n",
                "FROM a\n\n# tools\n# of ours\nRUN apk add git\n\n# all\nCOPY . /app\n\nRUN make\n",
            ),
            (
                "FROM a\nCOPY . /app\nRUN apk add \\\n  # the\n  git\nENV A=1\nRUN apk add make\n",
                "FROM a\nRUN apk add \\\n  # the\n  git\nENV A=1\nRUN apk add make\nCOPY . /app\n",
            ),
            (
                "FROM a\nWORKDIR /b\nCOPY . .\n\nRUN apk add git\n\nRUN make\n",
                "FROM a\nWORKDIR /b\n\nRUN apk add git\nCOPY . .\n\nRUN make\n",
            ),
            ("FROM a\r\nCOPY . /app\r\nRUN apk add git", "FROM a\r\nRUN apk add git\r\nCOPY . /app"),
            (
                "FROM a\nARG GIT_COMMIT\nLABEL c=$GIT_COMMIT\nRUN apk add git\nRUN apk add make\nCMD x\n",
                "FROM a\nRUN apk add git\nRUN apk add make\nARG GIT_COMMIT\nLABEL c=$GIT_COMMIT\nCMD x\n",
            ),
        ] {
            assert_eq!(put_in_order(before), after);
        }
    }
}
