//! A FROM with a fixed `--platform`.
//!
//! ## Why
//! The stage is built for that platform whatever `docker build --platform` asks for. On another machine it runs under
//! emulation, which is slow, and the image does not start on the machines for which it was asked.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM --platform=linux/amd64 golang:1.25 AS build
//! ```
//! ```dockerfile,good
//! FROM --platform=$BUILDPLATFORM golang:1.25 AS build
//! ```
//!
//! ## Fix
//! None: whether the flag should go or name `$BUILDPLATFORM` depends on what the stage makes.
//!
//! ## Sources
//! BuildKit, FromPlatformFlagConstDisallowed, which holds back where the stage's name names the platform; hadolint
//! DL3029; KICS b16e8501; Semgrep `avoid-platform-with-from`.

use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "build/constant-platform",
    aliases: &["FromPlatformFlagConstDisallowed", "DL3029", "KICS-b16e8501", "avoid-platform-with-from"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for stage in &cx.build.stages {
        let flag = stage.instruction.flag("platform").and_then(|flag| flag.value.as_ref());
        let (Some(word), Some(expansion), Some(platform)) = (flag, &stage.platform_expansion, &stage.platform) else {
            continue;
        };
        let name = stage.name().unwrap_or_default();
        let is_named_for_it = name.contains(&platform.os) || name.contains(&platform.architecture);
        // Windows has no other platform to be built for.
        let is_only_choice = platform.os == "windows" && !cx.options.exactly_buildkit;
        if expansion.references.is_empty() && !is_named_for_it && !is_only_choice {
            sink.report(word.span(), format!("the stage is built for `{}` only", word.text()))
                .help("take the flag out, or write `--platform=$BUILDPLATFORM` for a stage that cross-compiles");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_platform_is_reported() {
        fires!("FROM --platform=«linux/arm64» a\n");
    }

    #[test]
    fn variables_and_stages_named_for_their_platform_are_fine() {
        silent!("FROM --platform=$BUILDPLATFORM a\nFROM --platform=linux/amd64 b AS tools-amd64\n");
        silent!("ARG P=linux/amd64\nFROM --platform=$P a\n");
    }

    #[test]
    fn windows_is_not_cross_built() {
        silent!("FROM --platform=windows/amd64 mcr.microsoft.com/windows/nanoserver:ltsc2025\n");
    }
}
