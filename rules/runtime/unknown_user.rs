//! A USER that does not exist in the image.
//!
//! ## Why
//! Docker looks the name up in the image's `/etc/passwd` when a RUN or the container starts, and fails with "unable to
//! find user". On `scratch` there is no such file, and only a number works.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM scratch
//! COPY server /server
//! USER nobody
//! ENTRYPOINT ["/server"]
//! ```
//! ```dockerfile,good
//! FROM scratch
//! COPY server /server
//! USER 65534
//! ENTRYPOINT ["/server"]
//! ```
//!
//! ## Fix
//! None: the user is to be created, or another was meant.
//!
//! ## Sources
//! runc and moby, `user.GetExecUser`: "unable to find user NAME: no matching entries in passwd file".

use crate::finding::Severity;
use crate::ir::Base;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::InstructionKind;

pub const META: Meta = Meta { name: "runtime/unknown-user", severity: Severity::Error, ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    // Each stage is a walk through the file; no honest file has so many.
    for stage in cx.reachable_stages().filter(|stage| !stage.is_windows).take(64) {
        let mut steps =
            stage.steps.iter().filter(|step| matches!(step.instruction.kind, InstructionKind::User(_))).peekable();
        if steps.peek().is_none() {
            continue;
        }
        let users = cx.commands.users(cx.build, stage.index);
        if !users.is_complete {
            continue;
        }
        let is_scratch = cx.build.root(stage.index).is_some_and(|root| root.base == Base::Scratch);
        for step in steps {
            let InstructionKind::User(word) = &step.instruction.kind else { continue };
            let Some(value) = step.certain_value(word) else { continue };
            let name = value.split(':').next().unwrap_or_default();
            let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
            // `root` on scratch is taken for 0 by some runtimes.
            if is_number || users.has(name) || name == "root" {
                continue;
            }
            let report = sink.report(word.span(), format!("there is no user `{name}` in this image"));
            match is_scratch {
                true => report.help("write a number: an image from scratch has no list of users"),
                false => report.help(format!("create it before with `useradd {name}` or `adduser -D {name}`")),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_name_that_nobody_creates_is_reported() {
        fires!("FROM alpine:3.20\nUSER «app»\n");
        fires!("FROM debian:12\nRUN useradd app\nUSER «ap:app»\n");
    }

    #[test]
    fn users_of_the_base_image_and_created_ones_exist() {
        silent!("FROM node:22-alpine\nUSER node\n");
        silent!("FROM debian:12\nUSER nobody\nUSER www-data\n");
        silent!("FROM debian:12 AS a\nRUN useradd app\nFROM a\nUSER app:staff\n");
    }

    #[test]
    fn numbers_need_no_entry() {
        silent!("FROM scratch\nUSER 1000:1000\n");
    }

    #[test]
    fn packages_unknown_images_and_copied_lists_may_bring_the_user() {
        silent!("FROM debian:12\nRUN apt-get install -y nginx\nUSER nginx\n");
        silent!("FROM example.com/own\nUSER app\n");
        silent!("FROM scratch\nCOPY --from=x /etc/passwd /etc/passwd\nUSER app\n");
    }
}
