//! What all pictures of the stages have in common: labels, marks, and the legend.

use crate::cache::{EdgeKind, GraphEdge, GraphNode, NodeKind, StageGraph};

/// How a node is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// From outside: dashed.
    Outside,
    /// A stage that is built.
    Stage,
    /// The stage that is asked for: a thick line.
    Target,
    /// A stage that BuildKit leaves out: grey, and said so.
    Unused,
}

impl Look {
    /// All looks, in the order of the legend.
    pub const ALL: [Look; 4] = [Look::Outside, Look::Stage, Look::Target, Look::Unused];

    pub fn of(node: &GraphNode) -> Self {
        match node.kind {
            NodeKind::Image | NodeKind::Context => Look::Outside,
            NodeKind::Stage { is_target: true, .. } => Look::Target,
            NodeKind::Stage { is_built: false, .. } => Look::Unused,
            NodeKind::Stage { .. } => Look::Stage,
        }
    }

    /// The class in style sheets.
    pub fn class(self) -> &'static str {
        match self {
            Look::Outside => "outside",
            Look::Stage => "stage",
            Look::Target => "target",
            Look::Unused => "unused",
        }
    }

    /// What the legend says.
    pub fn meaning(self) -> &'static str {
        match self {
            Look::Outside => "image or build context",
            Look::Stage => "stage",
            Look::Target => "stage that is asked for",
            Look::Unused => "stage that nothing needs",
        }
    }
}

/// What is written on a node.
pub(super) fn label(node: &GraphNode) -> String {
    match node.kind {
        NodeKind::Stage { number, is_built, .. } => {
            let name = if node.name == number.to_string() { format!("stage {number}") } else { node.name.clone() };
            if is_built { name } else { format!("{name} (unused)") }
        }
        NodeKind::Image | NodeKind::Context => node.name.clone(),
    }
}

/// An edge in words: "COPY, line 7".
pub(super) fn words(edge: &GraphEdge) -> String {
    format!("{}, line {}", edge.kind.name(), edge.line)
}

/// What an edge tells, for those who do not see the picture: "stage 1 takes files of build (COPY, line 7)".
pub(super) fn sentence(graph: &StageGraph, edge: &GraphEdge) -> String {
    let verb = match edge.kind {
        EdgeKind::Base => "starts from",
        EdgeKind::Copy => "takes files of",
        EdgeKind::Mount => "mounts files of",
    };
    let name = |node: usize| graph.nodes.get(node).map_or_else(String::new, label);
    format!("{} {verb} {} ({})", name(edge.to), name(edge.from), words(edge))
}

/// The kinds of edges, in the order of the legend.
pub(super) const EDGES: [EdgeKind; 3] = [EdgeKind::Base, EdgeKind::Copy, EdgeKind::Mount];
