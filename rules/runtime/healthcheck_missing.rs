//! A service without a HEALTHCHECK.
//!
//! ## Why
//! Docker knows whether the process runs, not whether it answers. With a health check, `docker ps` shows it, Compose
//! waits for it (`condition: service_healthy`), and Swarm replaces a container that hangs. Kubernetes ignores
//! HEALTHCHECK and asks its own probes, which is why this is advice to be asked for.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM python:3.14
//! CMD ["gunicorn", "app"]
//! ```
//! ```dockerfile,good
//! FROM python:3.14
//! HEALTHCHECK CMD curl --fail http://localhost:8000/ || exit 1
//! CMD ["gunicorn", "app"]
//! ```
//!
//! ## Fix
//! None: what shows that the program is well, its author knows.
//!
//! ## Sources
//! hadolint DL3057; Trivy DS-0026; Checkov CKV_DOCKER_2; KICS b03a748a; CIS Docker Benchmark 4.6.

use crate::finding::Severity;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::Keyword;

pub const META: Meta = Meta {
    name: "runtime/healthcheck-missing",
    severity: Severity::Info,
    aliases: &["DL3057", "DS-0026", "CKV_DOCKER_2", "KICS-b03a748a", "CIS-DI-0006"],
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(stage) = cx.final_stage() else { return };
    let Some(step) = cx.process().steps().last() else { return };
    if cx.build.last_step_of(stage.index, Keyword::Healthcheck).is_none() {
        sink.report(step.instruction.keyword_span(), "nothing tells whether this program is well")
            .help("write a HEALTHCHECK, or HEALTHCHECK NONE where an orchestrator asks");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn any_health_check_will_do() {
        fires!("FROM a AS b\nHEALTHCHECK CMD c\nFROM a\n«CMD» d\n");
        silent!("FROM a AS b\nHEALTHCHECK CMD c\nFROM b\nCMD d\n");
        silent!("HEALTHCHECK NONE\nCMD d\n");
    }

    #[test]
    fn an_image_without_a_command_is_no_service() {
        silent!("RUN a\n");
    }
}
