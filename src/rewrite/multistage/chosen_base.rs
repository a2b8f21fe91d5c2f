//! The image that somebody asks for in place of the one that changes least.

use std::convert::Infallible;
use std::str::FromStr;

use crate::ir::{ImageReference, lies_in};
use crate::knowledge::file_name;
use crate::knowledge::images::{Basis, Known, NamedImage, lookup};
use crate::syntax::{CommandForm, Healthcheck, InstructionKind};

use super::ecosystem::{Ecosystem, Product, Runtime};
use super::entry_script::is_name_of_script;
use super::runtime_base::RuntimeBase;
use super::single_stage::SingleStage;
use super::{Assumption, Refusal};

/// Which image the new stage starts from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum BaseChoice {
    /// The smaller image of the same distribution: what changes least.
    #[default]
    Slim,
    /// An image of Google's distroless project, without shell and package manager.
    Distroless,
    /// None: the program is alone.
    Scratch,
    /// This one.
    Image(String),
}

impl FromStr for BaseChoice {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "slim" => Self::Slim,
            "distroless" => Self::Distroless,
            "scratch" => Self::Scratch,
            image => Self::Image(image.to_owned()),
        })
    }
}

/// Where the distroless project keeps its images.
const DISTROLESS: &str = "gcr.io/distroless";
/// The releases of Debian that its images are made of, with their numbers.
const DISTROLESS_RELEASES: &[(&str, u32)] = &[("bookworm", 12), ("trixie", 13)];
/// The one for programs that need no library.
const NEWEST_DISTROLESS: u32 = 13;

/// The image of the distroless project with all that the program needs.
///
/// # Errors
/// Where there is none.
pub fn distroless(single: &SingleStage<'_>, ecosystem: &Ecosystem, product: &Product) -> Result<RuntimeBase, Refusal> {
    let refused = || Refusal::NoSuchBase("distroless");
    let release = single.distribution.release.filter(|_| single.distribution.family == "debian");
    let number = DISTROLESS_RELEASES.iter().find(|(name, _)| Some(*name) == release).map(|(_, number)| *number);
    let name = match ecosystem.runtime {
        Runtime::Distribution if product.is_static => format!("static-debian{}", number.unwrap_or(NEWEST_DISTROLESS)),
        Runtime::Distribution => format!("cc-debian{}", number.ok_or_else(refused)?),
        Runtime::Counterpart(image_of) => for_java(&image_of(single)?).ok_or_else(refused)?,
        Runtime::Interpreter => return Err(refused()),
    };
    asked_for(single, &format!("{DISTROLESS}/{name}"), true)
}

/// The image that has the runtime environment of the same version of Java.
fn for_java(counterpart: &NamedImage) -> Option<String> {
    let (version, _) = counterpart.tag.split_once("-jre")?;
    let name = format!("java{version}-debian{NEWEST_DISTROLESS}");
    lookup(&format!("{DISTROLESS}/{name}"), None).filter(|facts| facts.basis == Basis::Exact).map(|_| name)
}

/// Nothing but what is copied.
///
/// # Errors
/// Where the program needs libraries.
pub fn scratch(single: &SingleStage<'_>, ecosystem: &Ecosystem, product: &Product) -> Result<RuntimeBase, Refusal> {
    match ecosystem.runtime {
        Runtime::Distribution if product.is_static => asked_for(single, "scratch", true),
        _ => Err(Refusal::NoSuchBase("scratch")),
    }
}

/// This very image.
///
/// # Errors
/// Where it would start the program in another way.
pub fn image(single: &SingleStage<'_>, ecosystem: &Ecosystem, name: &str) -> Result<RuntimeBase, Refusal> {
    let base = asked_for(single, name, false)?;
    Ok(RuntimeBase { is_of_interpreter: matches!(ecosystem.runtime, Runtime::Interpreter), ..base })
}

/// Whether the image is one of the distroless project's without a shell: those of the tags `debug` have BusyBox.
fn is_distroless(name: &str) -> bool {
    ImageReference::parse(name).is_ok_and(|reference| {
        let is_for_debugging = reference.tag_or_latest().is_some_and(|tag| tag.starts_with("debug"));
        lies_in(&reference.familiar_name(), DISTROLESS) && !is_for_debugging
    })
}

fn asked_for(single: &SingleStage<'_>, name: &str, is_bare: bool) -> Result<RuntimeBase, Refusal> {
    let reference = ImageReference::parse(name);
    let facts = reference.ok().and_then(|it| lookup(&it.familiar_name(), it.tag_or_latest()));
    let distribution = facts.as_ref().and_then(|facts| facts.distribution);
    let configuration = facts.and_then(|facts| facts.configuration);
    let has_no_shell = is_distroless(name) || configuration.as_ref().is_some_and(|it| it.shell == Known::Nothing);
    let starts_otherwise = configuration.as_ref().is_some_and(|it| !matches!(it.entrypoint, Known::Nothing));
    if starts_otherwise && single.process().entrypoint.is_none() {
        return Err(Refusal::InheritedEntrypoint);
    }
    let of_build = (single.distribution.family, single.distribution.release);
    Ok(RuntimeBase {
        reference: name.to_owned(),
        configuration,
        assumption: Some(Assumption::HasAllThatIsNeeded(name.to_owned())),
        reason: "asked for with `--runtime-base`",
        family: distribution.map_or("unknown", |it| it.family),
        is_same_release: distribution.is_some_and(|it| (it.family, it.release) == of_build),
        is_bare: is_bare || has_no_shell,
        is_of_interpreter: false,
        is_build_image: false,
    })
}

/// Whether an image without a shell can start the container.
///
/// # Errors
/// Where it cannot.
pub fn check_shell(single: &SingleStage<'_>, base: &RuntimeBase, lines: &[String]) -> Result<(), Refusal> {
    let runs = lines.iter().any(|line| line.starts_with("RUN "));
    let steps = single.stage.steps.iter();
    let needs_shell = |kind: &InstructionKind| match kind {
        InstructionKind::Cmd(form) | InstructionKind::Entrypoint(form) => is_in_shell(form),
        InstructionKind::Healthcheck(Healthcheck::Cmd(form)) => is_in_shell(form),
        _ => false,
    };
    match base.is_bare && (runs || steps.into_iter().any(|step| needs_shell(&step.instruction.kind))) {
        true => Err(Refusal::NeedsShell(base.reference.clone())),
        false => Ok(()),
    }
}

fn is_in_shell(form: &CommandForm) -> bool {
    match form {
        CommandForm::Shell(_) => true,
        CommandForm::Exec { words, .. } => {
            let is_shell = |word: &str| matches!(word, "sh" | "bash" | "/bin/sh" | "/bin/bash");
            words.first().is_some_and(|word| is_shell(word.text()) || is_name_of_script(file_name(word.text())))
        }
    }
}

#[cfg(test)]
mod tests;
