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
//! where `curl`, `git` or `wget` would lose `ca-certificates`, without which they trust no server, and where builds would
//! lose what they need: `gcc` only recommends the headers of the C library, `cmake` a compiler, `python3-pip` both.
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
        let needed = needed_too(cx, command, invocation, base.parts_of_builds_left_out(&names));
        let words = cx.text(command.verb_span());
        let report = sink
            .report(
                command.verb_span(),
                format!("`{} {words}` brings about {saved} MB of merely recommended packages", invocation.manager.name),
            )
            .note(base.basis());
        if !needed.is_empty() {
            let packages: Vec<String> = needed.iter().map(Needed::listed).collect();
            let reasons: Vec<String> = needed.iter().map(|it| format!("{}, which {}", it.listed(), it.by)).collect();
            report
                .help(format!("add `{flag}`, and name {}", packages.join(", ")))
                .no_fix(format!("it would leave out {}", reasons.join(", and ")));
            continue;
        }
        let report = report.help(format!("add `{flag}`"));
        let anchor = command.words.get(invocation.insert_after(switch.place)).filter(|word| word.is_contiguous);
        if let Some(anchor) = anchor {
            let edit = Edit::insert(anchor.span.end, format!(" {flag}"));
            report.fix(format!("add `{flag}`"), Effect::Content, vec![edit]);
        }
    }
}

/// Recommended packages that are needed all the same.
struct Needed {
    packages: Vec<&'static str>,
    /// Who needs them, with the verb.
    by: &'static str,
}

impl Needed {
    fn listed(&self) -> String {
        let quoted: Vec<String> = self.packages.iter().map(|package| format!("`{package}`")).collect();
        quoted.join(", ")
    }
}

fn saved_megabytes(base: DebianBase, names: &[&str]) -> u64 {
    let with = base.added_megabytes(Recommends::Installed, names.iter().copied());
    with.saturating_sub(base.added_megabytes(Recommends::LeftOut, names.iter().copied()))
}

/// What the image would lack: `parts_of_builds`, and certificates where a program speaks HTTPS, which could not check the
/// other side.
fn needed_too(
    cx: &Context<'_>,
    command: &Command<'_>,
    invocation: &Invocation<'_>,
    parts_of_builds: Vec<&'static str>,
) -> Vec<Needed> {
    let names = |name: &str| invocation.packages().any(|package| package.name == name);
    let in_base = cx.build.image_configuration(command.step.stage).map(|image| image.has("ca-certificates"));
    let has_certificates = names("ca-certificates") || in_base == Some(Presence::Present);
    let client = CLIENTS.iter().find(|(name, _)| !has_certificates && names(name));
    let certificates = client.map(|(_, by)| Needed { packages: vec!["ca-certificates"], by });
    let parts = Some(parts_of_builds).filter(|parts| !parts.is_empty());
    parts.map(|packages| Needed { packages, by: "builds need" }).into_iter().chain(certificates).collect()
}

/// Programs that speak HTTPS, and how they are told.
const CLIENTS: [(&str, &str); 3] = [("curl", "`curl` needs"), ("git", "`git` needs"), ("wget", "`wget` needs")];

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
    fn headers_are_not_taken_from_a_compiler() {
        for (from, packages, refusal) in [
            ("debian:12", "gcc make", "`libc6-dev`, which builds need"),
            ("python:3.12-slim-bookworm", "gcc", "`libc6-dev`, which builds need"),
            ("debian:12", "gcc git", "`libc6-dev`, which builds need, and `ca-certificates`, which `git` needs"),
        ] {
            let found = findings(&META, check, &format!("FROM {from}\nRUN apt-get install -y {packages}\n"));
            assert!(found.len() == 1 && found[0].fix.is_none(), "{found:?}");
            assert_eq!(found[0].refusal, Some(format!("it would leave out {refusal}")));
        }
        let help = |packages: &str| {
            let found = findings(&META, check, &format!("FROM debian:12\nRUN apt-get install -y {packages}\n"));
            assert!(found[0].fix.is_none(), "{found:?}");
            found[0].help.clone().unwrap_or_default()
        };
        assert_eq!(help("cmake"), "add `--no-install-recommends`, and name `gcc`, `libc6-dev`, `make`");
        assert_eq!(help("python3-pip"), "add `--no-install-recommends`, and name `build-essential`, `python3-dev`");
        let complete = findings(&META, check, "FROM debian:12\nRUN apt-get install -y g++ make\n");
        assert!(complete.iter().all(|finding| finding.fix.is_some()), "{complete:?}");
    }

    #[test]
    fn build_stages_may_be_large() {
        silent!("FROM debian:12 AS a\nRUN apt-get install -y imagemagick\nFROM debian:12\nCOPY --from=a /x /x\n");
    }
}
