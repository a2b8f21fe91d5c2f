//! One command of a package manager, taken apart, and the questions that rules ask of it.

use crate::knowledge::options::{Flag, is_among};

use super::operand::{Operand, OperandKind};
use super::row::{
    Action, CacheKind, Family, Home, Notice, PackageManager, Place, ProjectScripts, Spelling, Switch, Takes, Verb,
};

/// One command of a package manager. All indices are indices of words.
#[derive(Debug, Clone)]
pub struct Invocation<'w> {
    /// The manager.
    pub manager: &'static PackageManager,
    /// What the command does.
    pub action: Action,
    /// The first word of the command that names the tool: of `python -m pip` that is `pip`.
    pub tool: usize,
    /// The words of the verb; empty when there is none, as in a bare `yarn`.
    pub verb: Vec<usize>,
    /// The options, in order.
    pub flags: Vec<Flag<'w>>,
    /// What the command is about, in order; also the files that options such as `-r` name.
    pub operands: Vec<Operand<'w>>,
    /// Whether every word is known. Where it is not, a flag may hide in the unknown ones.
    pub all_static: bool,
    pub(super) row: Option<&'static Verb>,
}

impl<'w> Invocation<'w> {
    /// Whether one of the flags named is there; names with dashes, blanks between: `"-g --global"`.
    pub fn has_flag(&self, names: &str) -> bool {
        self.flag(names).is_some()
    }

