//! An address at which nothing answers any more.
//!
//! ## Why
//! Services are closed: the pool of SKS key servers, Bintray, `git://` at GitHub, `http://` at Maven Central. A RUN that
//! asks them fails, or waits until the time is up. As long as the layer is in a builder's cache nobody notices; the first
//! build on another machine does.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM alpine:3.22
//! RUN apk add --no-cache git && git clone git://github.com/example/tool.git
//! ```
//! ```dockerfile,good
//! FROM alpine:3.22
//! RUN apk add --no-cache git && git clone https://github.com/example/tool.git
//! ```
//!
//! Silent where the failure is caught (`|| ...`), in loops over several servers, and where a command replaces the
//! address: `sed`, `git config url...insteadOf`.
//!
//! ## Fix
//! Writes `https://` where the host still answers and only the scheme does not. *Content*: what failed is fetched.
//!
//! ## Sources
//! The announcements of the services, each named beside its row in `src/knowledge/dead_addresses.rs`.

use crate::edit::{Edit, Effect};
use crate::finding::Severity;
use crate::ir::Command;
use crate::knowledge::dead_addresses::{DeadAddress, find_dead_address};
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;
use crate::syntax::InstructionKind;

pub const META: Meta = Meta {
    name: "build/dead-address",
    severity: Severity::Error,
    effect: Some(Effect::Content),
    aliases: &["gpgUseHaPools"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for command in cx.commands.of_build() {
        let mut dead = command.arguments().iter().filter_map(|word| dead_address(cx, word.span)).peekable();
        if dead.peek().is_some() && uses_addresses(command) && !command.is_expected_to_fail() {
            dead.for_each(|(span, dead)| report(cx, sink, span, dead));
        }
    }
    for (step, transfer) in cx.transfers() {
        if matches!(step.instruction.kind, InstructionKind::Add(_)) {
            let sources = transfer.sources.iter().filter_map(|source| dead_address(cx, source.span()));
            sources.for_each(|(span, dead)| report(cx, sink, span, dead));
        }
    }
}

/// Whether the command takes its words for addresses, and does not merely look for them, print or replace them.
fn uses_addresses(command: &Command<'_>) -> bool {
    const OTHERS: &[&str] = &["sed", "grep", "egrep", "awk", "perl", "rm", "test", "["];
    let replaces = || command.words.iter().any(|word| word.written.to_ascii_lowercase().contains("insteadof"));
    command.name().is_some_and(|name| !OTHERS.contains(&name)) && !replaces()
}

/// The dead address in a word, and its place in the file.
fn dead_address(cx: &Context<'_>, word: Span) -> Option<(Span, DeadAddress)> {
    let (dead, place) = find_dead_address(cx.text(word))?;
    Some((Span::new(word.start + place.start, word.start + place.end), dead))
}

fn report(cx: &Context<'_>, sink: &mut Sink<'_>, span: Span, dead: DeadAddress) {
    let message = format!("`{}` answers no more: {}", cx.text(span), dead.reason);
    let report = sink.report(span, message).help(dead.instead);
    if let Some(scheme) = dead.living_scheme {
        report.fix(format!("write `{scheme}`"), Effect::Content, vec![Edit::replace(span, scheme)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn closed_services_are_reported_where_they_are_asked() {
        fires!("RUN gpg --keyserver «ha.pool.sks-keyservers.net» --recv-keys A\n");
        fires!(
            "RUN echo 'deb https://«apt.dockerproject.org»/repo debian-jessie main' > /etc/apt/sources.list.d/a.list\n"
        );
        fires!("RUN pip install git+«git://»github.com/a/b.git\n");
        fires!("ADD «http://»repo1.maven.org/maven2/a.jar /a.jar\n");
    }

    #[test]
    fn the_scheme_is_repaired_in_its_place() {
        fixes!(
            "RUN git clone 'git://github.com/a/b' && git clone git://example.com/c\n" =>
            "RUN git clone 'https://github.com/a/b' && git clone git://example.com/c\n"
        );
    }

    #[test]
    fn a_failure_that_is_caught_or_an_address_that_is_replaced_is_fine() {
        silent!(
            "RUN gpg --keyserver pool.sks-keyservers.net --recv-keys A || gpg --keyserver keys.openpgp.org --recv-keys A\n"
        );
        silent!("RUN git config --global url.https://github.com/.insteadOf git://github.com/\n");
        silent!("RUN sed -i s,http://repo1.maven.org,https://repo1.maven.org, pom.xml\n");
    }
}
