//! The stages as a Mermaid flow chart, which GitHub and GitLab draw in Markdown.

use crate::cache::{EdgeKind, GraphNode, StageGraph};
use crate::report::plain;

use super::graph::{Look, label, words};

/// The lines of the style sheet, one for each look.
const CLASSES: [(Look, &str); 3] = [
    (Look::Outside, "stroke-dasharray:5 3"),
    (Look::Target, "stroke-width:3px,font-weight:bold"),
    (Look::Unused, "stroke:#767676,color:#767676"),
];

pub(super) fn render(graph: &StageGraph) -> String {
    let mut text = String::from("flowchart LR\n");
    for (number, node) in graph.nodes.iter().enumerate() {
        text.push_str(&format!("    n{number}{}\n", shape(node)));
    }
    for edge in &graph.edges {
        let arrow = match edge.kind {
            EdgeKind::Base => "==>",
            EdgeKind::Copy => "-->",
            EdgeKind::Mount => "-.->",
        };
        text.push_str(&format!("    n{} {arrow}|\"{}\"| n{}\n", edge.from, words(edge), edge.to));
    }
    for (look, style) in CLASSES {
        text.push_str(&format!("    classDef {} {style}\n", look.class()));
    }
    text
}

fn shape(node: &GraphNode) -> String {
    let name = quoted(&label(node));
    match Look::of(node) {
        Look::Stage => format!("[\"{name}\"]"),
        Look::Outside => format!("([\"{name}\"]):::{}", Look::Outside.class()),
        look => format!("[\"{name}\"]:::{}", look.class()),
    }
}

/// Text between quotation marks, where Mermaid knows characters by names and numbers between `#` and `;`.
fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for character in plain::line(text).chars() {
        match character {
            '"' | '#' | '<' | '>' | '&' | '`' | '\\' => quoted.push_str(&format!("#{};", u32::from(character))),
            _ => quoted.push(character),
        }
    }
    quoted
}
