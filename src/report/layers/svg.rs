//! The stages as a picture for web pages and documents, readable in light and in dark surroundings.

use crate::cache::{EdgeKind, StageGraph};
use crate::report::plain;
use crate::report::xml::escaped;

use super::graph::{EDGES, Look, label, sentence, words};
use super::layout::{Frame, GAP, HEIGHT, Layout, width_of};

/// Every rule names the class of the picture, since the picture may be part of a page.
const STYLE: &str = "\
.stages{font:13px ui-monospace,monospace;--ink:#1a1a1a;--paper:#fff;--stage:#e3eefa;--line:#00558f;--grey:#5f5f5f}\
@media(prefers-color-scheme:dark){\
.stages{--ink:#f2f2f2;--paper:#1c1c1c;--stage:#10324d;--line:#7cc4ff;--grey:#b0b0b0}}\
.stages rect{fill:var(--paper);stroke:var(--line);stroke-width:1.5}\
.stages text{fill:var(--ink)}\
.stages .stage rect,.stages .target rect{fill:var(--stage)}\
.stages .target rect{stroke-width:4}\
.stages .outside rect{stroke-dasharray:5 3}\
.stages .unused rect{stroke:var(--grey)}\
.stages .unused text{fill:var(--grey)}\
.stages path,.stages line{fill:none;stroke:var(--ink);stroke-width:1.5}\
.stages marker path{fill:var(--ink);stroke:none}\
.stages .copy{stroke-dasharray:8 4}\
.stages .mount{stroke-dasharray:2 4}";

/// The width of a legend's sample of a line.
const SAMPLE: f32 = 40.0;

pub(super) fn render(name: &str, graph: &StageGraph) -> String {
    let labels: Vec<String> = graph.nodes.iter().map(|node| plain::line(&label(node)).into_owned()).collect();
    let layout = Layout::new(graph, &labels);
    let (legend, legend_width) = legend(graph, layout.height);
    let (width, height) = (layout.width.max(legend_width), layout.height + HEIGHT + GAP);
    let title = escaped(&plain::line(&format!("The stages of {name}")));
    let sentences: Vec<String> = graph.edges.iter().map(|edge| sentence(graph, edge)).collect();
    let description = escaped(&plain::line(&sentences.join("; ")));
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"stages\" role=\"img\" \
         aria-labelledby=\"stages-title stages-description\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\">\n<title id=\"stages-title\">{title}</title>\n\
         <desc id=\"stages-description\">{description}</desc>\n<style>{STYLE}</style>\n\
         <defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
         orient=\"auto\"><path d=\"M0 0 8 4 0 8z\"/></marker></defs>\n"
    );
    for (edge, passages) in graph.edges.iter().zip(&layout.passages) {
        let (from, to) = (layout.frames[edge.from], layout.frames[edge.to]);
        let (class, words) = (class(edge.kind), words(edge));
        let curve = curve(from, passages, to);
        text += &format!(
            "<path class=\"{class}\" d=\"{curve}\" marker-end=\"url(#arrow)\"><title>{words}</title></path>\n"
        );
    }
    for ((node, frame), label) in graph.nodes.iter().zip(&layout.frames).zip(&labels) {
        text += &framed(Look::of(node), *frame, label);
    }
    text += &legend;
    text += "</svg>\n";
    text
}

fn class(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Base => "base",
        EdgeKind::Copy => "copy",
        EdgeKind::Mount => "mount",
    }
}

/// From the right side of one rectangle to the left side of another, through the places that were left free.
fn curve(from: Frame, passages: &[Frame], to: Frame) -> String {
    let (mut x, mut y) = (from.left + from.width, from.top + HEIGHT / 2.0);
    let mut curve = format!("M{x} {y}");
    for next in passages.iter().chain([&to]) {
        let (end_x, end_y) = (next.left, next.top + HEIGHT / 2.0);
        let middle = f32::midpoint(x, end_x);
        curve += &format!("C{middle} {y} {middle} {end_y} {end_x} {end_y}");
        (x, y) = (next.left + next.width, end_y);
        if next != &to {
            curve += &format!("H{x}");
        }
    }
    curve
}

fn framed(look: Look, frame: Frame, label: &str) -> String {
    let Frame { left, top, width } = frame;
    let (x, y) = (left + width / 2.0, top + HEIGHT / 2.0);
    format!(
        "<g class=\"{}\"><rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{HEIGHT}\" rx=\"4\"/>\
         <text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\" dominant-baseline=\"central\">{}</text></g>\n",
        look.class(),
        escaped(label)
    )
}

/// What the looks and the lines of the picture mean, in one row, and how wide that is.
fn legend(graph: &StageGraph, top: f32) -> (String, f32) {
    let mut text = String::new();
    let mut left = GAP;
    for look in Look::ALL.into_iter().filter(|look| graph.nodes.iter().any(|node| Look::of(node) == *look)) {
        let width = width_of(look.meaning());
        text += &framed(look, Frame { left, top, width }, look.meaning());
        left += width + GAP / 2.0;
    }
    for kind in EDGES.into_iter().filter(|kind| graph.edges.iter().any(|edge| edge.kind == *kind)) {
        let (class, name, y) = (class(kind), kind.name(), top + HEIGHT / 2.0);
        let end = left + SAMPLE;
        text += &format!("<line class=\"{class}\" x1=\"{left}\" y1=\"{y}\" x2=\"{end}\" y2=\"{y}\"/>\n");
        text += &format!("<text x=\"{}\" y=\"{y}\" dominant-baseline=\"central\">{name}</text>\n", end + GAP / 4.0);
        left = end + width_of(name);
    }
    (text, left)
}
