//! The report for pull requests and job summaries.

use crate::cache::Judged;

use super::super::markdown::{code, inline};
use super::order::{Order, lost_points, place, score_sentence};
use super::{
    KEPT, LayersReport, MEASURED, PROPOSAL, UNNEEDED, cost, cost_heading, has_measured, mermaid, share, spared, title,
    unneeded_files,
};

/// GitHub takes 65,536 characters in a comment; some are left for what others write around the report.
const MOST_BYTES: usize = 60_000;

/// A graph of more stages is no longer readable where pull requests are read.
const MOST_NODES: usize = 50;

pub(super) fn render(report: &LayersReport<'_>) -> String {
    let mut text = within_a_comment(whole(report));
    let graph = report.graph;
    if (2..=MOST_NODES).contains(&graph.nodes.len()) {
        let stages = format!("\nThe stages:\n\n```mermaid\n{}```\n", mermaid::render(graph));
        // Half a chart is none.
        if text.len() + stages.len() <= MOST_BYTES {
            text.push_str(&stages);
        }
    }
    text
}

/// The text up to the last line that fits.
fn within_a_comment(mut text: String) -> String {
    if text.len() > MOST_BYTES {
        let end = text[..text.floor_char_boundary(MOST_BYTES)].rfind('\n').map_or(0, |end| end + 1);
        text.truncate(end);
        text.push_str("\nThe report is longer than a comment may be; `dfx layers` prints all of it.\n");
    }
    text
}

fn whole(report: &LayersReport<'_>) -> String {
    let layers = report.layers;
    let mut text = format!("### Cached steps of {}\n\n", code(report.name));
    if let Some(history) = &layers.history {
        text.push_str(&inline(&report.headline(history)));
        text.push_str("\n\n");
    }
    let has_history = layers.history.is_some();
    let (title_of_share, line_of_share) = if has_history { (" ran again |", " ---: |") } else { ("", "") };
    let costs = cost_heading(layers);
    text.push_str(&format!("| line | step | {costs} |{title_of_share}\n| ---: | --- | --- |{line_of_share}\n"));
    for layer in &layers.steps {
        text.push_str(&format!("| {} | {} | {} |", layer.line, code(&layer.text), cost(layer)));
        if has_history {
            text.push_str(&format!(" {} |", share(layer)));
        }
        text.push('\n');
    }
    if has_measured(layers) {
        text.push_str(&format!("\n{MEASURED}\n"));
    }
    match report.compared {
        Some(compared) => {
            text.push_str(&format!("\nBehind a build of {}, these steps run again:\n\n", code(&compared.other)));
            not_kept(&mut text, report, &compared.judged);
        }
        None => {
            for scenario in &layers.scenarios {
                text.push_str(&format!("\nIf {} changes, these steps run again:\n\n", inline(&title(scenario))));
                not_kept(&mut text, report, &scenario.judged);
                let kept: Vec<String> = report.kept_when_repaired(scenario).into_iter().map(code).collect();
                if !kept.is_empty() {
                    text.push_str(&format!("\n{KEPT}: {}\n", kept.join(", ")));
                }
            }
        }
    }
    if let Some(order) = Order::of(layers) {
        of_order(&mut text, &order);
    }
    if let Some(score) = report.score {
        text.push_str(&format!("\n{}\n", score_sentence(score)));
        for (at, (points, line, step)) in lost_points(score).enumerate() {
            let gap = if at == 0 { "\n" } else { "" };
            text.push_str(&format!("{gap}- {points}: line {line}, {}\n", code(step)));
        }
    }
    if let Some(proposal) = report.proposal_in_history() {
        text.push_str(&format!("\n{} in all of these commits:\n\n", inline(PROPOSAL)));
        let costs = cost_heading(&proposal.layers);
        text.push_str(&format!("| step | {costs} | ran again | as it is |\n| --- | --- | ---: | ---: |\n"));
        for (layer, before) in proposal.costly_steps() {
            let after = layer.tally.as_ref().map_or(0, |tally| tally.rebuilt);
            let before = before.map_or("-".to_owned(), |before| before.to_string());
            text.push_str(&format!("| {} | {} | {after} | {before} |\n", code(&layer.text), cost(layer)));
        }
    }
    if let Some(unneeded) = &layers.unneeded {
        text.push_str(&format!("\n{}\n\n| commits | changed |\n| ---: | --- |\n", inline(UNNEEDED)));
        for files in &unneeded.lines {
            text.push_str(&format!("| {} | {} |\n", files.commits, inline(&unneeded_files(files))));
        }
        text.push_str(&format!("\n{}\n", spared(unneeded)));
    }
    if !report.advice.is_empty() {
        text.push_str("\nWhat would help:\n\n");
        for advice in report.advice {
            text.push_str(&format!("- line {}: {} ({})\n", advice.line, inline(&advice.message), advice.rule));
        }
    }
    text
}

fn of_order(text: &mut String, order: &Order<'_>) {
    text.push_str(&format!("\n{}:\n\n", order.heading));
    if !order.rows.is_empty() {
        text.push_str("| runs of steps that take | as it is | in the best order | in no order less than |\n");
        text.push_str("| --- | ---: | ---: | ---: |\n");
    }
    for (cost, [as_it_is, best, bound]) in &order.rows {
        text.push_str(&format!("| {cost} | {as_it_is} | {best} | {bound} |\n"));
    }
    let gap = if order.rows.is_empty() { "" } else { "\n" };
    text.push_str(&format!("{gap}{}\n", order.verdict));
    for (at, moved) in order.moves.iter().enumerate() {
        let space = if at == 0 { "\n" } else { "" };
        text.push_str(&format!("{space}- line {}, {}, goes {}\n", moved.line, code(&moved.text), place(moved)));
    }
}

fn not_kept(text: &mut String, report: &LayersReport<'_>, judged: &[Judged]) {
    let mut is_any = false;
    for (layer, _, reason) in report.not_kept(judged) {
        is_any = true;
        text.push_str(&format!("- line {}, {}: {}\n", layer.line, code(&layer.text), inline(&reason)));
    }
    if !is_any {
        text.push_str("- none\n");
    }
}
