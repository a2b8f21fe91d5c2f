//! Both curl and wget are installed.
//!
//! ## Why
//! Each can do what the other does, and brings libraries that have to be kept up to date. A program for downloads in the
//! image is also what an intruder looks for first.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN apt-get update && apt-get install -y curl wget
//! CMD ["serve"]
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN apt-get update && apt-get install -y curl
//! CMD ["serve"]
//! ```
//!
//! Silent in images that start nothing, and where the same RUN removes packages again.
//!
//! ## Fix
//! None: commands that use the other one have to be written anew.
//!
//! ## Sources
//! Trivy DS-0014; KICS fc775e75; Semgrep `use-either-wget-or-curl`.

use crate::finding::Severity;
use crate::ir::Command;
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;

pub const META: Meta = Meta {
    name: "size/two-download-tools",
    severity: Severity::Info,
    aliases: &["DS-0014", "KICS-fc775e75", "use-either-wget-or-curl"],
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    // An image that starts nothing, or a shell, is for others to build on, or for people to work in.
    if cx.process_commands().all(Command::is_interactive_shell) {
        return;
    }
    let mut first: Option<(&str, Span)> = None;
    for (command, install) in cx.commands.package_managers() {
        let is_kept = cx.shapes_final_image(command.step) && !cx.commands.removes_packages(command.step);
        if !install.manager.is_system() || !install.installs() || !is_kept {
            continue;
        }
        for operand in install.packages().filter(|operand| matches!(operand.name, "curl" | "wget")) {
            let span = command.operand_span(operand);
            match first {
                None => first = Some((operand.name, span)),
                Some((name, earlier)) if name != operand.name => {
                    sink.report(span, format!("`{}` does what `{name}` does", operand.name))
                        .related(earlier, format!("`{name}` is installed here"))
                        .help("install one of them, and use it for all downloads");
                    return;
                }
                Some(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_second_one_is_reported() {
        fires!("RUN apk add wget git\nRUN apk add «curl» wget\nCMD a\n");
    }

    #[test]
    fn one_of_them_or_a_build_stage_is_fine() {
        silent!("RUN apk add curl && apk add curl\nCMD a\n");
        silent!("FROM alpine AS a\nRUN apk add curl wget\nFROM alpine\nRUN apk add curl\nCMD a\n");
    }

    #[test]
    fn tools_that_go_again_or_are_for_people_are_fine() {
        silent!("RUN apk add --virtual .get curl wget && curl -O https://a/b && apk del .get\nCMD a\n");
        silent!("RUN apk add curl wget\n");
        silent!("RUN apk add curl wget\nCMD [\"bash\"]\n");
    }
}
