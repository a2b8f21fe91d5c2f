//! A COPY or ADD of something above the build context.
//!
//! ## Why
//! The builder sees the build context and nothing beside it. BuildKit does not refuse a path that climbs out with `..`:
//! it stops at the root of the context, so that `../shared` is read as `shared`, which mostly is not there, or is
//! another folder than the one that was meant.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! COPY ../shared /app/shared
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! COPY shared /app/shared
//! ```
//!
//! ## Fix
//! None: mostly it is the build context that has to be chosen one folder higher.
//!
//! ## Sources
//! Dockerfile reference, COPY: leading parent directories are removed; Docker, "Build context", for
//! `docker build --build-context`.

use crate::ir::clean_path;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta { name: "build/copy-outside-context", ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for source in cx.build.local_copy_sources() {
        if !climbs_out(source.path) {
            continue;
        }
        let read_as = clean_path(source.path);
        let read_as = read_as.trim_start_matches('/');
        let read_as = if read_as.is_empty() { "." } else { read_as };
        sink.report(
            source.span,
            format!("`{}` leaves the build context, so BuildKit reads it as `{read_as}`", source.path),
        )
        .help("build with a context that holds the file, or hand it in with `docker build --build-context`");
    }
}

fn climbs_out(path: &str) -> bool {
    let mut depth = 0_usize;
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => match depth.checked_sub(1) {
                Some(above) => depth = above,
                None => return true,
            },
            _ => depth += 1,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn paths_that_climb_above_the_context_are_reported() {
        fires!("COPY «../a» b /c/\nADD «a/../../b» /d\nCOPY «/..» /e\n");
    }

    #[test]
    fn climbing_within_the_context_and_in_stages_is_fine() {
        silent!("FROM a AS x\nFROM b\nCOPY a/../b /c\nCOPY --from=x ../d /e\nADD https://e.org/../f /g\n");
    }
}
