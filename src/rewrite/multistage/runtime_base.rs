//! The image that the program runs in.

use crate::knowledge::images::{Configuration, Known, lookup};

use super::ecosystem::Product;
use super::single_stage::SingleStage;
use super::{Assumption, Refusal};

/// The image that the program runs in.
pub struct RuntimeBase {
    /// What stands behind FROM.
    pub reference: String,
    /// What the tables know of it.
    pub configuration: Option<Configuration>,
    /// What has to be true for its libraries to be those of the build.
    pub assumption: Option<Assumption>,
    /// `debian`, `ubuntu`, `alpine`
    pub family: &'static str,
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

    /// Whether a shell of that path is in it.
    pub fn has_shell(&self, path: &str) -> bool {
        matches!(path, "/bin/sh" | "sh")
            || matches!(path, "/bin/bash" | "bash") && matches!(self.family, "debian" | "ubuntu")
            || matches!(path, "/bin/ash" | "ash") && self.is_busybox()
    }
}

/// The bare image of the release that the build stands on: same C library, same libraries by name.
///
/// # Errors
/// Where there is none.
pub fn choose(single: &SingleStage<'_>, product: &Product) -> Result<RuntimeBase, Refusal> {
    let family = single.distribution.family;
    let unknown = || Refusal::UnknownDistribution(family.to_owned());
    let release = single.distribution.release.ok_or_else(unknown)?;
    let (repository, tag) = match family {
        "debian" => ("debian", format!("{release}-slim")),
        "ubuntu" => ("ubuntu", release.to_owned()),
        "alpine" => ("alpine", release.to_owned()),
        _ => return Err(unknown()),
    };
    let configuration = lookup(repository, Some(&tag)).and_then(|facts| facts.configuration);
    let is_bound = product.is_static || single.stays_on_its_release();
    let assumption = (!is_bound).then(|| Assumption::TagStays {
        image: single.image_name_and_tag(),
        release: format!("{} {release}", capitalised(family)),
    });
    let runs_as_root = |user: Known<&str>| matches!(user, Known::Nothing | Known::Is("root" | "0"));
    match runs_as_root(single.configuration.user) {
        true => Ok(RuntimeBase { reference: format!("{repository}:{tag}"), configuration, assumption, family }),
        false => Err(Refusal::MissingUser(single.configuration.user.value().unwrap_or("of the base image").to_owned())),
    }
}

fn capitalised(family: &str) -> String {
    let mut letters = family.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
