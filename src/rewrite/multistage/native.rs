//! What packages of a language need beyond the language when they run.

use crate::knowledge::debian::{Base, Class, Release, class, package, runtime_packages};
use crate::knowledge::images::Presence;

use super::Refusal;
use super::deeds::Deeds;
use super::single_stage::SingleStage;

/// Packages of one language that need more than the language.
pub struct Needs {
    /// Packages that are built against a library unless they bring it, with its `-dev` package. One library too much is
    /// harmless.
    pub linking: &'static [(&'static str, &'static str)],
    /// Packages that load a library which their makers leave to the distribution, with its package in Debian and in Alpine.
    pub loading: &'static [(&'static str, &'static str, &'static str)],
    /// Packages that start programs, with the package of Debian and Alpine that has them.
    pub calling: &'static [(&'static str, &'static str)],
}

impl Needs {
    /// The packages of the distribution that a smaller image lacks, for packages of the language by these names.
    ///
    /// # Errors
    /// Where one needs a program that neither the build installs nor its image has, or a library that is not known.
    pub fn packages(
        &self,
        single: &SingleStage<'_>,
        deeds: &Deeds<'_>,
        names: &[String],
    ) -> Result<Vec<&'static str>, Refusal> {
        let is_asked_for = |name: &str| names.iter().any(|asked| asked == name);
        let is_alpine = single.distribution.family == "alpine";
        let loaded = self.loading.iter().filter(|(name, ..)| is_asked_for(name));
        let mut packages: Vec<&str> =
            loaded.map(|(_, debian, alpine)| if is_alpine { *alpine } else { *debian }).collect();
        packages.extend(of_compiler(single));
        for (_, tool) in self.calling.iter().filter(|(name, _)| is_asked_for(name)) {
            packages.extend(tool_of_build(single, deeds, tool)?);
        }
        if single.configuration.buildpack_deps != Some("full") {
            return Ok(packages);
        }
        let release = single.distribution.release.and_then(Release::from_codename);
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

/// The libraries of the compiler with which packages of the language are compiled, where the image lacks them: Alpine's do,
/// Debian's hold them.
pub fn of_compiler(single: &SingleStage<'_>) -> impl Iterator<Item = &'static str> {
    const COMPILERS: &[&str] = &["alpine-sdk", "build-base", "clang", "g++", "gcc"];
    const LIBRARIES: [&str; 2] = ["libgcc", "libstdc++"];
    let managers = single.build_commands().filter_map(|command| command.manager.as_ref());
    let mut installed = managers.filter(|it| it.manager.name == "apk" && it.installs()).flat_map(|it| it.packages());
    let compiles = installed.any(|package| COMPILERS.contains(&package.name));
    // Each image that has the second has the first, on which it depends.
    let is_there = single.configuration.has("libstdc++") == Presence::Present;
    LIBRARIES.into_iter().filter(move |_| compiles && !is_there)
}

/// The package of a program that packages of the language call: none where the build installs it already.
///
/// # Errors
/// Where the image of the build is not known to have the program, or to have it from a package of that name.
pub fn tool_of_build(
    single: &SingleStage<'_>,
    deeds: &Deeds<'_>,
    tool: &'static str,
) -> Result<Option<&'static str>, Refusal> {
    let release = single.distribution.release.and_then(Release::from_codename);
    // What compiles when it runs needs more than the compiler: headers, and those of Python.
    let is_package = || {
        release.is_some_and(|release| package(release, tool).is_some())
            && class(tool).is_none_or(|(class, _)| class != Class::Build)
    };
    match deeds.packages.contains(&tool) {
        true => Ok(None),
        false if single.configuration.has(tool) == Presence::Present && is_package() => Ok(Some(tool)),
        false => Err(Refusal::MissingTool(tool.to_owned())),
    }
}
