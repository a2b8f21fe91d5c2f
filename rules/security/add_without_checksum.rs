//! `ADD` fetches a file from the net and does not say which file it expects.
//!
//! ## Why
//! The server decides what comes. BuildKit asks it for the file on every build and takes whatever it has, so that the same
//! Dockerfile gives another image when the file is replaced. With `--checksum` a build with another file fails, and
//! BuildKit need not even ask when it has the file already.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! ADD https://example.com/tool-1.2 /usr/local/bin/tool
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! ADD --checksum=sha256:b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c \
//!     https://example.com/tool-1.2 /usr/local/bin/tool
//! ```
//!
//! ## Fix
//! None: the checksum is not known without fetching the file.
//!
//! ## Sources
//! Dockerfile reference, `ADD --checksum` (syntax 1.6); CWE-494.

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::InstructionKind;

pub const META: Meta = Meta {
    name: "security/add-without-checksum",
    severity: Severity::Info,
    cwe: Some(494),
    security_severity: Some(45),
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (step, transfer) in cx.transfers() {
        if !matches!(step.instruction.kind, InstructionKind::Add(_)) || step.instruction.flag("checksum").is_some() {
            continue;
        }
        for source in transfer.sources.iter().filter(|source| is_remote_file(step.value(source))) {
            sink.report(source.span(), format!("`ADD` takes whatever `{}` has that day", source.text()))
                .help("add `--checksum=sha256:` with the digest of the file that you have looked at");
        }
    }
}

/// Whether `ADD` fetches a file from there. For a Git repository the commit in the address is the checksum; the answer of
/// GitHub's interface is there to be another one, so that the cache ends where something was pushed.
fn is_remote_file(address: &str) -> bool {
    let path = address.split(['#', '?']).next().unwrap_or_default();
    (address.starts_with("https://") || address.starts_with("http://"))
        && !path.ends_with(".git")
        && !path.starts_with("https://api.github.com/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn each_remote_file_is_reported() {
        fires!("ADD «https://x.io/a» «https://x.io/b» /x/\n");
    }

    #[test]
    fn local_files_repositories_and_checksums_are_fine() {
        silent!("ADD a.tar.gz /x/\nADD https://github.com/a/b.git#v1 /b\n");
        silent!("ADD --checksum=$SUM https://x.io/a /x\n");
    }

    #[test]
    fn what_is_fetched_to_end_the_cache_must_change() {
        silent!("ADD https://api.github.com/repos/a/b/commits?per_page=1 /latest_commit\n");
    }
}
