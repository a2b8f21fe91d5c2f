//! Something is fetched over a connection that anybody on the way can change, and nothing checks what came.
//!
//! ## Why
//! `http://`, `ftp://` and `git://` neither hide nor sign anything. Whoever sits between the builder and the server, a
//! router, a proxy, a DNS answer, can put another program into the image, and the build will not notice. With
//! `https://` or a checksum in the same RUN it would fail.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN curl -fsSL http://example.org/tool.tar.gz | tar -xz -C /opt
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN curl -fsSL https://example.org/tool.tar.gz | tar -xz -C /opt
//! ```
//!
//! Repositories of distributions are not meant: their package managers verify signatures. Addresses of this machine and
//! names without a dot, which only a private network knows, are not reported either.
//!
//! ## Fix
//! None: not every server answers to `https://`.
//!
//! ## Sources
//! CWE-319 and CWE-494; SonarQube S5332 and S6506; parfum `curlUseHttpsUrl` and `wgetUseHttpsUrl`; BuildKit, `ADD --checksum`.

use crate::ir::Command;
use crate::knowledge::dead_addresses::find_dead_address;
use crate::knowledge::package_managers::Invocation;
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;
use crate::syntax::InstructionKind;

pub const META: Meta = Meta {
    name: "security/plain-http-download",
    aliases: &["S5332", "curlUseHttpsUrl", "wgetUseHttpsUrl"],
    cwe: Some(319),
    security_severity: Some(60),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for fetch in cx.commands.downloads().iter().filter(|fetch| !fetch.is_checked) {
        for &index in &fetch.download.addresses {
            let Some(scheme) = plain_scheme(fetch.command.written(index)) else { continue };
            let Some(word) = fetch.command.words.get(index) else { continue };
            let program = fetch.download.program;
            let message = match fetch.run_by.and_then(Command::name) {
                Some(interpreter) => format!("`{interpreter}` runs what `{program}` fetches over `{scheme}`"),
                None => format!("`{program}` fetches over `{scheme}`, and nothing checks what comes"),
            };
            report(sink, word.span, message);
        }
    }
    for (command, manager) in cx.commands.package_managers().filter(|(_, manager)| !manager.manager.is_system()) {
        for (span, scheme) in index_addresses(command, manager) {
            report(sink, span, format!("`{}` takes packages from an index over `{scheme}`", manager.manager.name));
        }
    }
    for command in cx.commands.of_build() {
        // Packages of a repository are signed; of one that is named by its address, rpm takes what comes.
        let Some(program @ ("rpm" | "yum" | "dnf" | "microdnf" | "tdnf" | "zypper")) = command.name() else { continue };
        for (at, word) in command.words.iter().enumerate().skip(1) {
            let address = command.written(at);
            if let Some(scheme) = plain_scheme(address).filter(|_| address.ends_with(".rpm")) {
                report(sink, word.span, format!("`{program}` installs a package that comes over `{scheme}`"));
            }
        }
    }
    for (step, transfer) in cx.transfers() {
        let is_checked = step.instruction.flag("checksum").is_some();
        if is_checked || !matches!(step.instruction.kind, InstructionKind::Add(_)) {
            continue;
        }
        for source in &transfer.sources {
            if let Some(scheme) = plain_scheme(step.value(source)) {
                report(sink, source.span(), format!("`ADD` fetches over `{scheme}`, and nothing checks what comes"));
            }
        }
    }
}

fn report(sink: &mut Sink<'_>, span: Span, message: String) {
    sink.report(span, message)
        .help("write `https://` where the server offers it, or compare a checksum in the same step");
}

/// The options that name an index of packages, and are given a plain address.
fn index_addresses(command: &Command<'_>, manager: &Invocation<'_>) -> Vec<(Span, &'static str)> {
    let flags = manager.flags.iter().filter(|flag| {
        flag.is_one_of("-i --index-url --extra-index-url -f --find-links --registry --index --default-index --source")
    });
    flags
        .filter_map(|flag| {
            let word = flag.value?.word;
            let written = command.written(word);
            let value =
                written.split_once('=').filter(|_| written.starts_with('-')).map_or(written, |(_, value)| value);
            Some((command.words.get(word)?.span, plain_scheme(value)?))
        })
        .collect()
}

/// The scheme of an address in the open net that neither hides nor signs what it carries.
fn plain_scheme(address: &str) -> Option<&'static str> {
    // Where nothing answers, nobody can change the answer: `build/dead-address`.
    if find_dead_address(address).is_some() {
        return None;
    }
    let scheme = ["http://", "ftp://", "git://"].into_iter().find(|scheme| address.starts_with(*scheme))?;
    let authority = address[scheme.len()..].split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default();
    let is_number = host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let is_private =
        is_number && ["10.", "127.", "192.168.", "169.254.", "172."].iter().any(|net| host.starts_with(net));
    let is_local = !host.contains('.') || host.contains('$') || is_private || host.ends_with(".local");
    (!is_local).then_some(scheme)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn plain_addresses_are_reported_also_with_variables() {
        fires!("RUN wget «http://example.org/a.tgz»\n");
        fires!("RUN curl -fsSL \\\n  -o a «\"http://example.org/a-${V}.tgz\"»\n");
        fires!("RUN git clone «git://example.org/a.git»\n");
        fires!("ADD «http://example.org/a.tgz» /a\n");
        fires!("RUN yum install -y «http://example.org/a.rpm» b && rpm -i «http://example.org/b.rpm»\n");
        fires!("RUN pip install -i «http://pypi.example.org/simple» a\n");
    }

    #[test]
    fn a_checksum_makes_up_for_it() {
        silent!("RUN wget http://example.org/a.tgz && echo \"$SUM  a.tgz\" | sha256sum -c\n");
        silent!(
            "ADD --checksum=sha256:b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c http://example.org/a /a\n"
        );
    }

    #[test]
    fn addresses_that_nobody_else_reaches_are_not_meant() {
        silent!("RUN curl http://localhost:8080/ http://127.0.0.1 http://10.0.0.1 http://proxy:3128 http://$HOST/a\n");
        silent!("HEALTHCHECK CMD curl http://example.org\n");
    }

    #[test]
    fn signed_repositories_are_not_meant() {
        silent!("RUN apk add -X http://dl-cdn.alpinelinux.org/alpine/edge/main curl\n");
    }
}
