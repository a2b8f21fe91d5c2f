//! The report as one page without scripts, that loads nothing: for people who get it from a CI job.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::cache::{Cost, Fate, Judged, Layer, Layers, Proposal, Scenario, Score, Unneeded};
use crate::report::plain;

use super::graph::{label, words};
use super::order::{Order, lost_points, place, score_sentence};
use super::{
    Advice, Compared, KEPT, LayersReport, MEASURED, PROPOSAL, UNNEEDED, cost, cost_heading, has_measured, read, remedy,
    share, spared, svg, title, unneeded_files,
};

/// Nothing may be loaded and nothing may run, whatever a Dockerfile holds.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

const STYLE: &str = include_str!("page.css");

pub(super) fn render(report: &LayersReport<'_>) -> String {
    let heading = format!("Cached steps of {}", report.name);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (visible(&heading)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { (visible(&heading)) }
                    (headline(report))
                    (steps(report.layers))
                    @match report.compared {
                        Some(compared) => (comparison(report, compared)),
                        None => (scenarios(report)),
                    }
                    @if let Some(order) = Order::of(report.layers) { (of_order(&order)) }
                    @if let Some(score) = report.score { (of_score(score)) }
                    @if let Some(proposal) = report.proposal_in_history() { (of_proposal(proposal)) }
                    @if let Some(unneeded) = &report.layers.unneeded { (of_unneeded(unneeded)) }
                    @if !report.advice.is_empty() { (advices(report.advice)) }
                    (stages(report))
                }
            }
        }
    };
    format!("{}\n", page.into_string())
}

/// Text in which no character hides or turns others around.
fn visible(text: &str) -> String {
    plain::line(text).into_owned()
}

/// A message of a rule, in which code stands between backticks.
fn marked(message: &str) -> Markup {
    html! {
        @for (index, part) in message.split('`').enumerate() {
            @if index % 2 == 1 { code { (visible(part)) } } @else { (visible(part)) }
        }
    }
}

fn headline(report: &LayersReport<'_>) -> Markup {
    html! {
        @if let Some(history) = &report.layers.history {
            p.headline { (visible(&report.headline(history))) }
            @if history.idle > 0 { p { (history.idle) " of them ran nothing again." } }
        }
        p { (report.extent()) "." }
    }
}

fn steps(layers: &Layers) -> Markup {
    let has_history = layers.history.is_some();
    html! {
        table {
            caption { "The steps that BuildKit runs or takes from its cache" }
            thead {
                tr {
                    th scope="col" { "line" }
                    th scope="col" { "step" }
                    th scope="col" { (cost_heading(layers)) }
                    @if has_history { th scope="col" { "ran again" } }
                    th scope="col" { "reads" }
                }
            }
            @for stage in &layers.stages {
                tbody {
                    tr {
                        th scope="rowgroup" colspan=(if has_history { 5 } else { 4 }) {
                            "stage " (visible(&stage.name)) " from " (visible(&stage.base))
                        }
                    }
                    @for layer in layers.steps.iter().filter(|layer| layer.stage == stage.index) {
                        tr {
                            td.number { (layer.line) }
                            td { code { (visible(&layer.text)) } }
                            td { (cost(layer)) }
                            @if has_history { td { (bar(layer)) (share(layer)) } }
                            td { (visible(&layer.reads.iter().map(read).collect::<Vec<_>>().join(", "))) }
                        }
                    }
                }
            }
        }
        @if has_measured(layers) { p { (MEASURED) } }
    }
}

/// A bar for the eye; the figures stand beside it.
fn bar(layer: &Layer) -> Markup {
    let percent = layer.tally.as_ref().map_or(0, |tally| 100 * tally.rebuilt / tally.commits.max(1));
    html! { span.bar aria-hidden="true" { span style=(format!("width:{percent}%")) {} } }
}

fn scenarios(report: &LayersReport<'_>) -> Markup {
    let scenarios = &report.layers.scenarios;
    html! {
        h2 { "What runs again if one of these changes" }
        table {
            caption { "Steps that run again, or may, and how many of them take long" }
            thead { tr { th scope="col" { "change" } th scope="col" { "steps" } th scope="col" { "that take long" } } }
            tbody { @for scenario in scenarios { (scenario_row(report, scenario)) } }
        }
        @for scenario in scenarios {
            details {
                summary { (visible(&title(scenario))) }
                (not_kept(report, &scenario.judged))
                @let kept = report.kept_when_repaired(scenario);
                @if !kept.is_empty() {
                    p { (KEPT) ": " @for step in &kept { code { (visible(step)) } " " } }
                }
            }
        }
    }
}

