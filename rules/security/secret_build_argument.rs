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
//! RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN npm config set //registry.npmjs.org/:_authToken=$NPM_TOKEN && npm ci && npm config delete //registry.npmjs.org/:_authToken
//! ```
//!
//! `security/secret-named-variable` reports the ARG by its name alone and is on without being asked for. This rule finds
//! what uses the value, and says what to write there.
//!
//! ## Fix
//! Mounts the secret into each RUN that reads the variable and takes the ARG out, where nothing else reads it and it has
//! no default. *Content*, and only where the rule is selected by name: `docker build` has to be given `--secret` instead
//! of `--build-arg` at the same time, as the help says.
//!
//! ## Sources
//! Docker, "Build secrets"; Dockerfile reference, `RUN --mount=type=secret`; CWE-522.

use crate::edit::{Edit, Effect};
use crate::ir::{Origin, Stage, Step, Variable};
use crate::knowledge::secrets::secret_name;
use crate::rules::{Context, Meta, Sink};
use crate::source::Span;
use crate::syntax::{CommandForm, InstructionKind, Keyword, Pair, Pairs};

pub const META: Meta = Meta {
    name: "security/secret-build-argument",
    effect: Some(Effect::Content),
    cwe: Some(522),
    security_severity: Some(55),
    aliases: &["OWASP-12"],
    ..Meta::opt_in()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for stage in &cx.build.stages {
        let uses: Vec<Use<'_>> = stage.steps.iter().flat_map(|step| uses_in(cx, step)).collect();
        for (at, used) in uses.iter().enumerate() {
            let (name, id) = (used.name, used.id());
            let place = used.place(cx);
            let report = sink
                .report(place, format!("the value of the build argument `{name}` is kept with this RUN"))
                .related(used.argument.name_span, "declared here")
                .help(format!(
                    "write `RUN --mount=type=secret,id={id},env={name}` instead of the ARG, and build with `--secret id={id},env={name}`"
                ));
            // The first use of an argument is mended together with the others.
            let is_first = !uses.iter().take(at).any(|other| other.name == name);
            if is_first && let Some(edits) = edits(cx, stage, &uses, used) {
                let title = format!("mount the secret, given by `--secret id={id},env={name}`");
                report.suggest(title, Effect::Content, edits);
            }
        }
    }
}

/// A RUN that reads a secret build argument.
struct Use<'b> {
    step: &'b Step<'b>,
    name: &'b str,
    argument: &'b Variable,
}

/// The secret build arguments that a step reads.
fn uses_in<'b>(cx: &Context<'b>, step: &'b Step<'b>) -> Vec<Use<'b>> {
    if step.instruction.keyword != Some(Keyword::Run) {
        return Vec::new();
    }
    let visible = cx.build.visible(step);
    let named = visible.names().into_iter().filter(|name| secret_name(name).is_some());
    let argument = |name: &'b str| {
        let argument = visible.variable(name).filter(|variable| variable.origin == Origin::Arg)?;
        // A mount that sets the variable hides the argument.
        let is_mounted = step.instruction.flags.iter().any(|flag| flag.value_text().contains(&format!("env={name}")));
        let is_read = cx.build.scripts(step).iter().any(|script| script.reads_variable(name));
        (is_read && !is_mounted).then_some(Use { step, name, argument })
    };
    named.filter_map(argument).collect()
}

impl Use<'_> {
    fn id(&self) -> String {
        self.name.to_ascii_lowercase()
    }

    /// The place where the value is read.
    fn place(&self, cx: &Context<'_>) -> Span {
        let scripts = cx.build.scripts(self.step).iter();
        let uses = scripts.flat_map(|script| script.variables().into_iter().map(move |used| (script, used)));
        let mut reads = uses.filter(|(_, used)| used.name == self.name && !used.assigned);
        let place = reads.next().map(|(script, used)| script.source.to_file_cover(used.span));
        place.unwrap_or_else(|| self.step.instruction.arguments.span())
    }
}

/// The mounts, and the ARG taken out; `None` where something other than a RUN of the stage reads the argument.
fn edits(cx: &Context<'_>, stage: &Stage<'_>, uses: &[Use<'_>], used: &Use<'_>) -> Option<Vec<Edit>> {
    let declared = stage.steps.iter().map(|step| step.instruction).find(|instruction| {
        matches!(&instruction.kind, InstructionKind::Arg(Pairs { pairs, .. })
            if matches!(pairs.as_slice(), [Pair { name, value: None }] if name.span() == used.argument.name_span))
    })?;
    let of_argument: Vec<&Use<'_>> = uses.iter().filter(|other| other.name == used.name).collect();
    let readers = stage.steps.iter().filter(|step| step.instruction.text.text().contains(used.name)).count();
    if readers != of_argument.len() + 1 || !cx.build.steps().all(|step| is_of(stage, step, used.name)) {
        return None;
    }
    let mount = format!("--mount=type=secret,id={},env={} ", used.id(), used.name);
    let mounts = of_argument.iter().map(|used| match &used.step.instruction.kind {
        InstructionKind::Run(CommandForm::Shell(text)) => Some(Edit::insert(text.span().start, mount.clone())),
        _ => None,
    });
    mounts.chain([cx.whole_lines(declared).map(Edit::delete)]).collect()
}

/// Whether the step is of the stage, or knows nothing of the name.
fn is_of(stage: &Stage<'_>, step: &Step<'_>, name: &str) -> bool {
    step.stage == stage.index || !step.instruction.text.text().contains(name)
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
    fn the_argument_becomes_a_mount_of_each_run_that_reads_it() {
        fixes!(
            "FROM a\nARG NPM_TOKEN\nRUN a\nRUN x $NPM_TOKEN\nRUN y \"$NPM_TOKEN\"\n" =>
            "FROM a\nRUN a\nRUN --mount=type=secret,id=npm_token,env=NPM_TOKEN x $NPM_TOKEN\nRUN --mount=type=secret,id=npm_token,env=NPM_TOKEN y \"$NPM_TOKEN\"\n"
        );
        let unfixed = |text: &str| findings(&META, check, text).iter().all(|finding| finding.fix.is_none());
        assert!(unfixed("ARG NPM_TOKEN=x\nRUN a $NPM_TOKEN\n"));
        assert!(unfixed("ARG NPM_TOKEN\nENV T=$NPM_TOKEN\nRUN a $NPM_TOKEN\n"));
        assert!(unfixed("FROM a AS b\nARG NPM_TOKEN\nRUN a $NPM_TOKEN\nFROM b\nRUN c $NPM_TOKEN\n"));
    }

    #[test]
    fn arguments_that_no_run_reads_and_secrets_are_fine() {
        silent!("ARG NPM_TOKEN\nRUN npm ci\n");
        silent!("ARG VERSION\nRUN a $VERSION\n");
        silent!("RUN --mount=type=secret,id=t,env=NPM_TOKEN a $NPM_TOKEN\n");
        silent!("ARG NPM_TOKEN\nRUN --mount=type=secret,id=t,env=NPM_TOKEN a $NPM_TOKEN\n");
    }
}
