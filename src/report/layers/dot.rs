//! The stages in the language of Graphviz.

use crate::cache::{EdgeKind, StageGraph};
use crate::report::plain;

use super::graph::{Look, label, words};

pub(super) fn render(name: &str, graph: &StageGraph) -> String {
    let mut text = format!("digraph {} {{\n    rankdir=LR\n    node [shape=box]\n", quoted(name));
    for (number, node) in graph.nodes.iter().enumerate() {
        let look = match Look::of(node) {
            Look::Outside => ", style=\"dashed,rounded\"",
            Look::Stage => "",
            Look::Target => ", penwidth=3",
            Look::Unused => ", color=gray46, fontcolor=gray46",
        };
        text.push_str(&format!("    n{number} [label={}{look}]\n", quoted(&label(node))));
    }
    for edge in &graph.edges {
        let style = match edge.kind {
            EdgeKind::Base => "solid",
            EdgeKind::Copy => "dashed",
            EdgeKind::Mount => "dotted",
        };
        let words = quoted(&words(edge));
        text.push_str(&format!("    n{} -> n{} [style={style}, label={words}]\n", edge.from, edge.to));
    }
    text.push_str("}\n");
    text
}

/// Text between quotation marks. A backslash would start an escape of Graphviz.
fn quoted(text: &str) -> String {
    format!("\"{}\"", plain::line(text).replace('\\', "\\\\").replace('"', "\\\""))
}
