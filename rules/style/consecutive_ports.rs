//! EXPOSE instructions that follow one another.
//!
//! ## Why
//! One EXPOSE can name all ports, and tells a reader at a glance where the container listens. Each further one adds an
//! entry to the image's history and a step to the build. It is a matter of taste, and this rule has to be asked for.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM nginx:1.29
//! EXPOSE 80
//! EXPOSE 443
//! ```
//! ```dockerfile,good
//! FROM nginx:1.29
//! EXPOSE 80 443
//! ```
//!
//! ## Fix
//! Joins them into one. *Equivalent*: the same ports; the history has fewer entries. Silent
//! where a blank line or a comment keeps them apart.
//!
//! ## Sources
//! Docker's reference, EXPOSE: "`EXPOSE <port> [<port>/<protocol>...]`".

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::Step;
use crate::rewrite::{Layout, join_words};
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;
use crate::syntax::InstructionKind;

pub const META: Meta = Meta {
    name: "style/consecutive-ports",
    severity: Severity::Style,
    effect: Some(Effect::Equivalent),
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for [first, second] in cx.build.neighbours() {
        if let Some(edit) = joined(cx, first, second) {
            sink.report(second.instruction.keyword_span(), "this `EXPOSE` follows another one")
                .related(first.instruction.keyword_span(), "which could name its ports")
                .help("name all ports in one `EXPOSE`")
                .fix("join it with the one above", Effect::Equivalent, vec![edit]);
        }
    }
}

fn joined(cx: &Context<'_>, first: &Step<'_>, second: &Step<'_>) -> Option<Edit> {
    let (InstructionKind::Expose(above), InstructionKind::Expose(below)) =
        (&first.instruction.kind, &second.instruction.kind)
    else {
        return None;
    };
    let gap = Span::new(above.last()?.span().end, below.first()?.span().start);
    // A comment that heads a group of ports.
    let is_parted = cx.file.comments().any(|comment| gap.contains(comment));
    if is_parted { None } else { join_words(cx.file, first, second, gap, Layout::SameLine) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn each_further_one_is_reported_and_joined() {
        fires!("EXPOSE 80\n«EXPOSE» 443/tcp\n«expose» 53/udp 54\n");
        fixes!("EXPOSE 80\nEXPOSE 443/tcp\nexpose 53/udp 54\n" => "EXPOSE 80 443/tcp 53/udp 54\n");
        fixes!("ARG P=1\nEXPOSE $P\nEXPOSE ${P}1\n" => "ARG P=1\nEXPOSE $P ${P}1\n");
    }

    #[test]
    fn a_list_over_several_lines_goes_on_in_its_way() {
        fixes!("EXPOSE 80 \\\n  81\nEXPOSE 82\n" => "EXPOSE 80 \\\n  81 \\\n  82\n");
    }

    #[test]
    fn what_stands_between_them_parts_them() {
        silent!("EXPOSE 80\n\nEXPOSE 443\n");
        silent!("EXPOSE 80\n# for metrics\nEXPOSE 9090\n");
        silent!("EXPOSE 80\nUSER a\nEXPOSE 443\n");
        silent!("FROM a\nEXPOSE 80\nFROM b\nEXPOSE 443\n");
    }
}
