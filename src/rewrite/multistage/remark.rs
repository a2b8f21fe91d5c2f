//! What changes for those who build the image, and stays to be known where nothing changes for the program.

use std::fmt;

use crate::context::BuildContext;
use crate::knowledge::secrets::secret_name;
use crate::syntax::{InstructionKind, Pairs};

use super::deeds::Deeds;
use super::metadata;
use super::single_stage::SingleStage;

/// Something that is worth knowing of a rewrite, and on which it does not stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// A build argument that is called as secrets are: the last stage hears nothing of it.
    SecretStaysBehind(String),
    /// A variable that is called as secrets are: the image still holds it.
    SecretInImage(String),
    /// A file keeps a cache of the last stage alone: the other would be built anew each time.
    CachesLastStage(String),
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SecretStaysBehind(name) => write!(
                f,
                "`{name}` stays in the stage that builds, out of the history of the image. What is kept of that stage in a \
                 cache still tells it: `RUN --mount=type=secret` would not."
            ),
            Self::SecretInImage(name) => {
                write!(f, "`{name}` is in the variables of the image, as before: whoever has the image can read it.")
            }
            Self::CachesLastStage(path) => write!(
                f,
                "`{path}` keeps a cache of the last stage alone: with `mode=max`, and with another cache than `inline`, the \
                 stage that builds is kept, too."
            ),
        }
    }
}

/// All that is to be said.
pub fn remarks(single: &SingleStage<'_>, deeds: &Deeds<'_>) -> Vec<Remark> {
    let caches = single.context.into_iter().flat_map(caches_of_last_stage);
    secrets(single, deeds).into_iter().chain(caches.map(|path| Remark::CachesLastStage(path.to_owned()))).collect()
}

fn secrets(single: &SingleStage<'_>, deeds: &Deeds<'_>) -> Vec<Remark> {
    let repeated = metadata::repeated(single, deeds);
    let mut remarks: Vec<Remark> = Vec::new();
    for step in single.steps_of_build() {
        let is_repeated = repeated.iter().any(|it| std::ptr::eq(*it, step));
        let (InstructionKind::Arg(pairs) | InstructionKind::Env(pairs)) = &step.instruction.kind else { continue };
        for name in names_of_secrets(pairs) {
            let remark = match is_repeated {
                true => Remark::SecretInImage(name.to_owned()),
                false => Remark::SecretStaysBehind(name.to_owned()),
            };
            if !remarks.contains(&remark) {
                remarks.push(remark);
            }
        }
    }
    remarks
}

fn names_of_secrets(pairs: &Pairs) -> impl Iterator<Item = &str> {
    pairs.pairs.iter().map(|pair| pair.name.text()).filter(|name| secret_name(name).is_some())
}

/// The files that have a builder export its cache with the layers of the last stage alone.
fn caches_of_last_stage(context: &BuildContext) -> impl Iterator<Item = &str> {
    let may_build = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        name == "Makefile" || [".hcl", ".json", ".sh", ".yaml", ".yml"].iter().any(|ending| name.ends_with(ending))
    };
    context.texts(may_build).filter(|(_, text)| exports_last_stage(text)).map(|(path, _)| path)
}

/// <https://docs.docker.com/build/cache/backends/>: `inline` knows `mode=min` alone, which is the default of the others.
fn exports_last_stage(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim_start().starts_with('#')).peekable();
    while let Some(line) = lines.next() {
        if line.contains("BUILDKIT_INLINE_CACHE=1") || line.contains("BUILDKIT_INLINE_CACHE: 1") {
            return true;
        }
        let Some(at) = line.find("cache-to").or_else(|| line.find("cache_to")) else { continue };
        let mut exported = line.get(at..).unwrap_or_default().to_owned();
        let indentation = |line: &str| line.len() - line.trim_start().len();
        // The value may stand on the lines below, as a list or a text.
        let own = indentation(line);
        while let Some(below) = lines.next_if(|below| indentation(below) > own && !below.trim().is_empty()) {
            exported.push_str(below);
        }
        if exported.contains("type=") && !exported.contains("mode=max") {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn a_cache_of_the_last_stage_alone_is_told_from_one_of_all() {
        for text in [
            "cache-to: type=inline",
            "cache-to: type=gha",
            "  cache-to: |\n    type=registry,ref=a/b\n  push: true",
            "cache-to = [\"type=registry,ref=a/b\"]",
            "docker buildx build --cache-to type=local,dest=/c .",
            "docker build --build-arg BUILDKIT_INLINE_CACHE=1 .",
        ] {
            assert!(exports_last_stage(text), "{text}");
        }
        for text in [
            "cache-from: type=gha",
            "cache-to: type=gha,mode=max",
            "  cache-to: |\n    type=registry,ref=a/b,mode=max\n  push: true",
            "# cache-to: type=inline",
            "cache-to: ${{ env.CACHE }}",
        ] {
            assert!(!exports_last_stage(text), "{text}");
        }
    }

    #[test]
    fn secrets_and_caches_are_remarked_upon() {
        let workflow = ".github/workflows/a.yml";
        let files = [("main.go", "package main\n"), ("go.mod", "module a\n"), (workflow, "cache-to: type=inline\n")];
        let remarks = |variables: &str| {
            let text =
                format!("FROM golang:1.19\n{variables}\nWORKDIR /s\nCOPY . .\nRUN go build -o a .\nCMD [\"./a\"]\n");
            let choice = super::super::BaseChoice::Slim;
            whole_outcome(&choice, &text, Some(&files)).unwrap().unwrap().1.remarks
        };
        let cache = Remark::CachesLastStage(workflow.to_owned());
        let token = || "NPM_TOKEN".to_owned();
        assert_eq!(remarks("ARG VERSION"), std::slice::from_ref(&cache));
        assert_eq!(remarks("ARG NPM_TOKEN"), [Remark::SecretStaysBehind(token()), cache.clone()]);
        assert_eq!(remarks("ARG NPM_TOKEN\nENV NPM_TOKEN=$NPM_TOKEN"), [Remark::SecretInImage(token()), cache]);
    }
}
