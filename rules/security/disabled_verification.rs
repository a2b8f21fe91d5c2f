//! A program is told not to verify whom it talks to, or what it gets.
//!
//! ## Why
//! `curl -k`, `pip --trusted-host`, `apt-get --allow-unauthenticated` and their like go on where the certificate or the
//! signature is wrong. That is just the case in which somebody else answers. Set by ENV, or written into a configuration
//! file, it also holds for everything that the container will do.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! ENV NODE_TLS_REJECT_UNAUTHORIZED=0
//! RUN curl -fsSLk https://example.com/tool -o /usr/local/bin/tool
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! COPY own-authority.crt /usr/local/share/ca-certificates/
//! RUN update-ca-certificates \
//!     && curl -fsSL https://example.com/tool -o /usr/local/bin/tool
//! ```
//!
//! A download whose checksum is compared in the same RUN needs no certificate and is not reported.
//!
//! ## Fix
//! None: without the option the build fails until the certificate or key that is missing has been added.
//!
//! ## Sources
//! CWE-295 (certificates), CWE-347 (signatures); Checkov CKV2_DOCKER_2 to 16; SonarQube S4830; the manual pages of the
//! programs.

use crate::ir::Command;
use crate::knowledge::package_managers::{Invocation, Operand};
use crate::rules::{Context, Meta, Report, Sink};
use crate::source::Span;
use crate::syntax::{InstructionKind, Pair};

pub const META: Meta = Meta {
    name: "security/disabled-verification",
    aliases: &[
        "CKV2_DOCKER_2",
        "CKV2_DOCKER_3",
        "CKV2_DOCKER_4",
        "CKV2_DOCKER_5",
        "CKV2_DOCKER_6",
        "CKV2_DOCKER_7",
        "CKV2_DOCKER_8",
        "CKV2_DOCKER_9",
        "CKV2_DOCKER_10",
        "CKV2_DOCKER_11",
        "CKV2_DOCKER_12",
        "CKV2_DOCKER_13",
        "CKV2_DOCKER_14",
        "CKV2_DOCKER_15",
        "CKV2_DOCKER_16",
        "S4830",
        "CIS-DI-0011",
    ],
    cwe: Some(295),
    security_severity: Some(65),
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    downloads(cx, sink);
    for (command, manager) in cx.commands.package_managers() {
        let Some(flag) = manager.unverified() else { continue };
        let Some(word) = command.words.get(flag.word) else { continue };
        if installs_own_files(command, manager) {
            continue;
        }
        let setting = flag.text().filter(|_| flag.name == "--setopt");
        let written = setting.map_or(flag.name.clone(), |setting| format!("{}={setting}", flag.name));
        let what = format!("`{written}` tells `{}` not to verify what it installs", manager.manager.name);
        let report = told(sink, word.span, what);
        // A manager has several codes where it has several flags.
        let code = match flag.name.as_str() {
            "--force-yes" => Some("CKV2_DOCKER_11"),
            _ if setting.is_some_and(is_of_certificates) => Some("CKV2_DOCKER_15"),
            _ => manager.manager.codes.unverified.first().copied(),
        };
        // Packages of a distribution are signed; those of a language come from a server with a certificate.
        let is_signature = manager.manager.is_system() && !setting.is_some_and(is_of_certificates);
        let report = report.alias(if is_signature { "CIS-DI-0011" } else { "S4830" });
        if let Some(code) = code {
            report.alias(code);
        }
    }
    for command in cx.commands.of_build() {
        settings(command, sink);
        assignments(command, sink);
    }
    for step in cx.build.steps() {
        if let InstructionKind::Env(pairs) | InstructionKind::Arg(pairs) = &step.instruction.kind {
            pairs.pairs.iter().for_each(|pair| variable(pair, sink));
        }
    }
}

/// Whether a setting of `dnf` is about the server's certificate, not about the signature of a package.
fn is_of_certificates(setting: &str) -> bool {
    setting.contains("sslverify")
}