fn scenario_row(report: &LayersReport<'_>, scenario: &Scenario) -> Markup {
    let steps: Vec<&Layer> = report.not_kept(&scenario.judged).map(|(layer, ..)| layer).collect();
    let long = steps.iter().filter(|layer| layer.cost > Cost::Instant).count();
    html! {
        tr {
            th scope="row" { (visible(&title(scenario))) }
            td { (steps.len()) " of " (report.layers.steps.len()) }
            td { (long) }
        }
    }
}

fn comparison(report: &LayersReport<'_>, compared: &Compared) -> Markup {
    html! {
        h2 { "What runs again behind a build of " (visible(&compared.other)) }
        (not_kept(report, &compared.judged))
    }
}

fn not_kept(report: &LayersReport<'_>, judged: &[Judged]) -> Markup {
    let steps: Vec<(&Layer, Fate, String)> = report.not_kept(judged).collect();
    html! {
        @if steps.is_empty() { p { "Nothing." } } @else {
            ul {
                @for (layer, fate, reason) in &steps {
                    li.(fate.name()) { "line " (layer.line) ", " code { (visible(&layer.text)) } ": " (visible(reason)) }
                }
            }
        }
    }
}

fn of_order(order: &Order<'_>) -> Markup {
    html! {
        h2 { (order.heading) }
        @if !order.rows.is_empty() {
            table {
                caption { "How often steps ran again, by how long they take" }
                thead {
                    tr {
                        th scope="col" { "steps that take" }
                        th scope="col" { "as it is" }
                        th scope="col" { "in the best order" }
                        th scope="col" { "in no order less than" }
                    }
                }
                tbody {
                    @for (cost, runs) in &order.rows {
                        tr { th scope="row" { (cost) } @for runs in runs { td.number { (runs) } } }
                    }
                }
            }
        }
        p { (order.verdict) }
        @if !order.moves.is_empty() {
            ul {
                @for moved in &order.moves {
                    li { "line " (moved.line) ", " code { (visible(&moved.text)) } ", goes " (place(moved)) }
                }
            }
        }
    }
}

fn of_score(score: &Score) -> Markup {
    let lost: Vec<(String, usize, &str)> = lost_points(score).collect();
    html! {
        h2 { (score_sentence(score)) }
        @if !lost.is_empty() {
            ul {
                @for (points, line, step) in &lost {
                    li { (points) ": line " (line) ", " code { (visible(step)) } }
                }
            }
        }
    }
}

fn of_unneeded(unneeded: &Unneeded) -> Markup {
    html! {
        h2 { (UNNEEDED) }
        table {
            caption { (spared(unneeded)) }
            thead {
                tr {
                    th scope="col" { "changed" }
                    th scope="col" { "commits" }
                }
            }
            tbody {
                @for files in &unneeded.lines {
                    tr { th scope="row" { (visible(&unneeded_files(files))) } td.number { (files.commits) } }
                }
            }
        }
    }
}

fn of_proposal(proposal: &Proposal) -> Markup {
    html! {
        h2 { "A better order" }
        table {
            caption { (PROPOSAL) " in all of these commits" }
            thead {
                tr {
                    th scope="col" { "step" }
                    th scope="col" { (cost_heading(&proposal.layers)) }
                    th scope="col" { "ran again" }
                    th scope="col" { "as it is" }
                }
            }
            tbody {
                @for (layer, before) in proposal.costly_steps() {
                    tr {
                        td { code { (visible(&layer.text)) } }
                        td { (cost(layer)) }
                        td { (bar(layer)) (share(layer)) }
                        td.number { (before.map_or("-".to_owned(), |before| before.to_string())) }
                    }
                }
            }
        }
    }
}

fn advices(advices: &[Advice]) -> Markup {
    html! {
        h2 { "What would help" }
        ul { @for advice in advices { li { "line " (advice.line) ": " (marked(&advice.message)) " " code { (remedy(advice)) } } } }
    }
}

/// The picture, and the same in a table.
fn stages(report: &LayersReport<'_>) -> Markup {
    let graph = report.graph;
    let name = |node: usize| graph.nodes.get(node).map_or_else(String::new, |node| visible(&label(node)));
    html! {
        h2 { "The stages" }
        div.picture tabindex="0" role="region" aria-label="Picture of the stages" {
            (PreEscaped(svg::render(report.name, graph)))
        }
        details {
            summary { "The same as a table" }
            table {
                caption { "What each stage takes from where" }
                thead { tr { th scope="col" { "stage" } th scope="col" { "takes from" } th scope="col" { "by" } } }
                tbody {
                    @for edge in &graph.edges {
                        tr { th scope="row" { (name(edge.to)) } td { (name(edge.from)) } td { (words(edge)) } }
                    }
                }
            }
        }
    }
}
