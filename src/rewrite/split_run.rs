//! One RUN as two: the packages of the distribution that it installs first, and what it does with them.

use std::fmt;

use crate::edit::Edit;
use crate::ir::{Account, Build, Command, Commands, Defeat, Means, Mount, MountedCache, Step, is_joint, lies_in};
use crate::knowledge::package_managers::Action;
use crate::shell::{Script, ScriptPart};
use crate::source::Span;
use crate::syntax::{CommandForm, InstructionKind};

/// A RUN whose first commands install packages of the distribution, and whose others do something else.
#[derive(Debug)]
pub struct PackagesFirst<'b> {
    step: &'b Step<'b>,
    script: &'b Script,
    parts: Vec<ScriptPart<'b>>,
    /// Parts at the start that set options of the shell: `set -ex`.
    settings: usize,
    /// Parts up to the end of the installation, settings included.
    head: usize,
    /// The commands that install, update lists and clean up behind them.
    pub packages: Vec<&'b Command<'b>>,
    /// The commands behind.
    pub others: Vec<&'b Command<'b>>,
}

/// Why a RUN stays one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SplitRefusal {
    /// It has flags other than cache mounts, which may not mean the same for each half.
    Flags,
    /// This command of the second half removes, or may remove, what the first one has installed.
    Removes(String),
    /// This command of the second half installs more packages.
    Installs(String),
}

impl fmt::Display for SplitRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flags => f.write_str("its flags may not mean the same for each half"),
            Self::Removes(command) => {
                write!(f, "`{command}` may remove what a layer of the packages alone would keep")
            }
            Self::Installs(command) => write!(f, "`{command}` goes on with the packages of the distribution"),
        }
    }
}

