//! The image that the program runs in.

use crate::knowledge::images::{Configuration, Known, NamedImage, bare_image, lookup, past_distribution, slim_tag};

use super::deeds::Deeds;
use super::ecosystem::{Ecosystem, Product, Runtime};
use super::single_stage::SingleStage;
use super::{Assumption, BaseChoice, Refusal, chosen_base};

/// The image that the program runs in.
pub struct RuntimeBase {
    /// What stands behind FROM.
    pub reference: String,
    /// What the tables know of it.
    pub configuration: Option<Configuration>,
    /// Why it is this one.
    pub reason: &'static str,
    /// What has to be true for its libraries to be those of the build.
    pub assumption: Option<Assumption>,
    /// `debian`, `ubuntu`, `alpine`
    pub family: &'static str,
    /// Whether it stands on the very release of the distribution that the build stands on.
    pub is_same_release: bool,
    /// Whether it has neither a shell nor a package manager.
    pub is_bare: bool,
    /// Whether it is that of the interpreter that the program runs with.
    pub is_of_interpreter: bool,
    /// Whether it is the very image that the build stands on.
    pub is_build_image: bool,
}

impl RuntimeBase {
    /// Whether BusyBox is behind `/bin/sh`.
    pub fn is_busybox(&self) -> bool {
        self.family == "alpine"
    }

    /// The working directory of a container without WORKDIR.
    pub fn directory(&self) -> &'static str {
        self.configuration.as_ref().and_then(|image| image.workdir.value()).unwrap_or("/")
    }

    /// Whether its own Dockerfile creates the user.
    pub fn has_user(&self, name: &str) -> bool {
        let users = self.configuration.iter().flat_map(|image| image.users.iter());
        users.filter_map(|user| user.split(':').next()).any(|user| user == name)
    }

    /// Whether a shell of that path is in it.
    pub fn has_shell(&self, path: &str) -> bool {
        matches!(path, "/bin/sh" | "sh") && !self.is_bare
            || matches!(path, "/bin/bash" | "bash") && matches!(self.family, "debian" | "ubuntu")
            || matches!(path, "/bin/ash" | "ash") && self.is_busybox()
    }
}

/// The image that the program runs in: of the release that the build stands on, with the same C library.
///
/// # Errors
/// Where there is none.
pub fn choose(
    single: &SingleStage<'_>,
    ecosystem: &Ecosystem,
    product: &Product,
    choice: &BaseChoice,
) -> Result<RuntimeBase, Refusal> {
    match (choice, ecosystem.runtime) {
        (BaseChoice::Distroless, _) => chosen_base::distroless(single, ecosystem, product),
        (BaseChoice::Scratch, _) => chosen_base::scratch(single, ecosystem, product),
        (BaseChoice::Image(name), _) => chosen_base::image(single, ecosystem, name),
        (BaseChoice::Slim, Runtime::Distribution) => distribution(single, product),
        (BaseChoice::Slim, Runtime::Interpreter) => interpreter(single),
        (BaseChoice::Slim, Runtime::Counterpart(image_of)) => counterpart(single, &image_of(single)?),
    }
}

/// Whether the packages that come along are called the same on the smaller image, and its C library reads what came of the
/// build's.
///
/// # Errors
/// Where it stands on another release.
pub fn check_packages(single: &SingleStage<'_>, deeds: &Deeds<'_>, base: &RuntimeBase) -> Result<(), Refusal> {
    let needs_nothing = deeds.packages.is_empty() && deeds.users.is_empty() && !deeds.brings_locales();
    match base.is_same_release || needs_nothing {
        true => Ok(()),
        false => Err(Refusal::UnknownDistribution(single.distribution.family.to_owned())),
    }
}

/// What the program runs on is in an image of its own.
///
/// # Errors
/// Where the tables do not know that image, and where a build argument chooses the one of the build.
pub fn counterpart(single: &SingleStage<'_>, image: &NamedImage) -> Result<RuntimeBase, Refusal> {
    let is_chosen_by_argument = single.stage.from.image.text().contains('$');
    let facts = lookup(&image.repository, Some(&image.tag)).filter(|_| !is_chosen_by_argument);
    let facts = facts.ok_or(Refusal::UnknownImage)?;
    let distribution = facts.distribution.or_else(|| past_distribution(&image.repository, &image.tag));
    let distribution = distribution.ok_or(Refusal::UnknownImage)?;
    let of_build = (single.distribution.family, single.distribution.release);
    Ok(RuntimeBase {
        reference: image.to_string(),
        configuration: facts.configuration,
        assumption: None,
        reason: "an image that is made to run what the build makes",
        family: distribution.family,
        is_same_release: (distribution.family, distribution.release) == of_build,
        is_bare: false,
        is_of_interpreter: false,
        is_build_image: false,
    })
}

