//! Plans brought into one form, so that builds with the same outcome have equal plans.
//!
//! Six steps, each of which leaves the outcome as it is on its rung of the effect ladder:
//!
//! 1. *Erasure*: words that make no difference are taken out of the file, such as `sudo` of root ([`erasure`]).
//! 2. *Cutting*: a RUN of several commands becomes one step for each command that has to work before the next runs, by
//!    `&&` or by `set -e`, with what the commands before it have changed in their shell ([`links`](crate::shell::Script::links)); a COPY of
//!    several sources becomes one step for each.
//!    `--link` is left out of account where it makes no difference to the files.
//! 3. `set -e` and the like are left out, as the commands behind are told with them.
//! 4. How builds that run at the same time share a cache mount is left out of account: it says who waits.
//! 5. With [`Tolerance::Debris`], commands that do nothing but empty caches of package managers are left out, also
//!    those in brackets, which the erasure does not reach.
//! 6. *Exchange*: variables stand in one order, since no program can tell it, and so do neighbouring steps that do not see
//!    what the other does ([`commutation`]). Where it is known what a RUN looks at, build arguments that name a commit or a
//!    day are not among it.

mod commutation;
mod erasure;

use crate::ir::{Build, Command, Commands, Footprint, Step};
use crate::knowledge::archives::may_be_archive;
use crate::knowledge::build_arguments::is_volatile;
use crate::knowledge::package_managers::all;
use crate::shell::{Script, ScriptLink};
use crate::source::Span;
use crate::syntax::{CommandForm, Dockerfile, InstructionKind};

use commutation::{Placed, in_one_order};

use super::{
    Copied, Difference, Exec, Files, MountKind, Operation, Plan, Sharing, Source, Vertex,
    differences_but_for_added_stages,
};

/// What two builds may differ in and still count as equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tolerance {
    /// How the steps are spread over layers: the rung *equivalent*.
    Layers,
    /// Also what package managers can make again: the rung *debris*.
    Debris,
}

/// Where two builds differ in more than `tolerance` allows.
pub fn differences_beyond(tolerance: Tolerance, before: &Dockerfile, after: &Dockerfile) -> Vec<Difference> {
    differences_but_for_added_stages(&normal_form(before, tolerance), &normal_form(after, tolerance))
}

fn normal_form(file: &Dockerfile, tolerance: Tolerance) -> Plan {
    let erased = erasure::erased(file, tolerance);
    let build = Build::new(erased.as_ref().unwrap_or(file));
    let commands = Commands::new(&build);
    let mut plan = Plan::new(&build);
    let cutter = Cutter { build: &build, commands: &commands, tolerance };
    for (planned, stage) in plan.stages.iter_mut().zip(&build.stages) {
        let vertices = std::mem::take(&mut planned.vertices).into_iter();
        let cut = vertices.flat_map(|vertex| cutter.cut(vertex, &stage.steps)).map(without_unseen);
        planned.vertices = in_one_order(cut.collect(), |vertex| &vertex.operation);
    }
    plan
}

/// The step with its variables in one order, less those that it does not look at.
fn without_unseen(mut placed: Placed<Vertex>) -> Placed<Vertex> {
    if let Operation::Exec(exec) = &mut placed.step.operation {
        let is_known = placed.footprint != Footprint::Anywhere;
        exec.environment = exec.environment.sorted_without(|name| is_known && is_volatile(name));
    }
    placed
}

struct Cutter<'c> {
    build: &'c Build<'c>,
    commands: &'c Commands<'c>,
    tolerance: Tolerance,
}

