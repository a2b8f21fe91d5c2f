//! A download is compared with an MD5 or SHA-1 checksum.
//!
//! ## Why
//! For both, two files with the same checksum can be made; for MD5 on any laptop. Who can choose what is offered for
//! download can offer two. SHA-256 costs nothing more.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN curl -fsSLO https://example.com/tool.tar.gz \
//!     && echo "9e107d9d372bb6826bd81d3542a419d6  tool.tar.gz" | md5sum -c -
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! RUN curl -fsSLO https://example.com/tool.tar.gz \
//!     && echo "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c  tool.tar.gz" | sha256sum -c -
//! ```
//!
//! ## Fix
//! None: the other checksum has to come from somebody who is trusted.
//!
//! ## Sources
//! CWE-328; SonarQube S4790; RFC 6151; NIST, "NIST Retires SHA-1".

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "security/weak-checksum",
    severity: Severity::Info,
    aliases: &["S4790"],
    cwe: Some(328),
    security_severity: Some(30),
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for command in cx.commands.of_build() {
        let Some(program @ ("md5sum" | "sha1sum")) = command.name() else { continue };
        let compares = |value: &str| {
            value == "--check" || value.starts_with('-') && !value.starts_with("--") && value.contains('c')
        };
        let is_check = command.arguments().iter().any(|word| word.value.is_some_and(compares));
        if is_check && cx.commands.of_step(command.step).iter().any(|other| other.download().is_some()) {
            sink.report(command.name_span(), format!("files with the same `{program}` can be made"))
                .help("compare a SHA-256 checksum with `sha256sum -c`");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn checksums_that_can_be_forged_are_reported() {
        fires!("RUN wget https://x.io/a && echo \"$SUM *a\" | «sha1sum» --strict --check -\n");
    }

    #[test]
    fn sums_that_nothing_is_compared_with_and_good_ones_are_fine() {
        silent!("RUN wget https://x.io/a && md5sum a > a.md5 && echo \"$SUM  a\" | sha256sum -c\n");
        silent!("COPY a b /\nRUN md5sum -c b\n");
    }
}
