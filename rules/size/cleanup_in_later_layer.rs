//! A RUN removes what an earlier layer holds, which saves nothing.
//!
//! ## Why
//! A layer cannot be made smaller by a later one. `RUN rm /tmp/tool.tar.gz` behind `COPY tool.tar.gz /tmp/` adds a mark
//! that hides the file; its bytes are still pulled with the layer of the COPY. The same goes for packages that one RUN
//! installs and a later one purges. Whoever digs through the layers finds the file, too.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13-slim
//! RUN wget -O /tmp/tool.tar.gz https://example.com/tool.tar.gz
//! RUN tar -xzf /tmp/tool.tar.gz -C /opt && rm /tmp/tool.tar.gz
//! ```
//! ```dockerfile,good
//! FROM debian:13-slim
//! RUN wget -O /tmp/tool.tar.gz https://example.com/tool.tar.gz \
//!     && tar -xzf /tmp/tool.tar.gz -C /opt && rm /tmp/tool.tar.gz
//! ```
//!
//! What comes out of the build context need not be copied at all:
//! `RUN --mount=type=bind,source=tool.tar.gz,target=/tmp/tool.tar.gz tar -xzf /tmp/tool.tar.gz -C /opt`.
//!
//! Of copied files only those are reported that are large by their kind: archives, packages, programs in one file.
//! Caches of package managers are the matter of `size/package-cache-kept`.
//!
//! ## Fix
//! Joins the RUN with the one right before it, if that one has downloaded or installed what is removed. *Equivalent*: the
//! same commands run in the same order, in one layer. Where something stands between the two, or one of them could not go on
//! in the shell of the other, the finding says so.
//!
//! ## Sources
//! Docker's documentation, "Building best practices"; OCI image specification, `layer.md`, "Whiteouts".

use crate::edit::Effect;
use crate::finding::Severity;
use crate::ir::{Command, Step, is_large_by_name, is_small_by_name, lies_in};
use crate::knowledge::package_managers::Action;
use crate::rewrite::join_runs;
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;

pub const META: Meta = Meta {
    name: "size/cleanup-in-later-layer",
    severity: Severity::Info,
    effect: Some(Effect::Equivalent),
    ..Meta::on_by_default()
};

/// Something that a layer holds.
struct Held<'b> {
    /// Its paths, or the packages' names.
    names: Vec<String>,
    step: &'b Step<'b>,
    span: Span,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Copied,
    Downloaded,
    Installed,
}

/// As many things are compared with one command.
const MOST_HELD: usize = 200;

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(last) = cx.final_stage() else { return };
    let mut held: Vec<Held<'_>> = Vec::new();
    for step in cx.build.inherited_steps(last.index) {
        for command in cx.commands.of_step(step).iter().filter(|command| command.is_in_build()) {
            if let Some((at, name)) = removed(cx, command, &held) {
                report(cx, sink, command, &held[at], &name);
            }
        }
        hold(cx, step, &mut held);
    }
}

fn report(cx: &Context<'_>, sink: &mut Sink<'_>, command: &Command<'_>, held: &Held<'_>, name: &str) {
    let line = cx.source().line_at(held.span.start);
    let (verb, help) = match held.kind {
        Kind::Copied => {
            ("copied", "mount the file where it is needed, with `RUN --mount=type=bind`, and do not copy it".to_owned())
        }
        Kind::Downloaded => ("downloaded", format!("remove it at the end of the RUN in line {line}")),
        Kind::Installed => {
            ("installed", format!("remove it at the end of the RUN in line {line}, or install it in an earlier stage"))
        }
    };
    let span = if held.kind == Kind::Installed { command.verb_span() } else { command.name_span() };
    let report = sink
        .report(span, format!("`{name}` stays in the layer of line {line}, which has {verb} it"))
        .related(held.span, "this layer keeps it")
        .help(help);
    match join_runs(cx.build, held.step, command.step) {
        Ok(edits) => report.fix("join the two RUNs", Effect::Equivalent, edits),
        Err(refusal) if held.kind != Kind::Copied => report.no_fix(refusal),
        Err(_) => report,
    };
}

