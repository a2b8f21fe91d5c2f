//! curl saves the page of an error as if it were the file.
//!
//! ## Why
//! For curl, "404 Not Found" is an answer like any other: without `--fail` it writes the server's page into the file and
//! succeeds. Where nothing behind it reads the file, as with a program that only gets its mode, the build succeeds too,
//! and the image holds a page of HTML in the place of the program.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN curl -L -o /usr/local/bin/tool https://example.com/v1/tool && chmod +x /usr/local/bin/tool
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN curl -f -L -o /usr/local/bin/tool https://example.com/v1/tool && chmod +x /usr/local/bin/tool
//! ```
//!
//! Silent where a later command of the stage may read the file: tar, unzip, a checksum, the program itself.
//!
//! ## Fix
//! Adds `-f`. *Content*: where the server answers with an error, the build now fails.
//!
//! ## Sources
//! curl(1), `--fail`; binnacle, `curlUseFlagF`.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::{Command, Fetch};
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "shell/unnoticed-download-failure",
    severity: Severity::Info,
    effect: Some(Effect::Content),
    aliases: &["curlUseFlagF"],
    ..Meta::on_by_default()
};

/// Options with which curl fails, asks for something else than a file, or has its answer looked at.
const OTHERWISE: &str = "-f --fail --fail-with-body -I --head -w --write-out -d --data --data-raw --data-binary -X \
                         --request -T --upload-file -K --config";

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for fetch in cx.commands.downloads().iter().filter(|fetch| fetch.download.program == "curl" && !fetch.is_checked) {
        let command = fetch.command;
        if fetch.run_by.is_some()
            || fetch.download.flags.iter().any(|flag| flag.is_one_of(OTHERWISE))
            || may_hide_options(command)
        {
            continue;
        }
        let Some(file) = saved_as(fetch) else { continue };
        // apt refuses a repository whose key is none.
        let is_key = [".gpg", ".asc", ".key"].iter().any(|end| file.ends_with(end));
        if is_key || is_read_later(cx, command, &file) {
            continue;
        }
        let report = sink
            .report(
                command.name_span(),
                format!("`curl` would save the server's error page as `{file}`, and nothing would notice"),
            )
            .help("add `-f`: curl fails where the server does");
        if command.words.first().is_some_and(|word| word.is_contiguous) {
            let edit = Edit::insert(command.name_span().end, " -f");
            report.fix("add `-f`", Effect::Content, vec![edit]);
        }
    }
}

/// Whether a variable stands where options may.
fn may_hide_options(command: &Command<'_>) -> bool {
    (1..command.words.len()).any(|at| command.words[at].value.is_none() && command.written(at).starts_with('$'))
}

/// The file that curl writes, as written; `None` for one whose name the file does not say, and for standard output.
fn saved_as(fetch: &Fetch<'_, '_>) -> Option<String> {
    let written = |index: usize| fetch.command.written(index);
    if let Some(output) = fetch.download.output {
        // `-ofile`, `--output=file`
        let word = written(output);
        let name = word.strip_prefix("--output=").or_else(|| word.strip_prefix("-o")).unwrap_or(word);
        return (name != "-" && !name.starts_with("/dev/")).then(|| name.to_owned());
    }
    let is_named_by_address = fetch.download.flags.iter().any(|flag| flag.is_one_of("-O --remote-name"));
    let [address] = fetch.download.addresses[..] else { return None };
    let name = written(address).split(['?', '#']).next()?.rsplit('/').next()?;
    (is_named_by_address && !name.is_empty()).then(|| name.to_owned())
}

/// Whether a later command of the stage may look into the file, and so fail where it is not what it should be.
fn is_read_later(cx: &Context<'_>, command: &Command<'_>, file: &str) -> bool {
    const BLIND: &[&str] = &["chmod", "chown", "mv", "cp", "ln", "ls", "mkdir", "install", "rm", "echo"];
    let name = file.rsplit('/').next().unwrap_or(file);
    let end = command.span().end;
    let is_behind = |other: &&Command<'_>| other.step.stage == command.step.stage && other.name_span().start > end;
    cx.commands.of_build().filter(is_behind).any(|other| {
        let mentions = |at: usize| {
            let written = other.written(at);
            written.contains(name) || written.contains(['*', '?']) || written.starts_with('$')
        };
        let is_blind = other.name().is_some_and(|name| BLIND.contains(&name));
        !is_blind && (0..other.words.len()).any(mentions)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_file_that_nothing_reads_is_reported() {
        fires!("RUN «curl» -sSL https://x.io/a -o /usr/bin/a && chmod +x /usr/bin/a\n");
        fires!("RUN cd /tmp && «curl» -LO https://x.io/a.jar\n");
    }

    #[test]
    fn who_fails_or_looks_is_fine() {
        silent!("RUN curl -fsSL https://x.io/a -o a && curl --fail -LO https://x.io/b\n");
        silent!(
            "RUN curl -L https://x.io/a.tgz -o a.tgz && tar xf a.tgz && curl -LO https://x.io/b.deb && dpkg -i *.deb\n"
        );
        silent!("RUN curl -L https://x.io/a -o /tmp/a && sh /tmp/a\n");
    }

    #[test]
    fn what_is_no_download_of_a_file_is_left_alone() {
        silent!(
            "RUN curl -s https://x.io/a && curl -o /dev/null https://x.io/b && curl $OPTIONS -o a https://x.io/a\n"
        );
        silent!("HEALTHCHECK CMD curl -o a http://localhost/\n");
    }
}
