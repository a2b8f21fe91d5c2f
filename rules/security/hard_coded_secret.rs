//! A password, token or key is written into the file.
//!
//! ## Why
//! The Dockerfile lies in a repository, and what ENV, ARG, LABEL and RUN say is kept in the image's history: everybody
//! who may pull the image reads it with `docker history --no-trunc`. Deleting it in a later layer or commit does not take
//! it back. A secret that has been there has to be replaced where it is valid.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:22
//! COPY package.json package-lock.json ./
//! RUN npm config set //registry.npmjs.org/:_authToken=0f1c9be4-8bf3-4a3c-9df0-2a1f4f1c7d55 && npm ci
//! ```
//! ```dockerfile,good
//! FROM node:22
//! COPY package.json package-lock.json ./
//! RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci
//! ```
//!
//! Reported are values in the forms that issuers give their secrets (AWS, GitHub, GitLab, npm, Slack, Stripe, ... ,
//! private keys, JSON web tokens), passwords in addresses and on command lines, and values behind a name that says
//! secret. Placeholders, paths and values of build arguments are not. Where `security/secret-named-variable` reports the
//! name of an ARG or ENV, this rule adds nothing about the same name.
//!
//! ## Fix
//! None: the secret has to be replaced where it was issued, and the build has to be given the new one.
//!
//! ## Sources
//! Docker, "Build secrets"; CWE-798; KICS c3e1b6ae; SonarQube S6437; CIS Docker Benchmark 4.10; OWASP Docker Security
//! Cheat Sheet, rule 12. The forms: `src/knowledge/secrets/formats.rs`.

use std::borrow::Cow;

use crate::finding::Severity;
use crate::ir::Command;
use crate::knowledge::secrets::{
    SecretFormat, SecretName, buildkit_calls_secret, credentials_in_url, find_secrets, is_placeholder, is_secret_value,
    secret_name,
};
use crate::rules::{Context, Meta, Sink};
use crate::source::{LocatedText, Span};
use crate::syntax::{Instruction, InstructionKind};

pub const META: Meta = Meta {
    name: "security/hard-coded-secret",
    aliases: &["KICS-c3e1b6ae", "S6437", "CIS-DI-0010"],
    cwe: Some(798),
    security_severity: Some(85),
    ..Meta::on_by_default()
};

/// A secret, and how to speak of it.
struct Found {
    span: Span,
    message: String,
    /// An error for what an issuer's own form gives away.
    severity: Severity,
}

impl Found {
    fn likely(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), severity: Severity::Warning }
    }
}

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for arg in &cx.build.global_args {
        let mut found = by_form(cx, arg.instruction);
        by_variable(arg.instruction, &mut found);
        report(sink, found);
    }
    for step in cx.build.steps() {
        let mut found = Vec::new();
        by_variable(step.instruction, &mut found);
        for command in cx.commands.of_step(step) {
            by_option(command, &mut found);
            by_assignment(command, &mut found);
        }
        let known = by_form(cx, step.instruction);
        found.retain(|new| known.iter().all(|old| !old.span.contains(new.span) && !new.span.contains(old.span)));
        report(sink, known);
        report(sink, found);
    }
}

fn report(sink: &mut Sink<'_>, found: Vec<Found>) {
    let mut last: Option<Span> = None;
    for Found { span, message, severity } in found {
        if last.replace(span) != Some(span) {
            let help = "take it out and make it invalid where it was issued; give the build its successor with \
                        `RUN --mount=type=secret`, or the container at run time";
            sink.report(span, message).severity(severity).help(help);
        }
    }
}

/// Secrets that their own form gives away, anywhere in the instruction but in its comments.
fn by_form(cx: &Context<'_>, instruction: &Instruction) -> Vec<Found> {
    let mut found = Vec::new();
    let bodies = instruction.heredocs.iter().map(|heredoc| heredoc.body);
    let bodies = bodies.map(|body| Cow::Owned(LocatedText::verbatim(cx.text(body), body.start)));
    for text in std::iter::once(Cow::Borrowed(&instruction.text)).chain(bodies) {
        for SecretFormat { what, place, prefix } in find_secrets(text.text()) {
            let span = Span::new(place.start, place.end);
            let shown = if prefix.is_empty() { String::new() } else { format!(" (`{prefix}...`)") };
            let message = format!("{what}{shown} is written into the file");
            found.push(Found { span: text.locate(span), message, severity: Severity::Error });
        }
        if let Some(place) = credentials_in_url(text.text()) {
            let span = Span::new(place.start, place.end);
            let message = "an address with its password is written into the file";
            found.push(Found::likely(text.locate(span), message));
        }
    }
    found
}

/// Values of ENV and ARG behind a name that says secret and that BuildKit's own check does not know.
fn by_variable(instruction: &Instruction, found: &mut Vec<Found>) {
    let (InstructionKind::Env(pairs) | InstructionKind::Arg(pairs)) = &instruction.innermost().kind else { return };
    for pair in &pairs.pairs {
        let (name, Some(value)) = (pair.name.text(), &pair.value) else { continue };
        let text = value.text().trim_matches(['"', '\'']);
        if let Some(kind) = secret_name(name)
            && !buildkit_calls_secret(name)
            && is_secret_value(kind, text)
            && found.iter().all(|known| !value.span().contains(known.span))
        {
            found.push(Found::likely(value.span(), format!("`{name}` is given a secret in plain text")));
        }
    }
}

