//! Stages and their steps.

use std::cell::OnceCell;
use std::rc::Rc;

use crate::knowledge::images::ImageFacts;
use crate::shell::{Dialect, Script};
use crate::source::Span;
use crate::syntax::expansion::{Expansion, ExpansionError};
use crate::syntax::{From, Instruction, Word};

use super::inherited::Inherited;
use super::{ImageReference, Platform, Scope};

/// A stage: a FROM and what follows it.
#[derive(Debug)]
pub struct Stage<'f> {
    /// 0-based number, by which `COPY --from=0` may name it.
    pub index: usize,
    /// The FROM instruction.
    pub instruction: &'f Instruction,
    /// Its arguments.
    pub from: &'f From,
    /// What the stage starts from.
    pub base: Base,
    /// The image's name after expansion; `None` where BuildKit cannot expand it.
    pub image: Option<Expansion>,
    /// The platform that `--platform` asks for, after expansion; `None` without the flag or where it is unreadable.
    pub platform: Option<Platform>,
    /// What `--platform` expands to.
    pub platform_expansion: Option<Expansion>,
    /// What runs before its own instructions, because its base stage says so.
    pub triggers: Triggers<'f>,
    /// The instructions behind FROM, in order.
    pub steps: Vec<Step<'f>>,
    /// What the stage sets.
    pub scope: Scope,
    /// What the stages below have set.
    pub(super) inherited: Inherited,
    /// `inherited` and `scope` together, once a stage starts from this one.
    pub(super) left: OnceCell<Inherited>,
    /// User, working directory and shell at the end.
    pub last_state: State,
    /// The stages that it needs: its base, sources of COPY, sources of mounts. Sorted, each once.
    pub needs: Vec<usize>,
    /// Whether the last stage, which BuildKit builds without `--target`, needs it.
    pub is_reachable: bool,
    /// Whether its commands run on Windows, as far as the file tells.
    pub is_windows: bool,
    /// What the tables know of the base image, whatever build arguments may do to its name.
    pub(super) facts: Option<ImageFacts>,
}

/// What the ONBUILD instructions of a stage do in one that starts from it. Kept apart from the steps of that stage, whose
/// lines they are not: the plan knows them, rules do not.
#[derive(Debug, Default)]
pub struct Triggers<'f> {
    /// The instructions behind ONBUILD, in order.
    pub steps: Vec<Step<'f>>,
    /// What they set.
    pub scope: Scope,
}

/// What a stage starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// Nothing.
    Scratch,
    /// An earlier stage.
    Stage(usize),
    /// An image.
    Image(ImageReference),
    /// Something that BuildKit refuses, or that only a build argument will tell.
    Unknown,
}

impl Base {
    /// The number of the stage, where it is one.
    pub fn stage(&self) -> Option<usize> {
        match self {
            Base::Stage(stage) => Some(*stage),
            _ => None,
        }
    }
}

/// An instruction in its stage.
#[derive(Debug)]
pub struct Step<'f> {
    /// The stage's number.
    pub stage: usize,
    /// 0-based place among the steps of its stage.
    pub index: usize,
    /// The instruction.
    pub instruction: &'f Instruction,
    /// User, working directory and shell when it runs.
    pub state: State,
    /// The words that BuildKit expands in it.
    pub expanded: Vec<ExpandedWord>,
    /// Where it takes files from: other stages and images.
    pub sources: Vec<StageSource>,
    pub(super) scripts: OnceCell<Vec<Script>>,
    pub(super) is_windows: bool,
}

/// A word that BuildKit expands.
#[derive(Debug, Clone)]
pub struct ExpandedWord {
    /// The word.
    pub word: Word,
    /// What it becomes. A word of EXPOSE that turns into several has them joined with blanks.
    pub result: Result<Expansion, ExpansionError>,
    /// Whether the value is known from the file alone.
    pub is_certain: bool,
    /// The references that BuildKit's check `UndefinedVar` reports: neither set nor declared. Spans within the word.
    pub undefined: Vec<UndefinedReference>,
}

/// A reference to a variable that nobody has set or declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndefinedReference {
    /// The variable.
    pub name: String,
    /// The reference in the file.
    pub span: Span,
}

impl ExpandedWord {
    /// The value; empty where BuildKit refuses the word.
    pub fn value(&self) -> &str {
        self.result.as_ref().map_or("", |expansion| &expansion.value)
    }
}

/// `COPY --from`, `RUN --mount=from=`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageSource {
    /// The name as written.
    pub word: Word,
    /// What it means.
    pub source: Base,
}

/// What the instructions before a step have left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Set by USER; `None` where the base image decides.
    pub user: Option<Rc<Setting>>,
    /// Set by WORKDIR; `None` where the base image decides.
    pub workdir: Option<Rc<Setting>>,
    /// Set by SHELL; `None` for the platform's own.
    pub shell: Option<Rc<ShellSetting>>,
    /// The program behind `/bin/sh`, as far as it is known.
    pub default_shell: Dialect,
}

/// A value, and the instruction that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The value after expansion. A working directory is joined with the ones before it.
    pub value: String,
    /// Whether the value is known from the file alone.
    pub is_certain: bool,
    /// The argument.
    pub span: Span,
    /// The stage in which it was set.
    pub stage: usize,
}

/// A shell that SHELL has set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellSetting {
    /// Its words.
    pub words: Vec<String>,
    /// The SHELL instruction.
    pub span: Span,
}

/// What became of `word` among the expanded words of its instruction, which stand in the order of their places.
pub(super) fn find_expanded<'e>(expanded: &'e [ExpandedWord], word: &Word) -> Option<&'e ExpandedWord> {
    let span = word.span();
    let found = expanded.partition_point(|each| each.word.span() < span);
    expanded.get(found).filter(|each| each.word.span() == span)
}

impl Stage<'_> {
    /// The name behind AS, in lower case as BuildKit compares it.
    pub fn name(&self) -> Option<String> {
        Some(self.from.name.as_ref()?.word.text().to_lowercase())
    }

    /// The variables that the stages that start from this one inherit.
    pub(super) fn left(&self) -> Inherited {
        self.left.get_or_init(|| self.inherited.and(&self.scope)).clone()
    }

    /// The stage that it starts from, where it is one.
    pub fn base_stage(&self) -> Option<usize> {
        self.base.stage()
    }

    /// The base image, where it is one.
    pub fn base_image(&self) -> Option<&ImageReference> {
        match &self.base {
            Base::Image(image) => Some(image),
            _ => None,
        }
    }
}

impl Step<'_> {
    /// The stage that it takes files from, the first where there are several.
    pub fn source_stage(&self) -> Option<usize> {
        self.sources.iter().find_map(|source| source.source.stage())
    }

    /// What BuildKit makes of a word of this instruction; `None` for words that it does not expand.
    pub fn expanded(&self, word: &Word) -> Option<&ExpandedWord> {
        find_expanded(&self.expanded, word)
    }

    /// The value of a word: expanded where BuildKit expands it, else as it stands.
    pub fn value<'s>(&'s self, word: &'s Word) -> &'s str {
        self.expanded(word).map_or(word.text(), ExpandedWord::value)
    }

    /// The value of a word where it is known from the file alone.
    pub fn certain_value<'s>(&'s self, word: &'s Word) -> Option<&'s str> {
        match self.expanded(word) {
            Some(expanded) => (expanded.is_certain && expanded.result.is_ok()).then(|| expanded.value()),
            None => Some(word.text()),
        }
    }
}
