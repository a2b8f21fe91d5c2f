//! A build argument that carries a secret is used by RUN.
//!
//! ## Why
//! The value of a build argument is kept with every RUN that comes behind its ARG: `docker history --no-trunc` shows it,
//! and the provenance that BuildKit attaches may. `RUN --mount=type=secret` hands the value to one command; it is neither
//! in the image nor in the cache key.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM node:22
//! ARG NPM_TOKEN
//! RUN npm config set //registry.npmjs.org/:_authToken=$NPM_TOKEN && npm ci && npm config delete //registry.npmjs.org/:_authToken
//! ```
//! ```dockerfile,good
//! FROM node:22
//! RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN \
//!     npm config set //registry.npmjs.org/:_authToken=$NPM_TOKEN && npm ci && npm config delete //registry.npmjs.org/:_authToken
//! ```
//!
//! `security/secret-named-variable` reports the ARG by its name alone and is on without being asked for. This rule finds
//! what uses the value, and says what to write there.
//!
//! ## Fix
//! None: `docker build` has to be given `--secret` instead of `--build-arg` at the same time.
//!
//! ## Sources
//! Docker, "Build secrets"; Dockerfile reference, `RUN --mount=type=secret`; CWE-522.

use crate::ir::Origin;
use crate::knowledge::secrets::secret_name;
use crate::rules::{Context, Meta, Sink};
use crate::syntax::{InstructionKind, Keyword};

pub const META: Meta =
    Meta { name: "security/secret-build-argument", cwe: Some(522), security_severity: Some(55), ..Meta::opt_in() };

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for step in cx.steps_of(Keyword::Run) {
        let visible = cx.build.visible(step);
        let scripts = cx.build.scripts(step);
        let InstructionKind::Run(command) = &step.instruction.kind else { continue };
        for name in visible.names().into_iter().filter(|name| secret_name(name).is_some()) {
            let Some(argument) = visible.variable(name).filter(|variable| variable.origin == Origin::Arg) else {
                continue;
            };
            // A mount that sets the variable hides the argument.
            let is_mounted =
                step.instruction.flags.iter().any(|flag| flag.value_text().contains(&format!("env={name}")));
            if is_mounted || !scripts.iter().any(|script| script.reads_variable(name)) {
                continue;
            }
            let id = name.to_ascii_lowercase();
            let uses = scripts.iter().flat_map(|script| script.variables().into_iter().map(move |used| (script, used)));
            let place = uses.filter(|(_, used)| used.name == name && !used.assigned);
            let span = place.map(|(script, used)| script.source.to_file_cover(used.span)).next();
            sink.report(span.unwrap_or(command.span()), format!("the value of the build argument `{name}` is kept with this RUN"))
                .related(argument.name_span, "declared here")
                .help(format!(
                    "write `RUN --mount=type=secret,id={id},env={name}` instead of the ARG, and build with `--secret id={id},env={name}`"
                ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn the_use_is_reported_with_the_line_to_write() {
        fires!("ARG NPM_TOKEN\nRUN npm config set x=«$NPM_TOKEN» && npm ci\n");
        let found = findings(&META, check, "FROM a\nARG DB_PASS=x\nRUN a \"${DB_PASS}\"\n");
        assert!(found[0].help.as_deref().is_some_and(|help| help.contains("id=db_pass,env=DB_PASS")));
    }

    #[test]
    fn arguments_that_no_run_reads_and_secrets_are_fine() {
        silent!("ARG NPM_TOKEN\nRUN npm ci\n");
        silent!("ARG VERSION\nRUN a $VERSION\n");
        silent!("RUN --mount=type=secret,id=t,env=NPM_TOKEN a $NPM_TOKEN\n");
        silent!("ARG NPM_TOKEN\nRUN --mount=type=secret,id=t,env=NPM_TOKEN a $NPM_TOKEN\n");
    }
}
