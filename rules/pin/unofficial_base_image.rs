//! An image of Docker Hub that comes neither from Docker's official images nor from a publisher that Docker has
//! verified.
//!
//! ## Why
//! Anybody may push an image to Docker Hub. Whoever pushed this one decides what runs in each build and in each
//! container, today and at the next push of the tag. Docker's official images are reviewed in public; verified
//! publishers and sponsored projects are at least known by name. An image that is pinned by its digest is left alone: no
//! push changes it any more.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM someone/php-nginx:8.4
//! ```
//! ```dockerfile,good
//! FROM php:8.4-fpm
//! ```
//!
//! ## Fix
//! None: whom to trust is for people to decide.
//!
//! ## Sources
//! CIS Docker Benchmark 4.2; Docker, "Trusted content"; Docker Scout, "No unapproved base images".

use crate::finding::Severity;
use crate::knowledge::images;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "pin/unofficial-base-image",
    severity: Severity::Info,
    cwe: Some(829),
    aliases: &["best-practices/FROM"],
    security_severity: Some(30),
    ..Meta::opt_in()
};

/// Namespaces of verified publishers and of open-source projects that Docker sponsors, sorted; a selection.
const KNOWN_PUBLISHERS: [&str; 58] = [
    "alpine",
    "amazon",
    "apache",
    "aquasec",
    "atlassian",
    "balenalib",
    "bellsoft",
    "bitnami",
    "bitnamilegacy",
    "bitnamisecure",
    "cimg",
    "circleci",
    "cloudflare",
    "confluentinc",
    "cypress",
    "databricksruntime",
    "datadog",
    "dhi",
    "docker",
    "dockercore",
    "dotnet",
    "dunglas",
    "elastic",
    "emqx",
    "envoyproxy",
    "eclipse",
    "gitlab",
    "google",
    "grafana",
    "hashicorp",
    "intel",
    "istio",
    "jenkins",
    "jetbrains",
    "jupyter",
    "keycloak",
    "liquibase",
    "localstack",
    "mcp",
    "minio",
    "moby",
    "netdata",
    "newrelic",
    "nginx",
    "nginxinc",
    "nvidia",
    "opensuse",
    "oven",
    "percona",
    "prom",
    "pulumi",
    "pytorch",
    "redhat",
    "redis",
    "rockylinux",
    "selenium",
    "tensorflow",
    "tonistiigi",
];

/// The namespaces of the official images for one architecture: `arm64v8/alpine`.
const ARCHITECTURES: [&str; 9] =
    ["amd64", "arm32v5", "arm32v6", "arm32v7", "arm64v8", "i386", "ppc64le", "riscv64", "s390x"];

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for found in cx.build.image_uses() {
        let namespace = found.image.repository.split('/').next().unwrap_or_default();
        let is_known = images::is_official(&found.name())
            || KNOWN_PUBLISHERS.contains(&namespace)
            || ARCHITECTURES.contains(&namespace);
        // Who has pinned an image has decided.
        let is_pinned = found.image.digest.is_some();
        let is_hub = found.image.is_docker_hub() && !found.is_local();
        if !is_hub || is_known || is_pinned || found.is_repeat || !found.stage.is_reachable {
            continue;
        }
        let message = format!("`{}` is neither an official image nor a verified publisher's", found.name());
        sink.report(found.repository_span(), message)
            .related_all(found.repository_defaults())
            .help("build on an official image, or pin this one by its digest after a look at what is in it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn other_registries_and_known_publishers_are_left_alone() {
        silent!("FROM ghcr.io/someone/something:1\n");
        silent!("FROM grafana/grafana:12\n");
        silent!("FROM docker.io/library/node:26\n");
        silent!("FROM my-base\n");
    }

    #[test]
    fn a_digest_is_a_decision() {
        silent!("FROM someone/php@sha256:b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c\n");
    }

    #[test]
    fn the_repository_is_reported() {
        fires!("FROM docker.io/«me/own»:1\n");
    }
}
