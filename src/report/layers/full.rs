//! The report for terminals, at most a hundred columns wide.

use crate::cache::{Fate, History, Judged, Layers, Proposal, Scenario, Unneeded};
use crate::report::plain;

use super::order::{Order, lost_points, place, score_sentence};
use super::{
    Advice, Compared, KEPT, LayersReport, MEASURED, PROPOSAL, UNNEEDED, cost, cost_heading, has_measured, read, remedy,
    share, shortened, spared, title, unneeded_files,
};

/// Columns for the instruction of a step.
const STEP_WIDTH: usize = 50;

/// Columns for a piece of advice.
const ADVICE_WIDTH: usize = 90;

/// Paths to blame that are shown.
const MOST_PATHS: usize = 5;

pub(super) fn render(report: &LayersReport<'_>) -> String {
    let mut text = String::new();
    let layers = report.layers;
    line(&mut text, &format!("{}: {}", report.name, report.extent()));
    if let Some(history) = &layers.history {
        of_history(&mut text, report, history);
    }
    line(&mut text, "");
    steps(&mut text, layers);
    match report.compared {
        Some(compared) => of_comparison(&mut text, report, compared),
        None => scenarios(&mut text, report),
    }
    if let Some(order) = Order::of(layers) {
        of_order(&mut text, &order);
    }
    if let Some(score) = report.score {
        line(&mut text, &format!("\n{}", score_sentence(score)));
        for (points, number, step) in lost_points(score) {
            line(&mut text, &format!("{points:>9}  line {number:<4} {}", shortened(step, 78)));
        }
    }
    if let Some(proposal) = report.proposal_in_history() {
        of_proposal(&mut text, proposal);
    }
    if let Some(unneeded) = &layers.unneeded {
        of_unneeded(&mut text, unneeded);
    }
    if !report.advice.is_empty() {
        line(&mut text, "\nWhat would help");
        report.advice.iter().for_each(|advice| of_advice(&mut text, advice));
    }
    text
}

fn line(text: &mut String, content: &str) {
    let indented = content.trim_start_matches('\n');
    text.extend(std::iter::repeat_n('\n', content.len() - indented.len()));
    text.push_str(plain::line(indented).trim_end());
    text.push('\n');
}

fn of_history(text: &mut String, report: &LayersReport<'_>, history: &History) {
    line(text, &format!("\n{}", report.headline(history)));
    if history.idle > 0 {
        line(text, &format!("{} of them ran nothing again.", history.idle));
    }
    let Some(tally) = report.layers.costliest().and_then(|layer| layer.tally.as_ref()) else { return };
    line(text, "To blame for it:");
    for (path, commits) in tally.paths.iter().take(MOST_PATHS) {
        line(text, &format!("{commits:>6}  {}", shortened(path, 80)));
    }
    if let Some(rest) = tally.paths.len().checked_sub(MOST_PATHS).filter(|rest| *rest > 0) {
        line(text, &format!("        and {rest} files more"));
    }
    if tally.by_dockerfile > 0 {
        line(text, &format!("{:>6}  an edit of the Dockerfile", tally.by_dockerfile));
    }
}

fn steps(text: &mut String, layers: &Layers) {
    let has_history = layers.history.is_some();
    let tallies = if has_history { "   ran again" } else { "" };
    line(text, &format!("line  {:STEP_WIDTH$}  {:15}{tallies}  reads", "step", cost_heading(layers)));
    for stage in &layers.stages {
        line(text, &format!("      stage {} from {}", stage.name, stage.base));
        for layer in layers.steps.iter().filter(|layer| layer.stage == stage.index) {
            let tally = if has_history { format!("{:>12}", share(layer)) } else { String::new() };
            let step = shortened(&layer.text, STEP_WIDTH);
            let reads: Vec<String> = layer.reads.iter().map(read).collect();
            let reads = shortened(&reads.join(", "), if has_history { 24 } else { 36 });
            line(text, &format!("{:>4}  {step:STEP_WIDTH$}  {:15}{tally}  {reads}", layer.line, cost(layer)));
        }
    }
    if has_measured(layers) {
        line(text, MEASURED);
    }
}

