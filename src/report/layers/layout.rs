//! Where the stages stand in a picture: in columns, each to the right of all that it takes files from.

use crate::cache::{NodeKind, StageGraph};

/// A rectangle, in the units of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Frame {
    pub left: f32,
    pub top: f32,
    pub width: f32,
}

/// All rectangles, in the order of the nodes, and the size of the picture.
#[derive(Debug)]
pub(super) struct Layout {
    pub frames: Vec<Frame>,
    /// For each edge the free places through which it passes the columns between its ends.
    pub passages: Vec<Vec<Frame>>,
    pub width: f32,
    pub height: f32,
}

/// What takes a place in a column.
#[derive(Debug, Clone, Copy)]
enum Member {
    Node(usize),
    /// An edge from a column before to one behind: it shall not run beneath a rectangle.
    Passing(usize),
}

/// The height of each rectangle.
pub(super) const HEIGHT: f32 = 32.0;

/// Space around the picture, and between two rectangles of a column.
pub(super) const GAP: f32 = 24.0;

/// Space between two columns, for the edges.
const COLUMN_GAP: f32 = 72.0;

/// The width of a character of the picture's monospaced font, and what is left free beside a label.
const CHARACTER: f32 = 8.0;
const PADDING: f32 = 12.0;

impl Layout {
    pub fn new(graph: &StageGraph, labels: &[String]) -> Self {
        let columns = columns(graph);
        let mut layout = Self {
            frames: vec![Frame::default(); graph.nodes.len()],
            passages: vec![Vec::new(); graph.edges.len()],
            width: GAP,
            height: GAP,
        };
        for column in 0..columns.iter().max().map_or(0, |last| last + 1) {
            let mut members = members(graph, &columns, column);
            members.sort_by(|a, b| layout.middle(graph, *a).total_cmp(&layout.middle(graph, *b)));
            layout.place(&members, labels);
        }
        layout.width = (layout.width - COLUMN_GAP + GAP).max(GAP);
        layout
    }

    /// One more column.
    fn place(&mut self, members: &[Member], labels: &[String]) {
        let widths = members.iter().map(|member| match member {
            Member::Node(node) => width_of(&labels[*node]),
            Member::Passing(_) => 0.0,
        });
        let width = widths.fold(0.0, f32::max);
        for (row, member) in members.iter().enumerate() {
            let frame = Frame { left: self.width, top: GAP + row as f32 * (HEIGHT + GAP), width };
            match member {
                Member::Node(node) => self.frames[*node] = frame,
                Member::Passing(edge) => self.passages[*edge].push(frame),
            }
            self.height = self.height.max(frame.top + HEIGHT + GAP);
        }
        self.width += width + COLUMN_GAP;
    }

    /// The mean height of what a member comes from, so that edges cross less.
    fn middle(&self, graph: &StageGraph, member: Member) -> f32 {
        let top = |edge: usize| self.passages[edge].last().unwrap_or(&self.frames[graph.edges[edge].from]).top;
        let node = match member {
            Member::Passing(edge) => return top(edge),
            Member::Node(node) => node,
        };
        let edges = (0..graph.edges.len()).filter(|edge| graph.edges[*edge].to == node);
        let (sum, count) = edges.fold((0.0, 0), |(sum, count), edge| (sum + top(edge), count + 1));
        if count == 0 { 0.0 } else { sum / count as f32 }
    }
}

/// What stands in a column, or passes it.
fn members(graph: &StageGraph, columns: &[usize], column: usize) -> Vec<Member> {
    let nodes = (0..graph.nodes.len()).filter(|node| columns[*node] == column).map(Member::Node);
    let passing = graph.edges.iter().enumerate().filter(|(_, edge)| {
        let (from, to) = (columns[edge.from], columns[edge.to]);
        from < column && column < to
    });
    nodes.chain(passing.map(|(edge, _)| Member::Passing(edge))).collect()
}

/// The width of the rectangle around a label.
pub(super) fn width_of(label: &str) -> f32 {
    label.chars().count() as f32 * CHARACTER + 2.0 * PADDING
}

/// The column of each node: one right of all that it takes from. What comes from outside stands close to its first
/// taker. Stages take from earlier ones only, so that one walk is enough.
fn columns(graph: &StageGraph) -> Vec<usize> {
    let mut columns = vec![0_usize; graph.nodes.len()];
    for node in 0..graph.nodes.len() {
        let givers = graph.edges.iter().filter(|edge| edge.to == node && edge.from < node);
        columns[node] = givers.map(|edge| columns[edge.from] + 1).max().unwrap_or(0);
    }
    for node in 0..graph.nodes.len() {
        let takers = graph.edges.iter().filter(|edge| edge.from == node).map(|edge| columns[edge.to]);
        if let (false, Some(first)) = (matches!(graph.nodes[node].kind, NodeKind::Stage { .. }), takers.min()) {
            columns[node] = first.saturating_sub(1);
        }
    }
    columns
}