/// `NAME=value command`, `export NAME=value`.
fn by_assignment(command: &Command<'_>, found: &mut Vec<Found>) {
    let Some(invoked) = &command.invoked else { return };
    for assignment in invoked.simple.assignments.iter().chain(&invoked.simple.declared) {
        let [value] = assignment.value.as_slice() else { continue };
        if let Some(kind) = secret_name(&assignment.name)
            && value.literal().is_some_and(|text| is_secret_value(kind, text))
        {
            let message = format!("`{}` is given a secret in plain text", assignment.name);
            found.push(Found::likely(invoked.to_file(value.span), message));
        }
    }
}

/// `--password=value`, `--token value`, `mysql -pvalue`, `sshpass -p value`, `curl -u user:value`.
fn by_option(command: &Command<'_>, found: &mut Vec<Found>) {
    let Some(program) = command.name() else { return };
    let words = command.arguments();
    // What these print is no option of theirs.
    if matches!(program, "echo" | "printf" | "cat" | "grep" | "sed" | "awk" | "test" | "[") {
        return;
    }
    for (at, word) in words.iter().enumerate() {
        let Some(text) = word.value else { continue };
        let next = || words.get(at + 1).and_then(|next| Some((next.value?, next.span)));
        let named = match text.strip_prefix("--").map(|option| option.split_once('=')) {
            Some(Some((name, value))) => Some((name, value, word.span)),
            // `composer config http-basic.host token VALUE`
            _ if secret_name(text) == Some(SecretName::Password) && !text.starts_with("--") => None,
            _ => next().map(|(value, span)| (text, value, span)),
        };
        if let Some((name, value, span)) = named
            && let Some(kind) = secret_name(name)
            && !value.starts_with('-')
            && is_secret_value(kind, value)
        {
            let dashes = if text.starts_with("--") { "--" } else { "" };
            let name = name.trim_start_matches('-');
            found.push(Found::likely(span, format!("`{program}` is given `{dashes}{name}` in plain text")));
        }
        let short = match (program, text) {
            ("mysql" | "mysqldump" | "mysqladmin" | "mariadb", text) => {
                text.strip_prefix("-p").filter(|value| !value.is_empty()).map(|value| (value, word.span))
            }
            ("sshpass" | "docker" | "podman" | "buildah", "-p")
                if program == "sshpass" || command.has_argument("login") =>
            {
                next()
            }
            ("curl", "-u" | "--user" | "-U" | "--proxy-user") => {
                next().and_then(|(value, span)| Some((value.split_once(':')?.1, span)))
            }
            _ => None,
        };
        if let Some((_, span)) = short.filter(|(value, _)| value.len() >= 4 && !is_placeholder(value)) {
            found.push(Found::likely(span, format!("`{program}` is given a password in plain text")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn issued_secrets_are_found_wherever_they_stand() {
        fires!("ARG K=«AKIAQ3EGRTZ7LBD5KXWM»\nFROM debian\n");
        fires!("LABEL token=«ghp_16C7e42F292c6912E7710c838347Ae178B4a»\n");
        fires!("ENV X=«glpat-16C7e42F292c6912E771»\n");
        fires!(
            "COPY <<EOF /root/.npmrc\n//registry.npmjs.org/:«_authToken=0f1c9be4-8bf3-4a3c-9df0-2a1f4f1c7d55»\nEOF\n"
        );
    }

    #[test]
    fn the_secret_is_not_shown() {
        let text = "FROM debian\nRUN mysql -pSecr3tpw -e x\nENV X=ghp_16C7e42F292c6912E7710c838347Ae178B4a\n";
        for finding in findings(&META, check, text) {
            assert!(!finding.message.contains("Secr3tpw") && !finding.message.contains("16C7"), "{}", finding.message);
        }
    }

    #[test]
    fn options_that_take_a_password_are_found() {
        fires!("RUN sshpass -p «Secr3tpw» ssh host\n");
        fires!("RUN mysql -uroot «-pSecr3tpw» -e 'select 1'\n");
        fires!("RUN curl -u «me:Secr3tpw» https://x\n");
        fires!("RUN tool «--db-password=Secr3tpw»\n");
        fires!("RUN tool --api-key «0f1c9be48bf34a3c9df02a1f»\n");
        silent!("RUN tool --password \"$PASSWORD\" --token-file x --password-stdin\n");
        fires!("RUN composer config http-basic.repo.packagist.com token «43eb54ea86b22dde99cbddcfbd»\n");
        silent!("RUN adduser --disabled-password app && mkdir -p /x\n");
    }

    #[test]
    fn values_behind_names_that_buildkit_does_not_know_are_found() {
        fires!("ENV MYSQL_PASS=«benchmarkdbpass»\n");
        fires!("ENV adminPassword=«\"Secr3tpw\"»\n");
        silent!("ENV MYSQL_PASS=$PASS DB_PASS=\"\" X_PASS=changeme\n");
    }

    #[test]
    fn assignments_of_the_shell_are_found_but_stand_ins_are_not() {
        fires!("RUN export DB_PASSWORD=«Secr3tpw»\n");
        silent!("RUN SECRET_KEY_BASE=dummy bundle exec rake assets:precompile\n");
        silent!("RUN SECRET_KEY_BASE=1a DB_PASSWORD=password x\n");
    }

    #[test]
    fn passwords_in_addresses_are_found() {
        fires!("ENV DATABASE_URL=postgres://bench:«benchpw1»@db/x\n");
        fires!("RUN git clone https://me:«tokentoken1»@git.acme.io/x.git\n");
        silent!("RUN git clone https://me:${TOKEN}@example.org/x.git\n");
    }

    #[test]
    fn what_only_the_name_tells_is_left_to_the_check_of_names() {
        silent!("ENV DB_PASSWORD=Secr3tpw\nARG TOKEN=abc\n");
    }
}
