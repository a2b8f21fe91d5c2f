//! The stages of a build and what flows between them.

use crate::ir::Build;
use crate::plan::{Operation, Plan, Source};

use super::inputs::inputs;
use super::layers::{base_name, familiar, stage_name};

/// Stages, and the images and the build context that feed them.
#[derive(Debug, Default)]
pub struct StageGraph {
    /// What takes part: first what comes from outside, in the order of its use, then the stages, in that of the file.
    pub nodes: Vec<GraphNode>,
    /// What is taken from where, each pair once for each kind, in the order of the file.
    pub edges: Vec<GraphEdge>,
}

/// A stage, or something that a stage takes files from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphNode {
    /// What it is.
    pub kind: NodeKind,
    /// The name for people.
    pub name: String,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// An image that the builder pulls, `scratch`, or what only a build argument tells.
    Image,
    /// The files that the builder is sent.
    Context,
    /// A stage.
    Stage {
        /// Its place in the file, from 0.
        number: usize,
        /// Whether it is the one that is asked for.
        is_target: bool,
        /// Whether the target needs it. BuildKit does not run the others.
        is_built: bool,
    },
}

/// A flow of files from one node to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GraphEdge {
    /// The node that gives, by its place in the list.
    pub from: usize,
    /// The node that takes.
    pub to: usize,
    /// How.
    pub kind: EdgeKind,
    /// 1-based line of the first instruction that does so.
    pub line: usize,
}

/// How files flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdgeKind {
    /// `FROM`
    Base,
    /// `COPY` or `ADD`
    Copy,
    /// `RUN --mount`
    Mount,
}

impl StageGraph {
    /// The graph of a build.
    pub fn new(build: &Build<'_>, plan: &Plan) -> Self {
        let flows = flows(build, plan);
        let mut nodes: Vec<GraphNode> = Vec::new();
        for flow in &flows {
            if let Giver::Outside(node) = &flow.from
                && !nodes.contains(node)
            {
                nodes.push(node.clone());
            }
        }
        let outside = nodes.len();
        let target = build.target().map(|stage| stage.index);
        nodes.extend(build.stages.iter().map(|stage| GraphNode {
            kind: NodeKind::Stage {
                number: stage.index,
                is_target: target == Some(stage.index),
                is_built: stage.is_reachable,
            },
            name: stage_name(build, stage.index),
        }));
        let mut edges: Vec<GraphEdge> = Vec::new();
        for flow in &flows {
            let from = match &flow.from {
                Giver::Outside(node) => nodes.iter().position(|it| it == node),
                Giver::Stage(stage) => Some(outside + stage),
            };
            let Some(from) = from else { continue };
            let edge = GraphEdge { from, to: outside + flow.to, kind: flow.kind, line: flow.line };
            if !edges.iter().any(|it| (it.from, it.to, it.kind) == (edge.from, edge.to, edge.kind)) {
                edges.push(edge);
            }
        }
        Self { nodes, edges }
    }
}

impl NodeKind {
    /// The word for programs.
    pub fn name(self) -> &'static str {
        match self {
            NodeKind::Image => "image",
            NodeKind::Context => "context",
            NodeKind::Stage { .. } => "stage",
        }
    }
}

impl EdgeKind {
    /// The instruction that makes it.
    pub fn name(self) -> &'static str {
        match self {
            EdgeKind::Base => "FROM",
            EdgeKind::Copy => "COPY",
            EdgeKind::Mount => "RUN --mount",
        }
    }
}

/// A flow whose giver is not numbered yet.
struct Flow {
    from: Giver,
    to: usize,
    kind: EdgeKind,
    line: usize,
}

enum Giver {
    Stage(usize),
    Outside(GraphNode),
}

fn flows(build: &Build<'_>, plan: &Plan) -> Vec<Flow> {
    let mut flows = Vec::new();
    for (stage, (planned, written)) in plan.stages.iter().zip(&build.stages).enumerate() {
        let line = |start: usize| build.file.source.line_at(start);
        let mut add = |from: Option<Giver>, kind: EdgeKind, start: usize| {
            flows.extend(from.map(|from| Flow { from, to: stage, kind, line: line(start) }));
        };
        add(giver_of_base(build, &planned.base), EdgeKind::Base, written.instruction.span.start);
        for vertex in &planned.vertices {
            let kind = match vertex.operation {
                Operation::Exec(_) => EdgeKind::Mount,
                Operation::Files(_) | Operation::MakeDirectory(_) => EdgeKind::Copy,
            };
            for input in inputs(&vertex.operation) {
                add(giver(input.from), kind, vertex.maker.span.start);
            }
        }
    }
    flows
}

fn giver_of_base(build: &Build<'_>, base: &Source) -> Option<Giver> {
    match base {
        Source::Scratch | Source::Unknown { .. } => Some(Giver::Outside(image(base_name(build, base)))),
        _ => giver(base),
    }
}

/// What gives files from outside an instruction; a cache mount that starts empty takes from nobody.
fn giver(source: &Source) -> Option<Giver> {
    match source {
        Source::Stage(stage) => Some(Giver::Stage(*stage)),
        Source::Image { reference, .. } => Some(Giver::Outside(image(familiar(reference)))),
        Source::Context => {
            Some(Giver::Outside(GraphNode { kind: NodeKind::Context, name: "build context".to_owned() }))
        }
        Source::Scratch | Source::Http { .. } | Source::Git { .. } | Source::Inline { .. } | Source::Unknown { .. } => {
            None
        }
    }
}

fn image(name: String) -> GraphNode {
    GraphNode { kind: NodeKind::Image, name }
}
