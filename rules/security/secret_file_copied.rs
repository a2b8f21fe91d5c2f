//! A file that holds secrets is copied into the image.
//!
//! ## Why
//! Everybody who may pull the image can read it: every layer is an archive, and a later `RUN rm` only hides the file, it
//! stays in the layer below. In a stage of which nothing but results is copied, the file stays in the build cache.
//! `RUN --mount=type=secret` shows a file to one command and writes it nowhere.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:22
//! WORKDIR /app
//! COPY package.json package-lock.json .npmrc ./
//! RUN npm ci && rm .npmrc
//! ```
//! ```dockerfile,good
//! FROM node:22
//! WORKDIR /app
//! COPY package.json package-lock.json ./
//! RUN --mount=type=secret,id=npmrc,target=/app/.npmrc npm ci
//! ```
//!
//! Reported are private keys, key stores, the files in which tools keep tokens, and `.env`. Where the files of the build
//! context are known, a `.npmrc` or `.yarnrc` that names no token is not; where they are not known, only one that is
//! removed again. Certificates, public keys and examples are not.
//!
//! ## Fix
//! None: a build that needs the file has to be given it as a secret, one that does not is better off without it.
//!
//! ## Sources
//! Docker, "Build secrets"; CWE-538; Trivy DS-0031 (with `security/secret-named-variable`); CIS Docker Benchmark 4.10.

use crate::context::BuildContext;
use crate::finding::Severity;
use crate::ir::{ContextCopy, Step};
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;
use crate::syntax::Keyword;

pub const META: Meta = Meta {
    name: "security/secret-file-copied",
    cwe: Some(538),
    security_severity: Some(75),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.build.steps() {
        for ContextCopy { source, transfer, .. } in cx.build.context_copies(step) {
            let path = step.value(source);
            let found = secret_in(path).or_else(|| key_of_server(path, step.value(&transfer.destination)));
            let Some(what) = found.filter(|_| !is_known_harmless(cx.build_context, path)) else { continue };
            let removal = removal_behind(cx, step, path);
            if removal.is_none() && is_mostly_settings(cx.build_context, path) {
                continue;
            }
            let is_final = cx.shapes_final_image(step);
            let place = if is_final { "the image" } else { "the build cache" };
            let report = sink
                .report(source.span(), format!("`{path}` brings {what} into {place}"))
                .help("give it to the command that needs it with `RUN --mount=type=secret`, and name it in `.dockerignore`");
            let report = if is_final { report } else { report.severity(Severity::Info) };
            if let Some(removal) = removal.filter(|_| is_final) {
                report.related(removal, "this hides the file, it stays in the layer of the `COPY`");
            }
        }
    }
}

/// What is in a file of that name, with its article.
fn secret_in(path: &str) -> Option<&'static str> {
    const KEYS: &[&str] = &["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"];
    let path = path.trim_end_matches('/').to_ascii_lowercase();
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let folder = folder.rsplit('/').next().unwrap_or_default();
    if ["example", "sample", "template", "dist", "test", "fixture", "pub"].iter().any(|word| path.contains(word)) {
        return None;
    }
    match name {
        ".npmrc" | ".yarnrc" | ".pypirc" | ".netrc" | "_netrc" | ".git-credentials" | ".dockercfg" => {
            Some("credentials of a registry")
        }
        "config.json" if folder == ".docker" => Some("credentials of a registry"),
        ".env" => Some("settings that are mostly secret"),
        "credentials" if folder == ".aws" => Some("credentials of a cloud"),
        "kubeconfig" => Some("credentials of a cluster"),
        "config" if folder == ".kube" => Some("credentials of a cluster"),
        ".htpasswd" => Some("password hashes"),
        name if KEYS.contains(&name) => Some("a private key"),
        name => by_ending(name),
    }
}