/// Whether all that the command installs are files, which an earlier step has built or brought.
fn installs_own_files(command: &Command<'_>, manager: &Invocation<'_>) -> bool {
    let is_file = |operand: &Operand<'_>| {
        let written = command.written(operand.word);
        written.starts_with(['/', '.']) || written.contains('*')
    };
    let has_files = manager.operands.iter().any(is_file);
    manager.manager.is_system()
        && has_files
        && manager.operands.iter().all(is_file)
        && command.step.instruction.text.text().find("://").is_none()
}

fn told<'s>(sink: &'s mut Sink<'_>, span: Span, what: impl Into<String>) -> Report<'s> {
    sink.report(span, what).help("take it out, and add the certificate or the signing key that is missing")
}

fn downloads(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for fetch in cx.commands.downloads().iter().filter(|fetch| !fetch.is_checked) {
        let Some(word) = fetch.download.unverified.and_then(|index| fetch.command.words.get(index)) else { continue };
        let is_local = |address: &str| {
            let host = address.split_once("://").map_or(address, |(_, rest)| rest);
            host.starts_with("localhost") || host.starts_with("127.") || host.starts_with("[::1]")
        };
        if fetch.download.addresses.iter().any(|&index| is_local(fetch.command.written(index))) {
            continue;
        }
        let program = fetch.download.program;
        let what = format!("`{program}` does not verify who answers it");
        let code = match program {
            "curl" => Some("CKV2_DOCKER_2"),
            "wget" => Some("CKV2_DOCKER_3"),
            _ => None,
        };
        let report = told(sink, word.span, what).alias("S4830");
        if let Some(code) = code {
            report.alias(code);
        }
    }
}

/// Variables that turn verification off, with the values that do (`*` for any), and the code of the case.
const VARIABLES: &[(&str, &[&str], Option<&str>)] = &[
    ("CONDA_SSL_VERIFY", &["false", "0", "no"], None),
    ("GIT_SSL_NO_VERIFY", &["true", "1"], Some("CKV2_DOCKER_14")),
    ("NODE_TLS_REJECT_UNAUTHORIZED", &["0"], Some("CKV2_DOCKER_6")),
    ("NPM_CONFIG_STRICT_SSL", &["false"], Some("CKV2_DOCKER_12")),
    ("PIP_TRUSTED_HOST", &["*"], Some("CKV2_DOCKER_16")),
    ("PYTHONHTTPSVERIFY", &["0"], Some("CKV2_DOCKER_5")),
    ("UV_INSECURE_HOST", &["*"], None),
    ("YARN_ENABLE_STRICT_SSL", &["false", "0"], None),
    ("YARN_STRICT_SSL", &["false", "0"], None),
];

fn unverifying(name: &str, value: &str) -> Option<Option<&'static str>> {
    let (_, values, code) = VARIABLES.iter().find(|(variable, ..)| variable.eq_ignore_ascii_case(name))?;
    let is_off = values.iter().any(|off| *off == "*" && !value.is_empty() || off.eq_ignore_ascii_case(value));
    is_off.then_some(*code)
}

fn variable(pair: &Pair, sink: &mut Sink<'_>) {
    let Some(value) = &pair.value else { return };
    let name = pair.name.text();
    if let Some(code) = unverifying(name, value.text().trim_matches(['"', '\''])) {
        report_variable(sink, pair.span(), name, code);
    }
}

fn assignments(command: &Command<'_>, sink: &mut Sink<'_>) {
    let Some(invoked) = &command.invoked else { return };
    for assignment in invoked.simple.assignments.iter().chain(&invoked.simple.declared) {
        let [value] = assignment.value.as_slice() else { continue };
        if let Some(code) = value.literal().and_then(|value| unverifying(&assignment.name, value)) {
            report_variable(sink, invoked.to_file(assignment.span), &assignment.name, code);
        }
    }
}

