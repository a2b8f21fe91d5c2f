//! A RUN leaves the sandbox of the build.
//!
//! ## Why
//! With `--security=insecure` the command runs without seccomp and with all rights over the builder's kernel; with
//! `--network=host` it reaches whatever listens on the builder itself, as metadata services and databases. Any script that the
//! command downloads has the same reach. BuildKit refuses both unless the builder was started with the entitlement, so that
//! the file does not build elsewhere.
//!
//! ## Example
//! ```dockerfile,bad
//! # syntax=docker/dockerfile:1-labs
//! FROM debian:13
//! RUN --security=insecure mount -t tmpfs none /mnt
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN --mount=type=tmpfs,target=/mnt true
//! ```
//!
//! ## Fix
//! None: whether the command works without, only a build tells.
//!
//! ## Sources
//! Dockerfile reference, `RUN --security`, `RUN --network`; BuildKit, entitlements `security.insecure` and `network.host`;
//! SonarQube S6502 and S6431; CWE-250.

use crate::rules::{Context, Meta, Sink};
use crate::syntax::Keyword;

pub const META: Meta = Meta {
    name: "security/privileged-run",
    aliases: &["S6502", "S6431"],
    cwe: Some(250),
    security_severity: Some(65),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.steps_of(Keyword::Run) {
        for (name, value, what, code) in [
            ("security", "insecure", "runs without the sandbox of the build", "S6502"),
            ("network", "host", "reaches everything that listens on the builder", "S6431"),
        ] {
            if let Some(flag) = step.instruction.flag(name).filter(|flag| flag.value_text() == value) {
                sink.report(flag.span, format!("`--{name}={value}`: the command {what}"))
                    .alias(code)
                    .help(format!("leave `--{name}={value}` out, or do this outside of the build"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn both_ways_out_are_reported() {
        fires!("RUN «--security=insecure» a\nRUN «--network=host» b\n");
    }

    #[test]
    fn the_sandbox_is_fine() {
        silent!("RUN --security=sandbox --network=none a\n");
    }
}