fn by_ending(name: &str) -> Option<&'static str> {
    let (stem, ending) = name.rsplit_once('.')?;
    let says = |words: &[&str]| words.iter().any(|word| stem.contains(word));
    match ending {
        "pfx" | "p12" | "jks" | "keystore" if !says(&["trust", "cacert"]) => Some("a key store"),
        "ppk" => Some("a private key"),
        // Signing keys of repositories are public and are called `.key` as well.
        "key" | "pem" if says(&["priv", "server", "client", "ssl", "tls", "privkey", "id_rsa"]) && !says(&["cert", "chain"]) => {
            let is_key = ending == "key" || says(&["key", "priv", "id_rsa"]);
            (is_key && !says(&["gpg", "repo", "sign", "apt"])).then_some("a private key")
        }
        _ => None,
    }
}

/// A `.key` that goes where servers keep theirs.
fn key_of_server(path: &str, destination: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next()?.to_ascii_lowercase();
    let is_public = ["gpg", "pub", "repo", "sign", "apt", "example", "test"].iter().any(|word| path.contains(word));
    let keeps_keys = ["ssl", "tls", "pki"].iter().any(|folder| destination.split('/').any(|part| part == *folder));
    (name.ends_with(".key") && keeps_keys && !is_public).then_some("a private key")
}

/// Whether the file is one that mostly holds settings only, and its text is not known. Then nothing but its removal
/// tells that it holds a secret.
fn is_mostly_settings(context: Option<&BuildContext>, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_known = context.is_some_and(|context| context.text(path.trim_start_matches("./")).is_some());
    matches!(name, ".npmrc" | ".yarnrc") && !is_known
}

/// Whether the text of the file is known and names no token.
fn is_known_harmless(context: Option<&BuildContext>, path: &str) -> bool {
    let path = path.trim_start_matches("./").trim_start_matches('/');
    context.and_then(|context| context.text(path)).is_some_and(|text| {
        !text.lines().any(|line| {
            let value = line.split_once('=').map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim()));
            value.is_some_and(|(name, value)| {
                let says_secret = ["_authtoken", "_password", "_auth"].iter().any(|end| name.ends_with(end));
                says_secret && !value.trim_matches('"').starts_with("${")
            })
        })
    })
}

/// The word of a later `rm` that names the file.
fn removal_behind(cx: &Context<'_>, copy: &Step<'_>, path: &str) -> Option<Span> {
    let name = path.rsplit('/').next()?;
    let later = cx.commands.of_build().filter(|it| it.step.stage == copy.stage && it.step.index > copy.index);
    later
        .filter(|command| command.step.instruction.keyword == Some(Keyword::Run) && command.name() == Some("rm"))
        .flat_map(|command| command.arguments())
        .find(|word| word.value.and_then(|value| value.rsplit('/').next()) == Some(name))
        .map(|word| word.span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn files_that_hold_secrets_are_known_by_name() {
        fires!("COPY a.txt «.env» /app/\n");
        fires!("ADD «.ssh/id_rsa» /root/.ssh/\n");
        fires!("COPY «certs/server.key» «tls-private-key.pem» «app.p12» /etc/ssl/\n");
        fires!("COPY «star_tribe.pm.key» /etc/ssl/\n");
        fires!("COPY «.aws/credentials» /root/.aws/credentials\n");
    }

    #[test]
    fn public_files_and_examples_are_fine() {
        silent!("COPY .env.example .env.docker id_rsa.pub cert.pem fullchain.pem ca.pem /app/\n");
        silent!("COPY nginx_public_keys.key jenkins.io-2026.key nodesource-repo.gpg.key truststore.jks /tmp/\n");
        silent!("COPY .npmrc package.json ./\nRUN npm ci\n");
        silent!("COPY library-scripts/*.env meta.env config.json credentials /tmp/\n");
        silent!("COPY --from=build /app/.env /app/\n");
    }

    #[test]
    fn a_build_stage_only_gets_a_hint() {
        let text = "FROM node AS build\nCOPY .netrc .\nFROM debian\nCOPY --from=build /a /a\n";
        let severities: Vec<_> = findings(&META, check, text).iter().map(|finding| finding.severity).collect();
        assert_eq!(severities, [Severity::Info]);
    }

    #[test]
    fn a_later_removal_is_pointed_out() {
        let found = findings(&META, check, "FROM node\nCOPY .npmrc .\nRUN npm ci && rm -f ./.npmrc\n");
        assert_eq!(found[0].related.len(), 1);
    }
}
