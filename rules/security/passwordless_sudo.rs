//! The user that the container runs as may become root without a password.
//!
//! ## Why
//! `NOPASSWD` in sudoers undoes what USER is for: whoever gets hold of the service runs `sudo sh` and is root in the
//! container. For a development container that may be wanted; a service that needs root for one command can be given that
//! command when the image is built.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN useradd -m app && echo "app ALL=(ALL) NOPASSWD:ALL" >> /etc/sudoers
//! USER app
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN useradd -m app
//! USER app
//! ```
//!
//! Reported where the last USER of the final image is not root and may be the one whom the line names.
//!
//! ## Fix
//! None: what the container does with `sudo`, the file does not say.
//!
//! ## Sources
//! sudoers(5), `NOPASSWD`; CWE-250.

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "security/passwordless-sudo",
    severity: Severity::Info,
    cwe: Some(250),
    security_severity: Some(50),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(user) = cx.final_stage().and_then(|stage| stage.last_state.user.as_ref()) else { return };
    let name = user.value.split(':').next().unwrap_or_default();
    if !user.is_certain || matches!(name, "root" | "0" | "") {
        return;
    }
    for command in cx.commands.of_build().filter(|command| cx.shapes_final_image(command.step)) {
        if !matches!(command.name(), Some("echo" | "printf")) {
            continue;
        }
        for (at, word) in command.words.iter().enumerate().skip(1) {
            if gives_everything(command.written(at), name) {
                sink.report(word.span, format!("`{name}` may become root without a password"))
                    .related(user.span, "the container runs as this user")
                    .help("do what needs root before `USER`, and leave `sudo` out of the image");
            }
        }
    }
}

/// Whether a line of sudoers lets the user run everything: `app ALL=(ALL) NOPASSWD: ALL`.
fn gives_everything(line: &str, user: &str) -> bool {
    let Some((who, what)) = line.split_once("NOPASSWD:") else { return false };
    let who = who.split_whitespace().next().unwrap_or_default();
    let is_meant =
        who == user || who.starts_with('%') || who == "ALL" || user.bytes().all(|byte| byte.is_ascii_digit());
    is_meant && what.trim_start().starts_with("ALL")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_run_time_user_is_reported() {
        fires!("RUN echo «'%sudo ALL=(ALL) NOPASSWD: ALL'» >> /etc/sudoers\nUSER app\n");
        fires!("RUN echo «\"app ALL=NOPASSWD:ALL\"» | tee /etc/sudoers.d/app\nUSER app:app\n");
    }

    #[test]
    fn other_users_and_single_commands_are_fine() {
        silent!("RUN echo 'app ALL=(ALL) NOPASSWD:ALL' >> /etc/sudoers\n");
        silent!("RUN echo 'build ALL=(ALL) NOPASSWD:ALL' >> /etc/sudoers\nUSER app\n");
        silent!("RUN echo 'app ALL=(ALL) NOPASSWD:/usr/sbin/nginx' >> /etc/sudoers\nUSER app\n");
    }
}
