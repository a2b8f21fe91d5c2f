//! A VOLUME at a path that makes no sense.
//!
//! ## Why
//! Docker puts a new, empty file system at this path whenever a container starts. BuildKit does not
//! join a relative path with WORKDIR: the runtime takes it from `/`, or refuses it. At `/etc`, `/usr` or `/bin` the volume hides what updates of the image bring: it keeps the files
//! of the day on which it was made.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! WORKDIR /app
//! VOLUME data
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! WORKDIR /app
//! VOLUME /app/data
//! ```
//!
//! ## Fix
//! None: the path that was meant is not known for sure.
//!
//! ## Sources
//! Dockerfile reference, VOLUME; dockle DKL-DI-0002; moby, `daemon/create_unix.go`.

use crate::ir::is_system_directory;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::InstructionKind;

pub const META: Meta = Meta { name: "runtime/volume-path", aliases: &["DKL-DI-0002"], ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.build.steps().filter(|step| cx.shapes_final_image(step)) {
        let InstructionKind::Volume(paths) = &step.instruction.kind else { continue };
        if cx.build.stage_of(step).is_windows {
            continue;
        }
        for path in paths {
            let Some(value) = step.certain_value(path) else { continue };
            if value.starts_with('[') || value.ends_with(']') {
                sink.report(path.span(), "this is no JSON array: the volume's path has a bracket in it")
                    .help("write strings in double quotes with commas between: `[\"/data\"]`");
            } else if is_system_directory(value) {
                sink.report(path.span(), format!("a volume at `{value}` hides the system's own files"))
                    .help("declare the directory that holds the program's data");
            } else if value.starts_with('~') {
                sink.report(path.span(), "nobody expands `~` here: the volume lies in a directory of that name")
                    .help("write the whole path");
            } else if let Some((_, inside)) = value.split_once(":/").filter(|(host, _)| host.starts_with(['/', '.'])) {
                sink.report(
                    path.span(),
                    format!("VOLUME mounts nothing of the host: `{value}` is the name of one directory"),
                )
                .help(format!("write `VOLUME /{inside}`, and mount the host's directory when the container starts"));
            } else if !value.is_empty() && !value.starts_with('/') && !value.contains(':') {
                sink.report(path.span(), format!("`{value}` is not joined with WORKDIR, as other paths are"))
                    .help("write the whole path");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_mapping_of_the_host_is_none() {
        fires!("VOLUME «/srv/data:/data»\nVOLUME «./src:/app»\n");
        silent!("VOLUME c:/data\n");
    }

    #[test]
    fn system_directories_and_relative_paths_are_reported() {
        fires!("VOLUME /data «/etc/» «.» «~/x»\n");
        fires!("VOLUME «['/data']»\n");
    }

    #[test]
    fn data_directories_are_no_finding() {
        silent!("VOLUME [\"/data\", \"/etc/app\", \"/sys/fs/cgroup\"]\n");
        silent!("ARG D=x\nVOLUME $D\n");
    }
}
