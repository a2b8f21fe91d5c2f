//! Which instructions of a stage have to keep their order.

use crate::ir::{Build, Commands, Footprint, Stage, Step};
use crate::syntax::{InstructionKind, Keyword};

use super::search::{Set, bit};

/// An instruction that takes part in the search: a step, or a setting that steps see. What only ends up in the image's
/// configuration, such as LABEL and CMD, has no part in any cache key and follows the others.
pub(super) struct Unit<'b, 'f> {
    pub(super) step: &'b Step<'f>,
    footprint: Footprint,
}

impl<'b, 'f> Unit<'b, 'f> {
    /// Those of a stage, in order.
    pub(super) fn of_stage(build: &Build<'f>, commands: &Commands<'_>, stage: &'b Stage<'f>) -> Vec<Self> {
        let ordered = stage.steps.iter().filter(|step| !is_configuration(step));
        ordered.map(|step| Unit { step, footprint: build.footprint(commands, step) }).collect()
    }

    /// Whether it sets nothing but variables that differ in every build.
    pub(super) fn is_volatile(&self) -> bool {
        self.step.is_volatile()
    }

    /// The variables that it sets.
    fn names(&self) -> impl Iterator<Item = &'b str> {
        let pairs = match &self.step.instruction.kind {
            InstructionKind::Env(pairs) | InstructionKind::Arg(pairs) => &pairs.pairs[..],
            _ => &[],
        };
        pairs.iter().map(|pair| pair.name.text())
    }

    fn mentions_any_of(&self, other: &Unit<'_, '_>) -> bool {
        other.names().any(|name| self.step.mentions(name))
    }
}

fn is_configuration(step: &Step<'_>) -> bool {
    use Keyword::{Cmd, Entrypoint, Expose, Healthcheck, Label, Maintainer, Onbuild, Stopsignal};
    matches!(
        step.instruction.keyword,
        Some(Cmd | Entrypoint | Expose | Healthcheck | Label | Maintainer | Onbuild | Stopsignal)
    )
}

/// For each unit those that have to stand before it.
pub(super) fn precedence(units: &[Unit<'_, '_>]) -> Vec<Set> {
    let before = |at: usize| {
        let earlier = units[..at].iter().enumerate().filter(|(_, earlier)| keep_order(earlier, &units[at]));
        earlier.fold(0, |set, (place, _)| set | bit(place))
    };
    (0..units.len()).map(before).collect()
}

/// Whether two instructions, of which `one` stands first, have to keep their order.
fn keep_order(one: &Unit<'_, '_>, other: &Unit<'_, '_>) -> bool {
    let keyword = |unit: &Unit<'_, '_>| unit.step.instruction.keyword;
    match (keyword(one), keyword(other)) {
        // In which order ENV stands is to be seen in the image's configuration.
        (Some(Keyword::Env), Some(Keyword::Env)) => true,
        _ if one.is_volatile() => other.mentions_any_of(one) || sees_variables(other),
        // What is declared above for nothing but its name is not put before anything.
        _ if other.is_volatile() => true,
        (Some(Keyword::Copy | Keyword::Add), Some(setting)) => keeps_order_with_copy(other, setting, one),
        (Some(setting), Some(Keyword::Copy | Keyword::Add)) => keeps_order_with_copy(one, setting, other),
        (Some(Keyword::Run), Some(Keyword::Run)) => one.footprint.meets(&other.footprint),
        _ => true,
    }
}

/// Whether a step sees the variables of the build, which could make it do something else.
///
/// A program of a distribution's package manager asks for variables of its own, not for those that name a commit.
fn sees_variables(unit: &Unit<'_, '_>) -> bool {
    unit.step.instruction.keyword == Some(Keyword::Run) && unit.footprint == Footprint::Anywhere
}

/// Whether a COPY has to stay on its side of another instruction.
fn keeps_order_with_copy(other: &Unit<'_, '_>, keyword: Keyword, copy: &Unit<'_, '_>) -> bool {
    match keyword {
        Keyword::Run | Keyword::Copy | Keyword::Add => other.footprint.meets(&copy.footprint),
        Keyword::Workdir => has_relative_destination(copy.step) || other.footprint.meets(&copy.footprint),
        Keyword::Env | Keyword::Arg => copy.mentions_any_of(other),
        Keyword::User | Keyword::Shell => false,
        _ => true,
    }
}

fn has_relative_destination(copy: &Step<'_>) -> bool {
    match &copy.instruction.kind {
        InstructionKind::Copy(transfer) | InstructionKind::Add(transfer) => {
            copy.certain_value(&transfer.destination).is_none_or(|destination| !destination.starts_with('/'))
        }
        _ => true,
    }
}
