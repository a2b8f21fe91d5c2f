//! A line for `sha256sum -c` that BusyBox cannot read.
//!
//! ## Why
//! Between checksum and file name stand two blanks, or a blank and `*`. GNU's program reads a line with one blank as well;
//! BusyBox's, in Alpine, says "invalid format" and fails. Without quotes the shell makes one blank of two.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM alpine:3.22
//! ADD https://example.com/tool /usr/local/bin/tool
//! RUN echo "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c /usr/local/bin/tool" | sha256sum -c -
//! ```
//! ```dockerfile,good
//! FROM alpine:3.22
//! ADD https://example.com/tool /usr/local/bin/tool
//! RUN echo "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c  /usr/local/bin/tool" | sha256sum -c -
//! ```
//!
//! ## Fix
//! Adds the second blank where the line stands in quotes. *Content*: what failed is compared.
//!
//! ## Sources
//! BusyBox, `coreutils/md5_sha1_sum.c`; sha256sum(1); binnacle, `sha256sumEchoOneSpaces`.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::Command;
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;

pub const META: Meta = Meta {
    name: "build/misread-checksum",
    severity: Severity::Error,
    effect: Some(Effect::Content),
    aliases: &["sha256sumEchoOneSpaces"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for command in cx.commands.of_build() {
        let Some(program) = checked_by(command).filter(|_| is_read_by_busybox(cx, command)) else { continue };
        let [line] = command.arguments() else {
            if let [sum, file] = command.arguments()
                && !cx.text(sum.span).starts_with('-')
                && !cx.text(file.span).starts_with('*')
            {
                sink.report(
                    sum.span.cover(file.span),
                    format!("`{program}` of BusyBox wants two blanks, and gets one"),
                )
                .help("put the line in quotes, with two blanks");
            }
            continue;
        };
        let text = cx.text(line.span);
        let is_quoted = text.len() > 2 && text.starts_with('"') && text.ends_with('"');
        let Some(blank) = text.find(' ').filter(|_| is_quoted && text.matches(' ').count() == 1) else { continue };
        if text[blank + 1..].starts_with('*') {
            continue;
        }
        let place = line.span.start + blank;
        let report = sink
            .report(line.span, format!("`{program}` of BusyBox wants two blanks before the file's name, not one"))
            .help("write a second blank");
        if line.is_contiguous {
            report.fix("write a second blank", Effect::Content, vec![Edit::insert(place, " ")]);
        }
    }
}

/// The program that compares the checksums that the command prints.
fn checked_by<'b>(command: &'b Command<'_>) -> Option<&'b str> {
    let reader = command.invoked.as_ref()?.circumstances.piped_into?;
    let words = reader.words.get(reader.wrapping.head..)?;
    let program = words.first()?.literal()?;
    let is_sum = matches!(program, "md5sum" | "sha1sum" | "sha256sum" | "sha512sum");
    let checks = words.iter().any(|word| matches!(word.literal(), Some("-c" | "-cs" | "-sc" | "-cw")));
    (command.name() == Some("echo") && is_sum && checks).then_some(program)
}

/// Whether the image's program is BusyBox's.
fn is_read_by_busybox(cx: &Context<'_>, command: &Command<'_>) -> bool {
    let stage = command.step.stage;
    let family =
        cx.build.image_facts(stage).and_then(|facts| facts.distribution).map(|distribution| distribution.family);
    let brings_gnu = |span: Span| cx.text(span).contains("coreutils");
    matches!(family, Some("alpine" | "busybox"))
        && !cx.build.inherited_steps(stage).iter().any(|step| brings_gnu(step.instruction.span))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_single_blank_is_reported() {
        fires!("FROM alpine\nRUN echo «$SUM  a.tgz» | sha256sum -c\n");
        fixes!(
            "FROM node:24-alpine\nRUN echo \"${SUM} a.tgz\" | sha512sum -c -\n" =>
            "FROM node:24-alpine\nRUN echo \"${SUM}  a.tgz\" | sha512sum -c -\n"
        );
    }

    #[test]
    fn lines_that_busybox_reads_are_fine() {
        silent!("FROM alpine\nRUN echo \"$SUM  a\" | sha256sum -c && echo \"$SUM *a\" | sha256sum -c -\n");
        silent!("FROM alpine\nRUN echo $SUM *a | sha256sum -c\n");
    }

    #[test]
    fn gnu_reads_one_blank_as_well() {
        silent!("FROM debian\nRUN echo \"$SUM a\" | sha256sum -c\n");
        silent!("FROM alpine\nRUN apk add coreutils && echo \"$SUM a\" | sha256sum -c\n");
    }
}
