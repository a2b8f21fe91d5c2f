//! Package managers: one row per manager, one function that recognises their commands.
//!
//! A new manager is a new row in [`distribution`], [`python`], [`javascript`], [`compiled`] or [`scripting`]; no rule
//! changes. [`recognise`] takes the words of one simple command apart with the row's help.

mod cleaning;
mod compiled;
mod distribution;
mod invocation;
mod javascript;
mod operand;
mod python;
mod recognise;
mod row;
mod rpm_caches;
mod scripting;
#[cfg(test)]
mod tests;

pub use cleaning::{
    Removed, in_home, may_remove, only_empties_caches, removed_of, removes_cache, words_that_empty_caches,
};
pub use invocation::Invocation;
pub use operand::{Operand, OperandKind, Version, VersionSyntax};
pub use recognise::{find, recognise};
pub use row::{
    Action, Cache, CacheKind, Codes, Family, Home, Launcher, Locked, Mounting, Notice, OptionSpec, PackageManager,
    Place, ProjectFiles, ProjectScripts, Spelling, Switch, Takes, Verb,
};
pub use rpm_caches::rpm_cache;

/// All package managers, those of distributions first.
pub fn all() -> &'static [&'static PackageManager] {
    PACKAGE_MANAGERS
}

static PACKAGE_MANAGERS: &[&PackageManager] = &[
    &distribution::APT_GET,
    &distribution::APT,
    &distribution::APTITUDE,
    &distribution::APK,
    &distribution::DNF,
    &distribution::TDNF,
    &distribution::MICRODNF,
    &distribution::YUM,
    &distribution::ZYPPER,
    &distribution::PACMAN,
    &python::PIP,
    &python::PIPX,
    &python::UV,
    &python::POETRY,
    &python::PIPENV,
    &python::CONDA,
    &javascript::NPM,
    &javascript::NPX,
    &javascript::YARN,
    &javascript::PNPM,
    &javascript::BUN,
    &javascript::DENO,
    &compiled::CARGO,
    &compiled::GO,
    &compiled::MAVEN,
    &compiled::GRADLE,
    &compiled::DOTNET,
    &compiled::MIX,
    &compiled::CABAL,
    &compiled::STACK,
    &compiled::OPAM,
    &scripting::GEM,
    &scripting::BUNDLER,
    &scripting::COMPOSER,
    &scripting::PECL,
    &scripting::PEAR,
    &scripting::CPAN,
    &scripting::CPANM,
    &scripting::LUAROCKS,
];