impl<'c> Cutter<'c> {
    fn cut(&self, vertex: Vertex, steps: &[Step<'_>]) -> Vec<Placed<Vertex>> {
        let Vertex { operation, maker } = vertex;
        let step = maker.step.and_then(|step| steps.get(step));
        let footprint = step.map_or(Footprint::Anywhere, |step| self.build.footprint(self.commands, step));
        let parts = match (operation, step) {
            (Operation::Exec(exec), Some(step)) => self.exec(*exec, step, footprint),
            (Operation::Files(files), _) => {
                let files = one_by_one(self.less_link(files, step));
                files.into_iter().map(|operation| (operation, footprint.clone())).collect()
            }
            (operation, _) => vec![(operation, footprint)],
        };
        let place = |(operation, footprint)| Placed { step: Vertex { operation, maker }, footprint };
        parts.into_iter().map(place).collect()
    }

    fn less_link(&self, mut files: Files, step: Option<&Step<'_>>) -> Files {
        files.is_linked &= !step.is_some_and(|step| self.build.link_makes_no_difference(self.commands, step));
        files
    }

    /// `footprint` is that of the whole step.
    fn exec(&self, mut exec: Exec, step: &Step<'_>, footprint: Footprint) -> Vec<(Operation, Footprint)> {
        for mount in &mut exec.mounts {
            if let MountKind::Cache(cache) = &mut mount.kind {
                cache.sharing = Sharing::Shared;
            }
        }
        let is_shell_form = matches!(&step.instruction.kind, InstructionKind::Run(CommandForm::Shell(_)));
        let script = match self.build.scripts(step) {
            [script] if is_shell_form && script.is_clean() => script,
            _ => return vec![(Operation::Exec(Box::new(exec)), footprint)],
        };
        let links = script.links(self.build.shell_of(step).1);
        let kept = links.iter().filter(|link| !self.sets_options(step, script, link.span));
        let kept = kept.filter(|link| !self.is_debris(step, script, link));
        let part = |link: &ScriptLink| {
            let operation = Exec { arguments: arguments(&exec, script, link), ..exec.clone() };
            // The link's own, so that it is the same in a RUN of more commands and of fewer.
            let footprint = match self.footprint_of_link(step, script, link) {
                Footprint::Anywhere => footprint.clone(),
                known => known,
            };
            (Operation::Exec(Box::new(operation)), footprint)
        };
        kept.map(part).collect()
    }

    /// Where a link of a RUN works, if it is one command that nothing but options of the shell stands before.
    fn footprint_of_link(&self, step: &Step<'_>, script: &Script, link: &ScriptLink) -> Footprint {
        let is_free = link.before.iter().all(|before| self.sets_options(step, script, *before));
        match self.command_at(step, script, link.span).filter(|_| is_free) {
            Some(command) => self.build.footprint_of(step, std::iter::once(command)),
            None => Footprint::Anywhere,
        }
    }

    /// The command that makes up a part of the script of a step.
    fn command_at(&self, step: &Step<'_>, script: &Script, span: Span) -> Option<&'c Command<'c>> {
        let is_it = |command: &&Command<'_>| {
            command
                .invoked
                .as_ref()
                .is_some_and(|invoked| std::ptr::eq(invoked.script, script) && invoked.simple.span == span)
        };
        self.commands.of_step(step).iter().find(is_it)
    }

    /// Whether the link is `set -e` or the like: what it does is told of the links behind.
    fn sets_options(&self, step: &Step<'_>, script: &Script, span: Span) -> bool {
        let is_plain = |command: &Command<'_>| {
            let redirections = command.invoked.as_ref().map_or(&[][..], |invoked| invoked.redirections);
            redirections.is_empty() && command.words.iter().all(|word| word.value.is_some())
        };
        self.command_at(step, script, span).is_some_and(|command| command.name() == Some("set") && is_plain(command))
    }

    /// Whether the link is one command that does nothing but empty caches.
    fn is_debris(&self, step: &Step<'_>, script: &Script, link: &ScriptLink) -> bool {
        let is_clean_up = || all().iter().any(|manager| manager.clean == Some(script.slice(link.span)));
        let command = || self.command_at(step, script, link.span);
        self.tolerance == Tolerance::Debris
            && (is_clean_up() || command().is_some_and(|command| self.build.only_empties_caches(command)))
    }
}

