//! A downloaded archive is unpacked and then stays in the image.
//!
//! ## Why
//! After `wget tool.tar.gz && tar -xf tool.tar.gz` the layer holds the archive and what came out of it, so the download
//! counts twice. Nothing reads the archive again.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13-slim
//! RUN wget https://example.com/tool.tar.gz && tar -xzf tool.tar.gz -C /opt
//! ```
//! ```dockerfile,good
//! FROM debian:13-slim
//! RUN wget https://example.com/tool.tar.gz && tar -xzf tool.tar.gz -C /opt && rm tool.tar.gz
//! ```
//!
//! ## Fix
//! Ends the RUN with the removal of the archive. *Content*: the archive may be wanted by a program that dfx cannot see
//! through. Only in a plain `&&` chain that ends in the directory in which the archive was fetched.
//!
//! ## Sources
//! Parfum's rule `tarSomethingRmTheSomething`; Docker's best practices for `RUN`.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{Command, Fetch};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "size/archive-kept",
    severity: Severity::Info,
    effect: Some(Effect::Content),
    aliases: &["tarSomethingRmTheSomething"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for fetch in cx.commands.downloads() {
        let step = fetch.command.step;
        if !cx.shapes_final_image(step) || step.mounts().iter().any(|mount| mount.kind != "secret") {
            continue;
        }
        let Some(archive) = archive(&fetch) else { continue };
        let here = cx.commands.of_step(step);
        let behind = || {
            here.iter().filter(|other| other.name_span().start > fetch.command.name_span().start).take(MOST_COMMANDS)
        };
        let Some(unpack) = behind().find(|other| unpacks(other, archive)) else { continue };
        if behind().any(|other| may_take_away(other, archive)) || is_mentioned_later(cx, &fetch, archive) {
            continue;
        }
        let report = sink
            .report(fetch.command.name_span(), format!("`{archive}` stays in the image beside what came out of it"))
            .related(unpack.name_span(), "unpacks it")
            .help(format!("remove `{archive}` at the end of this RUN, or pipe the download into `tar`"));
        if let Some(removal) = removal(cx, &fetch, archive) {
            report.fix(format!("remove `{archive}` at the end"), Effect::Content, vec![removal]);
        }
    }
}

/// `&& rm archive` at the end of the RUN.
fn removal(cx: &Context<'_>, fetch: &Fetch<'_, '_>, archive: &str) -> Option<Edit> {
    let written = fetch.download.output.map_or(archive, |output| fetch.command.written(output));
    let end = cx.build.chain_end(fetch.command.step)?;
    let fetched = fetch.command.invoked.as_ref().filter(|invoked| invoked.circumstances.depth == 0)?;
    let last = cx.commands.of_step(fetch.command.step).last()?.invoked.as_ref()?;
    // `cd` itself is counted to the directory that it leaves.
    let stays = last.name() != Some("cd") && last.circumstances.directory == fetched.circumstances.directory;
    let sudo = if fetched.wrapper("sudo").is_some() { "sudo " } else { "" };
    (written.starts_with('/') || stays).then(|| Edit::insert(end.offset, format!("{}{sudo}rm {written}", end.joint)))
}

const MOST_COMMANDS: usize = 200;

const ENDINGS: &[&str] = &[".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar.zst", ".zip"];

/// The name of the archive that the download writes.
fn archive<'c>(fetch: &'c Fetch<'_, '_>) -> Option<&'c str> {
    let path = match fetch.download.output {
        Some(output) => fetch.command.written(output),
        // Without -O or -J curl writes to its standard output.
        None if fetch.download.program == "curl"
            && !fetch.download.flags.iter().any(|flag| flag.is_one_of("-O --remote-name")) =>
        {
            return None;
        }
        None => fetch.command.written(*fetch.download.addresses.first()?),
    };
    let name = path.rsplit('/').next()?;
    let is_followed = fetch.command.invoked.as_ref().is_some_and(|invoked| invoked.circumstances.piped_into.is_some());
    (!is_followed && ENDINGS.iter().any(|ending| name.ends_with(ending))).then_some(name)
}

fn unpacks(command: &Command<'_>, archive: &str) -> bool {
    matches!(command.name(), Some("tar" | "unzip" | "bsdtar")) && names(command, archive)
}

fn names(command: &Command<'_>, archive: &str) -> bool {
    command.arguments().iter().any(|word| word.written.trim_matches(['"', '\'']).rsplit('/').next() == Some(archive))
}

/// Whether the command removes the archive, or may: a move, or the removal of something that dfx cannot compare.
fn may_take_away(command: &Command<'_>, archive: &str) -> bool {
    let caches = ["/var/lib/apt", "/var/cache", "/root/.cache"];
    match command.name() {
        Some("rm") => command
            .arguments()
            .iter()
            .filter(|word| !word.written.starts_with('-'))
            .any(|word| !caches.iter().any(|cache| word.written.starts_with(cache))),
        Some("mv" | "cp" | "find" | "unlink" | "install" | "shred" | "trash") => true,
        None => !command.words.is_empty(),
        Some(name) => name.contains("clean") && names(command, archive),
    }
}

fn is_mentioned_later(cx: &Context<'_>, fetch: &Fetch<'_, '_>, archive: &str) -> bool {
    let end = fetch.command.step.instruction.span.end;
    cx.source().text().get(end..).is_some_and(|rest| rest.contains(archive))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn names_from_options_and_addresses_are_followed() {
        fires!("RUN «curl» -fsSLO https://x/a-$V.tgz && tar xzf a-$V.tgz\n");
        fires!("RUN cd /tmp && «curl» -o /tmp/a.zip https://x && unzip a.zip && rm -rf /var/lib/apt/lists/*\n");
    }

    #[test]
    fn the_archive_is_removed_where_it_was_fetched() {
        fixes!(
            "RUN wget https://x/a.tgz \\\n && tar xf a.tgz\n" =>
            "RUN wget https://x/a.tgz \\\n && tar xf a.tgz \\\n && rm a.tgz\n"
        );
        fixes!(
            "RUN curl -o /tmp/a.zip https://x && cd /opt && unzip /tmp/a.zip\n" =>
            "RUN curl -o /tmp/a.zip https://x && cd /opt && unzip /tmp/a.zip && rm /tmp/a.zip\n"
        );
        let unfixed = |text: &str| findings(&META, check, text).iter().all(|finding| finding.fix.is_none());
        assert!(unfixed("RUN wget https://x/a.tgz && tar xf a.tgz && cd a && make\n"));
        assert!(unfixed("RUN wget https://x/a.tgz; tar xf a.tgz\n"));
    }

    #[test]
    fn removed_archives_are_gone() {
        silent!("RUN wget https://x/a.zip && unzip a.zip && rm a.zip\n");
        silent!("RUN cd /tmp && wget https://x/a.zip && unzip a.zip && rm -rf /tmp/*\n");
    }

    #[test]
    fn pipes_keep_no_file() {
        silent!("RUN curl https://x/a.tar.gz | tar xz\n");
        silent!("RUN wget -O - https://x/a.tar.gz | tar xz\n");
    }

    #[test]
    fn build_stages_may_keep_it() {
        silent!("FROM a AS b\nRUN wget https://x/a.zip && unzip a.zip\nFROM a\nCOPY --from=b /x /x\n");
    }
}
