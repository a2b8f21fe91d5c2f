//! All packages of the distribution are upgraded during the build.
//!
//! ## Why
//! There are two sides. Against: what is installed depends on the day of the build and on what the layer cache still
//! holds, and each upgraded package is in the image twice, once below and once above. For: between two rebuilds of the
//! base image, an upgrade brings in fixes for known holes days earlier. Where the base image is pulled anew and rebuilt
//! often (`docker build --pull`), the upgrade is rarely worth it; where it is pinned by a digest, it may be the only
//! source of fixes.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN apt-get update && apt-get upgrade -y
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN apt-get update && apt-get install -y --only-upgrade libssl3t64
//! ```
//!
//! ## Fix
//! None: without the upgrade, the image holds other packages.
//!
//! ## Sources
//! hadolint DL3035; Trivy DS-0024; KICS; dockle DKL-DI-0003; Semgrep avoid-apt-get-upgrade, avoid-apk-upgrade.

use crate::finding::Severity;
use crate::knowledge::package_managers::Action;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "pin/package-upgrade",
    severity: Severity::Info,
    aliases: &[
        "DL3035",
        "DS-0024",
        "KICS-682fe378",
        "KICS-989ab888",
        "KICS-09fda05e",
        "KICS-8f6456be",
        "KICS-d4895357",
        "avoid-apk-upgrade",
        "avoid-apt-get-upgrade",
        "avoid-dnf-update",
        "avoid-yum-update",
        "avoid-zypper-update",
        "DKL-DI-0003",
    ],
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (command, upgrade) in cx.commands.package_managers() {
        if !upgrade.manager.is_system() || upgrade.action != Action::Upgrade || !upgrade.operands.is_empty() {
            continue;
        }
        let verb = cx.text(command.verb_span());
        sink.report(
            command.verb_span(),
            format!("`{} {verb}` makes the image depend on the day", upgrade.manager.name),
        )
        .help("pull the base image anew for each build, or upgrade the packages that need it by name")
        .aliases(upgrade.manager.codes.upgrade);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn every_manager_has_its_word_for_it() {
        fires!("RUN apt-get update && apt-get -y «dist-upgrade»\n");
        fires!("RUN apk update && apk «upgrade» --no-cache\n");
        fires!("RUN yum -y «update» && yum clean all\n");
        fires!("RUN zypper --non-interactive «dup»\n");
    }

    #[test]
    fn lists_and_single_packages_are_no_upgrade_of_all() {
        silent!("RUN apt-get update && yum -y update openssl && pip install -U pip\n");
    }
}
