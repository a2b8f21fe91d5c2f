//! Words of a command that could be left out, or written otherwise, and it would do the same.

use crate::knowledge::images::Known;
use crate::shell::Invoked;
use crate::source::Span;

use super::{Build, Command, DEFAULT_PATH, Step, is_root};

/// A `sudo` of root: no more than a program to install.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NeedlessSudo {
    /// The word.
    pub word: Span,
    /// The word and the blanks behind it, if it stands without options, so that it can be taken out.
    pub removable: Option<Span>,
    /// Whether the command sees the same environment without it: `sudo` takes away what ENV, ARG and the script set, and has a
    /// `PATH` of its own.
    pub keeps_environment: bool,
}

/// The verbs that `apt-get` takes in the same sense. `apt upgrade` also installs new packages, which `apt-get upgrade`
/// does not.
const SHARED_BY_APT_AND_APT_GET: &[&str] =
    &["install", "update", "remove", "purge", "autoremove", "clean", "autoclean", "reinstall"];

impl Build<'_> {
    /// The `sudo` in front of a command that runs as root already. Only the outermost wrapper: `env A=b sudo x` is too
    /// rare to be taken apart.
    pub fn needless_sudo(&self, command: &Command<'_>) -> Option<NeedlessSudo> {
        let invoked = command.invoked.as_ref()?;
        let sudo = invoked.wrappers().first().filter(|wrapper| wrapper.name == "sudo" && wrapper.user.is_none())?;
        let words = &invoked.simple.words;
        let (name, next) = (words.get(sudo.words.start)?, words.get(sudo.words.end)?);
        let gone = Span::new(name.span.start, next.span.start);
        let is_bare = sudo.words.len() == 1;
        self.runs_as_root(command.step).then(|| NeedlessSudo {
            word: invoked.to_file(name.span),
            removable: invoked.script.source.to_file(gone).filter(|_| is_bare),
            keeps_environment: self.has_bare_environment(command),
        })
    }

    /// Whether nothing is set that a program might go by, and programs are looked for where `sudo` looks, too.
    fn has_bare_environment(&self, command: &Command<'_>) -> bool {
        const HARMLESS: &[&str] = &["DEBIAN_FRONTEND", "LANG", "LANGUAGE", "LC_ALL", "PATH", "TERM", "TZ"];
        let assigns = |invoked: &Invoked<'_>| invoked.script.variables().iter().any(|it| it.assigned);
        let is_harmless = |name: &&str| HARMLESS.contains(name);
        self.visible(command.step).names().iter().all(is_harmless)
            && !command.invoked.as_ref().is_some_and(assigns)
            && self.environment(command, "PATH").is_none_or(|path| path == DEFAULT_PATH)
    }

    /// Whether the step surely runs as root.
    pub fn runs_as_root(&self, step: &Step<'_>) -> bool {
        match &step.state.user {
            Some(user) => user.is_certain && is_root(&user.value),
            None => match self.image_user(step.stage) {
                Known::Nothing => true,
                Known::Is(user) => is_root(user),
                Known::Unknown => false,
            },
        }
    }
}

impl Command<'_> {
    /// The word `apt` where `apt-get` in its place would do the same.
    pub fn apt_for_apt_get(&self) -> Option<Span> {
        let name = self.words.first().filter(|word| word.is_contiguous && word.written == "apt")?;
        let verb = self.words.get(*self.manager.as_ref()?.verb.first()?)?.value?;
        SHARED_BY_APT_AND_APT_GET.contains(&verb).then_some(name.span)
    }
}
