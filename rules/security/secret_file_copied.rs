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
use crate::ir::{Breadth, ContextCopy, Reader, Step, is_known_harmless, is_mostly_settings, secret_in_context};
use crate::knowledge::secrets::secret_file;
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;
use crate::syntax::{Keyword, Word};

pub const META: Meta =
    Meta { name: "security/secret-file-copied", cwe: Some(538), security_severity: Some(75), ..Meta::on_by_default() };

/// As many files are named.
const MOST_NAMED: usize = 5;

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.build.steps() {
        for ContextCopy { source, transfer, breadth, .. } in cx.build.context_copies(step) {
            let is_final = cx.shapes_final_image(step);
            if breadth == Breadth::Whole && step.instruction.flag("exclude").is_none() {
                report_whole_context(cx, sink, source, is_final);
                continue;
            }
            let path = step.value(source);
            let found = secret_file(path).or_else(|| key_of_server(path, step.value(&transfer.destination)));
            let Some(what) = found.filter(|_| !is_known_harmless(cx.build_context, path)) else { continue };
            let removal = removal_behind(cx, step, path);
            if removal.is_none() && is_mostly_settings(cx.build_context, path) {
                continue;
            }
            let report = sink.report(source.span(), format!("`{path}` brings {what} into {}", place(is_final))).help(
                "give it to the command that needs it with `RUN --mount=type=secret`, and name it in `.dockerignore`",
            );
            let report = if is_final { report } else { report.severity(Severity::Info) };
            if let Some(removal) = removal.filter(|_| is_final) {
                report.related(removal, "this hides the file, it stays in the layer of the `COPY`");
            }
        }
    }
}

fn place(is_final: bool) -> &'static str {
    if is_final { "the image" } else { "the build cache" }
}

/// What a copy of the whole build context brings along.
fn report_whole_context(cx: &Context<'_>, sink: &mut Sink<'_>, source: &Word, is_final: bool) {
    let Some(context) = cx.build_context else { return };
    let entries = context.entries().iter();
    let secrets = entries.filter_map(|entry| Some((entry.path.as_str(), secret_in_context(context, entry)?)));
    let secrets: Vec<(&str, &str)> = secrets.collect();
    let Some((path, what)) = secrets.first() else { return };
    let more = match secrets.len() {
        1 => String::new(),
        2 => format!(", and `{}`", secrets[1].0),
        count => format!(", and {} files more that hold secrets", count - 1),
    };
    let place = place(is_final);
    let report = sink
        .report(source.span(), format!("`{}` brings {what}, `{path}`{more}, into {place}", cx.text(source.span())))
        .help(remedy(cx, context, &secrets));
    if !is_final {
        report.severity(Severity::Info);
    }
}

/// What to do about the files: one that the build reads may be left out only when the build has it otherwise.
fn remedy(cx: &Context<'_>, context: &BuildContext, secrets: &[(&str, &str)]) -> String {
    let quoted = |paths: Vec<&str>| paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
    let paths = || secrets.iter().take(MOST_NAMED).map(|(path, _)| *path);
    let readers = cx.build.secret_readers(cx.commands, context);
    let read: Vec<(&str, Reader)> = paths().filter_map(|path| Some((path, readers.of(path)?))).collect();
    let all = quoted(paths().collect());
    if read.is_empty() {
        return format!("name {all} in `.dockerignore`");
    }
    let readers: Vec<String> = read.iter().map(|(path, reader)| format!("{reader} reads `{path}`")).collect();
    let given = quoted(read.iter().map(|(path, _)| *path).collect());
    format!(
        "give {given} to the build with `RUN --mount=type=secret`, and then name {all} in `.dockerignore`: {}",
        readers.join(", ")
    )
}

/// A `.key` that goes where servers keep theirs.
fn key_of_server(path: &str, destination: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next()?.to_ascii_lowercase();
    let is_public = ["gpg", "pub", "repo", "sign", "apt", "example", "test"].iter().any(|word| path.contains(word));
    let keeps_keys = ["ssl", "tls", "pki"].iter().any(|folder| destination.split('/').any(|part| part == *folder));
    (name.ends_with(".key") && keeps_keys && !is_public).then_some("a private key")
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
    fn the_whole_build_context_brings_what_the_ignore_file_does_not_name() {
        fires!("# context: a.js .env config/server.key\nFROM x\nCOPY «.» /app\n");
        silent!("# context: a.js .env\n# .dockerignore: .env*\nFROM x\nCOPY . /app\n");
        silent!("# context: a.js .env.example node_modules/b/.env .npmrc\nFROM x\nCOPY . /app\n");
        silent!("COPY . /app\n");
    }

    #[test]
    fn what_the_build_reads_is_left_out_only_when_it_comes_as_a_secret() {
        let text = "# context: .npmrc .env\n# text of .npmrc: //r.example.com/:_authToken=abc\n\nFROM x\nCOPY . /app\nRUN npm ci\n";
        assert_eq!(
            findings(&META, check, text)[0].help.as_deref(),
            Some(
                "give `.npmrc` to the build with `RUN --mount=type=secret`, and then name `.env`, `.npmrc` in `.dockerignore`: \
                 `npm ci` reads `.npmrc`"
            )
        );
        let mounted = text.replace("RUN", "RUN --mount=type=secret,id=npmrc,target=/app/.npmrc");
        let help = findings(&META, check, &mounted)[0].help.clone();
        assert_eq!(help.as_deref(), Some("name `.env`, `.npmrc` in `.dockerignore`"));
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
