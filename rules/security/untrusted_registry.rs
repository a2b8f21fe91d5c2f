//! An image comes from a registry that this project does not allow.
//!
//! ## Why
//! What an image holds is what its registry says it holds. A team that scans and signs what lies in its own registry wants
//! nothing else to get in. Which registries are allowed is set in `dfx.toml`; without that, this rule finds nothing.
//!
//! ## Example
//! With `allowed-registries = ["docker.io", "registry.example.com"]`:
//! ```dockerfile,bad
//! FROM quay.io/someone/debian:13
//! ```
//! ```dockerfile,good
//! FROM registry.example.com/debian:13
//! ```
//!
//! ## Fix
//! None: whether the other registry has the image is not known.
//!
//! ## Sources
//! hadolint DL3026; CIS Docker Benchmark 4.2 (dockle CIS-DI-0002).

use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "security/untrusted-registry",
    aliases: &["DL3026", "CIS-DI-0002"],
    security_severity: Some(60),
    cwe: Some(829),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let allowed = &cx.options.allowed_registries;
    if allowed.is_empty() {
        return;
    }
    for image in cx.build.image_uses() {
        let registry = &image.image.registry;
        if !image.is_repeat && !allowed.iter().any(|pattern| matches(pattern, registry)) {
            sink.report(
                image.span,
                format!("`{}` comes from `{registry}`, which is not allowed", image.image.familiar_name()),
            )
            .help(format!("take it from {}", allowed.join(", ")));
        }
    }
}

/// Whether a registry is the one that is allowed; `*` stands for any part of the name. Docker Hub has several names.
fn matches(pattern: &str, registry: &str) -> bool {
    const HUB: &[&str] = &["docker.io", "index.docker.io", "registry-1.docker.io", "hub.docker.com"];
    if HUB.contains(&pattern) && HUB.contains(&registry) {
        return true;
    }
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|start| registry.strip_prefix(start)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Options;
    use crate::rules::harness::*;
    use crate::source::SourceFile;

    fn found(text: &str, allowed: &[&str]) -> usize {
        let mut options = Options::new(today());
        options.allowed_registries = allowed.iter().map(|&name| name.to_owned()).collect();
        let rule = crate::rules::Rule { meta: &META, check, source: "" };
        let file = crate::syntax::parse(SourceFile::new("Dockerfile", text));
        crate::lint(&file, [&rule], &options, None).len()
    }

    #[test]
    fn nothing_is_reported_without_a_list() {
        assert_eq!(found("FROM evil.example/a\n", &[]), 0);
    }

    #[test]
    fn images_from_elsewhere_are_reported_wherever_they_are_named() {
        let text = "FROM quay.io/a AS b\nFROM b\nCOPY --from=ghcr.io/c/d /x /x\nFROM debian\n";
        assert_eq!(found(text, &["quay.io"]), 2);
        assert_eq!(found(text, &["quay.io", "ghcr.io", "docker.io"]), 0);
    }

    #[test]
    fn a_star_stands_for_any_part() {
        assert!(matches("*.example.com", "a.example.com") && matches("*", "x") && matches("a*c*e", "abcde"));
        assert!(!matches("*.example.com", "example.com") && !matches("a*c", "abd") && !matches("a", "ab"));
    }
}