/// The words of the shell, what was done in it before, and the commands.
fn arguments(exec: &Exec, script: &Script, link: &ScriptLink) -> Vec<String> {
    let shell = exec.arguments.split_last().map_or(&[][..], |(_, shell)| shell);
    let before = link.before.iter().map(|span| script.slice(*span).to_owned());
    let text = std::iter::once(script.slice(link.span).trim().to_owned());
    shell.iter().cloned().chain(before).chain(text).collect()
}

/// Copies of one source each, in order. ADD of a file that is no archive is COPY.
fn one_by_one(files: Files) -> Vec<Operation> {
    let Files { copies, is_linked } = files;
    let single = copies.into_iter().map(|mut copy| {
        if let Copied::Paths { path, unpacks, .. } = &mut copy.copied
            && copy.from == Source::Context
        {
            *unpacks &= may_be_archive(path);
        }
        Operation::Files(Files { copies: vec![copy], is_linked })
    });
    single.collect()
}

#[cfg(test)]
mod tests {
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    fn beyond(tolerance: Tolerance, before: &str, after: &str) -> Vec<String> {
        let file = |text: &str| parse(SourceFile::new("Dockerfile", format!("FROM debian:13\n{text}")));
        differences_beyond(tolerance, &file(before), &file(after)).iter().map(ToString::to_string).collect()
    }

    fn is_equivalent(before: &str, after: &str) -> bool {
        beyond(Tolerance::Layers, before, after).is_empty()
    }

    fn is_debris(before: &str, after: &str) -> bool {
        assert!(!is_equivalent(before, after), "no debris is needed");
        beyond(Tolerance::Debris, before, after).is_empty()
    }

    #[test]
    fn a_link_makes_no_difference_where_all_files_below_are_known() {
        let scratch = |flag: &str| parse(SourceFile::new("", format!("FROM scratch\nCOPY a /b/\nCOPY {flag}c /d/\n")));
        assert!(differences_beyond(Tolerance::Layers, &scratch(""), &scratch("--link ")).is_empty());
        assert!(!is_equivalent("COPY a /b/\nCOPY c /d/\n", "COPY a /b/\nCOPY --link c /d/\n"));
    }

    #[test]
    fn who_waits_for_a_cache_makes_no_difference() {
        let with = |sharing: &str| format!("RUN --mount=type=cache,target=/a{sharing} b\n");
        assert!(is_equivalent(&with(""), &with(",sharing=locked")));
        assert!(!is_equivalent(&with(""), &with(",id=c")));
    }

    #[test]
    fn neighbouring_runs_can_be_joined() {
        assert!(is_equivalent("RUN a\nRUN b | c\n", "RUN a \\\n    && b | c\n"));
        assert!(is_equivalent("RUN a; b\nRUN c || d\n", "RUN { a; b; } && ( c || d )\n"));
        assert!(is_equivalent("RUN cd x && a\nRUN b\n", "RUN ( cd x && a ) && b\n"));
    }

    #[test]
    fn options_of_the_shell_can_be_set_again() {
        assert!(is_equivalent("RUN set -ex && a && b\n", "RUN set -ex && a\nRUN set -ex && b\n"));
        assert!(!is_equivalent("RUN set -ex && a && b\n", "RUN set -ex && a\nRUN b\n"));
        assert!(!is_equivalent("RUN set -ex && a\n", "RUN a\n"));
    }

    #[test]
    fn a_list_is_cut_where_set_e_ends_it() {
        let list = "RUN set -e; a; b | c; if d; then e; fi; f\n";
        assert!(is_equivalent(list, "RUN set -e; a\nRUN set -e; b | c\nRUN set -e; if d; then e; fi; f\n"));
        assert!(is_equivalent("RUN set -e; a; b\n", "RUN set -e && a\nRUN set -e; b\n"));
        assert!(!is_equivalent(list, "RUN set -e; a; b | c\nRUN if d; then e; fi; f\n"));
        assert!(!is_equivalent(list, "RUN set -e; a; b | c; if d; then e; fi\nRUN set -e; f\n"));
        assert!(!is_equivalent("RUN set -x; a; b\n", "RUN set -x; a\nRUN set -x; b\n"));
        assert!(!is_equivalent("RUN set -e; a && b; c\n", "RUN set -e; a && b\nRUN set -e; c\n"));
        assert!(!is_equivalent("RUN set -e; cd x; a; b\n", "RUN set -e; cd x; a\nRUN set -e; b\n"));
        assert!(!is_equivalent("RUN set -e; a; b\n", "RUN set -e; b; a\n"));
    }

