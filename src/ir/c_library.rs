//! Which C library the programs of a stage find.

use super::{Base, Build};

/// A C library, as far as a dynamically linked program cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CLibrary {
    /// GNU's, in Debian, Ubuntu, Fedora and most others.
    Glibc,
    /// Alpine's.
    Musl,
    /// There is none: `scratch`, the static images of distroless.
    Missing,
}

impl Build<'_> {
    /// The C library of the image that the stage starts from, through its base stages. `None` where the tables do not
    /// know it, or where something in the stage may have brought another one.
    pub fn c_library(&self, stage: usize) -> Option<CLibrary> {
        const BRINGING: &[&str] = &["gcompat", "libc6-compat", "glibc", "ld-linux", "ld-musl", "/lib/", "/lib64"];
        let steps = self.inherited_steps(stage);
        let text = |span| self.file.source.slice(span);
        let of_base = self.c_library_of_base(stage)?;
        // A program for glibc brings nothing along in an image that has it.
        let may_change = of_base != CLibrary::Glibc
            && steps.iter().any(|step| BRINGING.iter().any(|word| text(step.instruction.span).contains(word)));
        (!may_change).then_some(of_base)
    }

    fn c_library_of_base(&self, stage: usize) -> Option<CLibrary> {
        if self.root(stage).is_some_and(|root| root.base == Base::Scratch) {
            return Some(CLibrary::Missing);
        }
        let image = self.root_image(stage)?;
        if image.familiar_name().starts_with("gcr.io/distroless/static") {
            return Some(CLibrary::Missing);
        }
        // .NET's images are Debian's, Ubuntu's or Azure Linux's where the tag does not say otherwise.
        if image.familiar_name().starts_with("mcr.microsoft.com/dotnet/") && !self.stages[stage].is_windows {
            let is_alpine = image.tag.as_deref().is_some_and(|tag| tag.contains("alpine"));
            return Some(if is_alpine { CLibrary::Musl } else { CLibrary::Glibc });
        }
        let facts = self.image_facts(stage)?;
        match facts.configuration.and_then(|image| image.libc.value()) {
            Some("glibc") => Some(CLibrary::Glibc),
            Some("musl") => Some(CLibrary::Musl),
            Some(_) => None,
            None => match facts.distribution?.family {
                "debian" | "ubuntu" => Some(CLibrary::Glibc),
                "alpine" => Some(CLibrary::Musl),
                _ => None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    fn library(text: &str) -> Option<CLibrary> {
        let file = parse(SourceFile::new("Dockerfile", text));
        let build = Build::new(&file);
        build.c_library(build.stages.len() - 1)
    }

    #[test]
    fn the_base_image_has_it() {
        assert_eq!(library("FROM rust:1.90\n"), Some(CLibrary::Glibc));
        assert_eq!(library("FROM node:22-alpine AS a\nFROM a\n"), Some(CLibrary::Musl));
        assert_eq!(library("FROM scratch\nCOPY a /\n"), Some(CLibrary::Missing));
        assert_eq!(library("FROM gcr.io/distroless/static-debian12\n"), Some(CLibrary::Missing));
        assert_eq!(library("FROM mcr.microsoft.com/dotnet/sdk:10.0\n"), Some(CLibrary::Glibc));
        assert_eq!(library("FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-alpine\n"), Some(CLibrary::Musl));
        assert_eq!(library("FROM example.com/a\n"), None);
    }

    #[test]
    fn what_may_bring_another_one_leaves_it_open() {
        assert_eq!(library("FROM alpine\nRUN apk add gcompat\n"), None);
        assert_eq!(library("FROM scratch\nCOPY --from=a /lib/x86_64-linux-gnu/ /lib/x86_64-linux-gnu/\n"), None);
    }
}
