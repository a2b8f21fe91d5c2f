//! A base image of another platform than `--platform` asks for.
//!
//! ## Why
//! Repositories such as `arm64v8/debian` hold images of one architecture. Asked for another one, BuildKit takes what
//! there is; the stage then runs under emulation or not at all, and the image says of itself what it is not.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM --platform=linux/amd64 arm64v8/debian:13 AS amd64
//! ```
//! ```dockerfile,good
//! FROM --platform=linux/amd64 debian:13 AS amd64
//! ```
//!
//! ## Fix
//! None: either of the two may be what is meant.
//!
//! ## Sources
//! BuildKit, InvalidBaseImagePlatform. dfx asks no registry, and so knows only what the image's name says.

use crate::finding::Severity;
use crate::ir::ImageReference;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "build/base-image-platform-mismatch",
    severity: Severity::Warning,
    aliases: &["InvalidBaseImagePlatform"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for stage in &cx.build.stages {
        let (Some(platform), Some(image)) = (&stage.platform, stage.base_image()) else { continue };
        let is_constant = stage.platform_expansion.as_ref().is_some_and(|expansion| expansion.references.is_empty());
        let Some(architecture) = architecture_of(image) else { continue };
        if is_constant && (platform.os != "linux" || platform.architecture != architecture) {
            let message =
                format!("`{}` is an image for `linux/{architecture}`, not for `{platform}`", image.familiar_name());
            sink.report(stage.from.image.span(), message)
                .help("name the image without its architecture, or take `--platform` out");
        }
    }
}

/// The architecture of Docker's official images that are named for one: the organisations of
/// <https://github.com/docker-library/official-images#architectures-other-than-amd64>.
fn architecture_of(image: &ImageReference) -> Option<&'static str> {
    if !image.is_docker_hub() {
        return None;
    }
    Some(match image.repository.split_once('/')?.0 {
        "amd64" => "amd64",
        "arm32v5" | "arm32v6" | "arm32v7" => "arm",
        "arm64v8" => "arm64",
        "i386" => "386",
        "mips64le" => "mips64le",
        "ppc64le" => "ppc64le",
        "riscv64" => "riscv64",
        "s390x" => "s390x",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn an_image_named_for_another_architecture_is_reported() {
        fires!("FROM --platform=linux/arm64 «s390x/debian:13»\n");
    }

    #[test]
    fn the_right_architecture_and_unknown_ones_are_fine() {
        silent!("FROM --platform=linux/arm/v7 arm32v7/debian\nFROM --platform=$TARGETPLATFORM arm64v8/debian\n");
        silent!("FROM arm64v8/debian\nFROM --platform=linux/arm64 amd64.example.org/debian\n");
    }
}
