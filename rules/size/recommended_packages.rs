//! apt installs many megabytes that nobody asked for, because other packages recommend them.
//!
//! ## Why
//! A Debian package names what it needs ("Depends") and what a desktop user would like to have beside it
//! ("Recommends"). `apt-get install` installs both. In a container the second kind is mostly dead weight: with `git`
//! come a mail client's libraries, with `ffmpeg` a sound server. `--no-install-recommends` leaves them out.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:12-slim
//! RUN apt-get update && apt-get install -y imagemagick
//! ```
//! ```dockerfile,good
//! FROM debian:12-slim
//! RUN apt-get update && apt-get install --no-install-recommends -y imagemagick
//! ```
//!
//! dfx computes from Debian's own package lists what the recommended packages add, and speaks from 20 MB on. It knows
//! Debian 11, 12 and 13 and the images that are built on them; elsewhere it is silent.
//!
//! ## Fix
//! Adds the flag: *content*. A program may want a recommended package when it runs, so try the image out. Holds back
//! where `curl`, `git` or `wget` would lose `ca-certificates`, without which they trust no server.
//!
//! ## Sources
//! hadolint DL3015; Trivy DS-0029; apt-get(8), `--no-install-recommends`; Debian Policy, 7.2.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{Command, DebianBase};
use crate::knowledge::debian::Recommends;
use crate::knowledge::images::Presence;
use crate::knowledge::package_managers::Invocation;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "size/recommended-packages",
    severity: Severity::Info,
    effect: Some(Effect::Content),
    aliases: &["DL3015", "DS-0029", "KICS-7384dfb2", "S6500", "aptGetInstallUseNoRec", "missing-no-install-recommends"],
    ..Meta::on_by_default()
};

/// The least that is worth a word, in megabytes.
const LEAST: u64 = 20;

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    // A setting in apt's configuration does what the flag does.
    if cx.source().text().contains("Install-Recommends") {
        return;
    }
    for (command, invocation) in cx.commands.package_managers() {
        let is_apt = matches!(invocation.manager.name, "apt-get" | "apt");
        let Some(switch) = invocation.manager.no_recommends.as_ref().filter(|_| is_apt) else { continue };
        let is_moot = invocation.skips_recommends() || cx.commands.removes_packages(command.step);
        if is_moot || !invocation.all_static || !cx.shapes_final_image(command.step) {
            continue;
        }
        let Some(base) = cx.build.debian_base(command.step.stage) else { continue };
        let names: Vec<&str> = invocation.packages().map(|package| package.name).collect();
        let saved = saved_megabytes(base, &names);
        if saved < LEAST {
            continue;
        }
        let flag = switch.insert;
        let client = client_without_certificates(cx, command, invocation);
        let help = match client {
            Some(client) => format!("add `{flag}`, and name `ca-certificates`, which `{client}` only recommends"),
            None => format!("add `{flag}`"),
        };
        let words = cx.text(command.verb_span());
        let report = sink
            .report(
                command.verb_span(),
                format!("`{} {words}` brings about {saved} MB of merely recommended packages", invocation.manager.name),
            )
            .note(base.basis())
            .help(help);
        let anchor = command.words.get(invocation.insert_after(switch.place)).filter(|word| word.is_contiguous);
        if let Some(anchor) = anchor.filter(|_| client.is_none()) {
            let edit = Edit::insert(anchor.span.end, format!(" {flag}"));
            report.fix(format!("add `{flag}`"), Effect::Content, vec![edit]);
        }
    }
}

fn saved_megabytes(base: DebianBase, names: &[&str]) -> u64 {
    let with = base.added_megabytes(Recommends::Installed, names.iter().copied());
    with.saturating_sub(base.added_megabytes(Recommends::LeftOut, names.iter().copied()))
}

/// A program that speaks HTTPS and would have no certificates to check the other side with.
fn client_without_certificates(
    cx: &Context<'_>,
    command: &Command<'_>,
    invocation: &Invocation<'_>,
) -> Option<&'static str> {
    let names = |name: &str| invocation.packages().any(|package| package.name == name);
    let in_base = cx.build.image_configuration(command.step.stage).map(|image| image.has("ca-certificates"));
    if names("ca-certificates") || in_base == Some(Presence::Present) {
        return None;
    }
    ["curl", "git", "wget"].into_iter().find(|client| names(client))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn little_is_not_worth_a_word() {
        silent!("FROM debian:12-slim\nRUN apt-get update && apt-get install -y jq\n");
    }

    #[test]
    fn what_the_same_run_takes_away_again_is_not_counted() {
        silent!(
            "FROM debian:12\nRUN apt-get install -y build-essential && make && apt-get purge -y --auto-remove build-essential\n"
        );
    }

    #[test]
    fn only_debian_is_known() {
        silent!("FROM ubuntu:24.04\nRUN apt-get install -y imagemagick\n");
        silent!("FROM example.com/base\nRUN apt-get install -y imagemagick\n");
    }

    #[test]
    fn flags_and_configuration_count() {
        silent!("FROM debian:12\nRUN apt-get install -y --no-install-recommends imagemagick\n");
        silent!(
            "FROM debian:12\nRUN echo 'APT::Install-Recommends \"0\";' > /etc/apt/apt.conf.d/x\nRUN apt-get install -y imagemagick\n"
        );
    }

    #[test]
    fn certificates_are_not_taken_from_a_client() {
        let found = findings(&META, check, "FROM debian:12-slim\nRUN apt-get install -y git imagemagick\n");
        assert!(found.len() == 1 && found[0].fix.is_none(), "{found:?}");
    }

    #[test]
    fn build_stages_may_be_large() {
        silent!("FROM debian:12 AS a\nRUN apt-get install -y imagemagick\nFROM debian:12\nCOPY --from=a /x /x\n");
    }
}
