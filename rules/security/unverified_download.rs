//! A program or archive is fetched and used, and nothing compares a checksum.
//!
//! ## Why
//! Over `https://` the right server answers, but not necessarily with what it had yesterday: a release may be replaced, an
//! account or a mirror broken into. A checksum in the Dockerfile makes the build fail instead of taking the other file, and
//! makes two builds of the same commit equal.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN curl -fsSL https://example.com/tool-1.2.tar.gz | tar -xz -C /opt
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN curl -fsSL -o /tmp/tool.tar.gz https://example.com/tool-1.2.tar.gz \
//!     && echo "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c  /tmp/tool.tar.gz" | sha256sum -c - \
//!     && tar -xzf /tmp/tool.tar.gz -C /opt && rm /tmp/tool.tar.gz
//! ```
//!
//! Reported are archives, packages and programs, told by the end of the address. Files that `ADD` fetches are
//! `security/add-without-checksum`, scripts that go straight into a shell `security/pipe-to-shell`.
//!
//! ## Fix
//! None: the checksum has to come from a source that is trusted.
//!
//! ## Sources
//! CWE-494, download of code without integrity check; SonarQube S6474; Docker official images, review guidelines ("Security").

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "security/unverified-download",
    severity: Severity::Info,
    aliases: &["S6474"],
    cwe: Some(494),
    security_severity: Some(45),
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for fetch in cx.commands.downloads().iter().filter(|fetch| !fetch.is_checked && fetch.run_by.is_none()) {
        for &index in &fetch.download.addresses {
            let written = fetch.command.written(index);
            if let Some(word) = fetch.command.words.get(index)
                && holds_code(written)
            {
                let name = written.rsplit('/').next().unwrap_or(written);
                let message = format!("nothing checks that `{name}` is what it was when this was written");
                sink.report(word.span, message)
                    .help("compare a checksum in the same RUN (`sha256sum -c`), or fetch it with `ADD --checksum=`");
            }
        }
    }
}

/// Whether an address names an archive, a package or a program.
fn holds_code(address: &str) -> bool {
    const ENDS: &[&str] = &[
        ".apk",
        ".appimage",
        ".bin",
        ".deb",
        ".gz",
        ".jar",
        ".phar",
        ".rpm",
        ".run",
        ".sh",
        ".tar",
        ".tar.bz2",
        ".tar.xz",
        ".tar.zst",
        ".tbz2",
        ".tgz",
        ".txz",
        ".war",
        ".whl",
        ".xz",
        ".zip",
    ];
    let path = address.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    path.contains("://") && ENDS.iter().any(|end| path.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn archives_and_programs_are_reported() {
        fires!("RUN wget «https://x.io/a-${V}.tar.gz» && tar xf a-*\n");
        fires!("RUN curl -L «https://x.io/a.zip?raw=1» -o a.zip\n");
    }

    #[test]
    fn a_check_in_the_same_run_is_enough() {
        silent!("RUN wget https://x.io/a.tar.gz https://x.io/a.tar.gz.sha256 && sha256sum -c a.tar.gz.sha256\n");
        silent!("RUN wget https://x.io/a.deb && gpg --verify a.asc a.deb\n");
    }

    #[test]
    fn keys_and_pages_are_no_programs() {
        silent!("RUN curl -fsSL https://x.io/key.asc -o /etc/apt/keyrings/x.asc && curl https://x.io/version\n");
    }
}
