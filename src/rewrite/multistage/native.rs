//! What packages of a language need beyond the language when they run.

use crate::knowledge::debian::{Base, Release, package, runtime_packages};

use super::Refusal;
use super::deeds::Deeds;
use super::single_stage::SingleStage;

/// Packages of one language that need more than the language.
pub struct Needs {
    /// Packages that are built against a library unless they bring it, with its `-dev` package. One library too much is
    /// harmless.
    pub linking: &'static [(&'static str, &'static str)],
    /// Packages that start programs, with the package of Debian and Alpine that has them.
    pub calling: &'static [(&'static str, &'static str)],
}

impl Needs {
    /// The packages of the distribution that a smaller image lacks, for packages of the language by these names.
    ///
    /// # Errors
    /// Where one needs a program that the build does not install, or a library that is not known.
    pub fn packages(
        &self,
        single: &SingleStage<'_>,
        deeds: &Deeds<'_>,
        names: &[String],
    ) -> Result<Vec<&'static str>, Refusal> {
        let is_asked_for = |name: &str| names.iter().any(|asked| asked == name);
        let is_missing = |(name, tool): &&(&str, &str)| is_asked_for(name) && !deeds.packages.contains(tool);
        if let Some((_, tool)) = self.calling.iter().find(is_missing) {
            return Err(Refusal::MissingTool((*tool).to_owned()));
        }
        if single.configuration.buildpack_deps != Some("full") {
            return Ok(Vec::new());
        }
        let release = single.distribution.release.and_then(Release::from_codename);
        let mut packages = Vec::new();
        for (name, development) in self.linking.iter().filter(|(name, _)| is_asked_for(name)) {
            let unknown = || Refusal::UnknownLibraries((*name).to_owned());
            let release = release.ok_or_else(unknown)?;
            let needed = runtime_packages(release, development).ok_or_else(unknown)?;
            let is_in_base = |name: &str| package(release, name).is_some_and(|it| it.in_base == Some(Base::Minimal));
            packages.extend(needed.packages.iter().filter(|name| !is_in_base(name)));
        }
        Ok(packages)
    }
}
