//! An image whose makers have given it up or moved it.
//!
//! ## Why
//! The old repository can often still be pulled, which is why nobody notices: no tag of it is built any more, neither
//! the program nor the distribution below it gets fixes, and some day the repository is gone. `openjdk`, `java` and
//! `centos` have been given up by Docker's official images; Bitnami's versioned images have moved away.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM openjdk:17-jdk
//! ```
//! ```dockerfile,good
//! FROM eclipse-temurin:21-jdk
//! ```
//!
//! ## Fix
//! None: the replacement is another image, with other paths and other users.
//!
//! ## Sources
//! Docker's official images: the `deprecated.md` of each image in docker-library/docs; bitnami/containers#83267.

use crate::knowledge::images::{Notice, NoticeKind};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta =
    Meta { name: "pin/deprecated-base-image", cwe: Some(1104), security_severity: Some(45), ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for found in cx.build.image_uses() {
        let Some(facts) = found.facts().filter(|_| found.stage.is_reachable && !found.is_repeat) else { continue };
        let Some(notice) = facts.notice else { continue };
        let name = found.name();
        let help = match notice.replacements_of(&name).as_slice() {
            [] => "move to an image that is maintained".to_owned(),
            [first, ..] => format!("use `{}`", first.split(' ').next().unwrap_or(first)),
        };
        let mut report = sink
            .report(found.repository_span(), format!("`{name}` {}", what_happened(&notice)))
            .related_all(found.repository_defaults())
            .help(help);
        if !notice.note.is_empty() {
            report = report.note(format!("{}.", capitalised(notice.note)));
        }
        let others = notice.replacements_of(&name);
        if others.len() > 1 || others.iter().any(|name| name.contains(' ')) {
            report.note(format!("To choose from: {}.", others.join(", ")));
        }
    }
}

fn what_happened(notice: &Notice) -> String {
    let since = notice.since.map(|since| format!(" since {since}")).unwrap_or_default();
    match notice.kind {
        NoticeKind::Deprecated => format!("has been deprecated by its makers{since}"),
        NoticeKind::Removed => {
            let on = notice.since.map(|since| format!(" on {since}")).unwrap_or_default();
            format!("ceased to be an official image{on}, and is not rebuilt")
        }
        NoticeKind::Moved => format!("has moved{}", since.replace("since", "on")),
        NoticeKind::Unmaintained => format!("has not been maintained{since}"),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_repository_is_reported_not_the_tag() {
        fires!("FROM «openjdk»:8-jre-alpine\n");
        fires!("FROM docker.io/«bitnami/redis»:7\n");
        fires!("FROM «centos»\n");
    }

    #[test]
    fn what_is_maintained_is_left_alone() {
        silent!("FROM eclipse-temurin:21-jre\n");
        silent!("FROM amazonlinux:2023\n");
        silent!("FROM example.com/openjdk:8\n");
    }
}
