//! Variables over the course of a stage.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::source::Span;

use super::Stage;

/// A variable from one instruction on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Index of the step that sets it; what runs behind that step sees it.
    pub step: usize,
    /// The value; `None` for `ARG name` without a value from anywhere.
    pub value: Option<String>,
    /// Who sets it.
    pub origin: Origin,
    /// Whether the value is known from the file alone: no build argument and no base image can change it.
    pub is_certain: bool,
    /// The name, where it is set.
    pub name_span: Span,
}

/// Who sets a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// `ENV`: part of the image.
    Env,
    /// `ARG`: part of the build only; `--build-arg` may change it.
    Arg,
    /// BuildKit itself: the platform arguments, the default `PATH`.
    Predefined,
}

/// What one stage, or the part before the first FROM, sets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// For each name what it was set to, by step.
    history: HashMap<String, Vec<Variable>>,
}

impl Scope {
    pub(super) fn set(&mut self, name: &str, variable: Variable) {
        self.history.entry(name.to_owned()).or_default().push(variable);
    }

    /// The variable as the step with index `step` sees it, if this scope has set it by then. An `ARG` without a value
    /// does not hide an earlier value.
    pub fn before(&self, name: &str, step: usize) -> Option<&Variable> {
        let history = self.history.get(name)?;
        let seen = &history[..history.partition_point(|variable| variable.step < step)];
        seen.iter().rfind(|variable| variable.value.is_some()).or(seen.last())
    }

    /// All names that were ever set, in no order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.history.keys().map(String::as_str)
    }

    /// Everything that was set under `name`, by step.
    pub fn history(&self, name: &str) -> &[Variable] {
        self.history.get(name).map_or(&[], Vec::as_slice)
    }
}

/// The `PATH` that BuildKit sets where the base image has none (`util/system`, `DefaultPathEnvUnix`).
pub(super) const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What a step sees: the scopes of its stage and of the stages below it; before the first FROM, the global scope.
#[derive(Debug, Clone, Copy)]
pub struct Visible<'b> {
    scope: &'b Scope,
    /// Index of the step in its stage.
    step: usize,
    /// The stage below, and all stages.
    base: Option<(usize, &'b [Stage<'b>])>,
}

impl<'b> Visible<'b> {
    /// What the step with index `step` of `stage` sees.
    pub(super) fn in_stage(stages: &'b [Stage<'b>], stage: &'b Stage<'b>, step: usize) -> Self {
        Self { scope: &stage.scope, step, base: stage.base_stage().map(|base| (base, stages)) }
    }

    /// All that is set before the first FROM.
    pub(super) fn global(scope: &'b Scope) -> Self {
        Self { scope, step: usize::MAX, base: None }
    }

    /// The scopes, the stage's own first, each with the index of the step up to which it counts.
    fn scopes(self) -> impl Iterator<Item = (&'b Scope, usize)> {
        std::iter::successors(Some(self), |visible| {
            let (base, stages) = visible.base?;
            Some(Self::in_stage(stages, stages.get(base)?, usize::MAX))
        })
        .map(|visible| (visible.scope, visible.step))
    }

    /// The variable called `name`.
    pub fn variable(&self, name: &str) -> Option<&'b Variable> {
        let seen = || self.scopes().filter_map(|(scope, step)| scope.before(name, step));
        seen().find(|variable| variable.value.is_some()).or(seen().next())
    }

    /// Whether an `ARG` of that name has been declared, with or without a value.
    pub fn is_declared_arg(&self, name: &str) -> bool {
        self.scopes().any(|(scope, step)| {
            scope.history(name).iter().any(|variable| variable.step < step && variable.origin == Origin::Arg)
        })
    }

    /// The names that have been set, sorted.
    pub fn names(&self) -> Vec<&'b str> {
        let mut names: Vec<&str> = self
            .scopes()
            .flat_map(|(scope, step)| scope.names().filter(move |name| scope.before(name, step).is_some()))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl crate::syntax::expansion::Variables for Visible<'_> {
    fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        match self.variable(name) {
            Some(variable) => variable.value.as_deref().map(Cow::Borrowed),
            None => (name == "PATH").then_some(Cow::Borrowed(DEFAULT_PATH)),
        }
    }
}
