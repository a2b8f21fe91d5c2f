//! A command that has no use in a build.
//!
//! ## Why
//! An editor or `top` waits for a terminal that a build does not have; `ps`, `free` and `ifconfig` tell of the machine
//! that builds; `shutdown` and `reboot` have no init to talk to. The step costs time and a layer for nothing, or fails.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN top -b -n 1
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN make
//! ```
//!
//! ## Fix
//! None: what the command was for is not known.
//!
//! ## Sources
//! hadolint DL3001.

use crate::finding::Severity;
use crate::knowledge::commands::is_pointless;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "shell/pointless-command",
    severity: Severity::Info,
    aliases: &["DL3001", "KICS-9b6b0f38", "nonsensical-command"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for command in cx.commands.of_build() {
        let Some(name) = command.name().filter(|name| is_pointless(name)) else { continue };
        // `kill` ends what the RUN has started, `ssh` fetches, `mount` may be allowed by `--security=insecure`;
        // services have a rule of their own. `vim -c` and `emacs --batch` install plug-ins.
        let may_be_of_use =
            matches!(name, "kill" | "killall" | "ssh" | "mount" | "umount" | "service" | "systemctl" | "ps");
        let is_script = command.arguments().iter().any(|word| {
            word.value.is_none_or(|value| {
                matches!(value.as_bytes(), [b'+', ..] | [b'-', b'c' | b'e' | b'E' | b's', ..] | [b'-', b'-', ..])
            })
        });
        let is_asked = command.has_argument("--version") || command.has_argument("-V");
        let in_pipe = command
            .invoked
            .as_ref()
            .is_some_and(|it| it.circumstances.piped_into.is_some() || it.circumstances.in_substitution);
        if may_be_of_use || is_asked || in_pipe || (matches!(name, "vi" | "vim" | "emacs" | "nano") && is_script) {
            continue;
        }
        sink.report(command.name_span(), format!("`{name}` has no use while an image is built")).help("leave it out");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn editors_and_monitors_are_reported() {
        fires!("RUN «vim» /etc/hosts\nRUN a; «/usr/bin/free» -m\n");
    }

    #[test]
    fn editors_that_install_plug_ins_are_of_use() {
        silent!("RUN vim +PlugInstall +qall\nRUN emacs --batch -l x.el\n");
    }

    #[test]
    fn their_names_as_packages_are_no_command() {
        silent!("RUN apt-get install -y vim htop\n");
    }
}
