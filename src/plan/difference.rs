//! Where two plans differ.

use std::fmt;

use super::{ImageConfiguration, Maker, Operation, Plan, PlannedStage, Vertex};

/// One difference between two plans. The stage is a 0-based number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// There are more or fewer stages.
    Stages {
        /// The number before.
        before: usize,
        /// The number after.
        after: usize,
    },
    /// A stage starts from something else, or for another platform.
    Base {
        /// The stage.
        stage: usize,
    },
    /// A step is gone.
    Removed {
        /// The stage.
        stage: usize,
        /// The instruction that made it, in the file before.
        before: Maker,
    },
    /// A step is new.
    Added {
        /// The stage.
        stage: usize,
        /// The instruction that makes it, in the file after.
        after: Maker,
    },
    /// A step does something else.
    Changed {
        /// The stage.
        stage: usize,
        /// The instruction that made it, in the file before.
        before: Maker,
        /// The instruction that makes it, in the file after.
        after: Maker,
        /// What of it differs.
        parts: Vec<Part>,
    },
    /// The image is configured in another way.
    Configuration {
        /// The stage.
        stage: usize,
        /// Which field.
        field: Field,
    },
}

/// A part of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The words of a RUN.
    Command,
    /// The variables.
    Environment,
    /// The working directory.
    Directory,
    /// The user.
    User,
    /// Mounts and secrets.
    Mounts,
    /// `--network`
    Network,
    /// `--security`
    Security,
    /// `--device`
    Devices,
    /// What is copied where.
    Copies,
    /// `--link`
    Link,
    /// The path that WORKDIR makes.
    Path,
    /// The owner of that path.
    Owner,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Part::Command => "command",
            Part::Environment => "environment",
            Part::Directory => "working directory",
            Part::User => "user",
            Part::Mounts => "set of mounts",
            Part::Network => "network",
            Part::Security => "security mode",
            Part::Devices => "set of devices",
            Part::Copies => "list of copies",
            Part::Link => "kind of layer",
            Part::Path => "path",
            Part::Owner => "owner",
        }
    }
}

/// A field of the image configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// `Env`
    Env,
    /// `Cmd`
    Cmd,
    /// `Entrypoint`
    Entrypoint,
    /// `User`
    User,
    /// `WorkingDir`
    WorkingDir,
    /// `ExposedPorts`
    ExposedPorts,
    /// `Volumes`
    Volumes,
    /// `Labels`
    Labels,
    /// `Healthcheck`
    Healthcheck,
    /// `StopSignal`
    StopSignal,
    /// `Shell`
    Shell,
    /// `OnBuild`
    OnBuild,
    /// `author`
    Author,
}

impl Field {
    /// The name, as in the image specifications.
    pub fn name(self) -> &'static str {
        match self {
            Field::Env => "Env",
            Field::Cmd => "Cmd",
            Field::Entrypoint => "Entrypoint",
            Field::User => "User",
            Field::WorkingDir => "WorkingDir",
            Field::ExposedPorts => "ExposedPorts",
            Field::Volumes => "Volumes",
            Field::Labels => "Labels",
            Field::Healthcheck => "Healthcheck",
            Field::StopSignal => "StopSignal",
            Field::Shell => "Shell",
            Field::OnBuild => "OnBuild",
            Field::Author => "author",
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stages { before, after } => write!(f, "there are {after} stages instead of {before}"),
            Self::Base { stage } => write!(f, "stage {stage} starts from something else"),
            Self::Removed { stage, .. } => write!(f, "a step of stage {stage} is gone"),
            Self::Added { stage, .. } => write!(f, "stage {stage} has a new step"),
            Self::Changed { stage, parts, .. } => {
                let names: Vec<&str> = parts.iter().map(|part| part.name()).collect();
                write!(f, "a step of stage {stage} has another {}", names.join(" and "))
            }
            Self::Configuration { stage, field } => {
                write!(f, "`{}` in the configuration of stage {stage} is another", field.name())
            }
        }
    }
}

/// Every difference between two plans, in the order of the stages.
pub fn differences(before: &Plan, after: &Plan) -> Vec<Difference> {
    if before == after {
        return Vec::new();
    }
    if before.stages.len() != after.stages.len() {
        return vec![Difference::Stages { before: before.stages.len(), after: after.stages.len() }];
    }
    let stages = before.stages.iter().zip(&after.stages).enumerate();
    stages.flat_map(|(stage, (before, after))| of_stage(stage, before, after)).collect()
}