    #[test]
    fn what_one_run_leaves_to_the_next_is_not_forgotten() {
        assert!(!is_equivalent("RUN cd x && a\nRUN b\n", "RUN cd x && a && b\n"));
        assert!(!is_equivalent("RUN A=1\nRUN b $A\n", "RUN A=1 && b $A\n"));
        assert!(!is_equivalent("RUN set -x && a\nRUN b\n", "RUN set -x && a && b\n"));
        assert!(!is_equivalent("RUN a || b\nRUN c\n", "RUN a || b && c\n"));
        assert!(!is_equivalent("RUN a\nENV B=c\nRUN d\n", "RUN a && d\nENV B=c\n"));
        assert!(!is_equivalent("RUN a\nUSER b\nRUN d\n", "USER b\nRUN a && d\n"));
        assert!(!is_equivalent("RUN a\nRUN b\n", "RUN b && a\n"));
    }

    #[test]
    fn words_that_make_no_difference_are_not_seen() {
        assert!(is_equivalent("RUN sudo apt install \\\n # c\n x\n", "RUN apt-get install -y \\\n # c\n x\n"));
        assert!(!is_equivalent("RUN apt-get install -y x\n", "RUN apt-get install -y --no-install-recommends x\n"));
        assert!(!is_equivalent("RUN apt upgrade\n", "RUN apt-get upgrade\n"));
        assert!(!is_equivalent("USER a\nRUN sudo x\n", "USER a\nRUN x\n"));
    }

    #[test]
    fn copies_to_one_place_can_be_joined() {
        assert!(is_equivalent("COPY a /d/\nCOPY b /d/\n", "COPY a b /d/\n"));
        assert!(is_equivalent("ADD a.txt /d/\n", "COPY a.txt /d/\n"));
        assert!(!is_equivalent("ADD a.tar.gz /d/\n", "COPY a.tar.gz /d/\n"));
        assert!(!is_equivalent("COPY a /d/\nCOPY b /d/\n", "COPY b a /d/\n"));
    }

    #[test]
    fn steps_that_do_not_meet_can_be_exchanged() {
        let packages = "RUN apt-get update && apt-get install -y x\n";
        assert!(is_equivalent(&format!("COPY . /app\n{packages}"), &format!("{packages}COPY . /app\n")));
        assert!(is_equivalent("COPY a /a/\nCOPY b /b/\nCOPY c /c/\n", "COPY c /c/\nCOPY a /a/\nCOPY b /b/\n"));
        assert!(is_equivalent("COPY a /a/\nCOPY b /a/\nCOPY c /c/\n", "COPY a /a/\nCOPY c /c/\nCOPY b /a/\n"));
        assert!(!is_equivalent("COPY a /a/\nCOPY b /a/\n", "COPY b /a/\nCOPY a /a/\n"));
        assert!(!is_equivalent(
            &format!("COPY . /app\nUSER a\n{packages}"),
            &format!("{packages}COPY . /app\nUSER a\n")
        ));
        assert!(!is_equivalent("COPY . /app\nRUN make\n", "RUN make\nCOPY . /app\n"));
        assert!(!is_equivalent("COPY . .\nRUN apt-get update\n", "RUN apt-get update\nCOPY . .\n"));
    }

    #[test]
    fn a_part_of_a_run_can_be_exchanged_too() {
        assert!(is_equivalent(
            "COPY . /app\nRUN set -e && apt-get install -y x && make\n",
            "RUN set -e && apt-get install -y x\nCOPY . /app\nRUN set -e && make\n"
        ));
        assert!(!is_equivalent(
            "COPY . /app\nRUN cd /app && apt-get install -y x && make\n",
            "RUN cd /app && apt-get install -y x\nCOPY . /app\nRUN cd /app && make\n"
        ));
        assert!(!is_equivalent(
            "COPY . /app\nRUN make && apt-get install -y x\n",
            "RUN apt-get install -y x\nCOPY . /app\nRUN make\n"
        ));
    }

