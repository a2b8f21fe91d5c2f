//! `apt-key` trusts a key for all repositories.
//!
//! ## Why
//! A key that `apt-key` adds may sign packages of every repository, also of Debian itself: whoever holds the key of a small
//! repository may replace `libc6`. apt has called it deprecated since 2020, and Debian 13 and Ubuntu 25.04 no longer have
//! it, so that the same line fails there with "apt-key: not found".
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:12
//! ADD https://example.com/key.asc /tmp/key.asc
//! RUN apt-key add /tmp/key.asc \
//!     && echo "deb https://example.com/apt stable main" > /etc/apt/sources.list.d/example.list
//! ```
//! ```dockerfile,good
//! FROM debian:12
//! ADD --chmod=644 https://example.com/key.asc /etc/apt/keyrings/example.asc
//! RUN echo "deb [signed-by=/etc/apt/keyrings/example.asc] https://example.com/apt stable main" \
//!         > /etc/apt/sources.list.d/example.list
//! ```
//!
//! ## Fix
//! None: which of the repositories the key belongs to has to be written beside it.
//!
//! ## Sources
//! apt-key(8), "Deprecation"; Debian 13 release notes, "apt-key"; CWE-477.

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta =
    Meta { name: "security/apt-key", cwe: Some(477), security_severity: Some(40), ..Meta::on_by_default() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for command in cx.commands.of_build().filter(|command| command.name() == Some("apt-key")) {
        let Some(verb @ ("add" | "adv")) = command.first_operand().and_then(|word| word.value) else { continue };
        let release = release_without_apt_key(cx, command.step.stage);
        let message = match release {
            Some(release) => format!("`apt-key {verb}` fails: {release} no longer has `apt-key`"),
            None => format!("`apt-key {verb}` trusts the key for all repositories"),
        };
        let report = sink
            .report(command.name_span(), message)
            .help("put the key into `/etc/apt/keyrings/` and name it with `[signed-by=...]` beside its repository");
        if release.is_some() {
            report.severity(Severity::Error);
        }
    }
}

/// The release of the base image, where apt-key has been taken out of it.
fn release_without_apt_key(cx: &Context<'_>, stage: usize) -> Option<&'static str> {
    const WITHOUT: &[(&str, &str)] = &[
        ("forky", "Debian 14"),
        ("plucky", "Ubuntu 25.04"),
        ("questing", "Ubuntu 25.10"),
        ("resolute", "Ubuntu 26.04"),
        ("trixie", "Debian 13"),
    ];
    let distribution = cx.build.image_facts(stage)?.distribution?;
    let release = distribution.release?;
    WITHOUT.iter().find(|(name, _)| *name == release).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn keys_for_all_repositories_are_reported() {
        fires!("FROM debian:12\nRUN curl -fsSL https://x.io/key | «apt-key» add -\n");
        fires!("FROM ubuntu:22.04\nRUN sudo «apt-key» adv --keyserver k --recv-keys A\n");
        silent!("FROM debian:12\nRUN apt-key list\n");
    }

    #[test]
    fn it_is_an_error_where_the_program_is_gone() {
        let severity = |from: &str| {
            findings(&META, check, &format!("FROM {from}\nRUN apt-key add k\n")).first().map(|finding| finding.severity)
        };
        assert_eq!(severity("debian:13"), Some(Severity::Error));
        assert_eq!(severity("debian:12"), Some(Severity::Warning));
    }
}
