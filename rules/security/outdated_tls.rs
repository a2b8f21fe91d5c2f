//! A connection, or the whole image, may use a version of TLS that can be broken.
//!
//! ## Why
//! SSL 2 and 3, TLS 1.0 and 1.1 have been forbidden since 2021: who is on the way can read and change what they carry.
//! `MinProtocol = TLSv1` and `SECLEVEL=1` in `openssl.cnf` allow them, or keys that are too short, for all programs of the
//! image, mostly because of one old server.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN sed -i 's/MinProtocol = TLSv1.2/MinProtocol = TLSv1/' /etc/ssl/openssl.cnf
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN sed -i 's/MinProtocol = TLSv1.2/MinProtocol = TLSv1.3/' /etc/ssl/openssl.cnf
//! ```
//!
//! ## Fix
//! None: the server that needs it has to be brought up to date, or given a client with a setting of its own.
//!
//! ## Sources
//! RFC 8996, "Deprecating TLS 1.0 and TLS 1.1"; CWE-327; SonarQube S4423; curl(1); config(5) and SSL_CONF_cmd(3) of OpenSSL.

use crate::ir::Command;
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;

pub const META: Meta = Meta {
    name: "security/outdated-tls",
    aliases: &["S4423"],
    cwe: Some(327),
    security_severity: Some(55),
    ..Meta::on_by_default()
};

const OLD_VERSIONS: &[&str] =
    &["ssl", "sslv2", "sslv3", "tlsv1", "tlsv1_0", "tlsv1_1", "tlsv1.0", "tlsv1.1", "1.0", "1.1"];

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for command in cx.commands.of_build() {
        if let Some((span, what)) = of_client(command).or_else(|| of_configuration(command)) {
            sink.report(span, format!("{what} that can be broken"))
                .help("use TLS 1.2 or later; where an old server needs less, allow it for that connection only");
        }
    }
}

/// `curl --tlsv1.0`, `wget --secure-protocol=SSLv3`
fn of_client(command: &Command<'_>) -> Option<(Span, String)> {
    let download = command.download()?;
    let flag = download.flags.iter().find(|flag| match download.program {
        "curl" if flag.is_one_of("--tls-max") => flag.text().is_some_and(|version| OLD_VERSIONS.contains(&version)),
        "curl" => flag.is_one_of("--tlsv1.0 --tlsv1.1 --sslv2 --sslv3 -2 -3"),
        "wget" if flag.is_one_of("--secure-protocol") => {
            flag.text().is_some_and(|version| OLD_VERSIONS.contains(&version.to_ascii_lowercase().as_str()))
        }
        _ => false,
    })?;
    let word = command.words.get(flag.word)?;
    Some((word.span, format!("`{}` lets `{}` use a version of TLS", flag.name, download.program)))
}

/// `MinProtocol = TLSv1`, `SECLEVEL=0`, written into a file of settings.
fn of_configuration(command: &Command<'_>) -> Option<(Span, String)> {
    if !matches!(command.name()?, "sed" | "echo" | "printf" | "tee" | "perl") {
        return None;
    }
    (1..command.words.len()).find_map(|at| {
        let written = command.written(at);
        let what = weak_setting(written)?;
        Some((command.words[at].span, format!("`{what}` lets every program of the image use encryption")))
    })
}

/// The setting that is left in force: of `s/old/new/` the new one.
fn weak_setting(text: &str) -> Option<&str> {
    let setting = |name: &str| {
        let start = text.rfind(name)?;
        let value = text[start + name.len()..].trim_start_matches([' ', '=', '\\']);
        let length = value.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(value.len());
        let end = text.len() - value.len() + length;
        Some((&text[start..end], &value[..length]))
    };
    let protocol = setting("MinProtocol")
        .filter(|(_, version)| *version == "None" || OLD_VERSIONS.contains(&version.to_ascii_lowercase().as_str()));
    let level = || setting("SECLEVEL").filter(|(_, level)| matches!(*level, "0" | "1"));
    protocol.or_else(level).map(|(setting, _)| setting)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn old_versions_are_reported_in_options_and_settings() {
        fires!("RUN curl «--tlsv1.0» -O https://x.io/a && wget «--secure-protocol=TLSv1» https://x.io/b\n");
        fires!("RUN sed -i «'s/MinProtocol.*/MinProtocol = TLSv1.0/g'» /etc/ssl/openssl.cnf\n");
        fires!("RUN sed -i «s/DEFAULT@SECLEVEL=2/DEFAULT@SECLEVEL=1/g» /etc/ssl/openssl.cnf\n");
    }

    #[test]
    fn versions_that_hold_are_fine() {
        silent!("RUN curl --tlsv1.2 -O https://x.io/a && curl --tlsv1 -O https://x.io/b\n");
        silent!(
            "RUN sed -i 's/MinProtocol = TLSv1.0/MinProtocol = TLSv1.2/;s/SECLEVEL=1/SECLEVEL=2/' /etc/ssl/openssl.cnf\n"
        );
        silent!("RUN grep 'MinProtocol = TLSv1' /etc/ssl/openssl.cnf\n");
    }
}
