//! An ARG or ENV whose name says that it holds a secret.
//!
//! ## Why
//! ENV is part of the image's configuration, and ARG of its history: everybody who may pull the image reads both with
//! `docker inspect` and `docker history`, and every process in the container sees ENV. A secret mount lends a secret to
//! one RUN and leaves nothing behind.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:24
//! ARG NPM_TOKEN
//! RUN npm ci
//! ```
//! ```dockerfile,good
//! FROM node:24
//! RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN npm ci
//! ```
//!
//! ## Fix
//! None: those who call the build have to hand the secret over in another way, too. dfx holds back at names of public
//! things, files and fingerprints (`GPG_KEY` with forty digits), and at an ENV that is empty or a placeholder; with
//! `--profile buildkit` it goes by the name alone, as BuildKit does.
//!
//! ## Sources
//! BuildKit, SecretsUsedInArgOrEnv; hadolint DL3064; Trivy DS-0031; Semgrep `secret-in-build-arg`; SonarQube S6472;
//! Docker, "Build secrets".

use crate::knowledge::secrets::{buildkit_calls_secret, is_placeholder, secret_name};
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{InstructionKind, Keyword};

pub const META: Meta = Meta {
    name: "security/secret-named-variable",
    aliases: &["SecretsUsedInArgOrEnv", "DL3064", "DS-0031", "secret-in-build-arg", "S6472"],
    cwe: Some(526),
    security_severity: Some(60),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.build.steps() {
        let (keyword, pairs) = match &step.instruction.kind {
            InstructionKind::Env(pairs) => (Keyword::Env, pairs),
            InstructionKind::Arg(pairs) => (Keyword::Arg, pairs),
            _ => continue,
        };
        for pair in &pairs.pairs {
            let name = step.value(&pair.name);
            let value = pair.value.as_ref().map(|value| step.value(value));
            let is_reported = match cx.options.exactly_buildkit {
                true => buildkit_calls_secret(name),
                false => says_secret(name, value) && !is_harmless(keyword, name, value),
            };
            if !is_reported {
                continue;
            }
            let keeper = match cx.shapes_final_image(step) {
                true => "for everybody who has the image",
                false => "in the records and the cache of the build",
            };
            let report = sink.report(pair.name.span(), format!("{keyword} keeps `{name}` {keeper}"));
            match keyword {
                Keyword::Arg => report
                    .help(format!("lend it to the RUN that needs it: `RUN --mount=type=secret,id=...,env={name}`")),
                _ => report.help("give it to the container when it starts, or to a RUN with `--mount=type=secret`"),
            };
        }
    }
}

/// Names that dfx knows beyond BuildKit's count where no value is written; the others are for
/// `security/hard-coded-secret`, which looks at the value.
fn says_secret(name: &str, value: Option<&str>) -> bool {
    buildkit_calls_secret(name) || (value.is_none() && secret_name(name).is_some())
}

/// Whether the variable holds no secret, whatever its name says.
fn is_harmless(keyword: Keyword, name: &str, value: Option<&str>) -> bool {
    let words: Vec<String> = name.to_ascii_lowercase().split(['_', '-']).map(str::to_owned).collect();
    let speaks_of_something_else = words.iter().any(|word| ELSEWHERE.contains(&word.as_str()));
    if speaks_of_something_else {
        return true;
    }
    let Some(value) = value else { return keyword != Keyword::Arg };
    let value = value.trim();
    let is_fingerprint = words.last().is_some_and(|word| word == "key" || word == "keys")
        && value
            .split_whitespace()
            .all(|key| matches!(key.len(), 8 | 16 | 40) && key.bytes().all(|b| b.is_ascii_hexdigit()));
    let is_switch =
        matches!(value.to_ascii_lowercase().as_str(), "true" | "false" | "yes" | "no" | "on" | "off" | "0" | "1");
    let is_place = value.starts_with('/') || value.starts_with("./") || value.starts_with("http");
    // `Filters__0__Key=ProcessId`: the key of a pair, not one to a door.
    let is_word = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_mere_key = keyword == Keyword::Env
        && secret_name(name).is_none()
        && is_word
        && words.last().is_some_and(|word| word == "key" || word == "auth");
    // An ARG without a default, or with an empty one, waits for the real thing.
    let is_unset = keyword == Keyword::Env && (value.is_empty() || is_placeholder(value));
    is_fingerprint && !value.is_empty() || is_mere_key || is_switch || is_place || is_unset
}

/// Words by which a name speaks of something else than the secret itself.
const ELSEWHERE: [&str; 28] = [
    "algorithm",
    "cert",
    "dir",
    "endpoint",
    "expiry",
    "file",
    "fingerprint",
    "gpg",
    "header",
    "host",
    "id",
    "length",
    "method",
    "mode",
    "name",
    "path",
    "provider",
    "pub",
    "public",
    "server",
    "service",
    "size",
    "timeout",
    "ttl",
    "type",
    "url",
    "user",
    "version",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn names_of_secrets_are_reported() {
        fires!("ARG «NPM_TOKEN»\nENV «DB_PASSWORD»=hunter22 PORT=80\nARG «api_key»=\n");
        fires!("ARG T\nENV «AWS_SECRET_ACCESS_KEY»=abc$T\n");
    }

    #[test]
    fn public_things_files_and_fingerprints_are_no_secrets() {
        silent!(concat!(
            "ENV GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305 SSH_KEY=/root/.ssh/id_ed25519\n",
            "ENV PUBLIC_KEY=abc PASSWORD_FILE=/run/secrets/x KEY_VERSION=2 AUTH_TYPE=basic\n",
            "ENV DB_PASSWORD= ENABLE_AUTH=true Filters__0__Key=ProcessId\nARG KEY_ID\n",
        ));
    }

    #[test]
    fn an_arg_before_from_is_in_no_image() {
        silent!("ARG TOKEN\nFROM a\n");
    }
}
