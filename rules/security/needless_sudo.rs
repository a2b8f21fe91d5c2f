//! `sudo` in front of a command that runs as root already.
//!
//! ## Why
//! RUN starts as root unless a USER or the base image says otherwise. `sudo` then changes nothing but has to be installed,
//! and in the image it is one more program that turns a user into root. Where it is not installed, the build fails.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN apt-get update && apt-get install -y sudo && sudo mkdir /data
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN apt-get update && apt-get install -y sudo && mkdir /data
//! ```
//!
//! Not reported: `sudo -u app`, which lays rights down, and any `sudo` of another user than root.
//!
//! ## Fix
//! Takes `sudo ` out. The command runs as root as before: *equivalent*; `SUDO_USER` and the like are
//! no longer set. Where ENV, ARG or the script set variables that `sudo` takes away, or a `PATH` that it replaces: *content*. A `sudo` with options is left alone, as is one that stands on another line than its command.
//!
//! ## Sources
//! hadolint DL3004; Trivy DS-0010; Checkov CKV2_DOCKER_1; KICS 8ada6e80; dockle DKL-DI-0001; Docker, "Building best
//! practices", USER; sudo(8).

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "security/needless-sudo",
    severity: Severity::Info,
    effect: Some(Effect::Content),
    aliases: &["DL3004", "DS-0010", "CKV2_DOCKER_1", "KICS-8ada6e80", "DKL-DI-0001", "no-sudo-in-dockerfile"],

    security_severity: Some(15),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for sudo in cx.commands.of_build().filter_map(|command| cx.build.needless_sudo(command)) {
        let report =
            sink.report(sudo.word, "`sudo` in front of a command that runs as root already").help("leave `sudo` out");
        if let Some(gone) = sudo.removable {
            let effect = if sudo.keeps_environment { Effect::Equivalent } else { Effect::Content };
            report.fix("leave `sudo` out", effect, vec![Edit::delete(gone)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_bare_sudo_of_root_is_taken_out() {
        fixes!("RUN sudo apt-get update && sudo apt-get install -y a\n" => "RUN apt-get update && apt-get install -y a\n");
        fixes!("FROM x\nUSER root\nRUN sudo a\n" => "FROM x\nUSER root\nRUN a\n");
    }

    #[test]
    fn what_sudo_takes_away_from_the_environment_may_make_a_difference() {
        let effect = |text: &str| findings(&META, check, text)[0].fix.as_ref().unwrap().effect;
        assert_eq!(effect("FROM debian:13\nENV DEBIAN_FRONTEND=noninteractive\nRUN sudo a\n"), Effect::Equivalent);
        assert_eq!(
            effect("FROM debian:13\nENV PATH=/opt/conda/bin:$PATH\nRUN sudo pip install flask\n"),
            Effect::Content
        );
        assert_eq!(effect("FROM debian:13\nENV HOME=/a\nRUN sudo a\n"), Effect::Content);
        assert_eq!(effect("FROM debian:13\nRUN export PREFIX=/a && sudo make install\n"), Effect::Content);
    }

    #[test]
    fn options_are_reported_and_left_alone() {
        fires!("RUN «sudo» -E a\n");
    }

    #[test]
    fn other_users_and_unknown_images_need_it() {
        silent!("RUN sudo -u app a\n");
        silent!("RUN useradd app\nUSER app\nRUN sudo a\n");
        silent!("FROM cimg/base:2024.01\nRUN sudo a\n");
        silent!("RUN apt-get install -y sudo && echo sudo\n");
    }
}
