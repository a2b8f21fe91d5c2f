//! The report for programs; its schema is `docs/schema/verify-v1.schema.json`.

use serde_json::{Value, json};

use crate::edit::Effect;
use crate::image::{Aspect, Change, FileDifference, PackageDifference, Sizes, Whole};

use super::{Answer, Trial, VerifyReport};

pub(super) fn render(report: &VerifyReport<'_>) -> String {
    let comparison = report.comparison;
    let value = json!({
        "schema_version": "1",
        "before": report.before,
        "after": report.after,
        "rung": comparison.rung.name(),
        "expected": report.expected.map(Effect::name),
        "as_expected": report.is_as_expected(),
        "configuration": comparison.fields.iter().map(|field| json!({
            "field": field.name, "rung": field.effect().name(), "before": field.before, "after": field.after,
        })).collect::<Vec<_>>(),
        "other_base": comparison.has_other_base,
        "same_layers": comparison.has_same_layers,
        "same_files": comparison.same_files,
        "files": comparison.files.iter().map(file).collect::<Vec<_>>(),
        "same_packages": comparison.same_packages,
        "packages": comparison.packages.iter().map(package).collect::<Vec<_>>(),
        "trials": report.trials.iter().map(trial).collect::<Vec<_>>(),
        "sizes": { "before": sizes(&comparison.before), "after": sizes(&comparison.after) },
    });
    format!("{value:#}\n")
}

fn file(file: &FileDifference) -> Value {
    let mut value = json!({ "path": format!("/{}", file.path), "rung": file.effect.map(Effect::name) });
    match &file.change {
        Change::Added(whole) => value["added"] = of_whole(*whole),
        Change::Removed(whole) => value["removed"] = of_whole(*whole),
        Change::Changed(aspects) => {
            value["changed"] = aspects.iter().map(of_aspect).map(|(name, it)| (name.to_owned(), it)).collect();
        }
    }
    value
}

fn of_whole(whole: Whole) -> Value {
    json!({ "kind": whole.kind, "size": whole.size })
}

/// The name of an aspect, and its values.
fn of_aspect(aspect: &Aspect) -> (&'static str, Value) {
    let owner = |(user, group): &(u64, u64)| format!("{user}:{group}");
    match aspect {
        Aspect::Kind(before, after) => ("kind", json!({ "before": before, "after": after })),
        Aspect::Content(before, after) => ("content_size", json!({ "before": before, "after": after })),
        Aspect::Mode(before, after) => {
            ("mode", json!({ "before": format!("{before:04o}"), "after": format!("{after:04o}") }))
        }
        Aspect::Owner(before, after) => ("owner", json!({ "before": owner(before), "after": owner(after) })),
        Aspect::Link(before, after) => ("link", json!({ "before": before, "after": after })),
        Aspect::Device(before, after) => {
            ("device", json!({ "before": before.to_string(), "after": after.to_string() }))
        }
        Aspect::Attributes(names) => ("attributes", json!(names)),
    }
}

fn package(package: &PackageDifference) -> Value {
    json!({
        "ecosystem": package.ecosystem.name(), "name": package.name, "removed": package.removed, "added": package.added,
    })
}

fn trial(trial: &Trial) -> Value {
    let answer = |answer: &Answer| json!({ "status": answer.status, "text": answer.text });
    json!({
        "question": trial.question, "same": trial.is_same(), "before": answer(&trial.before), "after": answer(&trial.after),
    })
}

fn sizes(sizes: &Sizes) -> Value {
    json!({ "layers": sizes.layers, "all_layers": sizes.total, "all_files": sizes.visible })
}
