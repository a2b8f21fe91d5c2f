//! `/bin/sh` is replaced in the image, where the build could name another shell.
//!
//! ## Why
//! `ln -sf /bin/bash /bin/sh` changes what every script of the distribution runs in, and the next upgrade of the package
//! that owns the link takes it back. `SHELL ["/bin/bash", "-c"]` tells the builder which shell runs RUN, CMD and
//! ENTRYPOINT, and touches no file.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN ln -sf /bin/bash /bin/sh
//! RUN source /etc/profile && make
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! SHELL ["/bin/bash", "-c"]
//! RUN source /etc/profile && make
//! ```
//!
//! ## Fix
//! Writes SHELL in the place of a RUN that does nothing else. *Runtime*: CMD and ENTRYPOINT in shell form run in the other
//! shell because the image says so, and scripts get the distribution's `/bin/sh` again.
//!
//! ## Sources
//! Dockerfile reference, SHELL; Debian Policy 10.4; KICS 8a301064; Semgrep `use-shell-instruction`.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::Command;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "shell/replaced-shell",
    severity: Severity::Info,
    effect: Some(Effect::Runtime),
    aliases: &["KICS-8a301064", "use-shell-instruction"],
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for command in cx.commands.of_build() {
        let Some(shell) = linked_to_sh(command) else { continue };
        let instead = format!("SHELL [\"{shell}\", \"-c\"]");
        let report = sink
            .report(command.span(), format!("`{shell}` takes the place of `/bin/sh` for every script of the image"))
            .help(format!("write `{instead}`"));
        let instruction = command.step.instruction;
        let does_nothing_else = cx.commands.of_step(command.step).iter().all(|other| {
            linked_to_sh(other).is_some()
                || other.name() == Some("rm") && other.has_argument("/bin/sh") && other.words.len() <= 3
        });
        let is_plain = instruction.flags.is_empty() && cx.whole_lines(instruction).is_some();
        if does_nothing_else && is_plain && shell.starts_with('/') {
            report.fix(format!("write `{instead}`"), Effect::Runtime, vec![Edit::replace(instruction.span, instead)]);
        }
    }
}

/// The program that the command links `/bin/sh` to.
fn linked_to_sh<'b>(command: &Command<'b>) -> Option<&'b str> {
    let mut operands = command.arguments().iter().filter_map(|word| word.value).filter(|value| !value.starts_with('-'));
    let (target, link) = (operands.next()?, operands.next()?);
    let is_shell = matches!(target.rsplit('/').next(), Some("bash" | "zsh" | "ksh"));
    (command.name() == Some("ln") && link == "/bin/sh" && is_shell && operands.next().is_none()).then_some(target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_link_in_the_place_of_sh_is_reported() {
        fires!("RUN apt-get update && «ln -sf bash /bin/sh»\n");
        fixes!("RUN rm /bin/sh && ln -s /bin/bash /bin/sh\nRUN a\n" => "SHELL [\"/bin/bash\", \"-c\"]\nRUN a\n");
    }

    #[test]
    fn other_links_are_fine() {
        silent!("RUN ln -s /bin/busybox /bin/sh && ln -s /bin/bash /usr/local/bin/sh\n");
    }
}