fn of_stage(stage: usize, before: &PlannedStage, after: &PlannedStage) -> Vec<Difference> {
    let mut differences = Vec::new();
    if before.base != after.base || before.platform != after.platform {
        differences.push(Difference::Base { stage });
    }
    differences.extend(of_vertices(stage, &before.vertices, &after.vertices));
    let fields = differing_fields(&before.configuration, &after.configuration);
    differences.extend(fields.into_iter().map(|field| Difference::Configuration { stage, field }));
    differences
}

/// The fields in which two configurations differ.
pub fn differing_fields(before: &ImageConfiguration, after: &ImageConfiguration) -> Vec<Field> {
    let fields = [
        (Field::Env, before.environment != after.environment),
        (Field::Cmd, before.cmd != after.cmd || before.arguments_are_escaped != after.arguments_are_escaped),
        (Field::Entrypoint, before.entrypoint != after.entrypoint),
        (Field::User, before.user != after.user),
        (Field::WorkingDir, before.working_directory != after.working_directory),
        (Field::ExposedPorts, before.exposed_ports != after.exposed_ports),
        (Field::Volumes, before.volumes != after.volumes),
        (Field::Labels, before.labels != after.labels),
        (Field::Healthcheck, before.healthcheck != after.healthcheck),
        (Field::StopSignal, before.stop_signal != after.stop_signal),
        (Field::Shell, before.shell != after.shell),
        (Field::OnBuild, before.on_build != after.on_build),
        (Field::Author, before.author != after.author),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}

/// Steps that are equal at both ends are set aside; those between are told apart by what they have in common.
fn of_vertices(stage: usize, before: &[Vertex], after: &[Vertex]) -> Vec<Difference> {
    let shared = before.iter().zip(after).take_while(|(before, after)| before == after).count();
    let (before, after) = (&before[shared..], &after[shared..]);
    let shared = before.iter().rev().zip(after.iter().rev()).take_while(|(before, after)| before == after).count();
    let (before, after) = (&before[..before.len() - shared], &after[..after.len() - shared]);
    let mut differences = Vec::new();
    let (mut old, mut new) = (0, 0);
    for (kept_old, kept_new) in longest_common(before, after).into_iter().chain([(before.len(), after.len())]) {
        differences.extend(pairs(stage, &before[old..kept_old], &after[new..kept_new]));
        (old, new) = (kept_old + 1, kept_new + 1);
    }
    differences
}

/// As many comparisons are made; beyond them steps are compared one by one.
const MOST_COMPARISONS: usize = 1_000_000;

/// The places of the vertices of a longest common subsequence.
fn longest_common(before: &[Vertex], after: &[Vertex]) -> Vec<(usize, usize)> {
    if before.len().saturating_mul(after.len()) > MOST_COMPARISONS {
        return Vec::new();
    }
    let width = after.len() + 1;
    let mut lengths = vec![0_usize; (before.len() + 1) * width];
    for old in (0..before.len()).rev() {
        for new in (0..after.len()).rev() {
            lengths[old * width + new] = match before[old] == after[new] {
                true => lengths[(old + 1) * width + new + 1] + 1,
                false => lengths[(old + 1) * width + new].max(lengths[old * width + new + 1]),
            };
        }
    }
    let (mut old, mut new, mut common) = (0, 0, Vec::new());
    while old < before.len() && new < after.len() {
        if before[old] == after[new] {
            common.push((old, new));
            (old, new) = (old + 1, new + 1);
        } else if lengths[(old + 1) * width + new] >= lengths[old * width + new + 1] {
            old += 1;
        } else {
            new += 1;
        }
    }
    common
}

/// Steps without a counterpart, each matched with the next one that does the same kind of thing.
fn pairs(stage: usize, before: &[Vertex], after: &[Vertex]) -> Vec<Difference> {
    let mut differences = Vec::new();
    let added = |new: &Vertex| Difference::Added { stage, after: new.maker };
    let mut open = after;
    for old in before {
        let parts = |new: &Vertex| differing_parts(&old.operation, &new.operation);
        let found = open.iter().enumerate().find_map(|(at, new)| Some((at, new.maker, parts(new)?)));
        match found {
            Some((at, new, parts)) => {
                differences.extend(open[..at].iter().map(added));
                differences.push(Difference::Changed { stage, before: old.maker, after: new, parts });
                open = &open[at + 1..];
            }
            None => differences.push(Difference::Removed { stage, before: old.maker }),
        }
    }
    differences.extend(open.iter().map(added));
    differences
}

/// In what two operations of one kind differ; `None` where they are of two kinds.
fn differing_parts(before: &Operation, after: &Operation) -> Option<Vec<Part>> {
    let parts = match (before, after) {
        (Operation::Exec(before), Operation::Exec(after)) => vec![
            (Part::Command, before.arguments != after.arguments),
            (Part::Environment, before.environment != after.environment),
            (Part::Directory, before.directory != after.directory),
            (Part::User, before.user != after.user),
            (Part::Mounts, before.mounts != after.mounts || before.secrets != after.secrets),
            (Part::Network, before.network != after.network),
            (Part::Security, before.security != after.security),
            (Part::Devices, before.devices != after.devices),
        ],
        (Operation::Files(before), Operation::Files(after)) => {
            vec![(Part::Copies, before.copies != after.copies), (Part::Link, before.is_linked != after.is_linked)]
        }
        (Operation::MakeDirectory(before), Operation::MakeDirectory(after)) => {
            vec![(Part::Path, before.path != after.path), (Part::Owner, before.owner != after.owner)]
        }
        _ => return None,
    };
    Some(parts.into_iter().filter(|(_, differs)| *differs).map(|(part, _)| part).collect())
}

#[cfg(test)]
mod tests {
    use crate::ir::Build;
    use crate::source::SourceFile;
    use crate::syntax::parse;

    use super::*;

    fn told(before: &str, after: &str) -> Vec<String> {
        let plan = |text: &str| Plan::new(&Build::new(&parse(SourceFile::new("Dockerfile", text))));
        differences(&plan(before), &plan(after)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_same_build_in_other_words_does_not_differ() {
        let before = "from a as b\nenv c d\nexpose 80/TCP\ncopy x y/\nrun e \\\n # f\n g\n";
        let after = "FROM a AS z\n\nENV c=d\nEXPOSE 80/tcp\nCOPY x y/\nRUN e  g\n";
        assert_eq!(told(before, after), [""; 0]);
    }

    #[test]
    fn one_changed_step_is_one_difference() {
        assert_eq!(
            told("FROM a\nRUN b\nRUN c\nRUN d\n", "FROM a\nRUN b\nRUN x\nRUN d\n"),
            ["a step of stage 0 has another command"]
        );
        assert_eq!(told("FROM a\nRUN b\nRUN c\n", "FROM a\nRUN c\n"), ["a step of stage 0 is gone"]);
        assert_eq!(told("FROM a\nRUN c\n", "FROM a\nCOPY b c\nRUN c\n"), ["stage 0 has a new step"]);
    }

    #[test]
    fn steps_of_one_kind_are_matched_across_others() {
        assert_eq!(
            told("FROM a\nRUN b\nRUN c\n", "FROM a\nWORKDIR /d\nRUN b\nRUN c\n"),
            [
                "stage 0 has a new step",
                "a step of stage 0 has another working directory",
                "a step of stage 0 has another working directory",
                "`WorkingDir` in the configuration of stage 0 is another"
            ]
        );
    }

    #[test]
    fn a_variable_reaches_every_step_behind_it() {
        assert_eq!(
            told("FROM a\nRUN b\nRUN c\n", "FROM a\nRUN b\nENV d=e\nRUN c\n"),
            ["a step of stage 0 has another environment", "`Env` in the configuration of stage 0 is another"]
        );
    }

    #[test]
    fn other_bases_and_numbers_of_stages_are_told() {
        assert_eq!(told("FROM a\n", "FROM b\n"), ["stage 0 starts from something else"]);
        // Whatever the two are, they are hardly the same.
        assert_eq!(told("FROM A:B\n", "FROM C:D:E\n"), ["stage 0 starts from something else"]);
        let of = |stage: &str| format!("FROM a\nRUN --mount=from=${stage},target=/b c\n");
        assert_eq!(told(&of("X"), &of("Y")), ["a step of stage 0 has another set of mounts"]);
        assert_eq!(told("FROM a\n", "FROM a\nFROM a\n"), ["there are 2 stages instead of 1"]);
    }
}