fn report_variable(sink: &mut Sink<'_>, span: Span, name: &str, code: Option<&'static str>) {
    let report = told(sink, span, format!("`{name}` turns the verification of certificates off")).alias("S4830");
    if let Some(code) = code {
        report.alias(code);
    }
}

/// Settings that a command writes: words that must come one after another, in lower case, and the codes of the case.
const SETTINGS: &[(&str, &[&str], &[&str])] = &[
    ("git", &["config", "http.sslverify", "false"], &["S4830"]),
    ("npm", &["config", "set", "strict-ssl", "false"], &["CKV2_DOCKER_13", "S4830"]),
    ("npm", &["config", "set", "strict-ssl=false"], &["CKV2_DOCKER_13", "S4830"]),
    ("npm", &["set", "strict-ssl", "false"], &["CKV2_DOCKER_13", "S4830"]),
    ("yarn", &["config", "set", "strict-ssl", "false"], &["CKV2_DOCKER_13", "S4830"]),
    ("pnpm", &["config", "set", "strict-ssl", "false"], &["CKV2_DOCKER_13", "S4830"]),
    ("conda", &["config", "--set", "ssl_verify", "false"], &["S4830"]),
    ("conda", &["config", "--set", "ssl_verify", "no"], &["S4830"]),
    ("pip", &["config", "set", "global.trusted-host"], &["CKV2_DOCKER_4", "S4830"]),
    ("pip3", &["config", "set", "global.trusted-host"], &["CKV2_DOCKER_4", "S4830"]),
    ("composer", &["config", "disable-tls", "true"], &["S4830"]),
    ("composer", &["config", "secure-http", "false"], &["S4830"]),
    ("rpm", &["--nosignature"], &["CKV2_DOCKER_10", "CIS-DI-0011"]),
    ("rpm", &["--nodigest"], &["CKV2_DOCKER_10", "CIS-DI-0011"]),
    ("ssh", &["stricthostkeychecking=no"], &[]),
    ("ssh", &["-ostricthostkeychecking=no"], &[]),
    ("scp", &["stricthostkeychecking=no"], &[]),
    ("scp", &["-ostricthostkeychecking=no"], &[]),
];

/// What is written into configuration files: the text in lower case, what it turns off, and the codes of the case.
const CONFIGURATIONS: &[(&str, &str, &[&str])] = &[
    ("[trusted=yes", "signatures of a repository", &["CIS-DI-0011"]),
    (" trusted=yes]", "signatures of a repository", &["CIS-DI-0011"]),
    ("allowinsecurerepositories \"true", "signatures of repositories", &["CIS-DI-0011"]),
    ("allowunauthenticated \"true", "signatures of packages", &["CKV2_DOCKER_8", "CIS-DI-0011"]),
    ("gpgcheck=0", "signatures of packages", &["CIS-DI-0011"]),
    ("gpgcheck = 0", "signatures of packages", &["CIS-DI-0011"]),
    ("sslverify=0", "certificates of repositories", &["CKV2_DOCKER_15", "S4830"]),
    ("sslverify=false", "certificates of repositories", &["CKV2_DOCKER_15", "S4830"]),
    ("strict-ssl=false", "certificates of registries", &["CKV2_DOCKER_13", "S4830"]),
    ("stricthostkeychecking no", "keys of hosts", &[]),
];

fn settings(command: &Command<'_>, sink: &mut Sink<'_>) {
    let Some(name) = command.name() else { return };
    let mut found = SETTINGS.iter().filter(|(program, ..)| *program == name);
    if let Some((span, codes)) = found.find_map(|(_, words, codes)| Some((in_sequence(command, words)?, *codes))) {
        told(sink, span, format!("`{name}` is told to verify nothing")).aliases(codes);
        return;
    }
    // Only what writes: `grep` and `sed` may look for it, or take it out.
    if !matches!(name, "echo" | "printf" | "tee" | "cat") {
        return;
    }
    for (index, word) in command.words.iter().enumerate().skip(1) {
        let written = command.written(index).to_ascii_lowercase().replace('\\', "");
        let Some((_, what, codes)) = CONFIGURATIONS.iter().find(|(text, ..)| written.contains(text)) else { continue };
        told(sink, word.span, format!("a configuration says not to verify {what}")).aliases(codes);
    }
}