/// The image of the interpreter without the usual extras; where there is none, the image of the build itself.
fn interpreter(single: &SingleStage<'_>) -> Result<RuntimeBase, Refusal> {
    let name = single.image.familiar_name();
    let slim = single.image.tag_or_latest().and_then(|tag| slim_tag(&name, tag));
    let Some(slim) = slim else {
        return Ok(RuntimeBase {
            reference: single.stage.from.image.text().to_owned(),
            configuration: Some(single.configuration.clone()),
            assumption: None,
            reason: "there is no smaller image with the same interpreter",
            family: single.distribution.family,
            is_same_release: true,
            is_bare: false,
            is_of_interpreter: true,
            is_build_image: true,
        });
    };
    let of_tag = |tag: &str| lookup(&name, Some(tag)).and_then(|facts| facts.configuration);
    let configuration = of_tag(&slim).or_else(|| of_tag("slim")).ok_or(Refusal::UnknownImage)?;
    let is_inherited = single.process().entrypoint.is_none();
    if is_inherited && configuration.entrypoint != single.configuration.entrypoint {
        return Err(Refusal::InheritedEntrypoint);
    }
    Ok(RuntimeBase {
        reference: with_tag(single, &slim)?,
        configuration: Some(configuration),
        assumption: Some(Assumption::NeedsNoExtras(single.image_name_and_tag())),
        reason: "the same interpreter on the same release, without the usual extras",
        family: single.distribution.family,
        is_same_release: true,
        is_bare: false,
        is_of_interpreter: true,
        is_build_image: false,
    })
}

/// The image of the build as it is written, with another tag.
fn with_tag(single: &SingleStage<'_>, tag: &str) -> Result<String, Refusal> {
    let written = single.stage.from.image.text();
    if !written.contains('$') {
        let repository = written.get(..single.image.spans.repository.end).ok_or(Refusal::UnknownImage)?;
        return Ok(format!("{repository}:{tag}"));
    }
    // The end of the tag may be added to whatever a build argument says.
    match (single.image.tag_or_latest(), single.image.is_digest_pinned()) {
        (Some(of_build), false) if tag.strip_prefix(of_build) == Some("-slim") => Ok(format!("{written}-slim")),
        _ => Err(Refusal::UnknownImage),
    }
}

/// The bare image of the release that the build stands on: same libraries by name.
///
/// # Errors
/// Where none is known.
pub fn distribution(single: &SingleStage<'_>, product: &Product) -> Result<RuntimeBase, Refusal> {
    let family = single.distribution.family;
    let unknown = || Refusal::UnknownDistribution(family.to_owned());
    let release = single.distribution.release.ok_or_else(unknown)?;
    let image = bare_image(single.distribution).ok_or_else(unknown)?;
    let configuration = lookup(&image.repository, Some(&image.tag)).and_then(|facts| facts.configuration);
    let is_bound = product.is_static || single.stays_on_its_release();
    let assumption = (!is_bound).then(|| Assumption::TagStays {
        image: single.image_name_and_tag(),
        release: format!("{} {release}", capitalised(family)),
    });
    let runs_as_root = |user: Known<&str>| matches!(user, Known::Nothing | Known::Is("root" | "0"));
    match runs_as_root(single.configuration.user) {
        true => Ok(RuntimeBase {
            reference: image.to_string(),
            configuration,
            assumption,
            reason: "the bare image of the release that the build stands on, with the same libraries",
            family,
            is_same_release: true,
            is_bare: false,
            is_of_interpreter: false,
            is_build_image: false,
        }),
        false => Err(Refusal::MissingUser(single.configuration.user.value().unwrap_or("of the base image").to_owned())),
    }
}

fn capitalised(family: &str) -> String {
    let mut letters = family.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
