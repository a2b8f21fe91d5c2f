//! Two stages that begin with the same steps on the same image.
//!
//! ## Why
//! What stands twice is changed once and forgotten once: from then on the stages hold different packages, and both have to be
//! built and kept. A stage of its own says that the others stand on the same thing. BuildKit builds equal steps once, so
//! that nothing gets faster with it; builders without its graph, such as Kaniko, do the work twice.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13 AS build
//! RUN apt-get update && apt-get install -y libpq5
//! RUN make
//!
//! FROM debian:13
//! RUN apt-get update && apt-get install -y libpq5
//! COPY --from=build /app /app
//! ```
//! ```dockerfile,good
//! FROM debian:13 AS base
//! RUN apt-get update && apt-get install -y libpq5
//!
//! FROM base AS build
//! RUN make
//!
//! FROM base
//! COPY --from=build /app /app
//! ```
//!
//! Steps are the same where they are so letter by letter; one of them has to be a RUN.
//!
//! ## Fix
//! Makes a stage of the steps, called `base`, `common` or `shared`, and starts the others from it. *Identical*: the cache keys
//! and the configuration of every stage stay as they are. Holds back where a comment stands among the steps that go, where
//! stages are named by numbers, and where FROM has a flag. Behind an ARG nothing is shared.
//!
//! ## Sources
//! Docker, "Multi-stage builds": use a previous stage as a new stage; "Building best practices": create reusable stages.

use crate::edit::Effect;
use crate::finding::Severity;
use crate::rewrite::common_base;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta =
    Meta { name: "style/repeated-steps", severity: Severity::Style, effect: Some(Effect::Identical), ..Meta::opt_in() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(common) = common_base(cx.build) else { return };
    let (Some(other), Some(first)) = (common.others.first(), common.first.steps.first()) else { return };
    let Some(repeated) = other.steps.first() else { return };
    let what = if common.steps == 1 { "a step".to_owned() } else { format!("{} steps", common.steps) };
    let message = format!("{what} of another stage on `{}` again", other.from.image.text());
    let report = sink
        .report(repeated.instruction.keyword_span(), message)
        .related(first.instruction.keyword_span(), "the first time")
        .help("start both stages from one that holds what they share");
    match common.rewrite {
        Ok((name, edits)) => {
            report.fix(format!("make a stage `{name}` of the steps, and start from it"), Effect::Identical, edits);
        }
        Err(reason) => {
            report.no_fix(reason.text());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_stage_is_made_of_what_two_stages_share() {
        fixes!(
            "FROM a:1 AS b\nENV A=1\nRUN c\n\nRUN d\nFROM x\nRUN y\nfrom a:1 AS e\n\nENV A=1\nRUN c\n\nCOPY --from=b /f /f\n"
            => "FROM a:1 AS base\nENV A=1\nRUN c\n\nFROM base AS b\n\nRUN d\nFROM x\nRUN y\nfrom base AS e\n\nCOPY --from=b /f /f\n"
        );
        fixes!(
            "FROM a:1 AS base\nRUN c\nRUN d\nFROM a:1\nRUN c\n"
            => "FROM a:1 AS common\nRUN c\n\nFROM common AS base\nRUN d\nFROM common\n"
        );
    }

    #[test]
    fn three_stages_share_one_and_two_more_share_more() {
        fixes!(
            "FROM a:1 AS b\nRUN c\nRUN d\nFROM a:1 AS e\nRUN c\nRUN d\nRUN f\nFROM a:1\nRUN c\nRUN g\n"
            => "FROM a:1 AS common\nRUN c\n\nFROM common AS base\nRUN d\n\nFROM base AS b\nFROM base AS e\nRUN f\nFROM common\nRUN g\n"
        );
    }

    #[test]
    fn scripts_and_continued_lines_go_as_a_whole() {
        fixes!(
            "FROM a:1 AS b\nRUN <<E\n# c\nd\nE\nRUN e \\\n  f\nRUN g\nFROM a:1\nRUN <<E\n# c\nd\nE\nRUN e \\\n  f\nCMD h\n"
            => "FROM a:1 AS base\nRUN <<E\n# c\nd\nE\nRUN e \\\n  f\n\nFROM base AS b\nRUN g\nFROM base\nCMD h\n"
        );
    }

    #[test]
    fn comments_and_numbers_leave_it_to_the_user() {
        let file = |comment: &str, from: &str| {
            format!("FROM a:1 AS b\nRUN c\nRUN d\nFROM a:1\n{comment}«RUN» c\nCOPY --from={from} /e /e\n")
        };
        fires!(&file("# why\n", "b"));
        fires!(&file("", "0"));
        let unmarked = |text: String| text.replace(['«', '»'], "");
        for text in [unmarked(file("# why\n", "b")), unmarked(file("", "0"))] {
            assert!(findings(&META, check, &text).iter().all(|finding| finding.fix.is_none()), "{text}");
        }
    }

    #[test]
    fn other_stages_share_nothing() {
        silent!("FROM a:1 AS b\nRUN c\nFROM a:2\nRUN c\n");
        silent!("FROM a:1 AS b\nWORKDIR /c\nFROM a:1\nWORKDIR /c\n");
        silent!("FROM a:1 AS b\nARG C\nRUN d\nFROM a:1\nARG C\nRUN d\n");
        silent!("FROM --platform=$BUILDPLATFORM a:1 AS b\nRUN c\nFROM a:1\nRUN c\n");
        silent!("FROM a:1 AS b\nRUN x\nRUN c\nFROM a:1\nRUN c\n");
    }
}