impl<'b> PackagesFirst<'b> {
    /// The RUN taken apart; `None` unless it is an `&&` chain in shell form, or a list with `set -e`, that starts with an
    /// installation and goes on with something other than cleaning up.
    pub fn of(build: &'b Build<'b>, commands: &'b Commands<'b>, step: &'b Step<'b>) -> Option<Self> {
        let is_shell_form = matches!(step.instruction.kind, InstructionKind::Run(CommandForm::Shell(_)));
        let [script] = build.scripts(step) else { return None };
        let installs = |command: &&Command<'_>| command.manager.as_ref().is_some_and(|it| it.installs());
        let is_plain = is_shell_form && step.instruction.heredocs.is_empty() && script.is_clean();
        if !is_plain || !commands.of_step(step).iter().any(|command| installs(&command)) {
            return None;
        }
        let parts = script.parts(build.shell_of(step).1);
        let in_part = |part: &ScriptPart<'b>| {
            let span = part.span;
            let is_in = move |command: &&Command<'_>| {
                command
                    .invoked
                    .as_ref()
                    .is_some_and(|invoked| std::ptr::eq(invoked.script, script) && span.contains(invoked.simple.span))
            };
            commands.of_step(step).iter().filter(is_in)
        };
        let settings = parts.iter().take_while(|part| part.sets_options()).count();
        let is_of_packages = |part: &&ScriptPart<'b>| {
            let is_alone = part.pipeline.is_some_and(|pipeline| pipeline.commands.len() == 1 && !pipeline.negated);
            is_alone && in_part(part).count() == 1 && in_part(part).all(|command| handles_packages(build, command))
        };
        let head = settings + parts.iter().skip(settings).take_while(is_of_packages).count();
        let packages: Vec<&Command<'b>> = parts.get(settings..head)?.iter().flat_map(in_part).collect();
        // Each part so far is one command; those behind may hold several.
        let others: Vec<&Command<'b>> = commands.of_step(step).get(head..)?.iter().collect();
        let does_more = others.iter().any(|command| !handles_packages(build, command));
        (packages.iter().any(installs) && does_more).then_some(Self {
            step,
            script,
            parts,
            settings,
            head,
            packages,
            others,
        })
    }

    /// The edits that make two RUN instructions of it. What the second half cleans up of the package manager's is cleaned up
    /// in the first, whose layer would keep it, and each keeps mounts over the caches of its own package managers; `true`
    /// where there is such a thing.
    ///
    /// # Errors
    /// Why it stays one.
    pub fn split(&self, build: &'b Build<'b>, commands: &'b Commands<'b>) -> Result<(Vec<Edit>, bool), SplitRefusal> {
        if self.step.mounts().len() < self.step.instruction.flags.len()
            || self.step.mounts().iter().any(|mount| mount.kind != "cache")
        {
            return Err(SplitRefusal::Flags);
        }
        let caches = caches_of(build, &self.packages, None);
        let clean_ups = self.clean_ups(build, commands, &caches);
        self.check_others(build, &clean_ups)?;
        let mut edits = Vec::new();
        let mut moved = String::new();
        let joint = self.joint(build, self.head);
        for clean_up in &clean_ups {
            let refused = || SplitRefusal::Removes(text(build, clean_up.command));
            edits.extend(clean_up.removal(build).ok_or_else(refused)?.into_iter().map(Edit::delete));
            moved.push_str(&joint);
            moved.push_str(&cleaning(build, clean_up));
        }
        let is_over = |mount: &Mount, caches: &[MountedCache]| {
            caches.iter().any(|cache| mount.target.as_deref() == Some(cache.directory.as_str()))
        };
        let is_of_packages = |mount: &Mount| is_over(mount, &caches);
        let (needless, flags): (Vec<Mount>, Vec<Mount>) = self.step.mounts().into_iter().partition(is_of_packages);
        let account = build.account(commands, self.step);
        let caches_of_others = caches_of(build, &self.others, account.as_ref());
        let without = flags.iter().filter(|mount| is_over(mount, &caches_of_others));
        let without: Vec<Edit> = without.filter_map(|mount| self.without_flag(build, mount)).collect();
        let is_debris = !moved.is_empty() || !needless.is_empty() || !without.is_empty();
        edits.extend(without);
        edits.extend(self.cut(build, &moved, &flags));
        Ok((edits, is_debris))
    }

    /// The edit that takes a flag out of the first half, with the blanks or the line break behind it. A comment stays on a
    /// line of its own.
    fn without_flag(&self, build: &Build<'_>, mount: &Mount) -> Option<Edit> {
        let instruction = self.step.instruction;
        let starts = instruction.flags.iter().map(|flag| flag.span.start).chain([instruction.arguments.span().start]);
        let end = starts.filter(|start| *start >= mount.span.end).min()?;
        let behind = build.file.source.slice(Span::new(mount.span.end, end));
        let end = match behind.find('#') {
            None => end,
            Some(comment) if self.starts_its_line(build, mount) => mount.span.end + comment,
            Some(_) => mount.span.end + behind.len() - behind.trim_start_matches([' ', '\t']).len(),
        };
        Some(Edit::delete(Span::new(mount.span.start, end)))
    }

    /// Whether nothing stands before the flag on its line.
    fn starts_its_line(&self, build: &Build<'_>, mount: &Mount) -> bool {
        let before = Span::new(self.step.instruction.span.start, mount.span.start);
        let line = build.file.source.slice(before).rsplit_once('\n');
        line.is_some_and(|(_, line)| line.trim().is_empty())
    }

    /// What the second half empties of them.
    fn clean_ups(&self, build: &'b Build<'b>, commands: &'b Commands<'b>, caches: &[MountedCache]) -> Vec<Defeat<'b>> {
        let is_other = |defeat: &Defeat<'b>| self.others.iter().any(|other| std::ptr::eq(*other, defeat.command));
        let mut defeats = build.defeats(commands, self.step, caches);
        defeats.retain(|defeat| is_other(defeat) && !matches!(defeat.means, Means::Flags(_) | Means::Variable(_)));
        defeats
    }

    /// The second half neither goes on with packages nor removes what the first half has put into its layer.
    fn check_others(&self, build: &Build<'_>, clean_ups: &[Defeat<'b>]) -> Result<(), SplitRefusal> {
        for command in &self.others {
            let moved = match clean_ups.iter().find(|it| std::ptr::eq(it.command, *command)).map(|it| &it.means) {
                Some(Means::Emptying) => continue,
                Some(Means::Paths(words)) => words.as_slice(),
                _ => &[],
            };
            let text = || text(build, command);
            match &command.manager {
                Some(invocation) if invocation.manager.is_system() => {
                    return Err(match invocation.action {
                        Action::Remove => SplitRefusal::Removes(text()),
                        _ => SplitRefusal::Installs(text()),
                    });
                }
                _ if may_remove_packages(build, command, moved) => return Err(SplitRefusal::Removes(text())),
                _ => {}
            }
        }
        Ok(())
    }

    /// The end of the first RUN, with what was moved there, and the start of the second. Comments between stay.
    fn cut(&self, build: &Build<'_>, moved: &str, flags: &[Mount]) -> Option<Edit> {
        let (source, instruction) = (&build.file.source, self.step.instruction);
        let between = self.between(self.head)?;
        let line_ending = source.line_ending(instruction.first_line);
        let line = source.line_span(instruction.first_line);
        let indentation = source.slice(Span::new(line.start, instruction.span.start));
        let mut text = format!("{moved}{line_ending}");
        for comment in build.file.comments().filter(|comment| between.contains(*comment)) {
            text.push_str(&format!("{indentation}{}{line_ending}", source.slice(comment).trim()));
        }
        text.push_str(&format!("{indentation}{} ", source.slice(instruction.keyword_span())));
        for flag in flags {
            text.push_str(&format!("{} ", source.slice(flag.span)));
        }
        for (at, setting) in self.parts.iter().take(self.settings).enumerate() {
            let setting = source.slice(self.script.source.to_file_cover(setting.span));
            text.push_str(&format!("{setting}{}", self.joint(build, at + 1)));
        }
        Some(Edit::replace(between, text))
    }

    /// The bytes of the file between a part and the one before it.
    fn between(&self, at: usize) -> Option<Span> {
        let place = |part: &ScriptPart<'_>| self.script.source.to_file_cover(part.span);
        let start = place(self.parts.get(at.checked_sub(1)?)?).end;
        Some(Span::new(start, place(self.parts.get(at)?).start.max(start)))
    }

    /// What to write between a part and the one before it: what stands there, or else between others.
    fn joint(&self, build: &Build<'_>, at: usize) -> String {
        let is_and = |at: usize| self.parts.get(at).is_some_and(|part| part.operator.is_some());
        let others = (1..self.parts.len()).rev().filter(|other| is_and(*other) == is_and(at));
        let texts = std::iter::once(at).chain(others).filter_map(|at| self.between(at));
        let mut joints = texts.map(|between| build.file.source.slice(between)).filter(|text| is_joint(text));
        joints.next().unwrap_or(if is_and(at) { " && " } else { "; " }).to_owned()
    }
}