fn scenarios(text: &mut String, report: &LayersReport<'_>) {
    line(text, "\nWhat runs again if one of these changes");
    let scenarios = &report.layers.scenarios;
    for (at, scenario) in scenarios.iter().enumerate() {
        line(text, &format!("  {}", shortened(&title(scenario), 96)));
        let steps = |scenario: &Scenario| -> Vec<(usize, Fate)> {
            report.not_kept(&scenario.judged).map(|(layer, fate, _)| (layer.line, fate)).collect()
        };
        let own = steps(scenario);
        match scenarios[..at].iter().find(|earlier| !own.is_empty() && steps(earlier) == own) {
            Some(earlier) => line(text, &format!("        the same steps as for {}", earlier.kind.name())),
            None => not_kept(text, report, &scenario.judged),
        }
        let kept = report.kept_when_repaired(scenario);
        if !kept.is_empty() {
            line(text, &format!("        {KEPT}: {}", shortened(&kept.join(", "), 34)));
        }
    }
}

fn of_comparison(text: &mut String, report: &LayersReport<'_>, compared: &Compared) {
    line(text, &format!("\nWhat runs again behind a build of {}", compared.other));
    not_kept(text, report, &compared.judged);
}

fn not_kept(text: &mut String, report: &LayersReport<'_>, judged: &[Judged]) {
    let mut is_any = false;
    for (layer, _, reason) in report.not_kept(judged) {
        is_any = true;
        let step = shortened(&layer.text, 44);
        line(text, &format!("{:>6}  {step:44}  {}", layer.line, shortened(&reason, 46)));
    }
    if !is_any {
        line(text, "        nothing");
    }
}

fn of_order(text: &mut String, order: &Order<'_>) {
    line(text, &format!("\n{}", order.heading));
    if !order.rows.is_empty() {
        line(text, "      runs of steps that take       as it is  in the best order  in no order less than");
    }
    for (cost, [as_it_is, best, bound]) in &order.rows {
        line(text, &format!("      {cost:24}{as_it_is:>14}{best:>19}{bound:>23}"));
    }
    line(text, &format!("      {}", order.verdict));
    for moved in &order.moves {
        let place = place(moved);
        line(text, &format!("{:>6}  {:STEP_WIDTH$}  goes {place}", moved.line, shortened(&moved.text, STEP_WIDTH)));
    }
}

fn of_proposal(text: &mut String, proposal: &Proposal) {
    line(text, &format!("\n{PROPOSAL} in all of these commits"));
    line(text, &format!("      {:STEP_WIDTH$}  {:15}   ran again  as it is", "step", cost_heading(&proposal.layers)));
    for (layer, before) in proposal.costly_steps() {
        let step = shortened(&layer.text, STEP_WIDTH);
        let before = before.map_or("-".to_owned(), |before| before.to_string());
        line(text, &format!("      {step:STEP_WIDTH$}  {:15}{:>12}  {before:>8}", cost(layer), share(layer)));
    }
}

fn of_unneeded(text: &mut String, unneeded: &Unneeded) {
    line(text, &format!("\n{UNNEEDED}"));
    line(text, "      commits  changed");
    for files in &unneeded.lines {
        line(text, &format!("{:>13}  {}", files.commits, shortened(&unneeded_files(files), 80)));
    }
    line(text, &format!("      {}", spared(unneeded)));
}

fn of_advice(text: &mut String, advice: &Advice) {
    for (at, row) in plain::wrapped(&advice.message, ADVICE_WIDTH).iter().enumerate() {
        let number = if at == 0 { advice.line.to_string() } else { String::new() };
        line(text, &format!("{number:>6}  {row}"));
    }
    line(text, &format!("        {}", remedy(advice)));
}
