//! What comes from the net is run before anybody has looked at it.
//!
//! ## Why
//! `curl https://... | sh` runs whatever the server sends at that moment. The same Dockerfile may run another script
//! tomorrow, and a server that was broken into decides what is in the image. A transfer that breaks off in the middle runs
//! half a script. Many installers are offered in this way; a pinned version with a checksum does the same and stays the same.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM debian:13
//! RUN curl -fsSL https://example.com/install.sh | sh
//! ```
//! ```dockerfile,good
//! FROM debian:13
//! ADD --checksum=sha256:b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c \
//!     https://example.com/v1.2/install.sh /tmp/install.sh
//! RUN sh /tmp/install.sh
//! ```
//!
//! ## Fix
//! None: the checksum has to come from somebody who has read the script.
//!
//! ## Sources
//! CWE-494, download of code without integrity check; BuildKit, `ADD --checksum`; Docker, "Building best practices".

use crate::rules::{Context, Meta, Sink};

pub const META: Meta =
    Meta { name: "security/pipe-to-shell", cwe: Some(494), security_severity: Some(55), ..Meta::opt_in() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for fetch in cx.commands.downloads() {
        let Some(runner) = fetch.run_by else { continue };
        let (program, interpreter) = (fetch.download.program, runner.name().unwrap_or("a shell"));
        sink.report(runner.name_span(), format!("`{interpreter}` runs what `{program}` fetches, unseen"))
            .related(fetch.command.span(), "fetched here")
            .help("fetch a fixed version into a file, compare its checksum (`ADD --checksum=`, `sha256sum -c`), then run it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_interpreter_is_the_place() {
        fires!("RUN curl -fsSL https://x.io/a | «bash» -s -- -y\n");
        fires!("RUN «sh» -c \"$(wget -qO- https://x.io/a)\"\n");
        fires!("RUN curl https://x.io/a | sudo -E «bash» -\n");
    }

    #[test]
    fn data_is_no_program() {
        silent!("RUN curl https://x.io/a | tar xz && curl https://x.io/b | python3 -c 'import json'\n");
        silent!("CMD curl https://x.io/a | sh\n");
    }
}