    #[test]
    fn a_part_is_the_same_in_every_run() {
        let packages = "apt-get install -y x && rm -rf /var/cache/apt/* && rm -rf /var/lib/apt/lists/*";
        assert!(is_equivalent(&format!("RUN {packages} && make\n"), &format!("RUN {packages}\nRUN make\n")));
        let packages = "apt-get install -y x && rm -rf /var/lib/apt/lists/* && rm -rf /var/cache/apt/*";
        assert!(is_equivalent(&format!("RUN {packages} && make\n"), &format!("RUN {packages}\nRUN make\n")));
    }

    #[test]
    fn settings_are_seen_by_the_steps_behind_them_only() {
        let packages = "RUN apt-get install -y x\n";
        assert!(is_equivalent(&format!("ARG GIT_COMMIT=1\n{packages}"), &format!("{packages}ARG GIT_COMMIT=1\n")));
        assert!(!is_equivalent(&format!("ARG VERSION=1\n{packages}"), &format!("{packages}ARG VERSION=1\n")));
        assert!(!is_equivalent("ARG GIT_COMMIT=1\nRUN make\n", "RUN make\nARG GIT_COMMIT=1\n"));
        assert!(is_equivalent("ARG GIT_COMMIT=1\nARG B=2\nRUN make\n", "ARG B=2\nARG GIT_COMMIT=1\nRUN make\n"));
    }

    #[test]
    fn clean_up_flags_and_cache_mounts_are_debris() {
        let install = "RUN apt-get update && apt-get install -y x";
        assert!(is_debris(&format!("{install}\n"), &format!("{install} && rm -rf /var/lib/apt/lists/*\n")));
        assert!(is_debris("RUN pip install x\n", "RUN pip install --no-cache-dir x\n"));
        assert!(is_debris("RUN pip install x\n", "RUN --mount=type=cache,target=/root/.cache/pip pip install x\n"));
        assert!(is_debris("RUN npm ci\n", "RUN npm ci && npm cache clean --force\n"));
        assert!(is_debris("RUN pip install x\n", "RUN pip install x && rm -rf \"$HOME/.cache\"\n"));
        assert!(!is_debris("RUN a\n", "RUN a && rm -rf \"$HOME/.config\"\n"));
        let moved = |mount: &str| format!("ENV HOME=/h CARGO_HOME=/c\nUSER 7\nRUN {mount}cargo fetch\n");
        assert!(is_debris(&moved(""), &moved("--mount=type=cache,target=/c/registry,uid=7 ")));
        let kept = "RUN --mount=type=cache,target=/var/cache/dnf dnf install --setopt=keepcache=1 -y x\n";
        assert!(is_debris("RUN dnf install -y x && dnf clean all\n", kept));
        assert!(!is_debris("RUN dnf install -y x\n", "RUN dnf install --setopt=install_weak_deps=0 -y x\n"));
    }

    #[test]
    fn other_removals_are_none() {
        assert!(!is_debris("RUN a\n", "RUN a && rm -rf /var/lib/apt\n"));
        assert!(!is_debris("RUN a\n", "RUN a && rm -rf /root/.cache/pip /etc\n"));
        assert!(!is_debris("RUN a\n", "RUN a && rm -rf /root/.cache/../x\n"));
        assert!(!is_debris("RUN a\n", "RUN a; rm -rf /root/.cache\n"));
        assert!(!is_debris("RUN a\n", "RUN --mount=type=cache,target=/app a\n"));
    }

    #[test]
    fn configuration_counts_on_every_rung() {
        assert_eq!(
            beyond(Tolerance::Debris, "CMD [\"a\"]\n", "CMD [\"b\"]\n"),
            ["`Cmd` in the configuration of stage 0 is another"]
        );
    }
}
