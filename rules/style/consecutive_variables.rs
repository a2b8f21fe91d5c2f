//! ENV instructions that follow one another.
//!
//! ## Why
//! One ENV can set all variables. Each further one adds an entry to the image's history and a step to the build, and for
//! builders that keep every step, such as Buildah with `--layers`, an image of its own. It is a matter of taste, and this
//! rule has to be asked for.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM python:3.14-slim
//! ENV PYTHONUNBUFFERED=1
//! ENV PYTHONDONTWRITEBYTECODE=1
//! ```
//! ```dockerfile,good
//! FROM python:3.14-slim
//! ENV PYTHONUNBUFFERED=1 \
//!     PYTHONDONTWRITEBYTECODE=1
//! ```
//!
//! ## Fix
//! Joins them into one, with the comments between them. *Equivalent*: the same variables in the same order; the history has
//! fewer entries. Silent where the second one uses or sets again what the first one sets, since an ENV sees the values from
//! before it, where a blank line keeps the two apart, behind a quote that is never closed, and for the old form `ENV key value`.
//!
//! ## Sources
//! Docker's reference, ENV: "allows for multiple `<key>=<value> ...` variables to be set at one time", and "Environment
//! replacement": "uses the same value for each variable throughout the entire instruction".

use std::collections::HashSet;

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::Step;
use crate::rewrite::join_pairs;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{InstructionKind, Keyword};

pub const META: Meta = Meta {
    name: "style/consecutive-variables",
    severity: Severity::Style,
    effect: Some(Effect::Equivalent),
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    // What all ENVs set that become one.
    let mut set: HashSet<&str> = HashSet::new();
    let mut end = None;
    for [first, second] in cx.build.neighbours() {
        if end != Some((first.stage, first.index)) {
            set = names(first).collect();
        }
        let is_independent = !uses(second, &set) && !names(second).any(|name| set.contains(name));
        let Some(edit) = join_variables(cx, first, second).filter(|_| is_independent) else { continue };
        set.extend(names(second));
        end = Some((second.stage, second.index));
        sink.report(second.instruction.keyword_span(), "this `ENV` follows another one")
            .related(first.instruction.keyword_span(), "which could set its variables")
            .help("set all variables in one `ENV`")
            .fix("join it with the one above", Effect::Equivalent, vec![edit]);
    }
}

fn join_variables(cx: &Context<'_>, first: &Step<'_>, second: &Step<'_>) -> Option<Edit> {
    let are_variables = [first, second].iter().all(|step| step.instruction.keyword == Some(Keyword::Env));
    if are_variables { join_pairs(cx.file, first, second) } else { None }
}

/// The variables that an ENV sets.
fn names<'s>(step: &'s Step<'_>) -> impl Iterator<Item = &'s str> {
    let pairs = match &step.instruction.kind {
        InstructionKind::Env(pairs) => pairs.pairs.as_slice(),
        _ => &[],
    };
    pairs.iter().map(|pair| step.value(&pair.name))
}

/// Whether an instruction asks for one of the variables, or for something that BuildKit refuses.
fn uses(step: &Step<'_>, variables: &HashSet<&str>) -> bool {
    step.expanded.iter().any(|word| match &word.result {
        Ok(expansion) => expansion.references.iter().any(|reference| variables.contains(reference.name.as_str())),
        Err(_) => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn each_further_one_is_reported_and_joined() {
        fires!("ENV A=1\n«ENV» B=2\n«ENV» C=3\n");
        fixes!("env A=1\nENV B='2 3' C=\"4\"\nENV D=$X\n" => "env A=1 \\\n    B='2 3' C=\"4\" \\\n    D=$X\n");
        fixes!("ENV A=1 \\\r\n\tB=2\r\nENV C=3\r\n" => "ENV A=1 \\\r\n\tB=2 \\\r\n\tC=3\r\n");
    }

    #[test]
    fn a_value_from_right_above_needs_its_own_instruction() {
        silent!("ENV A=1\nENV PATH=$A:$PATH\n");
        silent!("ENV A=1\nENV A=2\n");
        silent!("ENV A=1\nENV B=${X:-$A}\n");
        fixes!("ENV A=1\nENV B=$A\nENV C=3\n" => "ENV A=1\nENV B=$A \\\n    C=3\n");
        fixes!("ENV A=1\nENV B=2\nENV C=$A\n" => "ENV A=1 \\\n    B=2\nENV C=$A\n");
    }

    #[test]
    fn comments_stay_each_with_its_variable() {
        fixes!("ENV A=1\n# why\n  # and how\nENV B=2\n" => "ENV A=1 \\\n# why\n# and how\n    B=2\n");
    }

    #[test]
    fn what_stands_between_them_parts_them() {
        silent!("ENV A=1\n\nENV B=2\n");
        silent!("ENV A=1\nRUN true\nENV B=2\n");
        silent!("ENV A 1\nENV B=2\n");
        silent!("ENV A=\"1\nENV B=2\n");
    }
}