fn text(build: &Build<'_>, command: &Command<'_>) -> String {
    build.file.source.slice(command.span()).to_owned()
}

/// The caches of the package managers among the commands, for the user `account`.
fn caches_of(build: &Build<'_>, commands: &[&Command<'_>], account: Option<&Account>) -> Vec<MountedCache> {
    let mut caches = Vec::new();
    for command in commands {
        let Some(invocation) = &command.manager else { continue };
        let of_manager = invocation.manager.caches.iter();
        caches.extend(of_manager.map(|cache| build.mounted_cache(command, invocation.manager, cache, account)));
    }
    caches
}

/// The command that cleans up in the first half.
fn cleaning(build: &Build<'_>, clean_up: &Defeat<'_>) -> String {
    let source = &build.file.source;
    match (&clean_up.means, &clean_up.command.invoked) {
        (Means::Emptying, Some(invoked)) => source.slice(invoked.to_file(invoked.simple.span)).to_owned(),
        (Means::Paths(words), _) => {
            let words = words.iter().filter_map(|at| clean_up.command.words.get(*at));
            let paths: Vec<&str> = words.map(|word| source.slice(word.span)).collect();
            format!("rm -rf {}", paths.join(" "))
        }
        _ => source.slice(clean_up.command.span()).to_owned(),
    }
}

/// Whether the command installs packages of the distribution by name, updates its lists or cleans up behind that.
fn handles_packages(build: &Build<'_>, command: &Command<'_>) -> bool {
    let is_fitting = |action| matches!(action, Action::Install | Action::UpdateLists | Action::Upgrade | Action::Clean);
    let by_manager = command.manager.as_ref().is_some_and(|it| it.manager.is_system() && is_fitting(it.action));
    by_manager || build.only_empties_caches(command)
}

/// Where package managers put little or nothing: what is removed below them was most likely made by the commands before.
const OWN_PLACES: &[&str] =
    &["/app", "/data", "/home", "/opt", "/root", "/srv", "/tmp", "/usr/local", "/usr/src", "/var/tmp", "/var/www"];

/// Whether the command removes files that the packages may have brought, or something that is not known. The words `moved`
/// do not count.
fn may_remove_packages(build: &Build<'_>, command: &Command<'_>, moved: &[usize]) -> bool {
    let patterns = command.patterns();
    let is_own = |path: &str| {
        let path = build.path_of(command, path).unwrap_or_else(|| path.to_owned());
        !path.contains("..") && (!path.starts_with('/') || OWN_PLACES.iter().any(|place| lies_in(&path, place)))
    };
    let removes_own = |(at, word): (usize, &Option<&str>)| {
        moved.contains(&at) || word.is_some_and(|word| word.starts_with('-') || is_own(word))
    };
    match command.name() {
        Some("rm" | "rmdir") => !patterns.iter().enumerate().skip(1).all(removes_own),
        Some("find") => {
            let removes = command.has_argument("-delete") || command.has_argument("rm");
            removes && !patterns.get(1).copied().flatten().is_some_and(is_own)
        }
        Some("dpkg" | "rpm" | "localepurge" | "xargs") => true,
        Some(name) => name.contains("clean"),
        None => !command.words.is_empty(),
    }
}
