//! How far `docker build --check` gets in a file that BuildKit refuses.

use crate::finding::Finding;
use crate::ir::{Build, BuildProblemKind};
use crate::source::Span;
use crate::syntax::{DirectiveName, ProblemKind};

/// The passes that BuildKit makes over a file (`dockerfile2llb/convert.go`), in their order. Within the ones that go
/// by instruction it stops at the first that it refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pass {
    /// Lines become instructions.
    Reading,
    /// Instructions get their arguments.
    Arguments,
    /// Stage names and the case of instructions.
    Stages,
    /// The values of the ARGs before the first FROM.
    GlobalArgs,
    /// FROM with the defaults of the ARGs.
    Defaults,
    /// FROM with the ARGs as they are.
    Bases,
    /// What each stage needs.
    Graph,
    /// Names of images.
    Images,
    /// All other instructions.
    Steps,
}

/// Drops the findings of BuildKit's checks that BuildKit does not come to: those behind the place where it gives up,
/// and those of checks that are experiments, unless the file asks for them.
pub(crate) fn keep_what_buildkit_reports(build: &Build<'_>, findings: &mut Vec<Finding>) {
    let refusal = first_refusal(build);
    findings.retain(|finding| {
        let Some((check, pass)) = finding.aliases.iter().find_map(|alias| Some((alias, pass_of(alias)?))) else {
            return true;
        };
        let is_reached = refusal.is_none_or(|(refused, end)| {
            pass < refused || pass == refused && has_order(pass) && finding.span.start < end
        });
        is_reached && is_asked_for(build, check)
    });
}

/// The pass in which BuildKit refuses the file, and the end of the instruction at fault.
fn first_refusal(build: &Build<'_>) -> Option<(Pass, usize)> {
    let end = |span: Span| {
        let instructions = build.file.instructions().map(|instruction| instruction.span);
        instructions.filter(|instruction| instruction.start <= span.start).last().map_or(span.end, |it| it.end)
    };
    let reading = build.file.problems.iter().map(|problem| (pass_of_problem(&problem.kind), end(problem.span)));
    let building = build
        .problems
        .iter()
        .map(|problem| (pass_of_build_problem(build, &problem.kind, problem.span), end(problem.span)));
    reading.chain(building).min()
}

fn pass_of_problem(problem: &ProblemKind) -> Pass {
    match problem {
        ProblemKind::NoInstructions
        | ProblemKind::LineTooLong
        | ProblemKind::UnterminatedHeredoc { .. }
        | ProblemKind::InvalidEscape { .. }
        | ProblemKind::RepeatedDirective { .. }
        | ProblemKind::JsonNotStrings
        | ProblemKind::PairWithoutEquals { .. } => Pass::Reading,
        _ => Pass::Arguments,
    }
}

fn pass_of_build_problem(build: &Build<'_>, problem: &BuildProblemKind, span: Span) -> Pass {
    let is_in_from = || build.stages.iter().any(|stage| stage.instruction.span.contains(span));
    match problem {
        BuildProblemKind::NoStage | BuildProblemKind::BeforeFrom { .. } | BuildProblemKind::InvalidStageName { .. } => {
            Pass::Arguments
        }
        BuildProblemKind::Expansion(_) if is_in_from() => Pass::Bases,
        BuildProblemKind::Expansion(_) => match build.stages.first() {
            Some(first) if span.start > first.instruction.span.start => Pass::Steps,
            _ => Pass::GlobalArgs,
        },
        BuildProblemKind::BlankBaseName { .. }
        | BuildProblemKind::BlankPlatform
        | BuildProblemKind::InvalidPlatform { .. } => Pass::Bases,
        BuildProblemKind::CircularStages
        | BuildProblemKind::NoSuchStage { .. }
        | BuildProblemKind::VariableInFrom { .. } => Pass::Graph,
        BuildProblemKind::InvalidImage { .. } => Pass::Images,
        BuildProblemKind::LaterStage { .. }
        | BuildProblemKind::InvalidMount(_)
        | BuildProblemKind::InvalidPort { .. }
        | BuildProblemKind::InvalidValue { .. } => Pass::Steps,
    }
}

/// The pass to which a check of BuildKit belongs; `None` for codes of others.
fn pass_of(check: &str) -> Option<Pass> {
    Some(match check {
        "NoEmptyContinuation" => Pass::Reading,
        "FromAsCasing" | "InvalidDefinitionDescription" | "MaintainerDeprecated" | "StageNameCasing" => Pass::Arguments,
        "ConsistentInstructionCasing" | "DuplicateStageName" | "ReservedStageName" => Pass::Stages,
        "InvalidDefaultArgInFrom" => Pass::Defaults,
        "FromPlatformFlagConstDisallowed" | "RedundantTargetPlatform" | "UndefinedArgInFrom" => Pass::Bases,
        "InvalidBaseImagePlatform" => Pass::Images,
        "CopyIgnoredFile"
        | "ExposeInvalidFormat"
        | "ExposeProtoCasing"
        | "JSONArgsRecommended"
        | "LegacyKeyValueFormat"
        | "MultipleInstructionsDisallowed"
        | "SecretsUsedInArgOrEnv"
        | "UndefinedVar"
        | "WorkdirRelativePath" => Pass::Steps,
        _ => return None,
    })
}

/// Whether the pass reports while it goes from instruction to instruction.
fn has_order(pass: Pass) -> bool {
    matches!(pass, Pass::Arguments | Pass::Bases | Pass::Steps)
}

/// Experiments run where `# check=experimental=` names them.
fn is_asked_for(build: &Build<'_>, check: &str) -> bool {
    if !matches!(check, "CopyIgnoredFile" | "InvalidDefinitionDescription") {
        return true;
    }
    let directives = build.file.directives().filter(|directive| directive.name == DirectiveName::Check);
    let mut options =
        directives.flat_map(|directive| directive.value.split(';')).filter_map(|part| part.split_once('='));
    options.any(|(key, value)| {
        key.trim() == "experimental" && value.split(',').any(|name| name.trim() == "all" || name.trim() == check)
    })
}