/// The place of the words in the command, in this order, options between them left out of account.
fn in_sequence(command: &Command<'_>, wanted: &[&str]) -> Option<Span> {
    let mut words = command.arguments().iter();
    let mut span: Option<Span> = None;
    for want in wanted {
        let word = words.find(|word| word.value.is_some_and(|value| value.eq_ignore_ascii_case(want)))?;
        span = Some(span.map_or(word.span, |span| span.cover(word.span)));
    }
    span
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn options_of_downloads_and_package_managers_are_reported() {
        fires!("RUN curl «-fsSLk» https://x.io/a -o a\n");
        fires!("RUN wget «--no-check-certificate» https://x.io/a\n");
        fires!("RUN git «-c» http.sslVerify=false clone https://x.io/a.git\n");
        fires!("RUN apt-get install -y «--allow-unauthenticated» a\n");
        fires!("RUN pip install «--trusted-host» pypi.org a\n");
        fires!("RUN rpm -i «--nosignature» a.rpm\n");
    }

    #[test]
    fn a_setting_has_the_codes_of_what_it_turns_off() {
        let found = |text: &str| findings(&META, check, text).remove(0);
        let of_server = found("FROM fedora:43\nRUN dnf install -y --setopt=sslverify=false a\n");
        assert!(of_server.message.starts_with("`--setopt=sslverify=false` tells `dnf`"), "{}", of_server.message);
        assert!(of_server.aliases.contains(&"CKV2_DOCKER_15") && of_server.aliases.contains(&"S4830"));
        assert!(found("FROM fedora:43\nRUN dnf install -y --nogpgcheck a\n").aliases.contains(&"CKV2_DOCKER_9"));
    }

    #[test]
    fn settings_are_reported() {
        fires!("RUN npm «config set strict-ssl false»\n");
        fires!("RUN git «config --global http.sslVerify false»\n");
        fires!("RUN echo «'deb [trusted=yes] https://x.io/ a b'» > /etc/apt/sources.list.d/a.list\n");
        fires!("RUN printf «\"[a]\\ngpgcheck=0\\n\"» > /etc/yum.repos.d/a.repo\n");
        silent!("RUN npm config set strict-ssl true && git config --global http.sslVerify true\n");
        silent!("RUN sed -i 's/gpgcheck=0/gpgcheck=1/' /etc/yum.repos.d/a.repo\n");
    }

    #[test]
    fn variables_are_reported_in_env_and_in_the_shell() {
        fires!("ENV «NODE_TLS_REJECT_UNAUTHORIZED=0» A=b\n");
        fires!("RUN «GIT_SSL_NO_VERIFY=true» git clone https://x.io/a\n");
        fires!("RUN export «PYTHONHTTPSVERIFY=0» && ./a\n");
        silent!("ENV NODE_TLS_REJECT_UNAUTHORIZED=1 PIP_TRUSTED_HOST=\"\"\n");
    }

    #[test]
    fn packages_that_the_build_has_made_itself_need_no_signature() {
        silent!("COPY a.apk /tmp/\nRUN apk add --allow-untrusted /tmp/*.apk\n");
        fires!("RUN wget https://x.io/a.apk && apk add «--allow-untrusted» ./a.apk\n");
    }

    #[test]
    fn a_checksum_or_the_own_machine_needs_no_certificate() {
        silent!("RUN curl -k https://x.io/a -o a && echo \"$SUM a\" | sha256sum -c\n");
        silent!("RUN curl -k https://localhost:8443/\nHEALTHCHECK CMD curl -k https://x.io/\n");
    }
}
