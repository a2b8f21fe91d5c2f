//! A user that is created for the program and never used.
//!
//! ## Why
//! `useradd` alone changes nothing: the container still starts as root. Somebody wanted the program to run as this user,
//! and the USER line is missing or was removed.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM python:3.14-slim
//! RUN useradd --system app
//! CMD ["python", "app.py"]
//! ```
//! ```dockerfile,good
//! FROM python:3.14-slim
//! RUN useradd --system app
//! USER app
//! CMD ["python", "app.py"]
//! ```
//!
//! ## Fix
//! None: the program may need files that only root may write.
//!
//! ## Sources
//! Dockerfile best practices, USER; Checkov CKV_DOCKER_3.

use crate::rules::{Context, Meta, Sink};

pub const META: Meta =
    Meta { name: "runtime/user-never-used", cwe: Some(250), security_severity: Some(45), ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(stage) = cx.final_stage().filter(|stage| !stage.is_windows) else { return };
    // A command that this file does not set may be a script that changes the user.
    if cx.process().steps().next().is_none() || cx.drops_privileges() {
        return;
    }
    let users = cx.commands.users(cx.build, stage.index);
    // Each user is a walk through the file; no honest file creates so many.
    for user in users.created.iter().take(16) {
        let Some(name) = user.name else { continue };
        let line = cx.source().slice(user.command.step.instruction.span);
        // `/app` and `app.py` are not the user.
        let is_part = |c: char| c.is_alphanumeric() || "_-./".contains(c);
        let mentions = |text: &str| text.split(|c| !is_part(c)).filter(|word| *word == name).count();
        let in_all: usize =
            cx.build.inherited_steps(stage.index).iter().map(|step| mentions(cx.text(step.instruction.span))).sum();
        // Whoever names the user anywhere else (chown, su, a configuration file) has a use for it.
        let is_named_elsewhere = in_all > mentions(line)
            || line.contains("passwd")
            || mentions(line) > 1 && ["chown", "su ", "sudo", "usermod", "install "].iter().any(|it| line.contains(it));
        let has_number = user.number.is_some_and(|number| {
            cx.build.inherited_steps(stage.index).iter().any(|step| {
                let text = cx.text(step.instruction.span);
                step.index > user.command.step.index && text.contains(number)
            })
        });
        if is_named_elsewhere || has_number || stage.last_state.user.is_some() {
            continue;
        }
        sink.report(user.span, format!("`{name}` is created, and nothing runs as this user"))
            .help(format!("write `USER {name}` before the command, or leave the user out"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_user_that_nothing_names_again_is_reported() {
        fires!("RUN adduser --disabled-password «app»\nCMD [\"server\"]\n");
    }

    #[test]
    fn any_other_mention_is_a_use() {
        silent!("RUN useradd app\nCOPY --chown=app . /a\nCMD [\"server\"]\n");
        silent!("RUN useradd app && chown -R app /a\nCMD [\"server\"]\n");
        silent!("RUN useradd -u 1000 app\nUSER 1000\nCMD [\"server\"]\n");
        silent!("RUN useradd app\nCMD su app -c server\n");
    }

    #[test]
    fn without_a_command_the_image_is_made_for_others() {
        silent!("RUN useradd app\n");
    }

    #[test]
    fn an_entrypoint_script_may_change_the_user() {
        silent!("RUN useradd app\nENTRYPOINT [\"/entrypoint.sh\"]\nCMD [\"server\"]\n");
    }
}
