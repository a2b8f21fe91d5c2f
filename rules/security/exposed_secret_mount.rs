//! A secret of the build is mounted so that every user may read it.
//!
//! ## Why
//! `RUN --mount=type=secret` gives the file to root with mode 0400. With `mode=0444` every process of that RUN can read
//! it, also an install script that was started as another user so that it can do no harm.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:24
//! USER node
//! RUN --mount=type=secret,id=npmrc,target=/home/node/.npmrc,mode=0444 npm ci
//! ```
//! ```dockerfile,good
//! FROM node:24
//! USER node
//! RUN --mount=type=secret,id=npmrc,target=/home/node/.npmrc,uid=1000 npm ci
//! ```
//!
//! ## Fix
//! None: which user needs it, only the command behind the mount tells.
//!
//! ## Sources
//! Dockerfile reference, `RUN --mount=type=secret`; CWE-732; SonarQube S6469.

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::Keyword;

pub const META: Meta = Meta {
    name: "security/exposed-secret-mount",
    severity: Severity::Info,
    aliases: &["S6469"],
    cwe: Some(732),
    security_severity: Some(30),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.steps_of(Keyword::Run) {
        for flag in step.instruction.flags.iter().filter(|flag| flag.name.text() == "mount") {
            let is_secret = flag.mount_field(&["type"]).is_some_and(|kind| matches!(kind.text(), "secret" | "ssh"));
            let Some(mode) = flag.mount_field(&["mode"]).filter(|_| is_secret) else { continue };
            let is_open = u32::from_str_radix(mode.text(), 8).is_ok_and(|bits| bits & 0o007 != 0);
            if is_open {
                sink.report(mode.span(), format!("with mode `{}` every user may read the secret", mode.text()))
                    .help("leave `mode=` out, and name the user that needs it with `uid=`");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn modes_for_everybody_are_reported() {
        fires!("RUN --mount=type=secret,id=a,mode=«0444» --mount=type=ssh,mode=«666» b\n");
    }

    #[test]
    fn modes_for_user_and_group_and_other_mounts_are_fine() {
        silent!("RUN --mount=type=secret,id=a,mode=0440 --mount=type=cache,target=/c,mode=0777 b\n");
    }
}