/// What the step's layer holds that a later one may want to get rid of.
fn hold<'b>(cx: &Context<'b>, step: &'b Step<'b>, held: &mut Vec<Held<'b>>) {
    if let Some(copied) = cx.build.copied_to(step) {
        // A destination that is called like an archive is a file, and no folder with one in it.
        let is_file = is_large_by_name(&copied.destination);
        let mut names = if is_file { vec![copied.destination] } else { copied.below };
        // A script or two are not worth a word.
        names.retain(|name| is_large_by_name(name));
        held.push(Held { names, step, span: step.instruction.keyword_span(), kind: Kind::Copied });
    }
    for command in cx.commands.of_step(step).iter().filter(|command| command.is_in_build()) {
        if let Some(invocation) = command.manager.as_ref().filter(|it| it.installs() && it.manager.is_system()) {
            let packages = invocation.packages().map(|package| package.name.to_owned());
            let group = invocation.flag("-t --virtual").and_then(|flag| flag.text()).map(str::to_owned);
            let names: Vec<String> = packages.chain(group).collect();
            held.push(Held { names, step, span: command.verb_span(), kind: Kind::Installed });
        }
        let output = command.download().and_then(|download| command.words.get(download.output?)?.value);
        if let Some(path) =
            output.and_then(|output| cx.build.path_of(command, output)).filter(|path| !is_small_by_name(path))
        {
            held.push(Held { names: vec![path], step, span: command.name_span(), kind: Kind::Downloaded });
        }
    }
}

/// The first thing of an earlier step that the command removes, and its name.
fn removed(cx: &Context<'_>, command: &Command<'_>, held: &[Held<'_>]) -> Option<(usize, String)> {
    let near = || {
        held.iter()
            .enumerate()
            .rev()
            .take(MOST_HELD)
            .filter(|(_, it)| it.step.instruction.span != command.step.instruction.span)
    };
    if let Some(invocation) =
        command.manager.as_ref().filter(|it| it.action == Action::Remove && it.manager.is_system())
    {
        let names: Vec<&str> = invocation.operands.iter().filter_map(|operand| operand.text).collect();
        return near().filter(|(_, it)| it.kind == Kind::Installed).find_map(|(at, it)| {
            let name = names.iter().find(|name| it.names.iter().any(|held| held == *name))?;
            Some((at, (*name).to_owned()))
        });
    }
    if command.name() != Some("rm") {
        return None;
    }
    let words = command.arguments().iter().filter_map(|word| word.pattern()).filter(|word| !word.starts_with('-'));
    let paths: Vec<String> = words
        .filter_map(|word| cx.build.path_of(command, word.strip_suffix("/*").unwrap_or(word)))
        .filter(|path| path != "/" && !path.contains(['*', '?', '[']))
        .collect();
    near().filter(|(_, it)| it.kind != Kind::Installed).find_map(|(at, it)| {
        let name = it.names.iter().find(|name| paths.iter().any(|path| lies_in(name, path)))?;
        Some((at, name.clone()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn copied_and_downloaded_files_stay() {
        fires!("COPY a.deb /tmp/\nRUN dpkg -i /tmp/a.deb && «rm» -f /tmp/a.deb\n");
        fires!("RUN curl -o /tmp/a.zip https://x/a.zip\nRUN «rm» -rf /tmp/*\n");
        fires!("WORKDIR /w\nADD https://x/a.jar a.jar\nRUN «rm» a.jar\n");
    }

    #[test]
    fn the_file_is_called_what_the_copy_calls_it() {
        let found =
            findings(&META, check, "FROM a\nCOPY x-1.2.tgz /tmp/x.tgz\nRUN tar xf /tmp/x.tgz && rm -rf /tmp/*\n");
        assert!(found[0].message.starts_with("`/tmp/x.tgz` "), "{found:?}");
    }

    #[test]
    fn neighbours_become_one_layer() {
        fixes!(
            "RUN curl -o /tmp/a.zip https://x/a.zip; b\nRUN rm -rf /tmp/*\n" =>
            "RUN { curl -o /tmp/a.zip https://x/a.zip; b; } \\\n    && rm -rf /tmp/*\n"
        );
        let far = "FROM debian:13\nRUN curl -o /tmp/a.zip https://x/a.zip\nRUN b\nRUN rm -rf /tmp/*\n";
        assert!(findings(&META, check, far)[0].fix.is_none());
    }

    #[test]
    fn packages_stay() {
        fires!("RUN apt-get install -y gcc\nRUN apt-get «purge» -y gcc\n");
        fires!("FROM alpine\nRUN apk add --virtual .build gcc\nRUN apk «del» .build\n");
    }

    #[test]
    fn what_the_same_run_removes_is_gone() {
        silent!("RUN apt-get install -y gcc && apt-get purge -y gcc\n");
        silent!("RUN curl -o /tmp/a https://x/a && rm /tmp/a\n");
    }

    #[test]
    fn files_of_the_base_image_must_be_removed_that_way() {
        silent!("COPY a.sh /tmp/\nRUN /tmp/a.sh && rm /tmp/a.sh\n");
        silent!("COPY a /etc/b\nRUN rm /etc/nginx/conf.d/default.conf\n");
        silent!("ADD a.tar.gz /tmp/\nRUN rm /tmp/a.tar.gz.sig\n");
    }

    #[test]
    fn other_stages_are_free() {
        silent!("FROM a AS b\nCOPY x /x\nRUN rm /x\nFROM a\nCOPY --from=b /y /y\n");
    }
}