    /// The first of the flags named.
    pub fn flag(&self, names: &str) -> Option<&Flag<'w>> {
        self.flags.iter().find(|flag| flag.is_one_of(names))
    }

    /// The verb as the table spells it first: `install` for `npm i`.
    pub fn verb_name(&self) -> Option<&'static str> {
        self.row.and_then(|row| row.spellings.first().copied())
    }

    /// What it would do about a mount over a cache.
    pub fn notices(&self) -> Option<Notice> {
        self.row?.notices
    }

    /// Whether the command puts packages into the image.
    pub fn installs(&self) -> bool {
        matches!(self.action, Action::Install | Action::InstallProject)
    }

    /// Whether the command installs what a project's files ask for and names no package itself.
    pub fn is_project_install(&self) -> bool {
        self.action == Action::InstallProject
    }

    /// Whether it surely downloads the program that it runs: `npx -y cowsay`, `npx cowsay@1`. Without such words, `npx` takes
    /// what the project has installed.
    pub fn downloads_what_it_runs(&self) -> bool {
        let program = self.operands.first().and_then(|operand| operand.text);
        let has_version = program.is_some_and(|text| text.trim_start_matches('@').contains('@'));
        self.manager.name == "npx" && (has_version || self.has_flag("-y --yes -p --package"))
    }

    /// The named packages.
    pub fn packages(&self) -> impl Iterator<Item = &Operand<'w>> {
        self.operands.iter().filter(|operand| operand.kind == OperandKind::Named)
    }

    /// Whether the command's questions are answered on the command line. Also true where it asks none.
    pub fn answers_prompts(&self) -> bool {
        self.row.is_some_and(|row| !row.asks) || self.is_on(self.manager.no_prompt.as_ref())
    }

    /// Whether recommended packages are left out. Also true where there are none.
    pub fn skips_recommends(&self) -> bool {
        self.is_on(self.manager.no_recommends.as_ref())
    }

    /// Whether a flag keeps the command from leaving a cache. False where no flag could; environment variables are
    /// asked of [`Switch::is_on_by`].
    pub fn skips_cache(&self) -> bool {
        self.manager.no_cache.as_ref().is_some_and(|switch| switch.is_on(&self.flags))
    }

    /// Whether it fetches the lists of what there is to install, and leaves them.
    pub fn fetches_lists(&self) -> bool {
        self.action == Action::UpdateLists && !self.skips_cache()
            // apt 3: `apt-get install --update`.
            || self.manager.home == Home::System(Family::Debian) && self.has_flag("-U --update")
    }

    /// Whether what only developers need is left out by a flag. Also true where no flag could.
    pub fn skips_development(&self) -> bool {
        self.is_on(self.manager.no_development.as_ref())
    }

    /// Whether `switch` matters for this command and is on. Also true where it does not matter.
    fn is_on(&self, switch: Option<&Switch>) -> bool {
        switch.is_none_or(|switch| !switch.actions.contains(&self.action) || switch.is_on(&self.flags))
    }

    /// The words of the command that are there for nothing but to turn `switch` on: `-y`, `--no-cache`.
    pub fn words_of(&self, switch: &Switch) -> Vec<usize> {
        if !switch.actions.contains(&self.action) {
            return Vec::new();
        }
        let is_of_switch = |flag: &Flag<'_>| {
            let stands_alone = flag.value.is_none_or(|value| value.word == flag.word);
            stands_alone && switch.spellings.iter().any(|spelling| spelling.is_in(std::slice::from_ref(flag)))
        };
        let mut words: Vec<usize> = self.flags.iter().map(|flag| flag.word).collect();
        words.dedup();
        words.retain(|word| self.flags.iter().filter(|flag| flag.word == *word).all(is_of_switch));
        words
    }

    /// The flag that turns off the verification of downloads, if one does.
    pub fn unverified(&self) -> Option<&Flag<'w>> {
        let spellings = self.manager.unverified;
        self.flags.iter().find(|flag| spellings.iter().any(|spelling| spelling.is_in(std::slice::from_ref(*flag))))
    }

    /// Whether it installs exactly what the lock file says or fails.
    pub fn respects_lock(&self) -> bool {
        self.manager.locked.as_ref().is_some_and(|locked| {
            self.verb_name().is_some_and(|verb| locked.verbs.contains(&verb))
                || locked.spellings.iter().any(|spelling| spelling.is_in(&self.flags))
        })
    }

    /// Whether scripts of the project may run, which may read any file of it.
    pub fn runs_project_scripts(&self) -> bool {
        self.is_project_install()
            && match &self.manager.project_scripts {
                ProjectScripts::Never => false,
                ProjectScripts::Unless(spelling) => !spelling.is_in(&self.flags),
                ProjectScripts::Always => true,
            }
    }

    /// The flag that would keep it from installing the project itself beside its dependencies: `--no-root`. `None` where it
    /// does not install it. What Python's managers run of a project is its build; those of other languages run hooks.
    pub fn flag_without_project(&self) -> Option<&'static str> {
        let installs_it = self.manager.home == Home::Language("python") && self.runs_project_scripts();
        match &self.manager.project_scripts {
            ProjectScripts::Unless(Spelling::Flag(names)) if installs_it && self.verb.len() < 2 => {
                names.split(' ').next()
            }
            _ => None,
        }
    }

    /// The caches that it empties.
    pub fn cleans(&self) -> &'static [CacheKind] {
        match self.row {
            Some(row) if self.action == Action::Clean => row.cleans,
            _ => &[],
        }
    }

    /// The directory that an option makes the command work in, where there is such an option.
    pub fn directory(&self) -> Option<&Flag<'w>> {
        self.flags.iter().rfind(|flag| self.takes(&flag.name) == Some(Takes::Directory) && flag.value.is_some())
    }

    /// The word after which an option may be written.
    pub fn insert_after(&self, place: Place) -> usize {
        match place {
            Place::AfterTool => self.tool,
            Place::AfterVerb => self.verb.last().copied().unwrap_or(self.tool),
        }
    }

    pub(super) fn takes(&self, name: &str) -> Option<Takes> {
        takes(self.manager, self.row, name)
    }
}

/// What the value of the option `name` is; the verb knows better than the manager. `None` for a switch.
pub(super) fn takes(manager: &PackageManager, verb: Option<&Verb>, name: &str) -> Option<Takes> {
    let after_verb = verb.map_or(&[][..], |verb| verb.options).iter();
    after_verb.chain(manager.options).find(|spec| is_among(name, spec.names)).map(|spec| spec.takes)
}
