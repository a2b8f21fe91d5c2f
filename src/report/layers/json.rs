//! The report for programs; its schema is `docs/schema/layers-v1.schema.json`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cache::{Expense, History, Judged, Layer, NodeKind, PathKind, Read, Score, StageGraph, StageOrder, Tally};

use super::LayersReport;
use crate::edit::Effect;

pub(super) fn render(report: &LayersReport<'_>) -> String {
    let layers = report.layers;
    let value = json!({
        "schema_version": "1",
        "file": report.name,
        "context_files": layers.files,
        "stages": layers.stages.iter().map(|stage| {
            json!({ "index": stage.index, "name": stage.name, "base": stage.base })
        }).collect::<Vec<_>>(),
        "steps": layers.steps.iter().map(step).collect::<Vec<_>>(),
        "graph": graph(report.graph),
        "scenarios": layers.scenarios.iter().map(|scenario| json!({
            "change": scenario.kind.name(),
            "subject": scenario.subject,
            "steps": judged(report, &scenario.judged),
            "kept_when_repaired": report.kept_when_repaired(scenario),
        })).collect::<Vec<_>>(),
        "history": layers.history.as_ref().map(|history| of_history(report, history)),
        "orders": layers.orders.iter().map(order).collect::<Vec<_>>(),
        "score": report.score.map(score),
        "proposal": layers.proposal.as_ref().map(|proposal| json!({
            "rule": "cache/sources-before-dependencies",
            "steps": proposal.layers.steps.iter().map(step).collect::<Vec<_>>(),
            "steps_as_it_is": proposal.as_it_is.iter().map(step).collect::<Vec<_>>(),
        })),
        "unneeded": layers.unneeded.as_ref().map(|unneeded| json!({
            "commits_spared": unneeded.spared,
            "lines": unneeded.lines.iter().map(|files| json!({
                "pattern": files.pattern,
                "exceptions": files.exceptions,
                "commits": files.commits,
                "is_documentation": files.is_documentation,
            })).collect::<Vec<_>>(),
        })),
        "comparison": report.compared.map(|compared| json!({
            "other": compared.other,
            "steps": judged(report, &compared.judged),
        })),
        "advice": report.advice.iter().map(|advice| json!({
            "line": advice.line,
            "rule": advice.rule,
            "message": advice.message,
            "fix": advice.fix.map(Effect::name),
        })).collect::<Vec<_>>(),
    });
    format!("{value:#}\n")
}

fn graph(graph: &StageGraph) -> Value {
    let nodes = graph.nodes.iter().map(|node| match node.kind {
        NodeKind::Stage { number, is_target, is_built } => json!({
            "kind": node.kind.name(), "name": node.name, "stage": number, "target": is_target, "built": is_built,
        }),
        NodeKind::Image | NodeKind::Context => json!({ "kind": node.kind.name(), "name": node.name }),
    });
    let edges = graph
        .edges
        .iter()
        .map(|edge| json!({ "from": edge.from, "to": edge.to, "instruction": edge.kind.name(), "line": edge.line }));
    json!({ "nodes": nodes.collect::<Vec<_>>(), "edges": edges.collect::<Vec<_>>() })
}

fn step(layer: &Layer) -> Value {
    json!({
        "stage": layer.stage,
        "index": layer.vertex,
        "line": layer.line,
        "instruction": layer.text,
        "reads": layer.reads.iter().map(read).collect::<Vec<_>>(),
        "cost": layer.cost.name(),
        "cost_source": if layer.milliseconds.is_some() { "measured" } else { "estimated" },
        "milliseconds": layer.milliseconds,
        "history": layer.tally.as_ref().map(tally),
    })
}

fn read(read: &Read) -> Value {
    match read {
        Read::Context { path, files } => json!({ "kind": "context", "path": path, "files": files }),
        Read::Stage(stage) => json!({ "kind": "stage", "name": stage }),
        Read::Image(image) => json!({ "kind": "image", "name": image }),
        Read::Address(address) => json!({ "kind": "address", "address": address }),
    }
}

fn tally(tally: &Tally) -> Value {
    json!({
        "commits": tally.commits,
        "rebuilt": tally.rebuilt,
        "unknown": tally.unknown,
        "by_dockerfile": tally.by_dockerfile,
        "by_path": tally.paths.iter().map(|(path, commits)| json!({ "path": path, "commits": commits })).collect::<Vec<_>>(),
    })
}

fn of_history(report: &LayersReport<'_>, history: &History) -> Value {
    let changed = PathKind::ALL.map(|kind| (kind.name(), history.changed.get(&kind).copied().unwrap_or_default()));
    json!({
        "commits": history.commits,
        "idle": history.idle,
        "changed": BTreeMap::from(changed),
        "headline": report.headline(history),
    })
}

fn order(order: &StageOrder) -> Value {
    let moves = order
        .moves
        .iter()
        .map(|moved| json!({ "line": moved.line, "instruction": moved.text, "behind_line": moved.behind_line }));
    json!({
        "stage": order.stage,
        "as_it_is": expense(order.as_it_is),
        "best": expense(order.best),
        "lower_bound": expense(order.bound),
        "is_best": order.is_best,
        "moves": moves.collect::<Vec<_>>(),
    })
}

fn score(score: &Score) -> Value {
    let rows = score.rows.iter().map(|row| {
        json!({ "line": row.line, "instruction": row.text, "runs": row.runs, "needed": row.needed, "lost": score.lost(row) })
    });
    json!({ "points": score.points(), "steps": rows.collect::<Vec<_>>() })
}

/// How often steps of each class ran again, and how long that took where all times were measured.
fn expense(expense: Expense) -> Value {
    let classes = expense.by_class().map(|(cost, runs)| (cost.name(), runs));
    let milliseconds = (expense.milliseconds > 0).then_some(("milliseconds", expense.milliseconds));
    let fields = classes.chain(milliseconds).map(|(name, number)| (name.to_owned(), json!(number)));
    fields.collect::<serde_json::Map<_, _>>().into()
}

fn judged(report: &LayersReport<'_>, judged: &[Judged]) -> Vec<Value> {
    let known = judged.iter().filter(|step| report.layers.step(step.stage, step.vertex).is_some());
    let steps = known.map(|step| {
        json!({
            "stage": step.stage,
            "index": step.vertex,
            "fate": step.fate.name(),
            "reason": step.reason.as_ref().map(|reason| report.layers.reason(reason)),
        })
    });
    steps.collect()
}
