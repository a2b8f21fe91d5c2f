//! A step that writes into a VOLUME declared before it.
//!
//! ## Why
//! Docker's legacy builder mounts the volume while later steps run, and throws away what RUN writes there. BuildKit, the
//! builder since Docker 23, keeps it; Podman and Kaniko have ways of their own. And a volume that exists already shows
//! its old files, not those of the new image.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! VOLUME /data
//! RUN mkdir /data/cache
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN mkdir /data/cache
//! VOLUME /data
//! ```
//!
//! ## Fix
//! None: moving the instruction is easy, but steps between may set what it uses.
//!
//! ## Sources
//! Dockerfile reference, VOLUME: "those changes are discarded when using the legacy builder".

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::InstructionKind;

pub const META: Meta = Meta { name: "runtime/volume-before-write", severity: Severity::Info, ..Meta::opt_in() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(stage) = cx.final_stage().filter(|stage| !stage.is_windows) else { return };
    let mut volumes = Vec::new();
    for step in cx.build.inherited_steps(stage.index) {
        match &step.instruction.kind {
            InstructionKind::Volume(paths) => {
                let known = paths
                    .iter()
                    .filter_map(|path| Some((step.certain_value(path)?.trim_end_matches('/'), path.span())));
                volumes.extend(known.filter(|(path, _)| path.len() > 1 && path.starts_with('/')));
            }
            InstructionKind::Run(_) => {
                for command in cx.commands.of_step(step) {
                    if !matches!(
                        command.name(),
                        Some("mkdir" | "chown" | "chmod" | "touch" | "cp" | "mv" | "ln" | "tee")
                    ) {
                        continue;
                    }
                    for word in command.arguments() {
                        let Some(path) = word.value else { continue };
                        let inside = |volume: &str| {
                            path.strip_prefix(volume).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                        };
                        let Some((volume, span)) = volumes.iter().find(|(volume, _)| inside(volume)) else { continue };
                        sink.report(
                            word.span,
                            format!("the legacy builder throws away what is written below `{volume}`"),
                        )
                        .related(*span, "declared here")
                        .help("declare the volume behind the last step that writes into it");
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn writes_into_the_volume_are_found_across_stages() {
        fires!("FROM a AS b\nVOLUME /d/\nFROM b\nRUN chown -R app «/d» && touch «/d/x»\n");
    }

    #[test]
    fn writes_before_it_or_elsewhere_are_no_finding() {
        silent!("RUN mkdir /d\nVOLUME /d\nRUN mkdir /data\n");
    }
}
