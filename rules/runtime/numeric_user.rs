//! A USER by name, where an orchestrator can only check a number.
//!
//! ## Why
//! Kubernetes' `runAsNonRoot: true` refuses to start a container whose image has a user name: the kubelet cannot know
//! which number the name stands for. A number also keeps its meaning for volumes when the base image changes.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:24-slim
//! USER node
//! ```
//! ```dockerfile,good
//! FROM node:24-slim
//! USER 1000
//! ```
//!
//! ## Fix
//! None: the finding names the number where it is known, but a program may ask for its own name.
//!
//! ## Sources
//! Kubernetes: "container has runAsNonRoot and image has non-numeric user, cannot verify user is non-root".

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta { name: "runtime/numeric-user", severity: Severity::Info, ..Meta::opt_in() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(stage) = cx.final_stage().filter(|stage| !stage.is_windows) else { return };
    let Some(user) = stage.last_state.user.as_ref().filter(|user| user.is_certain) else { return };
    let name = user.value.split(':').next().unwrap_or_default();
    if name.is_empty() || name == "root" || name.bytes().all(|byte| byte.is_ascii_digit()) {
        return;
    }
    let report = sink.report(user.span, format!("Kubernetes cannot tell whether `{name}` is root"));
    match number_of(cx, stage.index, name) {
        Some(number) => report.help(format!("write the number of `{name}`, {number}")),
        None if cx.commands.users(cx.build, stage.index).created.iter().any(|user| user.name == Some(name)) => {
            report.help(format!("create `{name}` with a number of your choice, and write that number here"))
        }
        None => report.help(format!("write the number that `id -u {name}` prints in the image")),
    };
}

fn number_of(cx: &Context<'_>, stage: usize, name: &str) -> Option<String> {
    let users = cx.commands.users(cx.build, stage);
    let created = users.created.iter().rfind(|user| user.name == Some(name)).and_then(|user| user.number);
    let image = cx.build.image_configuration(stage);
    let of_image = || image?.users.iter().find_map(|user| user.strip_prefix(name)?.strip_prefix(':'));
    created.or_else(of_image).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_number_of_a_known_user_is_named() {
        let found = findings(&META, check, "FROM debian:13\nRUN useradd -u 1234 app\nUSER app");
        assert_eq!(found[0].help.as_deref(), Some("write the number of `app`, 1234"));
    }

    #[test]
    fn users_of_the_base_image_have_their_number_already() {
        let help = |text: &str| findings(&META, check, text).remove(0).help.unwrap_or_default();
        assert_eq!(help("FROM a\nUSER nobody"), "write the number that `id -u nobody` prints in the image");
        assert!(help("FROM a\nRUN useradd app\nUSER app").starts_with("create `app` with a number"));
    }

    #[test]
    fn numbers_root_and_build_stages_are_no_finding() {
        silent!("USER 1000:app\n");
        silent!("USER root\n");
        silent!("FROM a AS b\nUSER app\nFROM a\n");
    }
}
