//! Variables over the course of a stage.

use foldhash::HashMap;
use std::borrow::Cow;

use crate::source::Span;

use super::Stage;
use super::inherited::Inherited;

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
    history: HashMap<String, History>,
}

/// What one name was set to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct History {
    /// By step.
    variables: Vec<Variable>,
    /// For each of them the last one up to it that has a value, so that no look-up goes through those without.
    with_value: Vec<Option<usize>>,
    /// The step of the first ARG.
    first_arg: Option<usize>,
}

impl Scope {
    pub(super) fn set(&mut self, name: &str, variable: Variable) {
        let history = self.history.entry(name.to_owned()).or_default();
        let before = history.with_value.last().copied().flatten();
        history.with_value.push(if variable.value.is_some() { Some(history.variables.len()) } else { before });
        if variable.origin == Origin::Arg {
            history.first_arg.get_or_insert(variable.step);
        }
        history.variables.push(variable);
    }

    /// The variable as the step with index `step` sees it, if this scope has set it by then. An `ARG` without a value
    /// does not hide an earlier value.
    pub fn before(&self, name: &str, step: usize) -> Option<&Variable> {
        let history = self.history.get(name)?;
        let last = history.variables.partition_point(|variable| variable.step < step).checked_sub(1)?;
        history.variables.get(history.with_value.get(last).copied().flatten().unwrap_or(last))
    }

    /// Whether an `ARG` before the step with index `step` has declared the variable.
    pub(super) fn declares_arg(&self, name: &str, step: usize) -> bool {
        self.history.get(name).and_then(|history| history.first_arg).is_some_and(|first| first < step)
    }

    /// All names that were ever set, in no order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.history.keys().map(String::as_str)
    }

    /// Everything that was set under `name`, by step.
    pub fn history(&self, name: &str) -> &[Variable] {
        self.history.get(name).map_or(&[], |history| history.variables.as_slice())
    }
}

/// The `PATH` that BuildKit sets where the base image has none (`util/system`, `DefaultPathEnvUnix`).
pub const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What a step sees: the scopes of its stage and of the stages below it; before the first FROM, the global scope.
#[derive(Debug, Clone, Copy)]
pub struct Visible<'b> {
    scope: &'b Scope,
    /// Index of the step in its stage.
    step: usize,
    /// What the stages below have left; before the first FROM, what BuildKit itself sets.
    below: &'b Inherited,
}

impl<'b> Visible<'b> {
    /// What the step with index `step` of `stage` sees.
    pub(super) fn in_stage(stage: &'b Stage<'_>, step: usize) -> Self {
        Self { scope: &stage.scope, step, below: &stage.inherited }
    }

    /// All that is set before the first FROM.
    pub(super) fn global(scope: &'b Scope, predefined: &'b Inherited) -> Self {
        Self { scope, step: usize::MAX, below: predefined }
    }

    /// The variable called `name`.
    pub fn variable(&self, name: &str) -> Option<&'b Variable> {
        let own = self.scope.before(name, self.step);
        let below = || Some(&self.below.get(name)?.variable);
        match own {
            Some(variable) if variable.value.is_some() => own,
            Some(_) => below().filter(|variable| variable.value.is_some()).or(own),
            None => below(),
        }
    }

    /// Whether an `ARG` of that name has been declared, with or without a value.
    pub fn is_declared_arg(&self, name: &str) -> bool {
        let below = || self.below.get(name).is_some_and(|left| left.is_declared_arg);
        self.scope.declares_arg(name, self.step) || below()
    }

    /// The names that have been set, sorted.
    pub fn names(&self) -> Vec<&'b str> {
        let own = self.scope.names().filter(|name| self.scope.before(name, self.step).is_some());
        let mut names: Vec<&str> = own.chain(self.below.names()).collect();
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
