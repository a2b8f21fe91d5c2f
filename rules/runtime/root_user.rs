//! An image whose last USER is root.
//!
//! ## Why
//! The container's program runs as root. Whoever breaks into it may change every file in the container and every file
//! that is mounted into it, and has all of the kernel's doors that Docker leaves open to root. Mostly `USER root` was
//! meant for an installation, and the line that takes it back is missing.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM haproxy:3.2
//! USER root
//! RUN apt-get update && apt-get install -y socat
//! ```
//! ```dockerfile,good
//! FROM haproxy:3.2
//! USER root
//! RUN apt-get update && apt-get install -y socat
//! USER haproxy
//! ```
//!
//! ## Fix
//! None: the program may need files that only root may write.
//!
//! ## Sources
//! hadolint DL3002; Checkov CKV_DOCKER_8; KICS 67fd0c4a; Dockerfile best practices, USER; CWE-250.

use crate::finding::Severity;
use crate::knowledge::images::Known;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "runtime/root-user",
    severity: Severity::Warning,
    aliases: &["DL3002", "CKV_DOCKER_8", "KICS-67fd0c4a", "last-user-is-root", "best-practices/USER"],
    cwe: Some(250),
    security_severity: Some(50),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(stage) = cx.final_stage().filter(|stage| !stage.is_windows) else { return };
    let Some(user) = &stage.last_state.user else { return };
    let name = user.value.split(':').next().unwrap_or_default();
    if !user.is_certain || !matches!(name, "root" | "0") || user.span.is_empty() || cx.drops_privileges() {
        return;
    }
    // Without a command of its own the image is made for others to build on or to work in, unless it takes a user away.
    let before = cx.build.inherited_steps(stage.index).into_iter().filter_map(|step| step.state.user.as_deref());
    let before = before.filter(|before| !matches!(before.value.split(':').next(), Some("root" | "0"))).last();
    let of_image = cx.build.image_user(stage.index).value();
    let of_image = of_image.filter(|user| !user.is_empty() && !matches!(*user, "root" | "0"));
    // Of an unknown image it is not known whether `USER root` takes a user away, or gives its own init back what it had.
    let takes_nothing = before.is_none() || cx.build.image_user(stage.index) == Known::Unknown;
    if cx.process().steps().next().is_none() && takes_nothing && of_image.is_none() {
        return;
    }
    let mut report = sink.report(user.span, "the container's program runs as root");
    if let Some(before) = before {
        report = report.related(before.span, "the user before");
        report.help(format!("end the stage with `USER {}`", before.value));
        return;
    }
    match of_image {
        Some(user) => {
            report.note(format!("The base image runs as `{user}`.")).help(format!("end the stage with `USER {user}`"))
        }
        None => report.help("end the stage with a USER that owns no more than it needs"),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_last_user_counts_also_that_of_a_base_stage() {
        fires!("FROM debian AS a\nUSER app\nUSER «0:0»\nFROM a\nRUN b\n");
        fires!("USER «root»\nCMD server\n");
        silent!("FROM debian AS a\nUSER root\nFROM a\nUSER app\n");
    }

    #[test]
    fn a_build_stage_may_be_root() {
        silent!("FROM debian AS a\nUSER root\nFROM debian\nCOPY --from=a /x /x\nUSER app\n");
    }

    #[test]
    fn programs_that_give_root_up_themselves_are_left_alone() {
        silent!("USER root\nENTRYPOINT [\"gosu\", \"app\", \"server\"]\n");
        silent!("USER root\nRUN apt-get install -y gosu\nENTRYPOINT [\"/entrypoint.sh\"]\n");
        silent!("FROM postgres:17\nUSER root\n");
    }

    #[test]
    fn the_init_of_an_unknown_image_may_need_the_root_that_it_had() {
        silent!("ARG tag=discourse/base:slim\nFROM $tag\nUSER discourse\nRUN a\nUSER root\n");
        silent!("FROM example/init\nUSER app\nRUN a\nUSER root\n");
        fires!("FROM example/init\nUSER app\nRUN a\nUSER «root»\nCMD server\n");
    }

    #[test]
    fn an_image_without_a_command_is_for_others_to_decide() {
        silent!("USER root\nRUN a\n");
    }
}
