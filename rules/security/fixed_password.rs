//! A user of the image gets a password that everybody can read, or none at all.
//!
//! ## Why
//! The hash lies in `/etc/shadow` of the image and the password in the image's history, the same in every container. A
//! container needs no passwords: processes are started as a user, nobody logs in. Where somebody can, over SSH or with
//! `su`, the password is that of all.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN useradd -m app && echo "app:app-4711" | chpasswd
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN useradd -m app
//! USER app
//! ```
//!
//! ## Fix
//! None: whether somebody logs in with it, the file does not say.
//!
//! ## Sources
//! CWE-798 and CWE-258; Checkov CKV2_DOCKER_17; dockle DKL-LI-0001; chpasswd(8), passwd(1), useradd(8).

use crate::ir::Command;
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;

pub const META: Meta = Meta {
    name: "security/fixed-password",
    aliases: &["CKV2_DOCKER_17", "DKL-LI-0001"],
    cwe: Some(798),
    security_severity: Some(70),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for command in cx.commands.of_build() {
        if !cx.shapes_final_image(command.step) {
            continue;
        }
        let found = piped(command).or_else(|| removed(command)).or_else(|| of_useradd(command));
        if let Some((span, message)) = found {
            sink.report(span, message).help("leave the password out and start the container as that user with `USER`");
        }
    }
}

/// `echo user:password | chpasswd`, `echo password | passwd --stdin user`.
fn piped(command: &Command<'_>) -> Option<(Span, String)> {
    let reader = command.invoked.as_ref()?.circumstances.piped_into?;
    let words = reader.words.get(reader.wrapping.head..)?;
    let program = words.first()?.literal()?.rsplit('/').next()?;
    if !matches!(command.name()?, "echo" | "printf") {
        return None;
    }
    let (at, text) =
        (1..command.words.len()).map(|at| (at, command.written(at))).find(|(_, text)| !text.starts_with('-'))?;
    let is_dynamic = |text: &str| text.contains('$') || text.contains('`');
    match program {
        "chpasswd" => {
            let (user, password) = text.split_once(':')?;
            let user = user.trim_matches(['"', '\'']);
            (!is_dynamic(password) && !password.is_empty() && !password.starts_with('%')).then(|| {
                (command.words[at].span, format!("`chpasswd` gives `{user}` a password that everybody can read"))
            })
        }
        "passwd" if words.iter().any(|word| word.literal() == Some("--stdin")) => (!is_dynamic(text)
            && !text.is_empty())
        .then(|| (command.words[at].span, "`passwd` sets a password that everybody can read".to_owned())),
        _ => None,
    }
}

/// `passwd -d user`: the user needs no password.
fn removed(command: &Command<'_>) -> Option<(Span, String)> {
    let flag = command.arguments().iter().find(|word| matches!(word.value, Some("-d" | "--delete")))?;
    let user = command.first_operand()?.value?;
    (command.name() == Some("passwd")).then(|| (flag.span, format!("`passwd -d` lets `{user}` in without a password")))
}

/// `useradd -p hash`.
fn of_useradd(command: &Command<'_>) -> Option<(Span, String)> {
    let name = command.name().filter(|name| matches!(*name, "useradd" | "usermod"))?;
    let words = command.arguments();
    let at = words.iter().position(|word| matches!(word.value, Some("-p" | "--password")))?;
    let hash = words.get(at + 1)?;
    // `!` and `*` lock the user.
    let is_hash = hash.value.is_some_and(|value| !value.starts_with(['!', '*']) && value != "x");
    is_hash.then(|| (hash.span, format!("`{name}` sets a password that everybody can read")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn passwords_that_the_file_sets_are_reported() {
        fires!("RUN echo «'root:toor'» | chpasswd\n");
        fires!("RUN echo «pw1234» | passwd --stdin root\n");
        fires!("RUN passwd «-d» root\n");
        fires!("RUN useradd -m -p «abcHASH» app\n");
    }

    #[test]
    fn locked_users_and_values_from_elsewhere_are_fine() {
        silent!("RUN useradd -p '!' app && usermod -p '*' root && passwd -l root\n");
        silent!("RUN echo \"root:$PASSWORD\" | chpasswd && echo \"root:$(cat /run/secrets/p)\" | chpasswd\n");
        silent!("RUN adduser --disabled-password app\n");
    }

    #[test]
    fn the_password_is_not_shown() {
        let found = findings(&META, check, "FROM debian\nRUN echo root:s3cr3t | chpasswd\n");
        assert!(!found[0].message.contains("s3cr3t"));
    }
}
