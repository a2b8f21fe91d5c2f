//! How much smaller the image gets, as far as the package lists of Debian tell.

use crate::ir::DebianBase;
use crate::knowledge::debian::{Base, Recommends};

use super::deeds::Deeds;
use super::runtime_base::RuntimeBase;
use super::single_stage::SingleStage;

/// The least that the new stage spares, in megabytes of 1,000,000 bytes: packages of the distribution alone, no compiler that
/// was unpacked, no sources, no caches. `None` where the package lists do not tell.
pub fn least_megabytes(single: &SingleStage<'_>, deeds: &Deeds<'_>, base: &RuntimeBase) -> Option<u64> {
    let before = single.build.debian_base(single.stage.index)?;
    let after = DebianBase { packages: packages_of(base, before), ..before };
    let recommends = if deeds.with_recommends { Recommends::Installed } else { Recommends::LeftOut };
    let installed = deeds.packages.iter().chain(&deeds.left_out).copied();
    let size_before = before.own_megabytes() + before.added_megabytes(recommends, installed);
    let size_after = after.own_megabytes() + after.added_megabytes(recommends, deeds.packages.iter().copied());
    size_before.checked_sub(size_after).filter(|megabytes| *megabytes > 0)
}

/// The packages that the smaller image starts with.
fn packages_of(base: &RuntimeBase, before: DebianBase) -> Base {
    match &base.configuration {
        _ if base.is_build_image => before.packages,
        Some(configuration) => Base::from_buildpack_deps(configuration.buildpack_deps),
        None => Base::Minimal,
    }
}
